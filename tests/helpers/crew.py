"""A supervisor under test, what was asked of it, and all that it has said."""

import collections
import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import sound_server
import unruly_worker
from stillframe.contracts.images import ImageRequest, Profile, RatioPolicy
from stillframe.contracts.pixels import Size
from stillframe.contracts.wire import PROTOCOLS
from stillframe.supervision.events import (
    Completed,
    Dropped,
    Event,
    Logged,
    Outcome,
    Refused,
    Release,
    Submit,
    WorkerChanged,
    WorkerState,
)
from stillframe.supervision.spec import Deadlines, Limits, RestartBudget, Shutdown, WorkerSpec
from stillframe.supervision.supervisor import Reader, Supervisor
from stillframe.transport.arena import ArenaShape, SlotStage
from stillframe.transport.backlog import Urgency

T = TypeVar("T")

# Far beyond what any step takes on a busy machine; nothing waits this long unless it fails.
PATIENCE_S = 30.0
SHAPE = ArenaShape(2, 8192)


def environment() -> dict[str, str]:
    """Return this environment, with the unruly worker and the tools where Python finds them."""
    folders = [str(Path(module.__file__).parent) for module in (unruly_worker, sound_server)]
    places = [*folders, os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}


def unruly_spec(**changes: Any) -> WorkerSpec:
    """Return the unruly worker's spec, impatient in restarting it."""
    given: Mapping[str, Any] = {
        "name": unruly_worker.NAME,
        "module": "unruly_worker",
        "protocol": PROTOCOLS["images"],
        "arena": SHAPE,
        "deadlines": Deadlines(start_s=PATIENCE_S, task_s=PATIENCE_S),
        "budget": RestartBudget(restarts=10_000, backoff_first_s=0.01, backoff_cap_s=0.01),
        "shutdown": Shutdown(wait_s=PATIENCE_S),
        "limits": Limits(niceness=0),  # other tests may be running: be quick
    }
    return WorkerSpec(**{**given, **changes})


def unruly_request(seq: int, path: str, deadline_ns: int = 2**62) -> ImageRequest:
    """Return a request for the unruly worker."""
    return ImageRequest(
        seq=seq,
        correlation_id=seq + 1,
        worker=unruly_worker.NAME,
        ts_req_ns=time.monotonic_ns(),
        deadline_ns=deadline_ns,
        path=path.encode(),
        target_size=Size(4, 4),
        profile=Profile(),
        cache_key=b"key",
        ratio_policy=RatioPolicy(),
    )


