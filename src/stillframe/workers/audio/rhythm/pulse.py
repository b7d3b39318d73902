"""Even pulses with nothing between them are beats, each of them.

Role: pure: sees to it that every stroke of a metronome is a beat. Counterpart: `beats` has learnt
from music, where strokes of one strength are often halves of a beat; `tracker` asks here.

Guarantees: doubles a tempo or leaves it; never beyond the fastest there is. Where anything sounds
between the pulses, as nearly everywhere in music, nothing is changed.
"""

from dataclasses import replace
from typing import Final

from stillframe.workers.audio.rhythm.beats import Followed
from stillframe.workers.audio.rhythm.onsets import Average
from stillframe.workers.audio.rhythm.tempo import FASTEST_BPM

# How far around the beat and its middle a pulse is looked for, in beats: an attack takes 60 ms.
_AROUND: Final = 0.14
_BEATS: Final = 4.0
_FEWEST: Final = 2  # beats, before anything is judged
_OTHER_TEMPO: Final = 0.2  # a change of the interval by this part begins anew
_AS_STRONG: Final = 0.7
_NOTHING: Final = 0.2


class EvenPulse:
    """What is followed in, the same out, or its double.

    Args:
        step_s: how long a step is, in seconds.
    """

    def __init__(self, step_s: float) -> None:
        self._shortest = 60 / FASTEST_BPM / step_s
        self._strongest = [0.0, 0.0, 0.0]  # of this beat: on it, in its middle, elsewhere
        self._means = [Average(_BEATS) for _ in self._strongest]
        self._count, self._interval = 0, 0.0
        self._even = False
        self._before = 0

    def step(self, followed: Followed, risen: float) -> Followed:
        """Take the followed place and the rise of its step."""
        if followed.since < self._before:
            self._finish(followed.interval)
        self._before = followed.since
        place = followed.since / followed.interval
        from_beat, from_middle = min(place, abs(1 - place)), abs(place - 0.5)
        where = 0 if from_beat < _AROUND else 1 if from_middle < _AROUND else 2
        self._strongest[where] = max(self._strongest[where], risen)
        half = followed.interval / 2
        if not self._even or half < self._shortest:
            return followed
        since = followed.since
        if since >= round(half):
            since -= round(half)
        return replace(followed, since=since, interval=half)

    def _finish(self, interval: float) -> None:
        """Judge the beats up to this one."""
        if abs(interval - self._interval) > _OTHER_TEMPO * interval:
            self._interval, self._count = interval, 0
            self._means = [Average(_BEATS) for _ in self._strongest]
        else:
            self._count += 1
            pairs = zip(self._means, self._strongest, strict=True)
            on, middle, elsewhere = (mean.add(strongest) for mean, strongest in pairs)
            alike = middle > _AS_STRONG * on and elsewhere < _NOTHING * min(on, middle)
            self._even = alike and self._count >= _FEWEST
        self._strongest = [0.0, 0.0, 0.0]
