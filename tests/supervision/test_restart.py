"""When a dead worker is started again."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.supervision.restart import Deaths, GiveUp, RestartAt, after_death
from stillframe.supervision.spec import RestartBudget

S = 1_000_000_000
BUDGET = RestartBudget(restarts=5, window_s=60.0, backoff_first_s=0.1, backoff_cap_s=30.0)


def replay(times_s: list[float], budget: RestartBudget = BUDGET) -> list[bool]:
    """Let a worker die at these times; return for each whether it is started again."""
    deaths, verdicts = Deaths(), []
    for time_s in times_s:
        deaths, verdict = after_death(deaths, round(time_s * S), budget, random.Random(1))
        verdicts.append(isinstance(verdict, RestartAt))
    return verdicts


@pytest.mark.parametrize(
    ("times_s", "started_again"),
    [
        ([0], [True]),
        ([0, 1, 2, 3, 4], [True] * 5),
        ([0, 1, 2, 3, 4, 5], [True] * 5 + [False]),
        ([0, 0, 0, 0, 0, 0], [True] * 5 + [False]),
        ([0, 1, 2, 3, 4, 59.999], [True] * 5 + [False]),
        # At 60 s the first death is out of the window.
        ([0, 1, 2, 3, 4, 60], [True] * 6),
        ([0, 1, 2, 3, 4, 60, 60.5], [True] * 6 + [False]),
        ([0, 20, 40, 60, 80, 100, 120, 140], [True] * 8),
    ],
)
def test_five_deaths_in_a_minute_are_borne_and_a_sixth_is_not(
    times_s: list[float], started_again: list[bool]
) -> None:
    assert replay(times_s) == started_again


def test_giving_up_says_how_often_in_how_long() -> None:
    deaths = Deaths(tuple(range(5)))
    kept, verdict = after_death(deaths, 5, BUDGET, random.Random(1))
    assert verdict == GiveUp(6, 60.0)
    assert kept == Deaths((0, 1, 2, 3, 4, 5))


def test_no_restart_at_all_is_a_budget_too() -> None:
    assert replay([0], RestartBudget(restarts=0)) == [False]


def test_only_what_the_window_holds_is_remembered() -> None:
    deaths, _ = after_death(Deaths((1 * S, 30 * S)), 62 * S, BUDGET, random.Random(1))
    assert deaths == Deaths((30 * S, 62 * S))


@pytest.mark.parametrize(
    ("earlier", "longest_s"), [(0, 0.1), (1, 0.2), (2, 0.4), (3, 0.8), (4, 1.6)]
)
def test_the_wait_is_drawn_from_all_of_a_range_that_doubles(earlier: int, longest_s: float) -> None:
    rng, now_ns = random.Random(3), 50 * S
    waits_s = []
    for _ in range(2000):
        _, verdict = after_death(Deaths((now_ns - 1,) * earlier), now_ns, BUDGET, rng)
        assert isinstance(verdict, RestartAt)
        waits_s.append((verdict.at_ns - now_ns) / S)
    assert min(waits_s) >= 0
    assert max(waits_s) <= longest_s
    # Full jitter is uniform: of 2000 draws the extremes come within 1 %, the mean near the middle.
    assert min(waits_s) < 0.01 * longest_s
    assert max(waits_s) > 0.99 * longest_s
    assert sum(waits_s) / len(waits_s) == pytest.approx(longest_s / 2, rel=0.05)


def test_the_same_seed_waits_the_same() -> None:
    def draw() -> RestartAt | GiveUp:
        return after_death(Deaths(), 0, BUDGET, random.Random(9))[1]

    assert draw() == draw()


@given(st.integers(0, 3000), st.integers(0, 2**40))
def test_however_often_it_died_the_wait_is_within_the_cap(earlier: int, now_ns: int) -> None:
    budget = RestartBudget(restarts=10_000, backoff_cap_s=2.0)
    _, verdict = after_death(Deaths((now_ns,) * earlier), now_ns, budget, random.Random(earlier))
    assert isinstance(verdict, RestartAt)
    assert 0 <= verdict.at_ns - now_ns <= 2 * S
