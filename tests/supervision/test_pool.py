"""A pool moved by hand, event by event, where the order of things decides."""

import random
import selectors
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from crew import PATIENCE_S, Gate, environment, unruly_request, unruly_spec
from no_program import no_program
from stillframe.supervision.events import (
    Completed,
    Configure,
    Event,
    Logged,
    Refused,
    Submit,
    WorkerChanged,
    WorkerState,
)
from stillframe.supervision.pool import Pool
from stillframe.supervision.process import Child
from stillframe.supervision.quarantine import Quarantine
from stillframe.supervision.spec import Deadlines, Shutdown
from stillframe.supervision.staff import Site
from stillframe.supervision.worker import Worker
from stillframe.transport.arena import SlotStage
from unruly_worker import BURST

T = TypeVar("T")
# In the pool's eyes; nothing really waits so long.
TASK_S, START_S, STOP_S, IDLE_S = 1000.0, 2000.0, 3000.0, 4000.0
S = 1_000_000_000


class Hand:
    """A pool with a real child, its selector in our hands, and time as we say."""

    def __init__(self, **changes: object) -> None:
        self.events: list[Event] = []
        self.selector = selectors.DefaultSelector()
        self.now_ns = 10**15
        deadlines = Deadlines(start_s=START_S, task_s=TASK_S)
        self.pool = Pool(
            unruly_spec(**{"deadlines": deadlines, "shutdown": Shutdown(wait_s=STOP_S), **changes}),
            Site(
                rng=random.Random(1),
                spawn=lambda spec, lent: Child(spec, lent, environment()),
                launch=no_program,
                selector=self.selector,
                emit=self.events.append,
                quarantine=Quarantine(),
                wall_s=lambda: 1.5e9,
            ),
        )

    def submit(self, seq: int, path: str, deadline_ns: int = 2**62) -> None:
        request = unruly_request(seq, path, deadline_ns)
        self.pool.submit(Submit(request, b"%d" % seq), self.now_ns)

    def turn_until(self, condition: Callable[[], T]) -> T:
        """Deliver what happens until a condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            assert time.monotonic() < deadline, self.events
            for key, _ in self.selector.select(0.05):
                key.data(self.now_ns)
        return found

    def turn_until_state(self, state: WorkerState) -> None:
        self.turn_until(lambda: self.states()[-1:] == [state])
        if state is WorkerState.READY:
            # Health has tests of its own; here a look would be one more thing that is due.
            self.worker()._look_ns = None

    def states(self) -> list[WorkerState]:
        return [e.state for e in self.events if isinstance(e, WorkerChanged)]

    def ended(self) -> list[tuple[int, str]]:
        """Return how requests ended, in order."""
        found = [e for e in self.events if isinstance(e, Completed | Refused)]
        return [(e.request.seq, e.reason if isinstance(e, Refused) else "completed") for e in found]

    def heard(self) -> int:
        """Return how many records have come."""
        return sum(isinstance(event, Logged) for event in self.events)

    def worker(self) -> Worker:
        return self.pool._staff.at_work[0]

    def child(self) -> Child:
        return self.worker().child

    def wait_for_answer(self) -> None:
        """Wait until the worker has said something, but take no notice of it."""
        assert self.child().channel.wait(PATIENCE_S)

    def close(self) -> None:
        self.pool.close()
        self.turn_until(lambda: self.pool.gone)
        self.selector.close()


@pytest.fixture
def hand() -> Iterator[Hand]:
    opened = Hand()
    opened.pool.start(opened.now_ns)
    opened.turn_until_state(WorkerState.READY)
    yield opened
    opened.close()


def pass_time(hand: Hand, seconds: float) -> None:
    hand.now_ns += round(seconds * S)
    hand.pool.tick(hand.now_ns)


def test_what_a_killed_worker_had_answered_still_counts(hand: Hand) -> None:
    hand.submit(1, "paint")
    hand.wait_for_answer()
    pass_time(hand, TASK_S)  # too late: it is killed, its answer unread
    hand.turn_until_state(WorkerState.BACKOFF)
    assert hand.ended() == [(1, "completed")]


def test_an_answer_without_a_payload_gives_its_slot_back(hand: Hand) -> None:
    hand.submit(1, "without")
    hand.turn_until(hand.ended)
    (answer,) = (event for event in hand.events if isinstance(event, Completed))
    assert answer.lease is None
    assert hand.pool._arena is not None
    assert set(hand.pool._arena.stages()) == {SlotStage.FREE}


def test_the_death_of_a_worker_killed_for_one_request_costs_no_other(hand: Hand) -> None:
    # The late answer is taken before the death is: the next request must not go to the dying.
    hand.submit(1, "paint")
    hand.submit(2, "paint")
    hand.wait_for_answer()
    pass_time(hand, TASK_S)
    hand.worker().on_channel(hand.now_ns)
    assert hand.ended() == [(1, "completed")]
    hand.turn_until_state(WorkerState.BACKOFF)
    assert hand.ended() == [(1, "completed")]
    pass_time(hand, 1)
    hand.turn_until(lambda: len(hand.ended()) == 2)
    assert hand.ended()[1] == (2, "completed")


def test_an_answer_that_is_not_to_be_trusted_costs_the_next_request_no_attempt(
    hand: Hand,
) -> None:
    hand.submit(1, "stale")
    hand.submit(2, "kill")
    hand.wait_for_answer()
    hand.worker().on_channel(hand.now_ns)
    assert hand.ended() == [(1, "bad-answer")]
    # With two attempts, request 2 costs two workers of its own before it is refused.
    for _ in range(2):
        hand.turn_until_state(WorkerState.BACKOFF)
        assert (2, "worker-died") not in hand.ended()
        pass_time(hand, 1)
        hand.turn_until_state(WorkerState.READY)
    hand.turn_until(lambda: len(hand.ended()) == 2)
    assert hand.ended()[1] == (2, "worker-died")
    assert hand.states().count(WorkerState.BACKOFF) == 3


def test_time_has_nothing_to_say_to_a_worker_that_is_being_killed(hand: Hand) -> None:
    # A process can be long in dying (a disk that does not answer); meanwhile nothing may spin.
    hand.submit(1, "hang")
    due_ns = hand.pool.next_ns()
    assert due_ns == hand.now_ns + round(TASK_S * S)
    pass_time(hand, TASK_S)
    assert hand.pool.next_ns() is None
    hand.turn_until_state(WorkerState.BACKOFF)
    assert hand.ended() == [(1, "deadline")]


def test_nothing_is_due_while_a_worker_without_an_idle_time_waits(hand: Hand) -> None:
    assert hand.pool.next_ns() is None
    hand.submit(1, "paint")
    hand.turn_until(hand.ended)
    assert hand.pool.next_ns() is None


def test_a_request_that_cannot_be_sent_does_not_stop_the_worker(hand: Hand) -> None:
    hand.submit(1, "too long" + "." * 40_000)
    assert hand.ended() == [(1, "bad-request")]
    due_ns = hand.pool.next_ns()
    pass_time(hand, 0 if due_ns is None else (due_ns - hand.now_ns) / S)
    assert hand.states()[-1] is WorkerState.READY
    hand.submit(2, "paint")
    hand.turn_until(lambda: len(hand.ended()) == 2)
    assert hand.states()[-1] is WorkerState.READY


def test_requests_behind_one_that_cannot_be_sent_are_sent(hand: Hand, tmp_path: Path) -> None:
    with Gate.at(tmp_path) as gate:
        hand.submit(1, f"wait:{gate.path}")
        hand.submit(2, "too long" + "." * 40_000)
        hand.submit(3, "paint")
        gate.let_through()
        hand.turn_until(lambda: len(hand.ended()) == 2)
    pass_time(hand, 0)
    hand.turn_until(lambda: len(hand.ended()) == 3)
    assert hand.ended() == [(1, "completed"), (2, "bad-request"), (3, "completed")]


def test_requests_that_expire_while_another_is_done_leave_a_worker_that_can_idle() -> None:
    hand = Hand(shutdown=Shutdown(wait_s=STOP_S, idle_s=IDLE_S))
    hand.pool.start(hand.now_ns)
    hand.turn_until_state(WorkerState.READY)
    hand.submit(1, "paint")
    hand.submit(2, "paint", deadline_ns=hand.now_ns + 1)
    hand.now_ns += 2
    hand.turn_until(hand.ended)
    assert hand.pool.next_ns() == hand.now_ns + round(IDLE_S * S)
    pass_time(hand, IDLE_S)
    hand.turn_until_state(WorkerState.ABSENT)
    hand.close()


def test_a_worker_that_waits_for_a_slot_can_idle_once_nobody_wants_it() -> None:
    hand = Hand(shutdown=Shutdown(wait_s=STOP_S, idle_s=IDLE_S))
    hand.pool.start(hand.now_ns)
    hand.turn_until_state(WorkerState.READY)
    for seq in (1, 2, 3):
        hand.submit(seq, "paint")
    hand.turn_until(lambda: len(hand.ended()) == 2)  # both slots are leased, and kept
    hand.pool.cancel(b"3", hand.now_ns)
    pass_time(hand, IDLE_S)
    hand.turn_until_state(WorkerState.ABSENT)
    hand.close()


def test_a_worker_does_not_idle_away_while_a_request_waits_for_a_slot(hand: Hand) -> None:
    hand.pool.spec = unruly_spec(shutdown=Shutdown(wait_s=STOP_S, idle_s=IDLE_S))
    for seq in (1, 2, 3):
        hand.submit(seq, "paint")
    hand.turn_until(lambda: len(hand.ended()) == 2)
    for _ in range(3):
        pass_time(hand, IDLE_S)
    assert hand.states()[-1] is WorkerState.READY
    leased = next(e for e in hand.events if isinstance(e, Completed))
    assert leased.lease is not None
    hand.pool.release(leased.lease.grant, hand.now_ns)
    hand.turn_until(lambda: len(hand.ended()) == 3)


def test_what_a_talkative_worker_says_is_read_in_portions_and_nothing_is_lost(
    hand: Hand, tmp_path: Path
) -> None:
    # Else a worker that never stops talking keeps the thread from its own deadline.
    mark = tmp_path / "said"
    hand.submit(1, f"burst:{mark}")
    deadline = time.monotonic() + PATIENCE_S
    while not mark.exists():
        assert time.monotonic() < deadline
    hand.worker().on_channel(hand.now_ns)
    assert 0 < hand.heard() < BURST
    pass_time(hand, TASK_S)
    hand.turn_until_state(WorkerState.BACKOFF)
    assert hand.heard() == BURST
    assert hand.ended() == [(1, "deadline")]


def test_a_dead_workers_slot_is_given_back_when_it_is_reaped_and_not_before(hand: Hand) -> None:
    arena = hand.pool._arena
    assert arena is not None
    hand.submit(1, "hang")
    pass_time(hand, TASK_S)
    assert arena.stages() == (SlotStage.RESERVED, SlotStage.FREE)
    hand.turn_until_state(WorkerState.BACKOFF)
    assert arena.stages() == (SlotStage.FREE, SlotStage.FREE)


def test_settings_that_come_while_a_worker_starts_reach_it(tmp_path: Path) -> None:
    with Gate.at(tmp_path) as gate:
        hand = Hand(settings={"at_start": "wait", "fifo": str(gate.path)})
        hand.pool.start(hand.now_ns)
        hand.pool.configure(Configure("unruly", {"level": 11}), hand.now_ns)
        gate.let_through()
        hand.turn_until_state(WorkerState.READY)
    hand.submit(1, "paint")
    hand.turn_until(hand.ended)
    (answer,) = [e for e in hand.events if isinstance(e, Completed)]
    assert getattr(answer.response, "cache_key", None) == b'settings {"level":11}'
    hand.close()
