"""Where in the beat the music is, and how fast it goes: followed forwards only.

Role: pure: one rise a step becomes a belief over (tempo, place between two beats), and the one
place of all that is followed. Counterpart: `tempo` has the tempi, `levels` what each place sounds
like; `tracker` says the beats. Source: the forward algorithm over the bar-pointer model (Whiteley;
Krebs and Boeck), in words; what is followed, and when it is given up, is our own.

Guarantees: nothing is looked at twice and nothing ahead; the work and the memory of a step are the
same for ever; whatever the rises, the belief is finite and sums to 1.
"""

from bisect import bisect
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.workers.audio.rhythm.levels import EDGES, LEANINGS, PARTS, STEPS_OF_AN_ATTACK
from stillframe.workers.audio.rhythm.onsets import Average, Rise
from stillframe.workers.audio.rhythm.tempo import Tempi

Floats: TypeAlias = npt.NDArray[np.float32]
Places: TypeAlias = npt.NDArray[np.int64]

USUAL_S: Final = 3.0
"""Over so long a time a rise is compared with what is usual."""
# The rise of a held chord: compared with itself alone, it would look like much.
FLUTTER: Final = 0.02
"""Added to what is usual."""
# How much the whole, the bass and the treble say. Steps that follow each other say nearly the same,
# and so do the three: each counts for a part of a witness.
_WITNESS: Final = np.array([0.14, 0.1, 0.1], dtype=np.float32)
# What is new may begin at any place, at any time: a song after a song.
_ANYWHERE: Final = 1e-5
# Another place has to be so much more likely, for so long, before the one that is followed is
# given up: who jumps at every doubt is never with the music for long.
_FAR_LIKELIER: Final = 10.0
_PATIENCE_S: Final = 1.0
_RELIEF: Final = 3  # steps of patience that come back with each step in which there is no doubt
# What counts as the same place, somewhat later or slower: in beats, and as a logarithm of tempi.
_NEAR_BEATS: Final = 0.16
_NEAR_TEMPO: Final = 0.06


@dataclass(frozen=True)
class Followed:
    """The place that is followed, after a step.

    Attributes:
        since: steps since the beat; 0: the beat is at the end of this step.
        interval: steps from beat to beat, the mean of all that is believed near this place.
        leaning: how much more the rise of this step fits here than anywhere; 0 on the mean for
            noise, above it for who is with the music.
        usual: the mean rise of late.
    """

    since: int
    interval: float
    leaning: float
    usual: float


class BeatFilter:
    """Rises in, the followed place out.

    Args:
        step_s: how long a step is, in seconds.
    """

    def __init__(self, step_s: float) -> None:
        tempi = Tempi.of(step_s)
        ends = np.cumsum(tempi.places)
        self._first, self._last = ends - tempi.places, ends - 1
        self._tempi = tempi
        self._interval = np.repeat(tempi.interval, tempi.places)
        self._since: Places = np.concatenate([np.arange(count) for count in tempi.places])
        self._next = np.arange(1, ends[-1] + 1)
        self._next[self._last] = self._first
        self._belief: Floats = np.repeat(
            (tempi.likely / tempi.places).astype(np.float32), tempi.places
        )
        self._anywhere: Floats = self._belief * np.float32(_ANYWHERE)
        self._parts = _parts(self._interval, self._since)
        self._near = _neighbours(self._interval, self._since)
        self._place = int(self._belief.argmax())
        self._patience = round(_PATIENCE_S / step_s)
        self._doubt = 0
        self._usual = [Average(USUAL_S / step_s) for _ in Rise._fields]

    def step(self, rise: Rise) -> Followed:
        """Take the rise of one step; return where the music is at its end."""
        usual = [average.add(risen) for average, risen in zip(self._usual, rise, strict=True)]
        belief = self._belief
        self._move()
        leanings = _leanings(rise, usual)
        belief *= np.exp(leanings - leanings.max())[self._parts]
        belief /= belief.sum()
        self._follow()
        near = self._near[self._place]
        weights = belief[near]
        sure = float(weights.sum())
        interval = float(self._interval[self._place])
        if sure > 0:
            interval = float(weights @ self._interval[near]) / sure
        leaning = float(leanings[self._parts[self._place]])
        return Followed(int(self._since[self._place]), interval, leaning, usual[0])

    def _move(self) -> None:
        """Let every place go on by one step; at a beat the tempo may change."""
        belief, tempi, last = self._belief, self._tempi, self._last
        before_last = belief[last - 1]
        ended = (belief[last] + tempi.early * before_last) @ tempi.changes
        belief[1:] = belief[:-1].copy()
        belief[last] = (1 - tempi.early) * before_last
        belief[self._first] = ended
        belief *= np.float32(1 - _ANYWHERE)
        belief += self._anywhere

    def _follow(self) -> None:
        """Go on with the followed place, or leave it for one that has long been likelier."""
        belief = self._belief
        near = self._near[self._next[self._place]]
        best = int(belief.argmax())
        rival, own = belief[self._near[best]].sum(), belief[near].sum()
        if rival <= _FAR_LIKELIER * own:
            self._doubt = max(0, self._doubt - _RELIEF)
        elif self._doubt < self._patience:
            self._doubt += 1
        else:
            self._doubt, self._place = 0, best
            return
        self._place = int(near[belief[near].argmax()])


def _leanings(rise: Rise, usual: list[float]) -> Floats:
    """Return by how much the rise fits each part of a beat better than any, shape (parts,)."""
    said = np.zeros(LEANINGS.shape[1], dtype=np.float32)
    for weight, table, risen, mean in zip(_WITNESS, LEANINGS, rise, usual, strict=True):
        level = bisect(EDGES, risen / (mean + FLUTTER))
        said += weight * table[:, level]
    return said


def _parts(interval: npt.NDArray[np.float64], since: Places) -> Places:
    """Return which part of the beat each place is: a row of `levels.LEANINGS`."""
    parts = np.full(since.size, PARTS * STEPS_OF_AN_ATTACK)
    for part in range(PARTS):
        after = since - np.round(part * interval / PARTS).astype(np.int64)
        for count in range(STEPS_OF_AN_ATTACK):
            parts[after == count] = part * STEPS_OF_AN_ATTACK + count
    return parts


def _neighbours(interval: npt.NDArray[np.float64], since: Places) -> list[Places]:
    """Return for each place those that count as the same, itself among them."""
    beats, logarithms, near = since / interval, np.log(interval), []
    for beat, logarithm in zip(beats, logarithms, strict=True):
        apart = np.abs(beats - beat)
        beside = np.minimum(apart, 1 - apart) < _NEAR_BEATS
        near.append(np.flatnonzero(beside & (np.abs(logarithms - logarithm) < _NEAR_TEMPO)))
    return near
