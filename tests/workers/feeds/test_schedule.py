"""When a feed is asked again: the rows of the table of HTTP that are about time."""

import datetime as dt
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.feeds import DropReason, FeedState, Reading
from stillframe.workers.feeds import schedule
from stillframe.workers.feeds.schedule import Pace, Record, Trouble

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
# A Monday, 10:20 GMT.
NOW = dt.datetime(2026, 11, 23, 10, 20, tzinfo=dt.UTC).timestamp()
VALIDATED = Pace(validated=True)
JITTER = 1.05


def rng() -> random.Random:
    return random.Random(1)


def answered(record: Record, pace: Pace = VALIDATED, reading: Reading | None = None) -> Record:
    return schedule.after_answer(record, pace, reading, NOW, rng())


def failed(record: Record, now_s: float = NOW, **trouble: object) -> Record:
    why = msgspec.convert({"reason": DropReason.HTTP_ERROR, **trouble}, Trouble)
    return schedule.after_trouble(record, why, now_s, rng())


def wait_of(record: Record, now_s: float = NOW) -> float:
    assert record.due_s is not None
    return record.due_s - now_s


@pytest.mark.parametrize(
    ("pace", "reading", "interval_s"),
    [
        (VALIDATED, None, HOUR),
        (Pace(validated=True, max_age_s=2 * HOUR), None, 2 * HOUR),
        (Pace(validated=True, max_age_s=10.0), None, HOUR),
        (Pace(validated=True, expires_s=3 * HOUR), None, 3 * HOUR),
        (Pace(validated=True, max_age_s=9 * DAY), None, DAY),
        (VALIDATED, Reading(feed_ttl_s=4 * HOUR), 4 * HOUR),
        (VALIDATED, Reading(update_period_s=5 * HOUR), 5 * HOUR),
        (VALIDATED, Reading(feed_ttl_s=4 * HOUR, update_period_s=90 * DAY), DAY),
        (Pace(max_age_s=2 * HOUR), Reading(feed_ttl_s=3 * HOUR), 3 * HOUR),
    ],
)
def test_the_longest_wish_counts_up_to_a_day(
    pace: Pace, reading: Reading | None, interval_s: float
) -> None:
    wait_s = wait_of(answered(Record(), pace, reading))
    assert interval_s <= wait_s <= min(interval_s * JITTER, DAY)


def test_without_validators_or_a_word_a_feed_is_asked_once_a_day() -> None:
    assert wait_of(answered(Record(), Pace(), Reading())) == DAY


def test_what_a_feed_said_of_its_pace_holds_while_nothing_changes() -> None:
    first = answered(Record(), VALIDATED, Reading(feed_ttl_s=4 * HOUR, skip_hours=(3,)))
    again = answered(first, VALIDATED, None)
    assert wait_of(again) >= 4 * HOUR
    assert again.skip_hours == (3,)


def test_a_good_answer_forgives_everything() -> None:
    record = answered(failed(failed(Record())))
    assert (record.failures, record.failing_since_s, record.error) == (0, None, None)
    assert schedule.health_of(record, 3, NOW).state is FeedState.OK


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        ((), (), (23, 12)),
        ((12,), (), (23, 13)),
        ((12, 13, 14), (), (23, 15)),
        ((), (0,), (24, 0)),
        ((0, 1), (0,), (24, 2)),
        (tuple(range(24)), (), (23, 12)),
        ((), tuple(range(7)), (23, 12)),
    ],
)
def test_hours_and_days_to_be_skipped_are_skipped_unless_all_are(
    hours: tuple[int, ...], days: tuple[int, ...], expected: tuple[int, int]
) -> None:
    due_s = dt.datetime(2026, 11, 23, 12, 30, tzinfo=dt.UTC).timestamp()
    found = schedule.beyond_skips(due_s, hours, days)
    moment = dt.datetime.fromtimestamp(found, dt.UTC)
    assert (moment.day, moment.hour) == expected
    assert found >= due_s


