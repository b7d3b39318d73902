"""How the bench scores what was said."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench import beats
from bench.beats import Heard
from bench.songs import RATE_HZ, Song


@pytest.fixture
def song(tmp_path: Path) -> Song:
    path = tmp_path / "song.flac"
    soundfile.write(path, np.zeros(RATE_HZ * 30, dtype=np.float32), RATE_HZ)
    return Song("song", path, np.arange(0.5, 30, 0.5))


def test_the_beats_themselves_are_perfect(song: Song) -> None:
    scored = beats._scored(song, Heard(song.beats_s, cpu_s=0.15))
    assert scored == pytest.approx(
        {"f_measure": 1, "cml_t": 1, "aml_t": 1, "tempo": 1, "cpu_ms_per_s": 5}
    )


def test_half_the_tempo_is_right_on_another_level(song: Song) -> None:
    scored = beats._scored(song, Heard(song.beats_s[::2], cpu_s=0))
    assert (scored["aml_t"], scored["cml_t"], scored["tempo"]) == (1, 0, 0)
    assert scored["f_measure"] == pytest.approx(2 / 3, abs=0.02)


def test_beats_a_tenth_of_a_second_late_are_no_beats(song: Song) -> None:
    assert beats._scored(song, Heard(song.beats_s + 0.1, cpu_s=0))["f_measure"] == 0


@pytest.mark.filterwarnings("ignore:Estimated beats are empty")
def test_who_says_nothing_has_nothing(song: Song) -> None:
    scored = beats._scored(song, Heard(np.zeros(0), cpu_s=0))
    assert set(scored.values()) == {0}
