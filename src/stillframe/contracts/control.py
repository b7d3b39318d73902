"""The messages between a supervisor and a worker that are not about work.

Role: start, configuration, readiness, logging and the end. Counterpart: `supervision.pool`
sends the first group, `workers.loop` the second. The heartbeat is no message: see
`contracts.heartbeat`.
"""

import enum
from typing import Annotated

import msgspec

from stillframe.contracts.caps import PATH_CAP_BYTES
from stillframe.contracts.errors import Fault
from stillframe.contracts.messages import WIRE_VERSION, Count, Text, Version, WorkerName
from stillframe.contracts.sandbox import LayerReports, Sandbox

Descriptor = Annotated[int, msgspec.Meta(ge=3, le=65535)]
"""A file descriptor inherited by the child; 0 to 2 are the standard streams."""
PackageName = Annotated[str, msgspec.Meta(max_length=128)]
ProgramArgument = Annotated[str, msgspec.Meta(max_length=256)]
"""What a worker puts into the command line of its companion: a part of one word of it."""
SettingKey = Annotated[str, msgspec.Meta(max_length=64)]
SettingValue = bool | int | float | Annotated[str, msgspec.Meta(max_length=PATH_CAP_BYTES)]
SettingsSlice = Annotated[dict[SettingKey, SettingValue], msgspec.Meta(max_length=64)]
"""The settings of one worker, flat; each worker converts it to a frozen struct of its own."""


class ArenaGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a worker finds the frames' shared memory, and how it is cut."""

    descriptor: Descriptor
    slot_count: Annotated[int, msgspec.Meta(ge=1, le=4096)]
    slot_bytes: Annotated[int, msgspec.Meta(ge=8192, le=2**31)]


class LatestGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a worker publishes what only the newest counts of, and how it is cut."""

    descriptor: Descriptor
    slot_count: Annotated[int, msgspec.Meta(ge=4, le=64)]
    payload_bytes: Annotated[int, msgspec.Meta(ge=1, le=65536)]


class Start(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.start"
):
    """All that a worker gets before its first byte of input."""

    worker: WorkerName
    version: Version = WIRE_VERSION
    heartbeat: Descriptor
    arena: ArenaGrant | None = None
    latest: LatestGrant | None = None
    companion: Descriptor | None = None
    """The end of a pipe into which the worker's companion writes; None if it has none."""
    settings: SettingsSlice = msgspec.field(default_factory=dict)
    beat_interval_ms: Annotated[int, msgspec.Meta(ge=10, le=60_000)] = 250
    """How often it says "alive" while it has nothing to do."""
    sandbox: Sandbox | None = None
    """What it may do once it is warm; None leaves it unconfined."""


class Configure(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.configure"
):
    """New settings for a running worker."""

    settings: SettingsSlice


class Stop(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.stop"
):
    """Finish the task in hand, then exit with status 0."""

    reason: Text = ""


class Hello(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.hello"
):
    """A child's first message: who it is and which wire it speaks."""

    worker: WorkerName
    version: Version = WIRE_VERSION
    pid: Count


class Lack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a worker could do if a package were installed."""

    what: Text
    package: Text


Lacks = Annotated[tuple[Lack, ...], msgspec.Meta(max_length=16)]


class Ready(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.ready"
):
    """Warm-up is over; requests may come. `packages` are the top-level modules it has loaded."""

    pid: Count
    packages: Annotated[tuple[PackageName, ...], msgspec.Meta(max_length=512)] = ()
    layers: LayerReports = ()
    """What became of its sandbox, layer by layer; empty if none was asked for."""
    lacks: Lacks = ()
    """What it cannot do here."""


class Failed(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.failed"
):
    """The worker cannot go on and says why before it exits."""

    error: Fault


class Accompany(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.accompany"
):
    """A worker's wish about its companion: a program whose output comes through its pipe."""

    argument: ProgramArgument = ""
    """What it is to be started with; empty: it is to end. One that runs with it is left alone."""
    anew: bool = False
    """Whether one that runs with the same argument is to be replaced."""


class LogLevel(enum.StrEnum):
    """How much a record matters."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogRecord(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="control.log"
):
    """One structured line; the supervisor's side writes it."""

    level: LogLevel
    event: Text
    seq: Count = 0
    generation: Count = 0
    reason: Text = ""
    duration_ns: Count = 0


ToWorker = Start | Configure | Stop
FromWorker = Hello | Ready | Failed | LogRecord | Accompany
