"""What is heard as a beginning, and what is not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.audio.rhythm.onsets import Average, Flux, OnsetPicker, quick

RATE_HZ = 44_100


def onsets_s(samples: np.ndarray, rate_hz: int = RATE_HZ) -> list[float]:
    flux = Flux(rate_hz)
    picker = OnsetPicker(flux.frame_s)
    said = [picker.step(rise.whole) for rise in flux.push(samples.astype(np.float32))]
    return [at_s for at_s in said if at_s is not None]


def notes(times_s: list[float], frequency_hz: float, duration_s: float) -> np.ndarray:
    """Plucked strings: each begins at once and dies away."""
    t = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    sound = np.random.default_rng(1).normal(0, 1e-4, t.size)
    for at_s in times_s:
        after = np.maximum(t - at_s, 0)
        sound += (t >= at_s) * np.exp(-after / 0.2) * np.sin(2 * np.pi * frequency_hz * after) * 0.3
    return sound


@pytest.mark.parametrize("frequency_hz", [80, 440, 3000])
def test_notes_are_heard_when_they_begin(frequency_hz: float) -> None:
    times_s = [0.5, 1.0, 1.37, 2.0, 2.2, 3.0]
    said = onsets_s(notes(times_s, frequency_hz, 4))
    assert len(said) == len(times_s)
    # Within a frame and a half, and neither early nor late on the whole.
    assert np.abs(np.array(said) - times_s).max() < 0.025
    assert abs(np.mean(np.array(said) - times_s)) < 0.012


def test_a_tone_that_stays_begins_once() -> None:
    t = np.arange(3 * RATE_HZ) / RATE_HZ
    sound = np.where(t > 1, 0.3 * np.sin(2 * np.pi * 440 * t), 0)
    said = onsets_s(sound)
    assert len(said) == 1
    assert said[0] == pytest.approx(1.0, abs=0.025)


def test_vibrato_is_no_beginning() -> None:
    t = np.arange(5 * RATE_HZ) / RATE_HZ
    wide = np.sin(2 * np.pi * 6 * t) * 30  # of 880 Hz: a singer's half tone
    sound = 0.3 * np.sin(2 * np.pi * np.cumsum(880 + wide) / RATE_HZ)
    assert [at_s for at_s in onsets_s(sound) if at_s > 0.3] == []


def test_the_strength_tells_an_attack_from_rest() -> None:
    flux = Flux(RATE_HZ)
    picker = OnsetPicker(flux.frame_s)
    strengths = []
    for rise in flux.push(notes([0.5, 1.0, 1.5], 440, 2).astype(np.float32)):
        picker.step(rise.whole)
        strengths.append(picker.strength)
    at = np.array(strengths)
    assert at.min() >= 0
    assert at.max() <= 1
    assert at[100:106].max() > 0.8
    assert at[135:145].max() < 0.3


def test_the_loudness_of_late_is_the_measure() -> None:
    sound = notes([1.0, 2.0, 3.0], 440, 4).astype(np.float32)
    loud, soft = Flux(RATE_HZ).push(sound), Flux(RATE_HZ).push(sound * np.float32(0.05))
    np.testing.assert_allclose(loud[110:], soft[110:], rtol=1e-2, atol=5e-3)
    assert max(rise.whole for rise in loud[110:]) > 0.1


@given(
    st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), min_size=1, max_size=64),
    st.sampled_from([8_000, 44_100, 192_000]),
)
def test_any_samples_have_a_rise(values: list[float], rate_hz: int) -> None:
    said = Flux(rate_hz).push(np.resize(np.array(values, dtype=np.float32), rate_hz // 4))
    assert len(said) == 25
    assert all(math.isfinite(value) and value >= 0 for rise in said for value in rise)


def test_an_average_is_right_from_the_first_value_on() -> None:
    average = Average(1000)
    assert average.add(4.0) == pytest.approx(4.0)
    assert average.add(2.0) == pytest.approx(3.0, rel=1e-3)
    for _ in range(10_000):
        last = average.add(1.0)
    assert last == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("rate_hz", "size"), [(8_000, 360), (22_050, 1024), (44_100, 2048), (48_000, 2250)]
)
def test_the_window_has_no_large_prime_factor(rate_hz: int, size: int) -> None:
    assert quick(0.0464 * rate_hz) == size
