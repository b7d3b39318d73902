"""The exactly-once book, under every order of things that can happen to a request."""

import collections
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crew import unruly_request
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.quarantine import WorkerInput
from stillframe.supervision.events import Dropped, RefusalSource, Refused
from stillframe.supervision.ledger import Ending, Fate, InFlight, Ledger, Loss, Ticket
from stillframe.transport.backlog import DropReason, Urgency

TASK_NS = 1000
PID, OTHER = 71, 72
PIDS = st.sampled_from([PID, OTHER])


def ticket(seq: int, deadline_ns: int = 2**62, key: bytes | None = None, losses: int = 0) -> Ticket:
    request = unruly_request(seq, "paint", deadline_ns)
    name = key or b"%d" % seq
    # Two keys, as of two sizes, may be about the same file.
    about = WorkerInput(b"of a and b" if name in (b"a", b"b") else name)
    return Ticket(request, name, Urgency.PREFETCH, about, losses)


def sent(book: Ledger, seq: int, now_ns: int = 0) -> None:
    """Enter a ticket and put it into a worker's hands."""
    assert book.submit(ticket(seq)) == ()
    taken, _ = book.take(now_ns)
    assert taken is not None
    assert taken.request.seq == seq
    book.sent(PID, taken, now_ns, None)


def book(cap: int = 4, attempts: int = 2) -> Ledger:
    return Ledger(cap=cap, attempts=attempts, task_ns=TASK_NS)


def endings(found: tuple[Ending, ...]) -> list[tuple[int, str]]:
    return [(ending.request.seq, ending.reason) for ending in found]


def test_a_task_is_overdue_after_its_time_and_knows_its_slot() -> None:
    open_book, grant = book(), SlotGrant(index=1, generation=5)
    open_book.submit(ticket(1))
    taken, _ = open_book.take(50)
    assert taken is not None
    open_book.sent(PID, taken, 50, grant)
    assert open_book.in_flight == {PID: InFlight(taken, 50 + TASK_NS, grant)}
    assert not open_book.idle


def test_an_answer_closes_its_own_task_and_no_other() -> None:
    open_book = book()
    sent(open_book, 1)
    assert open_book.answered(PID, 2) is None
    task = open_book.answered(PID, 1)
    assert task is not None
    assert task.ticket.request.seq == 1
    assert open_book.answered(PID, 1) is None, "an answer counts once"
    assert open_book.idle


def test_a_lost_task_is_retried_ahead_of_the_others_then_refused() -> None:
    open_book = book()
    sent(open_book, 1)
    open_book.submit(ticket(2))
    assert open_book.worker_lost(PID, Fate.RETRY, "worker-died", "signal 9") == Loss()
    again, _ = open_book.take(0)
    assert again == ticket_of(again, 1, losses=1)
    open_book.sent(PID, again, 0, None)
    refused = Refused(again.request, "worker-died", "signal 9", RefusalSource.SUPERVISOR)
    spent = replace(again, losses=2)
    lost = open_book.worker_lost(PID, Fate.RETRY, "worker-died", "signal 9")
    assert lost == Loss((refused,), spent)
    following, _ = open_book.take(0)
    assert following == ticket_of(following, 2, losses=0)


def ticket_of(found: Ticket | None, seq: int, losses: int) -> Ticket:
    assert found is not None
    assert (found.request.seq, found.losses) == (seq, losses)
    return found


def test_a_task_that_no_worker_would_do_better_is_not_retried() -> None:
    open_book = book()
    sent(open_book, 1)
    lost = open_book.worker_lost(PID, Fate.REFUSE, "deadline", "no answer")
    assert endings(lost.endings) == [(1, "deadline")]
    assert lost.spent is None
    assert open_book.idle


def test_a_task_that_is_not_to_blame_is_kept_as_often_as_it_takes() -> None:
    open_book = book(attempts=1)
    sent(open_book, 1)
    for _ in range(5):
        assert open_book.worker_lost(PID, Fate.KEEP, "worker-died", "a restart") == Loss()
        taken, _ = open_book.take(0)
        open_book.sent(PID, ticket_of(taken, 1, losses=0), 0, None)


def test_a_worker_that_dies_with_nothing_in_hand_costs_nothing() -> None:
    open_book = book()
    open_book.submit(ticket(1))
    assert open_book.worker_lost(PID, Fate.RETRY, "worker-died", "") == Loss()
    taken, _ = open_book.take(0)
    assert ticket_of(taken, 1, losses=0)


