"""The one thread that owns pipes, processes and deadlines.

Role: the front of supervision. Counterpart: `show.runtime` posts commands and takes events from
the Qt thread; one `Pool` a kind does the work behind.

Guarantees:
- `post`, `take` and `next_seq` return at once: an append or a popleft of a deque, which CPython
  makes atomic, and at most one write to an eventfd. No locks.
- The same thread starts every child, lives as long as they do, and ends after them: the kernel's
  parent-death signal is tied to the thread that started a child.
- `stop` ends every worker: it asks, waits for each spec's time, and kills.
"""

import collections
import contextlib
import itertools
import os
import random
import selectors
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self

from stillframe.contracts.messages import Asking
from stillframe.contracts.quarantine import Quarantined
from stillframe.contracts.status import WorkerStatus
from stillframe.supervision import events
from stillframe.supervision.errand import Errands
from stillframe.supervision.events import Command, Dropped, Event
from stillframe.supervision.pool import Pool
from stillframe.supervision.process import Child, Lent, Program, start_module, start_program
from stillframe.supervision.quarantine import Quarantine
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.staff import Site
from stillframe.supervision.times import ns
from stillframe.transport.backlog import DropReason
from stillframe.transport.latest import LatestReader

_NS_PER_S: Final = 1_000_000_000

# Long enough for any worker's own deadline to come first.
_ANSWER_WITHIN_S: Final = 300.0

Reader = Callable[[int], None]
"""Called on the supervisor thread, with the time in ns, when its descriptor can be read."""


