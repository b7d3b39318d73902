"""A worker as data.

Role: everything that supervision needs to know of a kind of worker; defaults stand beside their
fields. Counterpart: `supervision.pool` acts on it. A new kind of worker is a new value, not code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stillframe.contracts.control import SettingValue
from stillframe.contracts.sandbox import Sandbox
from stillframe.contracts.wire import Protocol
from stillframe.transport.arena import ArenaShape
from stillframe.transport.latest import LatestShape


@dataclass(frozen=True)
class RestartBudget:
    """How often a worker may be restarted, and how long we wait before each try."""

    restarts: int = 5
    """So many deaths within `window_s` are borne; one more and the worker is `failed`."""
    window_s: float = 60.0
    backoff_first_s: float = 0.1
    """The longest first wait; it doubles with each death in the window. Full jitter: the wait is
    drawn between 0 and this, so that several workers do not start in step."""
    backoff_cap_s: float = 30.0


@dataclass(frozen=True)
class Heartbeat:
    """How a worker that lives is told from one that hangs."""

    interval_s: float = 0.25
    """Between two beats of an idle worker, and between two looks of ours."""
    missed: int = 6
    """So many looks in a row without a beat, and it is suspected. Then the processor time decides:
    a worker that used some is busy, and only its task's deadline applies."""


@dataclass(frozen=True)
class Deadlines:
    """How long a worker may take before it is killed."""

    start_s: float = 15.0
    """From spawn to ready; imports from a cold disk on a small machine take seconds."""
    task_s: float = 30.0
    """For one request, from sending it."""


@dataclass(frozen=True)
class Shutdown:
    """How a worker is ended: ask, wait, kill."""

    wait_s: float = 1.0
    """Between asking and killing."""
    idle_s: float | None = None
    """A worker with nothing to do for so long is ended; the next request starts it again."""


@dataclass(frozen=True)
class Limits:
    """What a worker may take from the machine."""

    niceness: int = 10
    """Added to our own: the thread that draws always wins the core."""
    backlog: int = 8
    """Requests that may wait; beyond, the oldest of the least urgent is dropped."""
    attempts: int = 2
    """How many workers may die on one request before it is refused."""


@dataclass(frozen=True)
class Companion:
    """A program that works for a worker: what it writes to its output, the worker reads.

    Its output is one pipe for all workers of a kind, so that each may die without the other.
    """

    argv: tuple[str, ...]
    """The program and its arguments; in each but the first, `{}` stands for what the worker asks
    for."""
    budget: RestartBudget = RestartBudget()
    """Past it, the next try comes after the longest wait: the worker can do without."""

    def command(self, argument: str) -> tuple[str, ...]:
        """Return the whole command line."""
        program, *words = self.argv
        return (program, *(word.replace("{}", argument) for word in words))


@dataclass(frozen=True)
class WorkerSpec:
    """One kind of worker.

    Attributes:
        name: the kind, as in its requests.
        module: started as `python -m module`.
        protocol: its request, result and cap.
        python_path: folders in which the module is looked for before the installed ones.
        arena: the shared memory it writes frames into; its requests then have a field `slot`.
        reads: the kind, of those before it, whose frames its requests name; it cannot write them.
        latest: the shared memory in which it publishes; `Supervisor.latest` reads it.
        companion: a program whose output it reads; it says when, and of what.
        settings: its slice, sent in `Start`.
        eager: start it with the supervisor; else at its first request.
        processes: how many work at the same time.
        standby: keep a second one warm, which takes over at once when the first dies. Where several
            work, each takes over for the others, and there is none.
        sandbox: what it may do once it is warm; None leaves it unconfined.
    """

    name: str
    module: str
    protocol: Protocol
    python_path: tuple[str, ...] = ()
    arena: ArenaShape | None = None
    reads: str = ""
    latest: LatestShape | None = None
    companion: Companion | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    eager: bool = True
    processes: int = 1
    standby: bool = False
    sandbox: Sandbox | None = None
    heartbeat: Heartbeat = Heartbeat()
    deadlines: Deadlines = Deadlines()
    budget: RestartBudget = RestartBudget()
    shutdown: Shutdown = Shutdown()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        """Refuse what no staff can be made of.

        Raises:
            ValueError: if nobody would work, or a standby is wanted beside several that work.
        """
        if self.processes < 1:
            raise ValueError(f"{self.name}: {self.processes} processes do no work; give 1 or more")
        if self.standby and self.processes > 1:
            raise ValueError(
                f"{self.name}: where {self.processes} work, none stands by; leave out standby"
            )
