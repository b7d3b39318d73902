import time

import pytest

from bench import rounds
from bench.rounds import Pace


def test_a_quick_run_without_time_has_one_round() -> None:
    pace = Pace(full=False, quick_s=0.0, began_s=time.monotonic())
    assert list(pace.rounds(5)) == [0]


def test_a_quick_run_with_time_has_all_its_rounds() -> None:
    pace = Pace(full=False, quick_s=1e9, began_s=time.monotonic())
    assert list(pace.rounds(5)) == [0, 1, 2, 3, 4]


def test_a_full_run_has_all_its_rounds_whatever_the_time() -> None:
    pace = Pace(full=True, quick_s=0.0, began_s=0.0)
    assert list(pace.rounds(5)) == [0, 1, 2, 3, 4]


def test_nothing_is_begun_that_ends_too_late() -> None:
    pace = Pace(full=False, quick_s=10.0, began_s=100.0)
    assert pace.allows(110.0)
    assert not pace.allows(110.5)


def test_the_clock_can_be_started_anew() -> None:
    pace = Pace(full=False, quick_s=1e6, began_s=-1e9)
    assert not pace.allows(time.monotonic())
    assert pace.from_now().allows(time.monotonic())


def test_each_contender_is_the_first_in_its_turn() -> None:
    assert [rounds.turned("abc", number) for number in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


def test_the_command_line_says_how_long() -> None:
    assert not rounds.parse("x", None, [], quick_s=7.0).full
    assert rounds.parse("x", None, [], quick_s=7.0).quick_s == pytest.approx(7.0)
    assert rounds.parse("x", None, ["--seconds", "2"], quick_s=7.0).quick_s == pytest.approx(2.0)
    assert rounds.parse("x", None, ["--full"], quick_s=7.0).full
