"""Ours, as an interface has it: a supervisor, and what has come of the requests so far.

Role: what the benches share that ask a supervised worker. Counterpart: `stillframe.supervision`;
the workers are the product's own, or `bench.tasks` and `bench.echo`.

Guarantees: an event that says a worker is given up ends the bench, not only the request; `stop`
leaves no process.
"""

import os
import queue
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from stillframe.contracts.messages import Request
from stillframe.contracts.status import WorkerStatus
from stillframe.supervision import events
from stillframe.supervision.events import Completed, Dropped, Outcome, Refused
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.supervisor import Supervisor
from stillframe.transport.arena import Lease

ANSWER_S: Final = 60.0
_ROOT: Final = Path(__file__).parent.parent
_POLL_S: Final = 0.005


def environment() -> dict[str, str]:
    """Return this environment, with the benches' own workers where Python finds them."""
    places = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}


class Supervised:
    """A supervisor at work, as a context."""

    def __init__(self, specs: Sequence[WorkerSpec]) -> None:
        self._rings: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._statuses: queue.SimpleQueue[Sequence[WorkerStatus]] = queue.SimpleQueue()
        self._ask_fd = os.eventfd(0, os.EFD_CLOEXEC)
        self._supervisor = Supervisor(
            specs,
            notify=lambda: self._rings.put(None),
            rng=random.Random(),
            environ=environment(),
            readers={self._ask_fd: self._tell},
        )
        self.pid = 0
        """The process that was at work when the last event was taken."""

    def __enter__(self) -> Self:
        self._supervisor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop()
        self._supervisor.join(ANSWER_S)
        os.close(self._ask_fd)

    def next_seq(self) -> int:
        """Return the number of the next request."""
        return self._supervisor.next_seq()

    def submit(self, request: Request) -> None:
        """Ask for something; no request replaces another."""
        self._supervisor.post(events.Submit(request, b"%d" % request.seq))

    def release(self, worker: str, lease: Lease) -> None:
        """Give a lease back."""
        self._supervisor.post(events.Release(worker, lease.grant))

    def outcome(self) -> Outcome:
        """Wait until some request has ended, and return how.

        Raises:
            RuntimeError: if a worker was given up.
            queue.Empty: if nothing ends for a minute.
        """
        while True:
            self._rings.get(timeout=ANSWER_S)
            match self._supervisor.take():
                case Completed() | Refused() | Dropped() as outcome:
                    return outcome
                case events.WorkerChanged() as change:
                    self._note(change)

    def completed(self) -> Completed:
        """Wait until some request is done.

        Raises:
            RuntimeError: if it ended otherwise.
        """
        outcome = self.outcome()
        if not isinstance(outcome, Completed):
            raise RuntimeError(f"not done: {outcome}")  # noqa: TRY004 - no type of ours is wrong
        return outcome

    def until_warm(self, *, standby: bool) -> None:
        """Wait until the worker is ready, and the one that stands by for it too."""
        while True:
            os.eventfd_write(self._ask_fd, 1)
            (status,) = self._statuses.get(timeout=ANSWER_S)
            if status.state == "ready" and (status.standby == "ready" or not standby):
                self.pid = status.pid
                return
            # A rest between two looks, so that they do not slow down what they look at.
            try:
                self._rings.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(event := self._supervisor.take(), events.WorkerChanged):
                self._note(event)

    def until_ready(self, kinds: int) -> None:
        """Wait until the workers of so many kinds are ready."""
        ready: set[str] = set()
        while len(ready) < kinds:
            self._rings.get(timeout=ANSWER_S)
            if isinstance(event := self._supervisor.take(), events.WorkerChanged):
                self._note(event)
                if event.state is events.WorkerState.READY:
                    ready.add(event.worker)

    def _note(self, change: events.WorkerChanged) -> None:
        if change.state is events.WorkerState.FAILED:
            raise RuntimeError(f"the {change.worker} worker: {change.cause}")
        self.pid = change.pid or self.pid

    def _tell(self, now_ns: int) -> None:
        """Answer, on the supervisor's thread, which alone may ask for the status."""
        del now_ns
        os.eventfd_read(self._ask_fd)
        self._statuses.put(self._supervisor.status())
