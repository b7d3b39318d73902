"""Every schedule of requests, deaths, hangs, late answers and cancellations, through a whole pool.

The processes are fake, so that the order of events is the test's; all decisions are the real ones.
"""

import collections
import random
import selectors
from typing import Any, cast

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crew import unruly_request, unruly_spec
from fake_child import DeafSelector, FakeChild
from no_program import no_program
from stillframe.contracts.images import ImageRequest
from stillframe.contracts.quarantine import WorkerInput
from stillframe.supervision.events import (
    Completed,
    Configure,
    Dropped,
    Event,
    Refused,
    Submit,
    WorkerChanged,
    WorkerState,
)
from stillframe.supervision.ledger import Fate
from stillframe.supervision.pool import Pool
from stillframe.supervision.process import Child, Lent
from stillframe.supervision.quarantine import Quarantine
from stillframe.supervision.spec import Deadlines, Heartbeat, Limits, RestartBudget, Shutdown
from stillframe.supervision.staff import Site
from stillframe.transport.arena import Arena, ArenaShape, SlotStage
from stillframe.transport.backlog import Urgency

S = 1_000_000_000
ATTEMPTS = 2
# How many work, and whether one stands by.
TEAMS = st.sampled_from([(1, False), (1, True), (2, False)])
SHAPE = ArenaShape(3, 8192)
NAMES = st.sampled_from([b"a", b"b", b"c", b"d", b"e"])
HOWS = st.sampled_from(["signal 9", "signal 11", "exit 0", "exit 1"])


