"""What another process may say to a running show, and what it is told.

Role: the messages of the control socket. Counterpart: `remote.server` in the show,
`remote.client` in the commands.
"""

import enum

import msgspec

from stillframe.contracts.messages import Text, WorkerName
from stillframe.contracts.status import ShowStatus


class Intent(enum.StrEnum):
    """Something a person may want of a show, by key or from elsewhere."""

    NEXT = "next"
    PREVIOUS = "previous"
    PAUSE = "pause"
    RESUME = "resume"
    VISUALIZER = "visualizer"
    """The next style of the visualizer."""
    QUIT = "quit"


class AskStatus(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="status"
):
    """How are you?"""


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="act"):
    """Do this."""

    intent: Intent


class RestartWorker(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="restart"
):
    """Replace a worker's process, and re-arm one that has failed."""

    worker: WorkerName


class PardonInputs(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="pardon"
):
    """Forget every quarantined input."""


class Status(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="status-is"
):
    """The answer to `AskStatus`."""

    show: ShowStatus


class Done(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="done"):
    """It has been taken on."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="refusal"):
    """It cannot be done, and why."""

    detail: Text


ToShow = AskStatus | Act | RestartWorker | PardonInputs
FromShow = Status | Done | Refusal
