"""A tune that is the same for the same seed, with beats where it says."""

import numpy as np
import pytest

from stillframe.workers.audio.sources.synthetic import SyntheticFrames

RATE_HZ = 48_000


def test_the_same_seed_is_the_same_tune_however_it_is_asked_for() -> None:
    whole = SyntheticFrames(7, RATE_HZ).take(100_000)
    pieces = SyntheticFrames(7, RATE_HZ)
    cut = np.concatenate([pieces.take(n) for n in (1, 511, 40_000, 59_488)])
    assert np.array_equal(whole, cut)


def test_another_seed_is_another_tune() -> None:
    tunes = [SyntheticFrames(seed, RATE_HZ).take(48_000) for seed in (1, 2)]
    assert not np.array_equal(*tunes)


@pytest.mark.parametrize("seed", range(5))
def test_every_beat_begins_with_a_kick(seed: int) -> None:
    frames = SyntheticFrames(seed, RATE_HZ)
    samples = frames.take(8 * frames.beat_frames).mean(axis=1).astype(np.float64)
    low = np.convolve(samples, np.ones(96) / 96, "same")  # under 250 Hz or so
    for beat in range(1, 8):
        at = beat * frames.beat_frames
        before, after = low[at - 2400 : at - 480], low[at : at + 1920]
        assert np.square(after).mean() > 3 * np.square(before).mean()


@pytest.mark.parametrize("seed", range(5))
def test_it_is_sound_of_a_common_tempo(seed: int) -> None:
    frames = SyntheticFrames(seed, RATE_HZ)
    samples = frames.take(10 * RATE_HZ)
    assert samples.shape == (10 * RATE_HZ, 2)
    assert samples.dtype == np.float32
    assert 0.3 < np.abs(samples).max() <= 1.0
    assert 92 <= round(frames.tempo_bpm) <= 148
    assert not np.array_equal(samples[:, 0], samples[:, 1])
