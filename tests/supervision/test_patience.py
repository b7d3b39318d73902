"""How long a worker is listened to that talks unasked."""

from hypothesis import given
from hypothesis import strategies as st

from stillframe.supervision.patience import (
    FULL_INTERVALS,
    HEARD_AN_INTERVAL,
    INTERVAL_NS,
    Patience,
)


def listen(patience: Patience, now_ns: int, waiting: int) -> tuple[int, int]:
    """Hear what waits, as far as it is heard; return how much was, and when to go on."""
    for count in range(waiting):
        until_ns = patience.deaf_until_ns()
        if until_ns is not None and now_ns < until_ns:
            return count, until_ns
        patience.hear(now_ns)
    return waiting, now_ns


def test_a_few_words_now_and_then_never_wear_it_out() -> None:
    patience = Patience()
    for number in range(10_000):
        patience.hear(number * INTERVAL_NS // 100)
        assert patience.deaf_until_ns() is None
    assert not patience.worn_out


def test_a_burst_is_heard_to_its_end() -> None:
    patience, now_ns, left = Patience(), 0, HEARD_AN_INTERVAL * (FULL_INTERVALS - 1)
    while left:
        heard, now_ns = listen(patience, now_ns, left)
        left -= heard
    assert not patience.worn_out
    patience.hear(now_ns + 2 * INTERVAL_NS)
    assert listen(patience, now_ns + 5 * INTERVAL_NS, HEARD_AN_INTERVAL)[0] == HEARD_AN_INTERVAL
    assert not patience.worn_out, "the interval of one word is between"


def test_talk_without_end_wears_it_out() -> None:
    patience, now_ns = Patience(), 0
    for _ in range(FULL_INTERVALS):
        assert not patience.worn_out
        _, now_ns = listen(patience, now_ns, 1 << 20)
    assert patience.worn_out
    assert now_ns == FULL_INTERVALS * INTERVAL_NS


@given(st.lists(st.tuples(st.integers(0, 3 * INTERVAL_NS), st.integers(0, 1000)), max_size=50))
def test_no_interval_hears_more_than_it_may(steps: list[tuple[int, int]]) -> None:
    patience, now_ns = Patience(), 0
    heard: list[tuple[int, int]] = []
    for gap_ns, waiting in steps:
        now_ns += gap_ns
        heard.append((now_ns, listen(patience, now_ns, waiting)[0]))
    for begin_ns, _ in heard:
        within = sum(count for at_ns, count in heard if 0 <= at_ns - begin_ns < INTERVAL_NS)
        # A window may touch two intervals.
        assert within <= 2 * HEARD_AN_INTERVAL
