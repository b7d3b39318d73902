"""Queues, the log, and how workers are held.

Role: one group of settings. Counterpart: `settings.declared` puts the groups together.
"""

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from stillframe.settings.schema import Choice, Integer, Setting, Switch

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["text", "json"]


class QueueSettings(Struct, frozen=True, kw_only=True):
    """How many requests may wait for each kind of worker."""

    images: int
    library: int
    feeds: int
    transitions: int


class LogSettings(Struct, frozen=True, kw_only=True):
    """What the log says, how, and where."""

    level: LogLevel
    format: LogFormat
    file: bool


class WorkerSettings(Struct, frozen=True, kw_only=True):
    """How the workers are held."""

    sandbox: bool


DECLARATIONS: Final[tuple[Setting, ...]] = (
    Integer(
        key="queues.images",
        unit="requests",
        minimum=2,
        maximum=64,
        default=8,
        help="requests that may wait for the image worker",
    ),
    Integer(
        key="queues.library",
        unit="requests",
        minimum=2,
        maximum=64,
        default=4,
        help="requests that may wait for the library worker",
    ),
    Integer(
        key="queues.feeds",
        unit="requests",
        minimum=2,
        maximum=64,
        default=4,
        help="requests that may wait for the feed worker",
    ),
    Integer(
        key="queues.transitions",
        unit="requests",
        minimum=2,
        maximum=64,
        default=8,
        help="requests that may wait for the transition worker",
    ),
    Choice(
        key="log.level",
        choices=get_args(LogLevel),
        default="info",
        flag="--log-level",
        help="least important lines that the log has",
    ),
    Choice(
        key="log.format",
        choices=get_args(LogFormat),
        default="text",
        flag="--log-format",
        help="how a line of the log is written: words, or one JSON object a line",
    ),
    Switch(
        key="log.file",
        default=True,
        help="whether the log is kept in a file too, besides standard error",
    ),
    Switch(
        key="workers.sandbox",
        default=True,
        help="whether the system keeps workers from all files, programs and sockets but their own",
    ),
)
