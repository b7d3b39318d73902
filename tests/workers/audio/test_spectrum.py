"""Our own bars: how quick they are, what they tell apart, and what they survive."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.workers.audio import bands
from stillframe.workers.audio.spectrum import Spectrum, SpectrumConfig

RATE_HZ = 48_000
FRAME = RATE_HZ // 60

Floats = npt.NDArray[np.float32]


def shown(sound: npt.NDArray[np.floating], config: SpectrumConfig, block: int = FRAME) -> Floats:
    """Return the bars after each block: shape (blocks, channels, bars)."""
    it, rows = Spectrum(config), []
    sound = np.atleast_2d(sound.T).T.astype(np.float32)
    for start in range(0, len(sound) - block + 1, block):
        it.push(np.repeat(sound[start : start + block], config.channels // sound.shape[1], axis=1))
        rows.append(it.bars(block / config.sample_rate_hz).copy())
    return np.array(rows)


def tone(hz: float, seconds: float = 2.0, rate_hz: int = RATE_HZ) -> npt.NDArray[np.float64]:
    return 0.4 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def bar_of(hz: float, config: SpectrumConfig) -> int:
    edges = bands.edges_hz(config.low_hz, config.high_hz, config.bars)
    return int(np.searchsorted(edges, hz)) - 1


def kick(times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 0.8 * np.sin(2 * np.pi * 60 * times_s) * np.exp(-20 * times_s)


def hat(times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    noise = np.random.default_rng(5).standard_normal(len(times_s))
    return 0.3 * noise * np.exp(-40 * times_s)


def test_deep_tones_are_looked_for_in_171_and_36_milliseconds_and_high_ones_in_21() -> None:
    it = Spectrum(SpectrumConfig())
    deep, high = it._deep, it._high
    rate_hz, tones = RATE_HZ / deep._factor, deep._tones
    steady, quick = deep._kernels[:, : 2 * tones], deep._kernels[:, 2 * tones :]
    lengths_ms = [1000 * int(np.any(part, axis=1).sum()) / rate_hz for part in (steady, quick)]
    assert lengths_ms == pytest.approx([171, 36], abs=1)
    assert 1000 * high._recent.shape[1] / RATE_HZ == pytest.approx(21, abs=0.5)


@pytest.mark.parametrize(("event", "most_ms"), [(kick, 30), (hat, 34)])
def test_an_event_is_half_as_tall_as_it_becomes_within_two_frames(
    event: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], most_ms: float
) -> None:
    rng, rises_ms = np.random.default_rng(3), []
    for offset in range(0, FRAME, 40):  # wherever it falls between two frames
        start = RATE_HZ + offset
        sound = 1e-4 * rng.standard_normal(2 * RATE_HZ)
        sound[start:] += event(np.arange(RATE_HZ - offset) / RATE_HZ)
        tallest = shown(sound, SpectrumConfig(channels=1)).max(axis=(1, 2))
        first = start // FRAME
        before, peak = tallest[first - 1], tallest[first : first + 20].max()
        half = first + int(np.argmax(tallest[first:] >= before + (peak - before) / 2))
        rises_ms.append(((half + 1) * FRAME - start) / RATE_HZ * 1000)
    assert np.median(rises_ms) <= most_ms


@pytest.mark.parametrize(("semitones", "bars"), [(5, 64), (3, 128)])
def test_two_deep_tones_stand_apart(semitones: int, bars: int) -> None:
    config = SpectrumConfig(channels=1, bars=bars)
    low_hz, high_hz = 80.0, 80.0 * 2 ** (semitones / 12)
    levels = shown(tone(low_hz) + tone(high_hz), config)[60:].mean(axis=0)[0]
    low, high = bar_of(low_hz, config), bar_of(high_hz, config)
    valley = levels[low : high + 1].min()
    assert valley < 0.7 * min(levels[low], levels[high])


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("hz", [60.0, 440.0, 950.0, 1050.0, 3000.0])
def test_a_tone_stands_in_its_bar_at_any_rate(hz: float, rate_hz: int) -> None:
    config = SpectrumConfig(
        sample_rate_hz=rate_hz,
        channels=1,
        bars=32,
        high_hz=3600.0,
        bass_frames=8192 * rate_hz // RATE_HZ,
        treble_frames=1024 * rate_hz // RATE_HZ // 2 * 2,
    )
    levels = shown(tone(hz, rate_hz=rate_hz), config, rate_hz // 60)[-1, 0]
    assert abs(int(levels.argmax()) - bar_of(hz, config)) <= 1
    assert levels.max() > 0.8


def test_left_and_right_have_bars_of_their_own() -> None:
    sound = np.stack((tone(110.0), tone(3000.0)), axis=1)
    config = SpectrumConfig()
    left, right = shown(sound, config)[-1]
    assert int(left.argmax()) == bar_of(110.0, config)
    assert int(right.argmax()) == bar_of(3000.0, config)


def test_a_quiet_song_becomes_as_tall_as_a_loud_one() -> None:
    config = SpectrumConfig(channels=1)
    loud, quiet = (
        shown(gain * (tone(200.0, 4.0) + tone(2000.0, 4.0)), config)[-1].max()
        for gain in (1.0, 0.05)
    )
    assert quiet == pytest.approx(loud, rel=0.15)
    assert loud > 0.8


def test_a_sensitivity_of_ones_own_does_not_follow() -> None:
    config = SpectrumConfig(channels=1, sensitivity=1.0)
    loud, quiet = (shown(gain * tone(1000.0), config)[-1].max() for gain in (1.0, 0.1))
    # Ten times less is a quarter as loud: 0.1 to the power of 0.6.
    assert quiet / loud == pytest.approx(0.1**0.6, rel=0.05)


def test_rise_and_fall_take_their_time_whatever_the_frame_rate() -> None:
    sound = np.concatenate((tone(1000.0, 1.0), np.zeros(RATE_HZ)))
    config = SpectrumConfig(channels=1, sensitivity=1.0, decay_s=0.3)
    for frames_per_s in (30, 60, 120):
        levels = shown(sound, config, RATE_HZ // frames_per_s).max(axis=(1, 2))
        end, later = frames_per_s, round(0.3 * frames_per_s)
        fallen = levels[end + later - 1] / levels[end - 1]
        # For half a window of a fiftieth of a second, the tone is still in it.
        assert fallen == pytest.approx(np.exp(-(later / frames_per_s - 0.01) / 0.3), rel=0.05)


def test_the_equaliser_and_the_weights_move_the_bars_they_name() -> None:
    flat = SpectrumConfig(channels=1, sensitivity=1.0, a_weighting=False)
    raised = SpectrumConfig(
        channels=1, sensitivity=1.0, a_weighting=False, equaliser_db=(0.0, 0.0, -20.0)
    )
    weighted = SpectrumConfig(channels=1, sensitivity=1.0)
    sound = 0.2 * (tone(63.0) + tone(12_000.0))
    plain, tilted, heard = (shown(sound, it)[-1, 0] for it in (flat, raised, weighted))
    low, high = bar_of(63.0, flat), bar_of(12_000.0, flat)
    assert tilted[low] == pytest.approx(plain[low], rel=0.02)
    assert tilted[high] < 0.4 * plain[high]
    assert heard[low] == pytest.approx(plain[low] * 10 ** (-26.2 * 0.6 / 20), rel=0.15)


def test_what_is_left_of_blocks_does_not_depend_on_how_they_are_cut() -> None:
    rng = np.random.default_rng(9)
    sound = (0.2 * rng.standard_normal((RATE_HZ // 2, 2))).astype(np.float32)
    whole, cut = Spectrum(SpectrumConfig()), Spectrum(SpectrumConfig())
    whole.push(sound)
    start = 0
    while start < len(sound):
        count = int(rng.integers(1, 3000))
        cut.push(sound[start : start + count])
        start += count
    assert cut.bars(0.5) == pytest.approx(whole.bars(0.5), abs=1e-4)


@settings(max_examples=40)
@given(
    rate_hz=st.integers(8_000, 192_000),
    bars=st.integers(8, 128),
    low_hz=st.floats(10, 2000),
    high_hz=st.floats(200, 96_000),
    loudness=st.floats(0, 16),
    elapsed_s=st.floats(0, 2),
    attack_s=st.floats(0, 1),
    decay_s=st.floats(0, 10),
)
def test_bars_are_finite_and_within_one_for_any_configuration(  # noqa: PLR0913, PLR0917
    rate_hz: int,
    bars: int,
    low_hz: float,
    high_hz: float,
    loudness: float,
    elapsed_s: float,
    attack_s: float,
    decay_s: float,
) -> None:
    it = Spectrum(
        SpectrumConfig(
            sample_rate_hz=rate_hz,
            bars=bars,
            low_hz=low_hz,
            high_hz=high_hz,
            bass_frames=2048,
            treble_frames=512,
            attack_s=attack_s,
            decay_s=decay_s,
        )
    )
    rng = np.random.default_rng(bars)
    for count in (0, 1, 700, 5000, 0):
        it.push((loudness * rng.uniform(-1, 1, (count, 2))).astype(np.float32))
        levels = it.bars(elapsed_s)
        assert levels.shape == (2, bars)
        assert np.isfinite(levels).all()
        assert levels.min() >= 0
        assert levels.max() <= 1 + 1e-6
