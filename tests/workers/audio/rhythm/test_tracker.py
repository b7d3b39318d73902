"""The tracker against clicks whose times are known, and against what is no music at all."""

import itertools
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.workers.audio.rhythm.tracker import LATEST_S, Rhythm, RhythmState, analyse

RATE_HZ = 44_100
NEAR_S = 0.07  # what counts as found wherever beats are scored


def clicks(times_s: np.ndarray, duration_s: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Woodblocks: 20 ms of a dying tone at each time, over a little noise."""
    samples = np.random.default_rng(1).normal(0, 1e-4, int(duration_s * rate_hz))
    length = int(0.02 * rate_hz)
    t = np.arange(length) / rate_hz
    block = 0.5 * np.sin(2 * np.pi * 1500 * t) * np.exp(-t / 0.005)
    for at in (times_s * rate_hz).astype(int):
        end = min(at + length, samples.size)
        samples[at:end] += block[: end - at]
    return samples.astype(np.float32)


def metronome(tempo_bpm: float, duration_s: float, rate_hz: int = RATE_HZ) -> tuple[Any, Any]:
    times_s = np.arange(0.3, duration_s - 0.1, 60 / tempo_bpm)
    return clicks(times_s, duration_s, rate_hz), times_s


def found(said_s: Any, true_s: Any, after_s: float) -> tuple[float, float]:
    """Return which share of the beats was said, and which share of what was said is a beat."""
    said = np.array([s for s in said_s if s > after_s])
    true = np.array([s for s in true_s if after_s < s])
    if not said.size:
        return 0.0, 0.0
    apart = np.abs(said[:, None] - true[None, :])
    return float((apart.min(axis=0) < NEAR_S).mean()), float((apart.min(axis=1) < NEAR_S).mean())


def in_blocks(rhythm: Rhythm, samples: np.ndarray, size: int) -> list[RhythmState]:
    return [rhythm.push(samples[at : at + size]) for at in range(0, samples.size, size)]


@pytest.mark.parametrize("tempo_bpm", [60, 75, 90, 120, 140, 180])
def test_a_metronome_is_found_and_kept(tempo_bpm: float) -> None:
    samples, times_s = metronome(tempo_bpm, 30)
    said = analyse(samples, RATE_HZ)
    assert min(found(said.beats_s, times_s, after_s=8)) > 0.95
    assert said.tempo_bpm == pytest.approx(tempo_bpm, rel=0.04)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 48_000, 96_000, 192_000])
def test_any_usual_sample_rate_will_do(rate_hz: int) -> None:
    samples, times_s = metronome(110, 20, rate_hz)
    said = analyse(samples, rate_hz)
    assert min(found(said.beats_s, times_s, after_s=8)) > 0.95
    assert said.tempo_bpm == pytest.approx(110, rel=0.04)


def test_the_loudness_of_the_whole_does_not_matter() -> None:
    samples, times_s = metronome(100, 20)
    for gain in (0.02, 0.2, 5.0):
        said = analyse(samples * np.float32(gain), RATE_HZ)
        assert min(found(said.beats_s, times_s, after_s=8)) > 0.95


def test_a_new_tempo_is_taken_up() -> None:
    first, second = np.arange(0.3, 20, 60 / 100), np.arange(20, 45, 60 / 140)
    samples = clicks(np.concatenate((first, second)), 45)
    states = in_blocks(Rhythm(RATE_HZ), samples, 4410)
    said = [beat_s for state in states for beat_s in state.beats_s]
    assert found([s for s in said if s < 20], first, after_s=6) == (1.0, 1.0)
    assert found(said, second, after_s=32) == (1.0, 1.0)
    before, after = states[195], states[-1]
    assert before.tempo_bpm == pytest.approx(100, rel=0.04)
    assert after.tempo_bpm == pytest.approx(140, rel=0.04)


def test_the_next_beat_is_known_ahead() -> None:
    samples, times_s = metronome(120, 20)
    ahead = [
        (state.heard_s, state.next_beat_s)
        for state in in_blocks(Rhythm(RATE_HZ), samples, 512)
        if 8 < state.heard_s < 19
    ]
    for heard_s, next_s in ahead:
        assert next_s is not None
        assert -0.03 < next_s - heard_s < 0.55
        assert np.abs(times_s - next_s).min() < NEAR_S


def test_beats_come_when_they_are_promised() -> None:
    samples, _ = metronome(133, 20)
    for state in in_blocks(Rhythm(RATE_HZ), samples, 512):
        for beat_s in state.beats_s:
            assert state.heard_s - 512 / RATE_HZ - LATEST_S < beat_s <= state.heard_s


def test_who_is_with_the_music_is_confident() -> None:
    music, _ = metronome(120, 15)
    noise = np.random.default_rng(2).normal(0, 0.1, music.size).astype(np.float32)
    with_it = in_blocks(Rhythm(RATE_HZ), music, 4410)[-1].confidence
    lost = in_blocks(Rhythm(RATE_HZ), noise, 4410)[-1].confidence
    assert with_it > 0.8
    assert lost < 0.5


def song(seed: int, duration_s: float) -> np.ndarray:
    """Clicks that come and go, with changes of tempo: much for a tracker to doubt."""
    rng = np.random.default_rng(seed)
    gaps_s = rng.choice([0.2, 0.25, 0.4, 0.5, 0.6], size=200)
    times_s = np.cumsum(gaps_s)
    return clicks(times_s[times_s < duration_s - 0.1], duration_s)


@pytest.mark.parametrize("seed", [3, 4])
def test_what_was_said_before_a_cut_stays_said(seed: int) -> None:
    samples = song(seed, 12)
    whole = analyse(samples, RATE_HZ)
    for cut_s in (1.0, 3.33, 7.5, 11.0):
        cut = analyse(samples[: int(cut_s * RATE_HZ)], RATE_HZ)
        for said, all_said in ((cut.beats_s, whole.beats_s), (cut.onsets_s, whole.onsets_s)):
            assert said == all_said[: len(said)]
            # And what was not said is not older than what may be late.
            assert all(time_s > cut_s - LATEST_S - 0.02 for time_s in all_said[len(said) :])


@settings(max_examples=10)
@given(st.lists(st.integers(0, 6000), min_size=1, max_size=20))
def test_it_does_not_matter_how_the_samples_are_cut(sizes: list[int]) -> None:
    samples = song(5, 3)
    whole = analyse(samples, RATE_HZ)
    rhythm, beats_s, onsets_s, at = Rhythm(RATE_HZ), [], [], 0
    for size in itertools.chain(sizes, [samples.size]):
        state = rhythm.push(samples[at : at + size])
        at += size
        beats_s += state.beats_s
        onsets_s += state.onsets_s
    assert (tuple(beats_s), tuple(onsets_s)) == (whole.beats_s, whole.onsets_s)


HOSTILE = {
    "silence": np.zeros(RATE_HZ * 6),
    "a constant": np.full(RATE_HZ * 6, 0.7),
    "no numbers": np.full(RATE_HZ * 6, np.nan),
    "infinite": np.tile([np.inf, -np.inf, 0.5], RATE_HZ * 2),
    "huge": np.tile([3e38, -3e38], RATE_HZ * 3),
    "tiny": np.tile([1e-40, -1e-40], RATE_HZ * 3),
    "clipped": np.clip(40 * np.sin(np.arange(RATE_HZ * 6) / 50), -1, 1),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_comes_the_state_is_sound(kind: str) -> None:
    music, times_s = metronome(120, 14)
    samples = np.concatenate((HOSTILE[kind].astype(np.float32), music))
    said = []
    for state in in_blocks(Rhythm(RATE_HZ), samples, 1024):
        assert 0 <= state.onset_strength <= 1
        assert 0 <= state.confidence <= 1
        for number in (state.next_beat_s, state.tempo_bpm):
            assert number is None or np.isfinite(number)
        said += state.beats_s
    assert np.isfinite(said).all()
    assert (np.diff(said) > 0).all()
    # What was heard before does not keep the music from being found.
    assert min(found(said, times_s + 6, after_s=14)) > 0.9


@pytest.mark.parametrize("kind", ["silence", "no numbers", "tiny"])
def test_silence_has_no_beat(kind: str) -> None:
    rhythm = Rhythm(RATE_HZ)
    states = in_blocks(rhythm, HOSTILE[kind].astype(np.float32), 1024)
    assert all(not state.beats_s and not state.onsets_s for state in states)
    assert (states[-1].tempo_bpm, states[-1].next_beat_s, states[-1].confidence) == (None, None, 0)
    assert analyse(HOSTILE[kind].astype(np.float32), RATE_HZ).tempo_bpm is None


def test_music_that_ends_is_not_followed_for_long() -> None:
    music, _ = metronome(120, 12)
    rhythm = Rhythm(RATE_HZ)
    in_blocks(rhythm, np.concatenate((music, np.zeros(20 * RATE_HZ, dtype=np.float32))), 4410)
    after = in_blocks(rhythm, np.zeros(RATE_HZ, dtype=np.float32), 4410)
    assert all(state.tempo_bpm is None and not state.beats_s for state in after)


def size_of(thing: Any, seen: set[int]) -> int:
    """Return the bytes that a thing holds, with all that it refers to."""
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    parts = list(getattr(thing, "__dict__", {}).values())
    if isinstance(thing, list | tuple) or hasattr(thing, "maxlen"):
        parts += list(thing)
    return sys.getsizeof(thing) + sum(size_of(part, seen) for part in parts)


def test_what_is_remembered_does_not_grow() -> None:
    rhythm, samples = Rhythm(8_000), metronome(120, 5, 8_000)[0]
    sizes = []
    for _ in range(12):
        in_blocks(rhythm, samples, 512)
        sizes.append(size_of(rhythm, set()))
    # A block that is not whole may wait, and a number may take a word more.
    assert max(sizes[2:]) < min(sizes[:2]) + 4096


@pytest.mark.parametrize("rate_hz", [0, -1, 7_999, 192_001])
def test_a_rate_that_nobody_has_is_refused(rate_hz: int) -> None:
    with pytest.raises(ValueError, match=f"{rate_hz} Hz"):
        Rhythm(rate_hz)


def test_stereo_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(512, 2\)"):
        Rhythm(RATE_HZ).push(np.zeros((512, 2), dtype=np.float32))


def test_an_empty_recording_has_nothing() -> None:
    said = analyse(np.zeros(0, dtype=np.float32), RATE_HZ)
    assert (said.tempo_bpm, said.beats_s, said.onsets_s) == (None, (), ())