class Gate:
    """A FIFO before which a worker waits until it is let through."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._fd = os.open(path, os.O_RDWR)  # with both ends here, neither side waits to open

    @classmethod
    @contextmanager
    def at(cls, folder: Path) -> Iterator[Self]:
        """Yield a closed gate in a folder."""
        gate = cls(folder / "gate")
        try:
            yield gate
        finally:
            os.close(gate._fd)

    def let_through(self) -> None:
        """Let one worker through, now or when it comes."""
        os.write(self._fd, b"x")


class Crew:
    """Posts requests, keeps events in order, and waits for conditions with a deadline."""

    def __init__(
        self,
        specs: Iterable[WorkerSpec],
        *,
        keep_leases: bool = False,
        readers: Mapping[int, Reader] | None = None,
    ) -> None:
        self.events: list[Event] = []
        self.asked: list[int] = []
        self._rung = threading.Event()
        self._keep_leases = keep_leases
        self._keys = itertools.count()
        self.supervisor = Supervisor(
            tuple(specs),
            notify=self._rung.set,
            rng=random.Random(7),
            environ=environment(),
            readers=readers,
        )

    @classmethod
    @contextmanager
    def at_work(cls, *specs: WorkerSpec, keep_leases: bool = False) -> Iterator[Self]:
        """Yield a running crew; at its end nothing is left, and each request had one outcome."""
        crew = cls(specs, keep_leases=keep_leases)
        crew.supervisor.start()
        try:
            yield crew
        finally:
            crew.supervisor.stop()
            ended = crew.supervisor.join(PATIENCE_S)
        assert ended, "the supervisor did not end"
        crew.drain()
        crew.check_each_request_ended_once()
        assert not [pid for pid in crew.pids() if is_alive(pid)]

    def ask(
        self,
        path: str,
        *,
        key: bytes | None = None,
        urgency: Urgency = Urgency.PREFETCH,
        **more: Any,
    ) -> int:
        """Submit a request and return its number; by default no other has its key."""
        seq = self.supervisor.next_seq()
        self.asked.append(seq)
        name = key or b"key %d" % next(self._keys)
        self.supervisor.post(Submit(unruly_request(seq, path, **more), name, urgency))
        return seq

    def drain(self) -> None:
        """Take all events that wait; give leases back unless they are kept."""
        while (event := self.supervisor.take()) is not None:
            self.events.append(event)
            if isinstance(event, Completed) and event.lease and not self._keep_leases:
                self.supervisor.post(Release(event.request.worker, event.lease.grant))

    def until(self, condition: Callable[[], T]) -> T:
        """Take events until a condition holds; return what it returned."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._rung.clear()
            self.drain()
            if found := condition():
                return found
            left_s = deadline - time.monotonic()
            assert left_s > 0, f"never came; the last events: {self.events[-8:]}"
            self._rung.wait(min(left_s, 0.05))  # some conditions change without an event

    def outcomes(self, seq: int) -> list[Outcome]:
        """Return how a request ended, so far."""
        return [e for e in self.events if is_outcome(e) and e.request.seq == seq]

    def outcome(self, seq: int) -> Outcome:
        """Wait until a request has ended, and return how."""
        return self.until(lambda: self.outcomes(seq))[0]

    def completed(self, path: str = "paint", **more: Any) -> Completed:
        """Ask, and see the request completed."""
        outcome = self.outcome(self.ask(path, **more))
        assert isinstance(outcome, Completed), outcome
        return outcome

    def refused(self, path: str) -> Refused:
        """Ask, and see the request refused."""
        outcome = self.outcome(self.ask(path))
        assert isinstance(outcome, Refused), outcome
        return outcome

    def changes(self, *states: WorkerState) -> list[WorkerChanged]:
        """Return the worker's changes so far, or those into some states."""
        found = [e for e in self.events if isinstance(e, WorkerChanged)]
        return [e for e in found if not states or e.state in states]

    def until_state(self, state: WorkerState) -> WorkerChanged:
        """Wait until the worker is in a state, and return that change."""

        def present() -> WorkerChanged | None:
            last = self.changes()[-1:]
            return last[0] if last and last[0].state is state else None

        found = self.until(present)
        assert found is not None
        return found

    def logged(self) -> list[str]:
        """Return what workers wrote to their standard error, or said as a record."""
        return [e.record.event for e in self.events if isinstance(e, Logged)]

    def pids(self) -> set[int]:
        """Return the processes there have been."""
        return {change.pid for change in self.changes()} - {0}

    def stages(self, worker: str = unruly_worker.NAME) -> set[SlotStage]:
        """Return the stages that the arena's slots are in."""
        arena = self.supervisor._pools[worker]._arena
        assert arena is not None
        return set(arena.stages())

    def until_all_slots_are_free(self) -> None:
        """Wait until no slot is held by anybody."""
        self.until(lambda: self.stages() == {SlotStage.FREE})

    def check_each_request_ended_once(self) -> None:
        """See the promise kept: one outcome a request, and none for what nobody asked."""
        ended = collections.Counter(e.request.seq for e in self.events if is_outcome(e))
        assert ended == collections.Counter(self.asked)


def is_outcome(event: Event) -> bool:
    """Say whether an event ends a request."""
    return isinstance(event, Completed | Refused | Dropped)


def is_alive(pid: int) -> bool:
    """Say whether a process exists, a zombie included."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