@given(
    st.floats(0, 4e9),
    st.frozensets(st.integers(0, 23), max_size=23),
    st.frozensets(st.integers(0, 6), max_size=6),
)
def test_the_time_found_is_the_first_that_is_not_skipped(
    due_s: float, hours: frozenset[int], days: frozenset[int]
) -> None:
    found = schedule.beyond_skips(due_s, tuple(hours), tuple(days))
    moment = dt.datetime.fromtimestamp(found, dt.UTC)
    assert moment.hour not in hours
    assert moment.weekday() not in days
    # Every whole hour between is one that is skipped.
    between = dt.datetime.fromtimestamp(due_s, dt.UTC)
    while between < moment:
        assert between.hour in hours or between.weekday() in days
        between = (between + dt.timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    ("trouble", "waits_s"),
    [
        ({"status": 500}, (5 * MINUTE, 10 * MINUTE, 20 * MINUTE)),
        ({"reason": DropReason.UNREACHABLE}, (5 * MINUTE, 10 * MINUTE, 20 * MINUTE)),
        ({"status": 404}, (HOUR, 2 * HOUR, 4 * HOUR)),
        ({"status": 401}, (HOUR, 2 * HOUR, 4 * HOUR)),
        ({"status": 403, "reason": DropReason.CHALLENGE}, (HOUR, 2 * HOUR, 4 * HOUR)),
        ({"status": 429}, (15 * MINUTE, 30 * MINUTE, HOUR)),
        ({"status": 503}, (15 * MINUTE, 30 * MINUTE, HOUR)),
        ({"status": 429, "retry_after_s": 5 * HOUR}, (5 * HOUR, 5 * HOUR, 5 * HOUR)),
        ({"status": 503, "retry_after_s": 0.0}, (MINUTE, MINUTE, MINUTE)),
        ({"status": 429, "retry_after_s": 1e11}, (DAY, DAY, DAY)),
        ({"status": 500, "retry_after_s": 5 * HOUR}, (5 * MINUTE, 10 * MINUTE, 20 * MINUTE)),
    ],
)
def test_a_feed_that_fails_is_asked_more_and_more_rarely(
    trouble: dict[str, object], waits_s: tuple[float, ...]
) -> None:
    record = Record()
    for expected_s in waits_s:
        record = failed(record, **trouble)
        assert expected_s <= wait_of(record) <= max(expected_s * 1.25, expected_s)


@pytest.mark.parametrize(("status", "most_s"), [(500, 6 * HOUR), (404, DAY), (429, DAY)])
def test_no_wait_grows_without_end(status: int, most_s: float) -> None:
    record = Record()
    for _ in range(2000):
        record = failed(record, status=status)
    assert wait_of(record) <= most_s


def test_a_feed_that_fails_for_a_week_is_dead_and_asked_once_a_day() -> None:
    record = failed(Record(), status=500)
    assert schedule.health_of(record, 0, NOW).state is FeedState.FAILING
    later = NOW + 7 * DAY
    record = failed(record, later, status=500)
    assert schedule.health_of(record, 0, later).state is FeedState.DEAD
    assert wait_of(record, later) == DAY


def test_a_feed_that_says_goodbye_is_not_asked_again() -> None:
    record = failed(Record(), status=410, reason=DropReason.GONE)
    assert not schedule.is_due(record, NOW + 1000 * DAY)
    health = schedule.health_of(record, 4, NOW)
    assert (health.state, health.next_due_s, health.images) == (FeedState.GONE, None, 4)


def test_a_clock_that_was_moved_back_makes_a_feed_due_once() -> None:
    record = answered(Record())
    earlier = NOW - 30 * DAY
    assert schedule.is_due(record, earlier)
    again = schedule.after_answer(record, VALIDATED, None, earlier, rng())
    assert not schedule.is_due(again, earlier + MINUTE)


