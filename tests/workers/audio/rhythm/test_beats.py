"""The filter on its own: rises whose beats are known, and any rises at all."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.workers.audio.rhythm.beats import BeatFilter, Followed
from stillframe.workers.audio.rhythm.onsets import NO_RISE, Rise

STEP_S = 0.02
ATTACK = (Rise(1.0, 0.8, 1.2), Rise(0.4, 0.3, 0.5))


def followed(rises: list[Rise]) -> list[Followed]:
    beats = BeatFilter(STEP_S)
    return [beats.step(rise) for rise in rises]


def pulses(interval: float, count: int) -> list[Rise]:
    """Attacks of two steps, one interval apart, with nothing between."""
    rises = [NO_RISE] * count
    for number in range(int((count - 2) / interval)):
        at = round(number * interval)
        rises[at : at + 2] = ATTACK
    return rises


@pytest.mark.parametrize("interval", [27.3, 30, 33, 41.7])
def test_pulses_are_followed(interval: float) -> None:
    last = followed(pulses(interval, 1000))[-200:]
    assert np.mean([place.interval for place in last]) == pytest.approx(interval, rel=0.02)
    assert np.mean([place.leaning for place in last]) > 0.02
    # Since the beat, one step more each step, but for the beats themselves.
    onward = [after.since - before.since for before, after in itertools.pairwise(last)]
    assert sum(step == 1 for step in onward) > 0.8 * len(onward)


def test_one_strange_bar_does_not_lead_astray() -> None:
    steady = pulses(25, 2000)
    strange = list(steady)
    strange[1500:1560] = pulses(17, 60)
    for as_ever, after in zip(followed(steady)[1600:], followed(strange)[1600:], strict=True):
        assert abs(as_ever.since - after.since) <= 1 or abs(as_ever.since - after.since) >= 23


@pytest.mark.parametrize("later", [8, 15, 22])
def test_a_beat_that_comes_later_is_found_again(later: int) -> None:
    rises = pulses(30, 1200) + [NO_RISE] * later + pulses(30, 900)
    said = list(enumerate(followed(rises)))[1600:]
    beats = np.array([step - place.since for step, place in said if place.since < 4])
    off = (beats - 1200 - later + 15) % 30 - 15
    assert np.mean(np.abs(off) <= 3) > 0.9


def test_a_likelier_place_far_away_is_taken_after_a_while() -> None:
    # 150 a minute, of which half is believed more; `pulse` knows what to do with that.
    said = followed(pulses(20, 1200))
    assert np.mean([place.interval for place in said[100:130]]) == pytest.approx(20, rel=0.03)
    assert np.mean([place.interval for place in said[-100:]]) == pytest.approx(40, rel=0.03)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(*[st.floats(0, 1e6, allow_nan=False)] * 3).map(lambda rise: Rise(*rise)),
        min_size=1,
        max_size=200,
    )
)
def test_any_rises_leave_a_sound_belief(rises: list[Rise]) -> None:
    beats = BeatFilter(STEP_S)
    for rise in rises:
        place = beats.step(rise)
        assert 0 <= place.since < 60 / 55 / STEP_S
        assert np.isfinite(place.leaning)
        assert np.isfinite(place.interval)
        assert np.isfinite(beats._belief).all()
        assert beats._belief.sum() == pytest.approx(1, abs=1e-3)