class Schedules(RuleBasedStateMachine):
    """A pool, its fake processes, and the account of what was asked and answered."""

    @initialize(team=TEAMS, backlog=st.integers(1, 4), restarts=st.integers(2, 50))
    def begin(self, team: tuple[int, bool], backlog: int, restarts: int) -> None:
        self.now_ns = 10**15
        self.events: list[Event] = []
        self.asked: list[int] = []
        self.children: list[FakeChild] = []
        self.leases: list[Completed] = []
        self.deaths: collections.Counter[int] = collections.Counter()
        self.restarts = restarts
        self.processes, standby = team
        self.pool = Pool(
            unruly_spec(
                processes=self.processes,
                standby=standby,
                arena=SHAPE,
                limits=Limits(backlog=backlog, attempts=ATTEMPTS),
                heartbeat=Heartbeat(interval_s=0.25, missed=3),
                deadlines=Deadlines(start_s=20, task_s=30),
                budget=RestartBudget(restarts=restarts, backoff_first_s=0.1, backoff_cap_s=1),
                shutdown=Shutdown(wait_s=1),
            ),
            Site(
                rng=random.Random(5),
                spawn=self.spawn,
                launch=no_program,
                selector=cast("selectors.BaseSelector", DeafSelector()),
                emit=self.events.append,
                quarantine=Quarantine(),
                wall_s=lambda: 1.5e9,
            ),
        )

    def spawn(self, spec: Any, lent: Lent) -> Child:
        self.children.append(FakeChild(spec, lent.arena))
        return cast("Child", self.children[-1])

    def workers(self) -> list[Any]:
        return list(self.pool._staff._workers())

    def turn(self) -> None:
        """Deliver all that has been said and all that is due."""
        for _ in range(4):
            for worker in self.workers():
                worker.child.listen()
                worker.on_channel(self.now_ns)
                if worker.child.how:
                    self.count_death(worker.child)
                    worker.on_exit(self.now_ns)
            self.pool.tick(self.now_ns)

    def count_death(self, child: FakeChild) -> None:
        """Count a death on a request, unless we ended the worker for reasons of our own."""
        fates = {worker.pid: fate for worker, fate in self.pool._staff._at_work.items()}
        to_blame = fates.get(child.pid) is not Fate.KEEP
        if to_blame and child.in_hand and self.in_flight().get(child.pid) == child.in_hand.seq:
            self.deaths[child.in_hand.seq] += 1

    def in_flight(self) -> dict[int, int]:
        """Return which request is in the hands of which process."""
        tasks = self.pool._ledger.in_flight
        return {pid: task.ticket.request.seq for pid, task in tasks.items()}

    def living(self) -> list[FakeChild]:
        return [worker.child for worker in self.workers() if not worker.child.how]

    @rule(name=NAMES, urgent=st.booleans(), life_s=st.sampled_from([1, 10**6]))
    def submit(self, name: bytes, urgent: bool, life_s: int) -> None:  # noqa: FBT001
        seq = len(self.asked) + 1
        self.asked.append(seq)
        request = unruly_request(seq, name.decode(), self.now_ns + life_s * S)
        urgency = Urgency.ON_SCREEN if urgent else Urgency.PREFETCH
        self.pool.submit(Submit(request, name, urgency, WorkerInput(name)), self.now_ns)
        self.turn()

    @rule(name=NAMES)
    def cancel(self, name: bytes) -> None:
        self.pool.cancel(name, self.now_ns)

    @rule(pick=st.integers(0, 3), generation=st.sampled_from([0, 0, 0, -1, 1]), turn=st.booleans())
    def answer(self, pick: int, generation: int, turn: bool) -> None:  # noqa: FBT001
        """Whoever has a request answers it, perhaps long after we gave it up."""
        busy = [child for child in self.living() if child.in_hand and not child.frozen]
        if busy:
            child = busy[pick % len(busy)]
            child.answer(cast("ImageRequest", child.in_hand), generation=generation)
            child.in_hand = None
            if turn:
                self.turn()

    @precondition(lambda self: self.in_flight())
    @rule()
    def forge(self) -> None:
        """One that stands by, or works on something else, answers what it was never asked."""
        for pid, task in list(self.pool._ledger.in_flight.items()):
            for worker in self.workers():
                child = cast("FakeChild", worker.child)
                if child.pid == pid or child.frozen or child.how:
                    continue
                worker.on_channel(self.now_ns)  # what it had to say is no forgery
                if self.in_flight().get(pid) != task.ticket.request.seq:
                    return
                request = cast("ImageRequest", task.ticket.request)
                before = len(self.completed())
                child.answer(msgspec.structs.replace(request, slot=task.grant))
                worker.on_channel(self.now_ns)
                assert len(self.completed()) == before
                return

    @rule(how=HOWS, pick=st.integers(0, 3), turn=st.booleans())
    def die(self, how: str, pick: int, turn: bool) -> None:  # noqa: FBT001
        living = self.living()
        if living:
            living[pick % len(living)].die(how)
            if turn:
                self.turn()

    @rule(pick=st.integers(0, 3))
    def freeze(self, pick: int) -> None:
        living = self.living()
        if living:
            living[pick % len(living)].frozen = True

    @rule()
    def those_who_were_killed_die(self) -> None:
        for child in self.living():
            if child.killed:
                child.die("signal 9")
        self.turn()

    @rule(seconds=st.sampled_from([0.1, 0.25, 0.5, 2, 15, 31, 100]))
    def time_passes(self, seconds: float) -> None:
        self.now_ns += round(seconds * S)
        self.turn()

    @precondition(lambda self: self.completed())
    @rule(pick=st.integers(0, 9))
    def release(self, pick: int) -> None:
        kept = [done for done in self.completed() if done not in self.leases]
        if kept:
            done = kept[pick % len(kept)]
            self.leases.append(done)
            assert done.lease is not None
            self.pool.release(done.lease.grant, self.now_ns)
            self.turn()

    @rule()
    def restart(self) -> None:
        self.pool.restart(self.now_ns)
        self.turn()

    @rule()
    def configure(self) -> None:
        self.pool.configure(Configure("unruly", {"at": self.now_ns}), self.now_ns)
        self.turn()

    def completed(self) -> list[Completed]:
        return [event for event in self.events if isinstance(event, Completed)]

    def ended(self) -> collections.Counter[int]:
        outcomes = [e for e in self.events if isinstance(e, Completed | Refused | Dropped)]
        return collections.Counter(e.request.seq for e in outcomes)

    @invariant()
    def each_request_waits_or_is_in_hand_or_has_ended_once(self) -> None:
        if not hasattr(self, "pool"):
            return
        ended = self.ended()
        assert all(count == 1 for count in ended.values())
        waiting = self.pool._ledger.waiting + len(self.in_flight())
        assert len(ended) + waiting == len(self.asked)
        now = self.pool.status(self.now_ns)
        told = now.completed + sum(now.refused.values()) + sum(now.dropped.values())
        assert (now.asked, told) == (len(self.asked), len(ended))

    @invariant()
    def a_frame_is_its_requests_own(self) -> None:
        for done in self.completed() if hasattr(self, "pool") else []:
            assert done.lease is not None
            assert done.lease.header.seq == done.request.seq == done.response.seq
            if done not in self.leases:
                assert set(done.lease.pixels) == {done.request.seq % 256}, "it was written over"

    @invariant()
    def slots_are_held_by_leases_and_the_tasks_in_hand_and_by_nothing_else(self) -> None:
        if not hasattr(self, "pool"):
            return
        stages = collections.Counter(cast("Arena", self.pool._arena).stages())
        assert stages[SlotStage.LEASED] == len(self.completed()) - len(self.leases)
        assert stages[SlotStage.RESERVED] == len(self.in_flight())

    @invariant()
    def workers_die_of_one_request_so_often_and_not_more(self) -> None:
        assert all(count <= ATTEMPTS for count in getattr(self, "deaths", {}).values())

    @invariant()
    def a_task_is_in_the_hands_of_a_process(self) -> None:
        if hasattr(self, "pool"):
            assert set(self.in_flight()) <= {worker.pid for worker in self.pool._staff.at_work}

    @invariant()
    def an_input_is_in_one_process_s_hands(self) -> None:
        if hasattr(self, "pool"):
            inputs = [task.ticket.input for task in self.pool._ledger.in_flight.values()]
            assert len(set(inputs)) == len(inputs)

    @invariant()
    def no_more_work_than_may_and_one_stands_by_at_most(self) -> None:
        if hasattr(self, "pool"):
            staff = self.pool._staff
            assert len(staff.at_work) <= self.processes
            assert staff.standby is None or self.processes == 1

    @invariant()
    def where_workers_have_failed_nobody_works_on_and_nothing_waits(self) -> None:
        if hasattr(self, "pool") and self.pool._staff.state is WorkerState.FAILED:
            assert all(worker.doomed for worker in self.workers())
            assert self.pool._ledger.waiting == 0

    def teardown(self) -> None:
        if not hasattr(self, "pool"):
            return
        self.pool.stop(self.now_ns)
        for _ in range(20):
            for child in self.living():
                if child.told_to_stop or child.killed:
                    child.die("exit 0")
            self.now_ns += S
            self.turn()
        assert self.pool.gone
        assert sorted(self.ended().elements()) == self.asked
        last = [event.state for event in self.events if isinstance(event, WorkerChanged)][-1:]
        assert last in ([], [WorkerState.ABSENT])
        self.pool.close()


Schedules.TestCase.settings = settings(max_examples=120, stateful_step_count=40)
TestEveryScheduleEndsEveryRequestOnce = Schedules.TestCase
