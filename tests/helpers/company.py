"""A crew of many kinds of worker, and what a crash must not change about any of them."""

import collections
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from crew import PATIENCE_S, Crew, is_outcome
from stillframe.contracts.control import SettingValue
from stillframe.contracts.heartbeat import Heartbeat as Beat
from stillframe.contracts.messages import Request
from stillframe.contracts.status import WorkerStatus
from stillframe.supervision.events import (
    Completed,
    Configure,
    Outcome,
    Submit,
    WorkerChanged,
    WorkerState,
)
from stillframe.supervision.process import Child
from stillframe.supervision.spec import (
    Deadlines,
    Heartbeat,
    Limits,
    RestartBudget,
    Shutdown,
    WorkerSpec,
)
from stillframe.transport.arena import SlotStage
from worker_kinds import Kind
from worker_requests import addressed

# A worker that is still for so long is hung: 0.12 s, where a show's default is 1.5 s.
WATCHFUL = Heartbeat(interval_s=0.02, missed=6)
STILL_S = WATCHFUL.interval_s * WATCHFUL.missed


def spec_of(kind: Kind, **changes: Any) -> WorkerSpec:
    """Return a kind's spec for a test: watchful, impatient in restarting, never giving up."""
    given: dict[str, Any] = {
        "name": kind.name,
        "module": kind.module,
        "protocol": kind.protocol,
        "arena": kind.shape,
        "latest": kind.latest,
        "settings": kind.settings,
        "heartbeat": WATCHFUL,
        "deadlines": Deadlines(start_s=PATIENCE_S, task_s=PATIENCE_S),
        "budget": RestartBudget(restarts=100_000, backoff_first_s=0.01, backoff_cap_s=0.01),
        "shutdown": Shutdown(wait_s=PATIENCE_S),
        "limits": Limits(niceness=0),
    }
    return WorkerSpec(**{**given, **changes})


class Company(Crew):
    """Asks every kind, and takes its supervisor's word for how they are doing."""

    def __init__(self, specs: Any, *, keep_leases: bool = False) -> None:
        self._ask_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._told = threading.Event()
        self._statuses: tuple[WorkerStatus, ...] = ()
        super().__init__(specs, keep_leases=keep_leases, readers={self._ask_fd: self._report})

    @classmethod
    @contextmanager
    def at_work(cls, *specs: WorkerSpec, keep_leases: bool = False) -> Iterator[Self]:
        """Yield a running company; at its end none of its workers is left."""
        others = worker_processes()
        with super().at_work(*specs, keep_leases=keep_leases) as company:
            try:
                yield company
            finally:
                company.supervisor.stop()
                company.supervisor.join(PATIENCE_S)
                os.close(company._ask_fd)
        assert worker_processes() <= others

    def order(self, request: Request, **more: Any) -> int:
        """Submit a request under a number and a key of its own; return the number."""
        seq = self.supervisor.next_seq()
        self.asked.append(seq)
        key = b"key %d" % next(self._keys)
        self.supervisor.post(Submit(addressed(request, seq), key, **more))
        return seq

    def fulfil(self, request: Request) -> Completed:
        """Order, and see the request completed."""
        outcome = self.outcome(self.order(request))
        assert isinstance(outcome, Completed), outcome
        return outcome

    def configure(self, worker: str, settings: dict[str, SettingValue]) -> None:
        """Send new settings."""
        self.supervisor.post(Configure(worker, settings))

    def status(self, worker: str) -> WorkerStatus:
        """Return how a kind of worker is doing, by the supervisor's own thread."""
        self._told.clear()
        os.eventfd_write(self._ask_fd, 1)
        assert self._told.wait(PATIENCE_S), "the supervisor does not answer"
        return next(status for status in self._statuses if status.name == worker)

    def changes_of(self, worker: str) -> list[WorkerChanged]:
        """Return one kind's changes so far."""
        return [change for change in self.changes() if change.worker == worker]

    def until_ready(self, worker: str, *, restarts: int = 0) -> int:
        """Wait until a kind is ready, after so many deaths at least; return its process."""

        def ready_pid() -> int | None:
            last = self.changes_of(worker)[-1:]
            ready = last and last[0].state is WorkerState.READY and last[0].restarts >= restarts
            return last[0].pid if ready else None

        pid = self.until(ready_pid)
        assert pid is not None
        return pid

    def until_slots_are_free(self, worker: str) -> None:
        """Wait until no slot of a kind is held by anybody."""
        self.until(lambda: self.stages(worker) == {SlotStage.FREE})

    def child(self, worker: str) -> Child:
        """Return the first child at work, to look at its page: the supervisor alone acts on it."""
        first, *_ = self.children(worker)
        return first

    def children(self, worker: str) -> list[Child]:
        """Return the children at work."""
        return [one.child for one in self.supervisor._pools[worker]._staff.at_work]

    def beat(self, worker: str) -> Beat | None:
        """Return the last heartbeat of the one at work; None if there is nobody."""
        try:
            return self.child(worker).heartbeat()
        except ValueError:  # it is being buried
            return None

    def check_once(self, seq: int) -> Outcome:
        """See that a request ended once, so far; return how."""
        self.drain()
        (outcome,) = self.outcomes(seq)
        return outcome

    def check_everything_ended_once(self) -> None:
        """See that all that was ever asked has ended once."""
        self.drain()
        ended = collections.Counter(e.request.seq for e in self.events if is_outcome(e))
        assert ended == collections.Counter(self.asked)

    def _report(self, now_ns: int) -> None:
        del now_ns
        os.eventfd_read(self._ask_fd)
        self._statuses = self.supervisor.status()
        self._told.set()


def worker_processes(parent_pid: int | None = None) -> set[int]:
    """Return the workers, simulated ones included, that are a process's children; ours if None."""
    parent_pid = parent_pid or os.getpid()
    pids = map(int, filter(str.isdecimal, os.listdir("/proc")))
    return {pid for pid in pids if _is_worker(pid, parent_pid)}


def _is_worker(pid: int, parent_pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    known = any(word.startswith((b"simulated.", b"stillframe.workers.")) for word in words)
    return known and int(status[1]) == parent_pid
