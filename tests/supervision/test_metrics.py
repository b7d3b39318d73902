"""Counting, bounded."""

import pytest

from stillframe.supervision.metrics import Allowance, Histogram, OverflowNotice, PoolMetrics, Words

MS = 1_000_000
S = 1_000_000_000


def test_a_histogram_says_how_long_most_took_and_the_longest() -> None:
    kept = Histogram()
    for ms in [1] * 98 + [100, 500]:
        kept.add(ms * MS)
    found = kept.percentiles()
    assert found.count == 100
    assert 1 <= found.p50_ms <= 2
    assert 100 <= found.p99_ms <= 200
    assert found.max_ms == 500


def test_words_beyond_the_cap_are_counted_together() -> None:
    kept = Words()
    for number in range(1000):
        kept.add(f"word {number}")
    kept.add("word 0")
    assert sum(kept.counts.values()) == 1001
    assert kept.counts["word 0"] == 2
    assert len(kept.counts) <= 33
    assert kept.counts["others"] > 900


def test_a_flood_of_drops_is_one_line_an_interval_with_how_many() -> None:
    notice = OverflowNotice(interval_ns=5 * S)
    assert notice.count(0) == 1
    assert [notice.count(n * MS) for n in range(1, 100)] == [0] * 99
    assert notice.count(5 * S) == 100, "what was not said is said with the next"
    assert notice.count(5 * S + 1) == 0


@pytest.mark.parametrize("length", [10, 10_000])
def test_a_death_is_counted_by_its_kind_and_its_story_is_kept_short(length: int) -> None:
    metrics = PoolMetrics()
    metrics.died("signal 9", "x" * length)
    metrics.died("hung", "hung: still for 1.5 s")
    assert metrics.restarts == 2
    assert metrics.causes.counts == {"signal 9": 1, "hung": 1}
    assert metrics.last_cause == "hung: still for 1.5 s"


def test_an_allowance_lets_so_many_through_an_interval() -> None:
    allowance = Allowance(cap=2, interval_ns=S)
    assert [allowance.admit(now) for now in (0, 1, 2, 3, S - 1)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert allowance.held_back == 3
    assert [allowance.admit(now) for now in (S, S + 1, S + 2)] == [True, True, False]
