"""Buckets that double, against a sorted list."""

from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.histogram import BUCKETS, bucket_of, percentile_ms

DURATIONS = st.integers(0, 2 ** (BUCKETS - 1) - 1)


@given(DURATIONS)
def test_a_duration_is_below_the_edge_of_its_bucket_and_not_below_the_one_before(ns: int) -> None:
    bucket = bucket_of(ns)
    assert ns < 2**bucket
    assert bucket == 0 or ns >= 2 ** (bucket - 1)


def test_what_is_beyond_every_bucket_is_in_the_last_and_what_is_before_the_first_in_it() -> None:
    assert bucket_of(2**100) == BUCKETS - 1
    assert bucket_of(-5) == 0


@given(st.lists(DURATIONS, min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_between_the_exact_one_and_twice_it(
    all_ns: list[int], share: float
) -> None:
    counts = [0] * BUCKETS
    for ns in all_ns:
        counts[bucket_of(ns)] += 1
    ordered = sorted(all_ns)
    needed = next(n for n in range(1, len(ordered) + 1) if n >= share * len(ordered))
    exact_ms = ordered[needed - 1] / 1e6
    found_ms = percentile_ms(counts, share, ordered[-1])
    assert exact_ms <= found_ms <= max(2 * exact_ms, 1e-6)
    assert found_ms <= ordered[-1] / 1e6


def test_nothing_counted_is_no_time() -> None:
    assert percentile_ms([0] * BUCKETS, 0.5, 0) == 0.0
