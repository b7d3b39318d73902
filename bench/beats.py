"""Beats and tempo of songs whose beats are known, heard once and forwards only, beside aubio.

Role: plays the songs of the half that nothing was tuned with to our tracker and to aubio's.
Counterpart: `bench.songs` finds and renders them; mir_eval says how good the beats are.

Guarantees: both hear the same file, one after the other, in turns; what is said of the first five
seconds counts for nobody, as is usual; a peer that is missing is left out by name.
"""

import resource
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bench import rounds, songs, table
from bench.rounds import Pace, turned
from bench.songs import NoSongError, Song
from stillframe.workers.audio.rhythm.tracker import analyse

Floats: TypeAlias = npt.NDArray[np.float64]

_OURS: Final = "ours"
_QUICK_S: Final = 40.0
# More than are heard in that time on any machine, and not more than are rendered in a minute.
_QUICK_SONGS: Final = 10
_AUBIO: Final = "aubiotrack"
_PEER_S: Final = 120.0  # it takes 2 s; one that hangs must not hold up the others
_UNITS: Final = {
    "f_measure": "0 to 1",
    "cml_t": "0 to 1",
    "aml_t": "0 to 1",
    "tempo": "0 to 1",
    "cpu_ms_per_s": "ms",
}


@dataclass(frozen=True)
class Heard:
    """What a tracker said of one song, and what that cost."""

    beats_s: Floats
    cpu_s: float


Tracker: TypeAlias = Callable[[Song], Heard]
Scores: TypeAlias = Mapping[str, Mapping[str, list[float]]]


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is no song to measure with."""
    pace = rounds.parse("beats", __doc__, arguments, quick_s=_QUICK_S)
    try:
        played, left_out = songs.songs(most=None if pace.full else _QUICK_SONGS)
    except NoSongError as error:
        print(error, file=sys.stderr)
        return 1
    notes = [f"left out: {what}" for what in left_out]
    trackers: dict[str, Tracker] = {_OURS: _ours}
    if shutil.which(_AUBIO):
        trackers["aubio"] = _aubio
    else:
        notes.append(f"left out: aubio: no {_AUBIO}; on Debian: apt-get install aubio-tools")
    scores, heard = _measure(trackers, played, pace.from_now())
    rows = [_row(metric, unit, scores) for metric, unit in _UNITS.items()]
    notes += [
        f"songs of the half that nothing was tuned with: {heard} of {len(played)}",
        "tempo: the share of songs whose tempo is within 8 % of the one that is written",
        "CPU of aubio: with its start and the reading of the file",
    ]
    table.show("beats", rows, notes=notes)
    return 0


def _measure(
    trackers: Mapping[str, Tracker], played: Sequence[Song], pace: Pace
) -> tuple[Scores, int]:
    """Let each tracker hear each song, for as long as there is time; return how many that were."""
    scores: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in trackers}
    longest_s, heard = 0.0, 0
    for number, song in enumerate(played):
        began_s = time.monotonic()
        if number and not pace.allows(began_s + longest_s):
            break
        for name in turned(trackers, number):
            said = trackers[name](song)
            for metric, value in _scored(song, said).items():
                scores[name][metric].append(value)
        longest_s = max(longest_s, time.monotonic() - began_s)
        heard += 1
    return scores, heard


def _row(metric: str, unit: str, scores: Scores) -> table.Row:
    """Return the mean over the songs of one metric, beside the peers'."""
    means = {name: float(np.mean(values[metric])) for name, values in scores.items()}
    ours = means.pop(_OURS)
    return table.Row("test_half", metric, unit, ours, means)


def _scored(song: Song, said: Heard) -> dict[str, float]:
    import mir_eval  # noqa: PLC0415 - a second that nobody needs who has no songs

    annotated = mir_eval.beat.trim_beats(song.beats_s)
    beats_s = mir_eval.beat.trim_beats(said.beats_s)
    _, cml_t, _, aml_t = mir_eval.beat.continuity(annotated, beats_s)
    tempo = mir_eval.tempo.detection(
        np.array([0.0, _tempo_bpm(song.beats_s)]), 0.0, np.array([0.0, _tempo_bpm(beats_s)])
    )[0]
    return {
        "f_measure": float(mir_eval.beat.f_measure(annotated, beats_s)),
        "cml_t": float(cml_t),
        "aml_t": float(aml_t),
        "tempo": float(tempo),
        "cpu_ms_per_s": 1e3 * said.cpu_s / song.duration_s,
    }


def _tempo_bpm(beats_s: Floats) -> float:
    intervals_s = np.diff(beats_s)
    return float(60 / np.median(intervals_s)) if intervals_s.size else 0.0


def _ours(song: Song) -> Heard:
    samples = songs.samples(song)
    began_s = time.process_time()
    said = analyse(samples, songs.RATE_HZ)
    return Heard(np.array(said.beats_s), time.process_time() - began_s)


def _aubio(song: Song) -> Heard:
    began_s = _children_s()
    command = [_AUBIO, "-i", str(song.path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PEER_S)
    return Heard(np.array(done.stdout.split(), dtype=float), _children_s() - began_s)


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