def test_a_newer_request_of_the_same_key_replaces_the_retry() -> None:
    open_book = book()
    sent(open_book, 1)
    open_book.submit(ticket(2, key=b"1"))
    lost = open_book.worker_lost(PID, Fate.RETRY, "worker-died", "")
    assert endings(lost.endings) == [(1, DropReason.SUPERSEDED)]


@pytest.mark.parametrize("keys", [(b"c", b"c"), (b"a", b"b")], ids=["key", "input"])
def test_what_one_has_in_hand_no_other_is_given_and_the_next_in_line_is(
    keys: tuple[bytes, bytes],
) -> None:
    open_book = book()
    for seq, key in enumerate((*keys, b"d"), start=1):
        first = ticket(seq, key=key)
        open_book.submit(first)
        if seq == 1:
            taken, _ = open_book.take(0)
            open_book.sent(PID, ticket_of(taken, 1, losses=0), 0, None)
    taken, _ = open_book.take(0)
    open_book.sent(OTHER, ticket_of(taken, 3, losses=0), 0, None)
    assert open_book.take(0) == (None, ())
    assert open_book.answered(OTHER, 1) is None, "it is in the hands of another"
    assert open_book.answered(PID, 1) is not None
    taken, _ = open_book.take(0)
    assert ticket_of(taken, 2, losses=0)


def test_a_death_costs_the_task_of_the_dead_and_no_other() -> None:
    open_book = book(attempts=1)
    for pid, seq in ((PID, 1), (OTHER, 2)):
        open_book.submit(ticket(seq))
        taken, _ = open_book.take(0)
        open_book.sent(pid, ticket_of(taken, seq, losses=0), 0, None)
    lost = open_book.worker_lost(OTHER, Fate.RETRY, "worker-died", "signal 9")
    assert endings(lost.endings) == [(2, "worker-died")]
    assert list(open_book.in_flight) == [PID]
    assert open_book.answered(PID, 1) is not None


def test_requests_whose_time_has_passed_are_dropped_when_their_turn_comes() -> None:
    open_book = book()
    for seq, deadline_ns in [(1, 100), (2, 101), (3, 99)]:
        open_book.submit(ticket(seq, deadline_ns))
    taken, expired = open_book.take(100)
    assert ticket_of(taken, 2, losses=0)
    assert endings(expired) == [(1, DropReason.EXPIRED)]
    taken, expired = open_book.take(100)
    assert (taken, endings(expired)) == (None, [(3, DropReason.EXPIRED)])


def test_a_task_that_was_lost_sight_of_is_overdue_and_so_is_one_that_waits_too_long() -> None:
    open_book = book()
    sent(open_book, 1, now_ns=50)
    open_book.submit(ticket(2, deadline_ns=2000))
    assert [open_book.overdue(now_ns) for now_ns in (49 + TASK_NS, 50 + TASK_NS, 2000)] == [0, 1, 2]
    assert open_book.answered(PID, 1) is not None
    assert open_book.overdue(1999) == 0
    assert endings(open_book.take(2000)[1]) == [(2, DropReason.EXPIRED)]
    assert open_book.overdue(2000) == 0


def test_stopping_drops_the_task_in_hand_and_all_that_waits() -> None:
    open_book = book()
    sent(open_book, 1)
    open_book.submit(ticket(2))
    open_book.submit(ticket(3))
    dropped = open_book.drop_all(DropReason.STOPPED)
    assert endings(dropped) == [(seq, DropReason.STOPPED) for seq in (1, 2, 3)]
    assert open_book.idle
    assert open_book.answered(PID, 1) is None


def test_failing_refuses_all_that_waits() -> None:
    open_book = book()
    open_book.submit(ticket(1))
    open_book.submit(ticket(2))
    refused = open_book.refuse_all("worker-failed", "six deaths")
    assert endings(refused) == [(1, "worker-failed"), (2, "worker-failed")]
    assert open_book.waiting == 0


def test_a_book_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        book(cap=0)


