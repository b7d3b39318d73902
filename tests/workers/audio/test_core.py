"""From blocks to what is heard: times, levels, the wave, rest."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from listening import audio_request
from stillframe.contracts.audio import GhostingConfig
from stillframe.contracts.hearing import Beat, Condition, pack, unpack
from stillframe.workers.audio.core import Analyser

S = 1_000_000_000
BLOCK = 512
RATE_HZ = 48_000


class LevelBars:
    """A face whose bars are the loudest sample of the last block, one row a channel."""

    def __init__(self, channels: int = 1) -> None:
        self.channels = channels
        self.blocks: list[tuple[int, ...]] = []
        self.elapsed_s: list[float] = []
        self._loudest = np.zeros((channels, 1), np.float32)

    def push(self, block: np.ndarray) -> None:
        self.blocks.append(block.shape)
        self._loudest = np.abs(block).max(axis=0, initial=0.0)[:, np.newaxis]

    def bars(self, elapsed_s: float) -> np.ndarray:
        self.elapsed_s.append(elapsed_s)
        return np.repeat(self._loudest, 15, axis=1)


class Beats:
    """Says what it is told."""

    onset = 0.5
    beat = Beat(count=3, last_ns=1, next_ns=2, period_ns=3, tempo_bpm=120.0, confidence=0.75)

    def __init__(self) -> None:
        self.pushed: list[tuple[int, int]] = []

    def push(self, mono: np.ndarray, end_ns: int) -> None:
        self.pushed.append((len(mono), end_ns))


def analyser(face: LevelBars, beats: Beats | None = None, **changes: object) -> Analyser:
    return Analyser(audio_request("synthetic:1", **changes), face, beats, generation=7)


def sine(amplitude: float = 0.5, channels: int = 1, hz: float = 375.0) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * hz * np.arange(BLOCK) / RATE_HZ)
    return np.repeat(wave[:, np.newaxis], channels, axis=1).astype(np.float32)


def feed(it: Analyser, block: np.ndarray, times: int, start: int = 0) -> None:
    for number in range(start, start + times):
        it.push(block, 10 * S + number * BLOCK * S // RATE_HZ)


def test_bars_ghosts_level_and_beat_are_told_with_the_time_of_the_last_sample() -> None:
    beats = Beats()
    it = analyser(LevelBars(), beats)
    feed(it, sine(0.5), 4)
    heard = unpack(pack(it.hearing()))
    assert heard.ts_ns == 10 * S + 3 * BLOCK * S // RATE_HZ
    assert heard.generation == 7
    assert heard.sounding
    assert list(heard.bars) == pytest.approx([0.5] * 15, abs=0.01)
    assert heard.ghosts == heard.bars
    # A sine of half the full scale is 9 dB under it: 10 log10(0.125).
    assert heard.level == pytest.approx(1 - 9.03 / 60, abs=0.01)
    assert heard.beat == Beats.beat
    assert heard.onset == 0.5
    assert [frames for frames, _ in beats.pushed] == [BLOCK] * 4


def test_the_wave_stands_where_the_sound_rises_through_zero() -> None:
    it = analyser(LevelBars())
    feed(it, sine(0.8), 8)
    first = list(it.hearing().wave)
    feed(it, np.roll(sine(0.8), 37, axis=0), 8, start=8)
    second = list(it.hearing().wave)
    assert abs(first[0]) < 0.3
    assert first[1] > first[0]
    assert max(first) > 0.7
    assert np.abs(np.subtract(first, second)).max() < 0.2


def test_a_rest_in_the_music_is_no_silence_but_a_longer_one_is() -> None:
    it = analyser(LevelBars())
    feed(it, sine(), 10)
    feed(it, np.zeros((BLOCK, 1), np.float32), 30, start=10)  # 0.32 s
    assert it.hearing().sounding
    feed(it, np.zeros((BLOCK, 1), np.float32), 10, start=40)
    assert it.hearing().condition is Condition.SILENT
    assert it.hearing("why").condition is Condition.DEAF
    assert it.hearing("why").note == "why"


def test_once_all_has_sunk_silence_is_not_looked_at_any_more() -> None:
    face = LevelBars()
    it = analyser(face, ghosting_cfg=GhostingConfig(enabled=False))
    feed(it, sine(), 2)
    feed(it, np.zeros((BLOCK, 1), np.float32), 200, start=2)
    looked_at = len(face.blocks)
    assert it.resting
    assert not it.push(np.zeros((BLOCK, 1), np.float32), 20 * S)
    assert len(face.blocks) == looked_at < 50
    assert it.push(sine(), 21 * S)


@pytest.mark.parametrize("step_ns", [-5 * S, 0, 3600 * S])
def test_a_clock_that_jumps_is_at_most_a_pause(step_ns: int) -> None:
    face = LevelBars()
    it = analyser(face)
    it.push(sine(), 10_000 * S)
    it.push(sine(), 10_000 * S + step_ns)
    assert 0 <= face.elapsed_s[-1] <= 2.0


@pytest.mark.parametrize(("given", "wanted"), [(1, 2), (2, 1), (2, 2), (6, 2)])
def test_a_face_gets_as_many_channels_as_it_takes(given: int, wanted: int) -> None:
    face = LevelBars(wanted)
    it = analyser(face)
    feed(it, sine(channels=given), 2)
    assert face.blocks == [(BLOCK, wanted)] * 2
    assert it.hearing().channels == wanted


def test_without_ghosts_they_lie_on_the_bars() -> None:
    it = analyser(LevelBars(), ghosting_cfg=GhostingConfig(enabled=False))
    feed(it, sine(0.9), 3)
    feed(it, sine(0.1), 1, start=3)
    assert max(it.hearing().ghosts) < 0.2


@settings(max_examples=50)
@given(
    st_numpy.arrays(
        np.float32,
        st.tuples(st.integers(0, 64), st.integers(1, 8)),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    ),
    st.integers(0, 2**62),
)
def test_whatever_the_samples_are_what_is_heard_is_a_hearing(
    block: np.ndarray, end_ns: int
) -> None:
    it = analyser(LevelBars(2))
    for _ in range(3):
        it.push(block, end_ns)
    heard = unpack(pack(it.hearing()))
    assert math.isfinite(heard.level)
