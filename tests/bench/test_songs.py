"""Songs made here, whose beats are known without any package."""

from pathlib import Path
from typing import Any

import numpy as np
import pretty_midi
import pytest

from bench import songs
from bench.songs import Song


def midi(starts_s: Any, *, tempo_bpm: float = 120, meter: tuple[int, int] = (4, 4)) -> Any:
    made = pretty_midi.PrettyMIDI(initial_tempo=tempo_bpm)
    made.time_signature_changes.append(pretty_midi.TimeSignature(*meter, 0))
    part = pretty_midi.Instrument(program=0)
    part.notes = [pretty_midi.Note(80, 60, start, start + 0.1) for start in starts_s]
    made.instruments.append(part)
    return made


def test_a_song_stays_in_its_half() -> None:
    def is_for_tuning(name: str) -> bool:
        return Song(name, Path(), np.zeros(0)).for_tuning

    # By the first byte of SHA-256, computed with sha256sum.
    assert is_for_tuning("freedoom1-d_e1m3")
    assert not is_for_tuning("freedoom1-d_e1m1")
    assert not is_for_tuning("feelings")
    assert is_for_tuning("openmsx-anything")


def test_beats_are_quarters_from_the_first_note_to_the_last() -> None:
    beats_s = songs._beats(midi(np.arange(1.0, 5.1, 0.25)))
    np.testing.assert_allclose(beats_s, np.arange(1.0, 5.1, 0.5), atol=1e-3)


def test_in_six_eighths_three_of_them_are_a_beat() -> None:
    beats_s = songs._beats(midi(np.arange(0.0, 6.1, 0.25), meter=(6, 8)))
    np.testing.assert_allclose(np.diff(beats_s), 0.75, atol=1e-3)


def test_no_beat_is_later_than_what_is_played() -> None:
    beats_s = songs._beats(midi(np.arange(0.0, 300.0, 0.5)))
    assert beats_s[-1] == pytest.approx(songs.LONGEST_S)


def test_notes_that_lie_on_the_beats_are_told_from_those_that_do_not() -> None:
    on, rng = np.arange(0.0, 60.0, 0.125), np.random.default_rng(1)
    assert songs._on_grid(midi(on)) == 1.0
    assert songs._on_grid(midi(np.arange(0.0, 60.0, 0.5 / 3))) == 1.0
    assert songs._on_grid(midi(np.sort(rng.uniform(0, 60, 500)))) < songs._ON_GRID
    assert songs._on_grid(midi(on, tempo_bpm=113)) < songs._ON_GRID
    assert songs._on_grid(pretty_midi.PrettyMIDI()) == 0.0


def test_what_is_no_song_is_left_out_by_name() -> None:
    left_out: list[str] = []
    for name, data in (("empty", b""), ("text", b"no song"), ("cut", b"MThd\0\0\0\6\0\1")):
        with songs._told(name, left_out):
            songs._midi(data)
    assert [line.split(":")[0] for line in left_out] == ["empty", "text", "cut"]
