"""What people are told of a pool."""

from fake_staff import FakeStaff
from stillframe.contracts.counters import Durations
from stillframe.contracts.histogram import BUCKETS
from stillframe.supervision.spec import Limits


def test_a_status_counts_what_became_of_every_request() -> None:
    crew = FakeStaff(standby=True, limits=Limits(backlog=2))
    crew.turn()
    for seq in range(1, 6):
        crew.submit(seq)
    now = crew.pool.status(crew.now_ns)
    assert (now.asked, now.in_flight, now.queued, now.queue_cap) == (5, 1, 2, 2)
    assert now.dropped == {"overflow": 2}
    assert now.arena is not None
    assert now.arena.stages == {"reserved": 1, "free": 1}
    assert (now.state, now.standby, now.pid) == ("ready", "ready", crew.active.pid)
    assert (now.overdue, crew.pool.status(crew.now_ns + 2**62).overdue) == (0, 3)
    request = crew.active.in_hand
    assert request is not None
    crew.active.in_hand = None
    crew.active.answer(request)
    crew.turn(2)
    now = crew.pool.status(crew.now_ns)
    assert (now.completed, now.latency.count) == (1, 1)
    assert now.uptime_s == 2.0
    assert now.arena is not None
    assert now.arena.stages == {"leased": 1, "reserved": 1}
    crew.active.answer(request)  # a second time
    crew.turn()
    assert crew.pool.status(crew.now_ns).stale == 1


def test_a_flood_is_logged_once() -> None:
    crew = FakeStaff(limits=Limits(backlog=2))
    for seq in range(1, 50):
        crew.submit(seq)
    assert crew.logged() == ["overflow"]


def test_nobody_at_work_is_no_pid_and_no_time() -> None:
    crew = FakeStaff(start=False)
    now = crew.pool.status(crew.now_ns)
    assert (now.state, now.pid, now.uptime_s, now.memory_bytes) == ("absent", 0, 0.0, 0)
    assert now.latency.p99_ms == 0.0


def test_of_two_that_work_both_are_there_with_what_they_have_done_together() -> None:
    crew = FakeStaff(processes=2)
    first, second = crew.at_work
    for child, counted in ((first, 3), (second, 4)):
        child.counted = Durations(counts=(counted,) + (0,) * (BUCKETS - 1), max_ns=counted)
    crew.submit(1)
    crew.turn(2)
    now = crew.pool.status(crew.now_ns)
    assert (now.pid, [other.pid for other in now.others]) == (first.pid, [second.pid])
    (other,) = now.others
    assert (other.state, other.uptime_s, other.memory_bytes) == ("ready", 2.0, 1 << 20)
    assert (now.handling.count, now.handling.max_ms) == (7, 4e-6)
    assert now.in_flight == 1
