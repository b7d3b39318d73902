"""Counts what each part of a beat sounds like: the table of the tracker, made anew.

Role: a tool beside `bench.beats`: prints `LEANINGS` as they stand in the product, from the songs of
the tuning half. Counterpart: `stillframe.workers.audio.rhythm.levels` holds what it printed.

Guarantees: no song of the half that is reported is heard; the same songs give the same table.
"""

import sys
from collections.abc import Iterable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bench import songs
from bench.songs import NoSongError, Song
from stillframe.workers.audio.rhythm.beats import FLUTTER, USUAL_S
from stillframe.workers.audio.rhythm.levels import EDGES, PARTS, STEPS_OF_AN_ATTACK
from stillframe.workers.audio.rhythm.onsets import Average, Flux, Rise

Floats: TypeAlias = npt.NDArray[np.float64]

# Every part begins with so many steps that are spread as all are: a rare one is not believed.
_DOUBT_STEPS: Final = 1000.0
_BLOCK: Final = 1 << 16
_FRAMES_PER_STEP: Final = 2


def main() -> int:
    """Count and print; 1 if there is no song to count."""
    try:
        heard, left_out = songs.songs(half="tune")
    except NoSongError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(f"left out: {what}" for what in left_out), file=sys.stderr)
    for table in counted(heard):
        print("        [")
        for row in table:
            print("            [" + ", ".join(f"{value:.2f}" for value in row) + "],")
        print("        ],")
    return 0


def counted(heard: Iterable[Song]) -> Floats:
    """Return the logarithm of how much likelier each level is in each part than anywhere.

    Returns:
        Shape (3, parts, levels).
    """
    parts = PARTS * STEPS_OF_AN_ATTACK + 1
    counts = np.zeros((len(Rise._fields), parts, len(EDGES) + 1))
    for song in heard:
        levels, step_s = _levels(songs.samples(song))
        part, known = _parts(song.beats_s, step_s, len(levels))
        for kind, of_kind in enumerate(counts):
            np.add.at(of_kind, (part[known], levels[known, kind]), 1.0)
    anywhere = counts.sum(axis=1, keepdims=True)
    anywhere /= anywhere.sum(axis=2, keepdims=True)
    counts += _DOUBT_STEPS * anywhere
    leanings: Floats = np.log(counts / counts.sum(axis=2, keepdims=True) / anywhere)
    return leanings


def _levels(samples: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], float]:
    """Return the levels of each step's rises, shape (steps, 3), and how long a step is."""
    flux = Flux(songs.RATE_HZ)
    rises = [
        rise
        for begin in range(0, samples.size, _BLOCK)
        for rise in flux.push(samples[begin : begin + _BLOCK])
    ]
    step_s = flux.frame_s * _FRAMES_PER_STEP
    whole = len(rises) - len(rises) % _FRAMES_PER_STEP
    steps = np.array(rises[:whole]).reshape(-1, _FRAMES_PER_STEP, len(Rise._fields)).max(axis=1)
    usual = [Average(USUAL_S / step_s) for _ in Rise._fields]
    means = np.array([[u.add(v) for u, v in zip(usual, step, strict=True)] for step in steps])
    return np.searchsorted(EDGES, steps / (means + FLUTTER), side="right"), step_s


def _parts(
    beats_s: Floats, step_s: float, count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return in which part of a beat each step ends, and for which steps that is known."""
    ends_s = (np.arange(count) + 1) * step_s
    beat = np.searchsorted(beats_s, ends_s, side="right") - 1
    known = (beat >= 0) & (beat < beats_s.size - 1)
    beat = np.clip(beat, 0, beats_s.size - 2)
    interval = np.round((beats_s[beat + 1] - beats_s[beat]) / step_s)
    since = np.minimum(np.floor((ends_s - beats_s[beat]) / step_s), interval - 1)
    part = np.full(count, PARTS * STEPS_OF_AN_ATTACK)
    for number in range(PARTS):
        after = since - np.round(number * interval / PARTS)
        for step in range(STEPS_OF_AN_ATTACK):
            part[after == step] = number * STEPS_OF_AN_ATTACK + step
    return part, known


if __name__ == "__main__":
    raise SystemExit(main())