def test_a_failure_before_the_clock_was_moved_back_is_counted_from_now() -> None:
    record = failed(failed(Record(), status=500), NOW - 30 * DAY, status=500)
    assert record.failing_since_s == NOW - 30 * DAY


def test_a_feed_is_due_at_its_time_and_not_before() -> None:
    record = answered(Record())
    assert record.due_s is not None
    assert not schedule.is_due(record, record.due_s - 1)
    assert schedule.is_due(record, record.due_s)
    assert schedule.is_due(Record(), NOW)


def test_new_feeds_are_not_asked_in_step_and_known_ones_keep_their_time() -> None:
    source = rng()
    dues = {schedule.welcomed(Record(), NOW, source).due_s for _ in range(50)}
    assert len(dues) == 50
    assert all(due is not None and NOW <= due <= NOW + schedule.START_SPREAD_S for due in dues)
    known = answered(Record())
    assert schedule.welcomed(known, NOW, source) == known


def test_a_person_may_ask_at_any_time_but_not_twice_within_a_minute() -> None:
    record = answered(Record())
    assert schedule.may_refresh(Record(), NOW)
    assert not schedule.may_refresh(record, NOW + 59)
    assert schedule.may_refresh(record, NOW + 60)
    assert schedule.may_refresh(record, NOW - DAY)


def test_a_permanent_move_is_believed_when_three_days_have_said_the_same() -> None:
    own, new = "https://a.example/f", "https://b.example/f"
    record = Record()
    for _ in range(20):  # however often on one day
        record = schedule.after_redirect(record, new, own, NOW)
    assert record.moved_to == ""
    record = schedule.after_redirect(record, new, own, NOW + DAY)
    assert record.moved_to == ""
    record = schedule.after_redirect(record, new, own, NOW + 2 * DAY)
    assert record.moved_to == new
    assert record.moving is None


def test_another_answer_between_begins_the_count_anew() -> None:
    own, new, other = "https://a.example/f", "https://b.example/f", "https://c.example/f"
    for between in (other, None):
        record = Record()
        for day, said in enumerate((new, new, between, new)):
            record = schedule.after_redirect(record, said, own, NOW + day * DAY)
        assert record.moved_to == ""
        assert record.moving is not None
        assert record.moving.days == 1


@given(st.lists(st.sampled_from([200, 304, 404, 410, 429, 500]), max_size=30))
def test_a_record_survives_the_database(statuses: list[int]) -> None:
    record = Record()
    for status in statuses:
        record = answered(record) if status < 400 else failed(record, status=status)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=Record) == record
    assert record.due_s is None or 0 < wait_of(record) <= DAY


def test_a_feed_without_tls_that_cannot_be_had_is_tried_with_it_every_other_time() -> None:
    own, secure = "http://a.example/f", "https://a.example/f"
    record, asked = Record(), []
    for _ in range(4):
        asked.append(schedule.address_of(record, own, NOW))
        record = failed(record, reason=DropReason.UNREACHABLE)
    assert asked == [own, secure, own, secure]


def test_one_that_has_answered_before_is_given_a_day() -> None:
    own = "http://a.example/f"
    record = failed(answered(Record()), reason=DropReason.UNREACHABLE)
    assert schedule.address_of(record, own, NOW + DAY - 1) == own
    assert schedule.address_of(record, own, NOW + DAY) == "https://a.example/f"


def test_a_feed_with_tls_or_another_address_is_asked_there() -> None:
    record = failed(Record(), reason=DropReason.UNREACHABLE)
    assert (
        schedule.address_of(failed(Record(), status=500), "http://a.example/f", NOW)[:5] == "http:"
    )
    assert schedule.address_of(record, "https://a.example/f", NOW) == "https://a.example/f"
    moved = msgspec.structs.replace(record, moved_to="https://b.example/")
    assert schedule.address_of(moved, "http://a.example/f", NOW) == "https://b.example/"
