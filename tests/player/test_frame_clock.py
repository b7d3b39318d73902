"""The frame clock's pace, on screens that hold frames back and where nothing does."""

import random
from itertools import pairwise

import pytest

from stillframe.player.frame_clock import Pace

S = 1_000_000_000


def after_all(pace: Pace, frames: list[int]) -> Pace:
    """Return the pace after these frames."""
    for at_ns in frames:
        pace = pace.after(at_ns)
    return pace


def driven(refresh_ns: int, count: int, *, held_back: bool, late_ns: int = 0) -> list[int]:
    """Return when `count` frames are begun that the clock asked for.

    A screen that holds back begins a frame on its own beat only, `late_ns` after it at most.
    """
    rng = random.Random(5)
    pace, begun, asked_ns = Pace(S // 60), [], 10 * S
    while len(begun) < count:
        late = rng.randrange(late_ns + 1)
        beat_ns = -(-asked_ns // refresh_ns) * refresh_ns
        now_ns = (beat_ns if held_back else asked_ns) + late
        pace = pace.after(now_ns)
        begun.append(now_ns)
        # The timer counts whole milliseconds, and is never early.
        asked_ns = now_ns + -(-pace.pause_ns // 1_000_000) * 1_000_000
    return begun


@pytest.mark.parametrize("late_ns", [0, 3_000_000])
def test_a_screen_that_holds_back_gets_new_numbers_with_each_of_its_frames(late_ns: int) -> None:
    refresh_ns = 16_683_350  # 59.94 Hz, as televisions have it: no multiple of a millisecond
    begun = driven(refresh_ns, 2000, held_back=True, late_ns=late_ns)
    beats = [at_ns // refresh_ns for at_ns in begun]
    assert [later - earlier for earlier, later in pairwise(beats)] == [1] * 1999


def test_where_nothing_holds_back_the_pace_is_the_clock_s_own() -> None:
    begun = driven(1, 1000, held_back=False)
    intervals = [later - earlier for earlier, later in pairwise(begun)]
    assert all(interval < 0.8 * S / 60 for interval in intervals[:6])
    assert all(S // 60 <= interval <= S // 60 + 1_000_000 for interval in intervals[20:])


def test_some_frames_in_advance_do_not_make_a_screen_one_that_does_not_hold_back() -> None:
    pace = Pace(S // 60)
    ahead = [10 * S + at * S // 100 for at in range(5)]
    pace = after_all(pace, ahead)
    assert pace.early > 0
    pace = after_all(pace, [ahead[-1] + at * S // 60 + S // 60 for at in range(9)])
    assert pace.early == 0
    assert pace.pause_ns < S // 60


def test_some_late_frames_do_not_make_a_screen_of_nothing() -> None:
    """A busy machine, where nothing holds back."""
    pace, now_ns = Pace(S // 60), 10 * S
    for number in range(40):
        pace = pace.after(now_ns)
        now_ns += pace.pause_ns + (S // 100 if number % 3 == 0 else 0)
    assert pace.pause_ns == S // 60
