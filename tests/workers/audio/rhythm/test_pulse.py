"""When a followed beat is two."""

import pytest

from stillframe.workers.audio.rhythm.beats import Followed
from stillframe.workers.audio.rhythm.pulse import EvenPulse

STEP_S, INTERVAL = 0.02, 50


def last_interval(rises: dict[int, float], interval: int = INTERVAL) -> float:
    """Play ten beats with rises at some steps of each; return the interval in the end."""
    pulse = EvenPulse(STEP_S)
    for step in range(interval * 10):
        since = step % interval
        place = Followed(since=since, interval=float(interval), leaning=0.0, usual=0.1)
        said = pulse.step(place, rises.get(since, 0.0))
    return said.interval


def test_even_pulses_are_beats_each() -> None:
    assert last_interval({0: 1.0, 25: 0.9}) == pytest.approx(INTERVAL / 2)


@pytest.mark.parametrize(
    "rises",
    [
        {0: 1.0},
        {0: 1.0, 25: 0.4},  # the half is weaker: a half
        {0: 1.0, 12: 0.5, 25: 1.0, 37: 0.5},  # something sounds between: music
        {0: 1.0, 17: 1.0, 33: 1.0},  # thirds
    ],
)
def test_all_else_is_left_alone(rises: dict[int, float]) -> None:
    assert last_interval(rises) == INTERVAL


def test_nothing_is_faster_than_the_fastest() -> None:
    assert last_interval({0: 1.0, 15: 1.0}, interval=30) == 30


def test_the_second_pulse_is_a_beat_of_its_own() -> None:
    pulse, beats = EvenPulse(STEP_S), []
    for step in range(INTERVAL * 10):
        since = step % INTERVAL
        risen = 1.0 if since in (0, 25) else 0.0
        said = pulse.step(Followed(since, float(INTERVAL), 0.0, 0.1), risen)
        if said.since == 0:
            beats.append(step)
    assert beats[-3:] == [INTERVAL * 9 - 25, INTERVAL * 9, INTERVAL * 9 + 25]
