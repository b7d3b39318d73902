"""A pool of fake children, turned by hand, and what it has said."""

import random
import selectors
from typing import Any, cast

from crew import unruly_request, unruly_spec
from fake_child import DeafSelector, FakeChild
from no_program import no_program
from stillframe.contracts.quarantine import WorkerInput
from stillframe.supervision.events import Event, Logged, Refused, Submit, WorkerChanged, WorkerState
from stillframe.supervision.pool import Pool
from stillframe.supervision.process import Child, Lent
from stillframe.supervision.quarantine import Quarantine
from stillframe.supervision.spec import Heartbeat
from stillframe.supervision.staff import Site, Staff

S = 1_000_000_000
BEAT_S = 0.25
MISSED = 6


class FakeStaff:
    """One pool; nothing happens but by `turn`, `look` and the children's own methods."""

    def __init__(self, *, start: bool = True, **changes: Any) -> None:
        self.now_ns = 10**15
        self.events: list[Event] = []
        self.children: list[FakeChild] = []
        self.no_process = False
        self.quarantine = Quarantine()
        heartbeat = Heartbeat(interval_s=BEAT_S, missed=MISSED)
        self.pool = Pool(
            unruly_spec(**{"heartbeat": heartbeat, **changes}),
            Site(
                rng=random.Random(5),
                spawn=self._spawn,
                launch=no_program,
                selector=cast("selectors.BaseSelector", DeafSelector()),
                emit=self.events.append,
                quarantine=self.quarantine,
                wall_s=lambda: 1.5e9,
            ),
        )
        if start:
            self.pool.start(self.now_ns)
            self.turn()

    def _spawn(self, spec: Any, lent: Lent) -> Child:
        if self.no_process:
            raise OSError(11, "Resource temporarily unavailable")
        self.children.append(FakeChild(spec, lent.arena))
        return cast("Child", self.children[-1])

    @property
    def staff(self) -> Staff:
        """The pool's staff."""
        return self.pool._staff

    @property
    def active(self) -> FakeChild:
        """The child at work, the first of several."""
        return self.at_work[0]

    @property
    def at_work(self) -> list[FakeChild]:
        """The children at work."""
        return [cast("FakeChild", worker.child) for worker in self.staff.at_work]

    @property
    def standby(self) -> FakeChild | None:
        """The child that stands by."""
        return cast("FakeChild", self.staff.standby.child) if self.staff.standby else None

    def turn(self, after_s: float = 0.0) -> None:
        """Let time pass, then deliver all that was said and all that is due."""
        self.now_ns += round(after_s * S)
        for _ in range(4):
            for worker in self.staff._workers():
                cast("FakeChild", worker.child).listen()
                worker.on_channel(self.now_ns)
                worker.on_exit(self.now_ns)
            self.pool.tick(self.now_ns)

    def submit(self, seq: int, about: WorkerInput | None = None) -> None:
        """Ask for something."""
        request = unruly_request(seq, "paint")
        self.pool.submit(Submit(request, b"%d" % seq, input=about), self.now_ns)
        self.turn()

    def states(self) -> list[WorkerState]:
        """Return the states so far."""
        return [event.state for event in self.events if isinstance(event, WorkerChanged)]

    def changed(self) -> WorkerChanged:
        """Return the last change."""
        return [event for event in self.events if isinstance(event, WorkerChanged)][-1]

    def refused(self) -> list[Refused]:
        """Return the refusals so far."""
        return [event for event in self.events if isinstance(event, Refused)]

    def logged(self) -> list[str]:
        """Return the log so far."""
        return [event.record.event for event in self.events if isinstance(event, Logged)]
