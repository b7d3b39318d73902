"""Ours and the peers of `bench.recover`: pools of processes that do chores, behind one interface.

Role: asks, and says how each task ended; a pool that a death has broken is made anew, as its user
would have to. Counterpart: `bench.recover` kills their processes.

Guarantees: a task ends once, good or not; whatever goes wrong in asking is a task that did not end
well. A pool that is yielded is warm: all its processes have done something.
"""

import multiprocessing
import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final, Protocol

from bench import tasks
from bench.chore import chore
from bench.supervised import ANSWER_S, Supervised
from stillframe.supervision.events import Completed
from stillframe.supervision.spec import WorkerSpec

# Long enough for each process of a pool to get one of as many tasks.
_WARM_UP_MS: Final = 50
# A future can be lost with its pool, in pebble's; by then it is.
_NEVER_S: Final = 5.0
# Processes that are forked from a small server of their own: quicker than `spawn`, safe with
# threads as `fork` is not, and the default from Python 3.14.
FORKSERVER: Final = multiprocessing.get_context("forkserver")


class Pool(Protocol):
    """Processes that do chores."""

    def submit(self, work_ms: int) -> None:
        """Ask for a chore."""

    def collect(self) -> bool:
        """Wait until some task has ended; say whether it ended well."""

    def renew(self) -> None:
        """Do what a user of the pool must do before it can be used again after a death."""

    @property
    def victim(self) -> int:
        """A process that works, or will take the next task."""


class Ours:
    """A supervised worker."""

    def __init__(self, crew: Supervised) -> None:
        self._crew = crew
        self.victim = crew.pid

    def submit(self, work_ms: int) -> None:
        """Post it."""
        now_ns = time.monotonic_ns()
        self._crew.submit(
            tasks.TaskRequest(
                seq=self._crew.next_seq(),
                correlation_id=0,
                worker=tasks.NAME,
                ts_req_ns=now_ns,
                deadline_ns=now_ns + round(ANSWER_S * 1e9),
                work_ms=work_ms,
            )
        )

    def collect(self) -> bool:
        """Take the next outcome."""
        return isinstance(self._crew.outcome(), Completed)

    def renew(self) -> None:
        """Nothing: the supervisor has."""


@contextmanager
def ours(*, standby: bool) -> Iterator[Pool]:
    """Yield a supervised worker with the product's defaults, fresh: no death is held against it."""
    spec = WorkerSpec(
        name=tasks.NAME, module="bench.tasks", protocol=tasks.PROTOCOL, standby=standby
    )
    with Supervised([spec]) as crew:
        crew.until_warm(standby=standby)
        yield Ours(crew)


class Futures:
    """A pool that gives a future for each task."""

    def __init__(self, ask: Callable[[int], "Future[int]"], renew: Callable[[], None]) -> None:
        """Wrap a pool: `ask` for a chore, `renew` a broken one."""
        self._ask, self._renew = ask, renew
        self._ended: queue.SimpleQueue[Future[int]] = queue.SimpleQueue()
        self.victim = 0

    def submit(self, work_ms: int) -> None:
        """Ask; where a pool takes nothing any more, that is a task that ended at once."""
        try:
            future = self._ask(work_ms)
        except RuntimeError as error:  # `BrokenProcessPool` is one, and what pebble says
            future = Future()
            future.set_exception(error)
        future.add_done_callback(self._ended.put)

    def collect(self) -> bool:
        """Take the next future that is done; one that never will be did not end well."""
        try:
            return self._ended.get(timeout=_NEVER_S).exception() is None
        except queue.Empty:
            return False

    def renew(self) -> None:
        """Make the pool anew, if it must be."""
        self._renew()

    def warm(self, workers: int) -> None:
        """Have every process do something, and choose a victim."""
        futures = [self._ask(_WARM_UP_MS) for _ in range(workers)]
        self.victim, *_ = [future.result(ANSWER_S) for future in futures]


@contextmanager
def process_pool(workers: int) -> Iterator[Pool]:
    """Yield a `ProcessPoolExecutor`."""
    FORKSERVER.set_forkserver_preload([__name__])  # in its favour: children are quick then
    executor = ProcessPoolExecutor(workers, FORKSERVER)

    def renew() -> None:
        nonlocal executor
        executor.shutdown(wait=False)
        executor = ProcessPoolExecutor(workers, FORKSERVER)

    pool = Futures(lambda work_ms: executor.submit(chore, work_ms), renew)
    pool.warm(workers)
    yield pool
    executor.shutdown()


@contextmanager
def loky(workers: int) -> Iterator[Pool]:
    """Yield loky's reusable executor."""
    from loky import get_reusable_executor  # noqa: PLC0415 - it may not be installed

    def executor() -> Executor:
        # In this call a broken one is replaced.
        found: Executor = get_reusable_executor(max_workers=workers)
        return found

    current = executor()

    def renew() -> None:
        nonlocal current
        current = executor()

    pool = Futures(lambda work_ms: current.submit(chore, work_ms), renew)
    pool.warm(workers)
    yield pool
    current.shutdown()


@contextmanager
def pebble(workers: int) -> Iterator[Pool]:
    """Yield pebble's pool, which goes on after a death in a task, but not at rest."""
    from pebble import ProcessPool  # noqa: PLC0415 - it may not be installed

    made = [ProcessPool(workers, context=FORKSERVER)]

    def renew() -> None:
        if not made[-1].active:
            made.append(ProcessPool(workers, context=FORKSERVER))

    pool = Futures(lambda work_ms: made[-1].schedule(chore, (work_ms,)), renew)
    pool.warm(workers)
    yield pool
    for executor in made:
        executor.stop()  # type: ignore[no-untyped-call]
        executor.join()