class Supervisor:
    """Starts the workers of some specs and keeps them working."""

    def __init__(
        self,
        specs: Sequence[WorkerSpec],
        *,
        notify: Callable[[], None] = lambda: None,
        rng: random.Random | None = None,
        environ: Mapping[str, str] | None = None,
        readers: Mapping[int, Reader] | None = None,
        quarantine: Sequence[Quarantined] = (),
    ) -> None:
        """Prepare; nothing runs before `start`.

        Args:
            specs: the kinds of worker.
            notify: called on the supervisor thread when events are waiting; it must not block.
                Without it, look for events now and then.
            rng: for the jitter of restarts.
            environ: the children's environment; by default our own.
            readers: other descriptors that this thread reads, such as the frame log.
            quarantine: the inputs that no worker is given, from earlier.
        """
        self._notify = notify
        self._environ = dict(os.environ if environ is None else environ)
        self._inbox: collections.deque[Command] = collections.deque()
        self._outbox: collections.deque[Event] = collections.deque()
        self._sequence = itertools.count(1)
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_fd, selectors.EVENT_READ, self._on_wake)
        for descriptor, reader in (readers or {}).items():
            self._selector.register(descriptor, selectors.EVENT_READ, reader)
        site = Site(
            rng=rng or random.Random(),  # noqa: S311 - jitter needs no secrecy
            spawn=self._spawn,
            launch=self._launch,
            selector=self._selector,
            emit=self._emit,
            quarantine=Quarantine(quarantine),
            wall_s=time.time,
        )
        self._pools = _pools(specs, site)
        self._errands = Errands(self._selector, self._send, self._emit)
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        """Start, to stop and wait for every worker's end when the block is left."""
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        self.join(None)

    def start(self) -> None:
        """Start the thread, and with it the eager workers."""
        self._thread.start()

    def next_seq(self) -> int:
        """Return a sequence number that no other request has."""
        return next(self._sequence)

    def asking(self, worker: str, *, within_s: float = _ANSWER_WITHIN_S) -> Asking:
        """Return what a new request to a worker begins with; after `within_s` it is of no use."""
        now_ns, seq = time.monotonic_ns(), self.next_seq()
        return Asking(
            seq=seq,
            correlation_id=seq,
            worker=worker,
            ts_req_ns=now_ns,
            deadline_ns=now_ns + ns(within_s),
        )

    def latest(self, worker: str) -> LatestReader:
        """Return a reader of what a kind of worker publishes; it stays good after the end.

        Raises:
            KeyError: if there is no such kind.
            ValueError: if it publishes nothing.
        """
        return self._pools[worker].latest()

    def post(self, command: Command) -> None:
        """Hand over a command.

        Raises:
            ValueError: if it names a worker that there is no spec for.
        """
        if not isinstance(command, events.Errand):
            about = command.request if isinstance(command, events.Submit) else command
            worker = about.worker
            if worker not in self._pools:
                raise ValueError(f"no worker is called {worker!r}; there are {sorted(self._pools)}")
        self._inbox.append(command)
        self._wake()

    def take(self) -> Event | None:
        """Return the oldest event, or None."""
        try:
            return self._outbox.popleft()
        except IndexError:
            return None

    def stop(self) -> None:
        """Begin to end: waiting requests are dropped, workers are asked to stop."""
        self._stopping = True
        self._wake()

    def join(self, timeout_s: float | None) -> bool:
        """Wait for the end; for shutdown only. False if it did not come in time.

        It comes within the longest of the specs' times to stop, and with None we wait for it.
        """
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        if self._wake_fd >= 0:
            os.close(self._wake_fd)
            self._wake_fd = -1  # there is nobody to wake any more
        return True

    # On the supervisor thread from here on.

    def status(self) -> tuple[WorkerStatus, ...]:
        """Return how every kind of worker is doing; for a `Reader`, which is on this thread."""
        now_ns = time.monotonic_ns()
        return tuple(pool.status(now_ns) for pool in self._pools.values())

    def _run(self) -> None:
        try:
            now_ns = time.monotonic_ns()
            for pool in self._pools.values():
                if pool.spec.eager:
                    pool.start(now_ns)
            self._serve()
        finally:
            self._errands.close()
            for pool in self._pools.values():
                pool.close()
            self._selector.close()

    def _serve(self) -> None:
        told_to_stop = False
        while not (told_to_stop and self._all_gone):
            for key, _ in self._selector.select(self._timeout_s()):
                key.data(time.monotonic_ns())
            now_ns = time.monotonic_ns()
            if self._stopping and not told_to_stop:
                told_to_stop = True
                self._errands.stop()
                for pool in self._pools.values():
                    pool.stop(now_ns)
            self._obey(now_ns)
            self._errands.tick(now_ns)
            for pool in self._pools.values():
                pool.tick(now_ns)

    @property
    def _all_gone(self) -> bool:
        return self._errands.gone and all(pool.gone for pool in self._pools.values())

    def _timeout_s(self) -> float | None:
        now_ns = time.monotonic_ns()
        soonest = [self._errands.next_ns(now_ns), *(p.next_ns() for p in self._pools.values())]
        times = [at_ns for at_ns in soonest if at_ns is not None]
        return max(0.0, (min(times) - now_ns) / _NS_PER_S) if times else None

    def _obey(self, now_ns: int) -> None:
        while self._inbox:
            command = self._inbox.popleft()
            match command:
                case events.Submit() | events.Errand():
                    self._begin(command, now_ns)
                case events.Cancel(worker=worker, key=key):
                    self._pools[worker].cancel(key, now_ns)
                case events.Release(worker=worker, grant=grant):
                    self._pools[worker].release(grant, now_ns)
                case events.Configure(worker=worker):
                    self._pools[worker].configure(command, now_ns)
                case events.Restart(worker=worker):
                    if not self._stopping:
                        self._pools[worker].restart(now_ns)
                case events.Pardon(worker=worker):
                    self._pools[worker].pardon()

    def _begin(self, command: events.Submit | events.Errand, now_ns: int) -> None:
        match command:
            case events.Submit(request=request) if self._stopping:
                self._emit(Dropped(request, DropReason.STOPPED))
            case events.Submit(request=request):
                self._pools[request.worker].submit(command, now_ns)
            case events.Errand() if self._stopping:
                self._emit(events.ErrandEnded(command, stopped=True))
            case events.Errand():
                self._errands.submit(command, now_ns)

    def _spawn(self, spec: WorkerSpec, lent: Lent) -> Child:
        return Child(spec, lent, self._environ)

    def _launch(self, command: Sequence[str], output: int) -> Program:
        return start_program(command, output, self._environ)

    def _send(self, errand: events.Errand, output: int) -> Program:
        return start_module(errand, output, self._environ)

    def _emit(self, event: Event) -> None:
        self._outbox.append(event)
        self._notify()

    def _on_wake(self, now_ns: int) -> None:
        del now_ns
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._wake_fd)

    def _wake(self) -> None:
        if self._wake_fd < 0:
            return
        with contextlib.suppress(BlockingIOError):  # it is full of wake-ups: one is enough
            os.eventfd_write(self._wake_fd, 1)


def _pools(specs: Sequence[WorkerSpec], site: Site) -> dict[str, Pool]:
    """Return a pool a kind; one that reads another's frames is shown their memory."""
    pools: dict[str, Pool] = {}
    for spec in specs:
        if spec.reads and spec.reads not in pools:
            raise ValueError(f"{spec.name} reads the frames of {spec.reads!r}, which is not before")
        pools[spec.name] = Pool(spec, site, pools[spec.reads].view() if spec.reads else None)
    return pools