class Schedules(RuleBasedStateMachine):
    """Any order of events, against a count of what every request came to."""

    def __init__(self) -> None:
        super().__init__()
        self.book = book()
        self.now_ns = 0
        self.asked: list[int] = []
        self.ended: collections.Counter[int] = collections.Counter()
        self.taken: Ticket | None = None  # between take and sent or untake
        self.losses: collections.Counter[int] = collections.Counter()
        self.settled: list[int] = []

    @initialize(cap=st.integers(1, 4), attempts=st.integers(1, 3))
    def open_the_book(self, cap: int, attempts: int) -> None:
        self.cap, self.attempts = cap, attempts
        self.book = book(cap, attempts)

    def end(self, found: tuple[Ending, ...]) -> None:
        for ending in found:
            assert isinstance(ending, Refused | Dropped)
            self.settle(ending.request.seq)

    def settle(self, seq: int) -> None:
        self.ended[seq] += 1
        self.settled.append(seq)

    @rule(key=st.sampled_from([b"a", b"b", b"c", b"d", b"e", b"f"]), life=st.integers(0, 4))
    def submit(self, key: bytes, life: int) -> None:
        seq = len(self.asked) + 1
        self.asked.append(seq)
        self.end(self.book.submit(ticket(seq, self.now_ns + life, key)))

    @rule(key=st.sampled_from([b"a", b"b", b"c"]))
    def cancel(self, key: bytes) -> None:
        self.end(self.book.cancel(key))

    @rule(ns=st.integers(1, 3))
    def time_passes(self, ns: int) -> None:
        self.now_ns += ns

    def free(self) -> list[int]:
        """Return who has nothing in hand."""
        return [pid for pid in (PID, OTHER) if pid not in self.book.in_flight]

    @precondition(lambda self: self.taken is None and self.free())
    @rule()
    def take(self) -> None:
        self.taken, expired = self.book.take(self.now_ns)
        self.end(expired)

    @precondition(lambda self: self.taken is not None)
    @rule(fits=st.booleans())
    def send(self, *, fits: bool) -> None:
        assert self.taken is not None
        taken, self.taken = self.taken, None
        if fits:
            self.book.sent(self.free()[0], taken, self.now_ns, None)
        else:
            self.end(self.book.untake(taken))

    @rule(pid=PIDS)
    def answer(self, pid: int) -> None:
        in_hand = self.book.in_flight.get(pid)
        if in_hand is not None:
            assert self.book.answered(pid, seq_of(in_hand)) is in_hand
            self.settle(seq_of(in_hand))

    @rule(pid=PIDS, data=st.data())
    def stray_answer(self, pid: int, data: Any) -> None:
        own = self.book.in_flight.get(pid)
        in_hand = [seq_of(task) for task in self.book.in_flight.values()]
        others = [s for s in [*self.settled, *in_hand, 10**6] if not own or s != seq_of(own)]
        if others:
            assert self.book.answered(pid, data.draw(st.sampled_from(others))) is None

    @rule(pid=PIDS, fate=st.sampled_from(Fate))
    def worker_lost(self, pid: int, fate: Fate) -> None:
        in_hand = self.book.in_flight.get(pid)
        found = self.book.worker_lost(pid, fate, "worker-died", "")
        if in_hand is not None:
            self.losses[seq_of(in_hand)] += fate is not Fate.KEEP
            refused = [e for e in found.endings if isinstance(e, Refused)]
            spent = fate is Fate.RETRY and self.losses[seq_of(in_hand)] >= self.attempts
            assert bool(refused) == (spent or fate is Fate.REFUSE)
            assert bool(found.spent) == spent
        self.end(found.endings)

    @rule()
    def refuse_all(self) -> None:
        self.end(self.book.refuse_all("worker-failed", ""))

    @precondition(lambda self: self.taken is None)
    @rule()
    def drop_all(self) -> None:
        self.end(self.book.drop_all(DropReason.STOPPED))
        assert self.book.idle

    @invariant()
    def each_request_is_in_one_place_or_has_ended_once(self) -> None:
        present = self.book.waiting + len(self.book.in_flight) + (self.taken is not None)
        assert all(count == 1 for count in self.ended.values())
        assert len(self.ended) + present == len(self.asked)

    @invariant()
    def no_more_wait_than_may(self) -> None:
        assert self.book.waiting <= self.cap + 2  # those that were put back may exceed it

    @invariant()
    def nothing_is_in_two_hands(self) -> None:
        tickets = [task.ticket for task in self.book.in_flight.values()]
        assert len({it.input for it in tickets}) == len({it.key for it in tickets}) == len(tickets)

    def teardown(self) -> None:
        if self.taken is not None:
            self.end(self.book.untake(self.taken))
        self.end(self.book.drop_all(DropReason.STOPPED))
        assert sorted(self.ended.elements()) == self.asked


def seq_of(task: InFlight) -> int:
    return task.ticket.request.seq


Schedules.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestEveryScheduleEndsEveryRequestOnce = Schedules.TestCase
