"""The beat on the clock."""

import numpy as np
import pytest

from stillframe.workers.audio.metronome import Metronome

RATE_HZ = 48_000
S = 1_000_000_000
BLOCK = 512


def clicks(bpm: float, seconds: float) -> np.ndarray:
    """Return a metronome: a short tone on each beat, the first after half a second."""
    sound = np.zeros(round(seconds * RATE_HZ), np.float32)
    click = np.sin(2 * np.pi * 1000 * np.arange(1200) / RATE_HZ) * np.hanning(1200)
    for at in np.arange(0.5, seconds - 0.1, 60 / bpm):
        start = round(at * RATE_HZ)
        sound[start : start + len(click)] += 0.8 * click.astype(np.float32)
    return sound


def heard(it: Metronome, sound: np.ndarray, start_ns: int) -> int:
    """Push a sound that begins at a time; return when it ends."""
    for at in range(0, len(sound) - BLOCK + 1, BLOCK):
        it.push(sound[at : at + BLOCK], start_ns + (at + BLOCK) * S // RATE_HZ)
    return start_ns + len(sound) * S // RATE_HZ


@pytest.mark.parametrize("bpm", [90.0, 120.0, 150.0])
def test_beats_lie_on_the_clock_where_they_were_heard(bpm: float) -> None:
    it, start_ns = Metronome(RATE_HZ), 5_000 * S
    heard(it, clicks(bpm, 12.0), start_ns)
    beat = it.beat
    assert beat.tempo_bpm == pytest.approx(bpm, rel=0.04)
    assert beat.period_ns == pytest.approx(60 * S / bpm, rel=0.04)
    assert beat.count >= 10
    assert beat.confidence > 0.3
    for at_ns in (beat.last_ns, beat.next_ns):
        beats = ((at_ns - start_ns) / S - 0.5) * bpm / 60
        assert abs(beats - round(beats)) * 60 / bpm < 0.07


def test_a_pause_between_two_pieces_moves_the_beats_with_them() -> None:
    it = Metronome(RATE_HZ)
    end_ns = heard(it, clicks(120.0, 8.0), 100 * S)
    count = it.beat.count
    later_ns = end_ns + 3600 * S
    heard(it, clicks(120.0, 8.0), later_ns)
    assert it.beat.last_ns > later_ns
    assert it.beat.count > count


def test_without_sound_there_is_no_beat() -> None:
    it = Metronome(RATE_HZ)
    heard(it, np.zeros(RATE_HZ * 4, np.float32), 100 * S)
    assert (it.beat.count, it.beat.next_ns, it.beat.tempo_bpm) == (0, 0, 0.0)
    assert it.onset == 0
