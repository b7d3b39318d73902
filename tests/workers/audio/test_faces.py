"""Every face keeps the guarantees of all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening import audio_request
from stillframe.contracts.audio import Face, ToneConfig, WindowConfig
from stillframe.workers.audio.faces import face_for

RATE_HZ = 48_000


@pytest.mark.parametrize("face", Face)
@pytest.mark.parametrize("stereo", [True, False])
@pytest.mark.parametrize("bars", [8, 15, 64, 128])
def test_noise_is_bars_and_silence_is_none(face: Face, stereo: bool, bars: int) -> None:  # noqa: FBT001 - a parameter
    request = audio_request(
        "x", face=face, window=WindowConfig(bar_count=bars), tone=ToneConfig(stereo=stereo)
    )
    it = face_for(request, RATE_HZ, 2)
    rng = np.random.default_rng(1)
    for _ in range(100):
        block = rng.uniform(-0.5, 0.5, (512, it.channels)).astype(np.float32)
        it.push(block)
        shown = it.bars(512 / RATE_HZ)
        assert shown.shape == (it.channels, bars)
    assert shown.max() > 0.1
    for _ in range(300):
        it.push(np.zeros((512, it.channels), np.float32))
        shown = it.bars(512 / RATE_HZ)
    assert shown.max() < 0.01


@pytest.mark.parametrize("face", Face)
@settings(max_examples=30)
@given(
    loudness=st.floats(0, 16),
    frames=st.lists(st.integers(0, 4096), min_size=1, max_size=6),
    elapsed_s=st.floats(0, 2),
)
def test_bars_are_finite_and_within_one(
    face: Face, loudness: float, frames: list[int], elapsed_s: float
) -> None:
    it = face_for(audio_request("x", face=face), RATE_HZ, 2)
    rng = np.random.default_rng(7)
    for count in frames:
        it.push((loudness * rng.uniform(-1, 1, (count, it.channels))).astype(np.float32))
        shown = it.bars(elapsed_s)
        assert np.isfinite(shown).all()
        assert shown.min() >= 0
        assert shown.max() <= 1


@pytest.mark.parametrize("face", Face)
@settings(max_examples=40)
@given(
    wrong=st.floats(width=32, allow_nan=True, allow_infinity=True),
    places=st.lists(st.integers(0, 511), min_size=1, max_size=8),
)
def test_one_wrong_sample_is_forgotten(face: Face, wrong: float, places: list[int]) -> None:
    it = face_for(audio_request("x", face=face), RATE_HZ, 2)
    rng = np.random.default_rng(3)
    for number in range(40):
        block = rng.uniform(-0.5, 0.5, (512, it.channels)).astype(np.float32)
        if number == 0:
            block[places] = wrong
        it.push(block)
        shown = it.bars(512 / RATE_HZ)
        assert np.isfinite(shown).all()
        assert shown.min() >= 0
        assert shown.max() <= 1
    assert shown.max() > 0.05


@pytest.mark.parametrize("face", Face)
def test_a_block_may_be_written_over_after_it_was_pushed(face: Face) -> None:
    rng = np.random.default_rng(4)
    sound = rng.uniform(-0.5, 0.5, (8, 4096, 1)).astype(np.float32)
    tone = ToneConfig(stereo=False)
    kept, reused = (
        face_for(audio_request("x", face=face, tone=tone), RATE_HZ, 1) for _ in range(2)
    )
    buffer = np.empty_like(sound[0])
    for block in sound:
        kept.push(block)
        np.copyto(buffer, block)
        reused.push(buffer)
        buffer.fill(0.0)
        assert (kept.bars(0.01) == reused.bars(0.01)).all()
