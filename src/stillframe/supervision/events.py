"""What the interface and the supervisor thread say to each other.

Role: frozen values that cross a thread, never a process. Counterpart: `show.runtime` posts
commands and takes events; `supervision.supervisor` does the reverse.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from stillframe.contracts.control import Lack, LogRecord, SettingValue
from stillframe.contracts.errors import Fault
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import Request, Response
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.contracts.sandbox import LayerReport
from stillframe.transport.arena import Lease
from stillframe.transport.backlog import DropReason, Urgency


@dataclass(frozen=True)
class Submit:
    """Do this. A waiting request with the same key is replaced; one without a key never is."""

    request: Request
    key: bytes | None = None
    urgency: Urgency = Urgency.PREFETCH
    input: WorkerInput | None = None
    """What it is about. An input that workers die of is quarantined; None never is."""


@dataclass(frozen=True)
class Cancel:
    """Forget a request that has not been sent yet; one in a worker's hands is finished."""

    worker: str
    key: bytes


@dataclass(frozen=True)
class Release:
    """A lease ends: the slot may be written again."""

    worker: str
    grant: SlotGrant


@dataclass(frozen=True)
class Configure:
    """New settings for a worker; also re-arms one that has failed."""

    worker: str
    settings: Mapping[str, SettingValue]


@dataclass(frozen=True)
class Restart:
    """Replace a worker's process, and re-arm one that has failed."""

    worker: str


@dataclass(frozen=True)
class Pardon:
    """Forget every quarantined input of a worker: they may be tried again."""

    worker: str


@dataclass(frozen=True)
class Errand:
    """Have a module of ours run as a program, once.

    Attributes:
        key: by which the answer is known.
        module: run as `python -m`; it gets the arguments, and our process number after them.
        start_s: how long until its first line.
        work_s: how long from its first line to its end.
        niceness: beside ours; for one that must not compete.
    """

    key: bytes
    module: str
    arguments: tuple[str, ...]
    start_s: float
    work_s: float
    niceness: int = 0


Command = Submit | Cancel | Release | Configure | Restart | Pardon | Errand


class WorkerState(enum.StrEnum):
    """Where a worker is in its life."""

    ABSENT = "absent"
    """Not running, and nothing wrong: not needed yet, or ended as idle."""
    STARTING = "starting"
    READY = "ready"
    BACKOFF = "backoff"
    """Died; will be started again."""
    FAILED = "failed"
    """Died too often; the show goes on without it."""
    STOPPING = "stopping"


class RefusalSource(enum.StrEnum):
    """Who refused a request."""

    WORKER = "worker"
    """The worker looked at the input and said no."""
    SUPERVISOR = "supervisor"
    """Workers died or overran on it, or broke the contract in answering."""


@dataclass(frozen=True)
class Completed:
    """The worker did it. `lease` is there if the result lies in shared memory."""

    request: Request
    response: Response
    lease: Lease | None


@dataclass(frozen=True)
class Refused:
    """It cannot be done; the same request would be refused again."""

    request: Request
    reason: str
    """A word for counting: a fault's kind, or `worker-died`, `worker-failed`, `deadline`,
    `quarantined`, `bad-answer`, `bad-request`."""
    detail: str
    source: RefusalSource
    fault: Fault | None = None


@dataclass(frozen=True)
class Dropped:
    """It was not done, through no fault of its own."""

    request: Request
    reason: DropReason


@dataclass(frozen=True)
class WorkerChanged:
    """A worker is in another state now."""

    worker: str
    state: WorkerState
    pid: int = 0
    restarts: int = 0
    """Deaths borne since the supervisor began."""
    cause: str = ""
    packages: tuple[str, ...] = ()
    """The top-level packages it has loaded, once it is ready."""
    layers: tuple[LayerReport, ...] = ()
    """What became of its sandbox, once it is ready."""
    lacks: tuple[Lack, ...] = ()
    """What it cannot do here, once it is ready."""


@dataclass(frozen=True)
class Logged:
    """A record for the log: structured by a worker, or a line of its standard error."""

    worker: str
    pid: int
    record: LogRecord


@dataclass(frozen=True)
class QuarantineChanged:
    """The inputs that no worker is given, all of them; to be kept for the next show."""

    entries: tuple[Quarantined, ...]


@dataclass(frozen=True)
class ErrandEnded:
    """A program that was sent has ended.

    Attributes:
        said: what it wrote to its standard output.
        begun: whether it came as far as its first line.
        late: whether it was killed for its time.
        stopped: whether it was ended, or not begun, because all ends.
        how: it ended, such as `exit 0`.
        complaint: the last line that it wrote to its standard error.
    """

    errand: Errand
    said: str = ""
    begun: bool = False
    late: bool = False
    stopped: bool = False
    how: str = ""
    complaint: str = ""


Outcome = Completed | Refused | Dropped
Event = Outcome | WorkerChanged | Logged | QuarantineChanged | ErrandEnded
