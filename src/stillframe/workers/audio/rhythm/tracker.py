"""Beats as they are heard: blocks of samples in, what can be said by now out.

Role: pure: what others call. Counterpart: `onsets` and `beats` do the listening; the audio worker
publishes the state, `stillframe audio analyse` prints an `Analysis`.

Guarantees:
- A beat is said at the end of the step of 20 ms in which it falls, or, after the tracker has
  changed its mind, up to `LATEST_S` after it. Nothing later is needed, nothing is taken back:
  what was said before a cut is the same whatever follows.
- The same samples give the same words however they are cut into blocks.
- All times are finite, ascending, counted in seconds from the first sample; the memory is bounded;
  in silence no beat is said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stillframe.workers.audio.rhythm.beats import BeatFilter, Followed
from stillframe.workers.audio.rhythm.onsets import Average, Flux, OnsetPicker, Rise
from stillframe.workers.audio.rhythm.pulse import EvenPulse

LATEST_S: Final = 0.1
"""A beat is said at most so long after it."""
_FRAMES_PER_STEP: Final = 2
# A beat that was passed on a jump is still said when it is no older than this, in steps.
_OLDEST_STEPS: Final = 3
# Two beats are never closer than this part of the interval.
_CLOSEST: Final = 0.4
# Under this mean rise there is nothing to follow: silence, or one unchanging tone.
_QUIET: Final = 2e-3
# Of the tempo that is told; the tracker's own changes with each step.
_TOLD_S: Final = 1.0
# How well what is heard fits what is said, over so long; so much fits noise; and how well is well.
_SURE_S: Final = 4.0
_CHANCE: Final = 0.006
_SURE: Final = 0.012
# The tempo of a whole recording is the mean of the intervals that are about as long as the median.
_ALIKE: Final = 0.1


@dataclass(frozen=True)
class RhythmState:
    """What can be said after a block.

    Attributes:
        heard_s: how much has been heard.
        onset_strength: how much the latest frame stands out, 0 to 1.
        onsets_s: when the onsets were that are new since the last push.
        beats_s: when the beats were that are new since the last push.
        next_beat_s: when the next beat is expected; None while nothing is followed.
        tempo_bpm: None while nothing is followed.
        confidence: in all this, 0 to 1.
        beat_in_bar: 0 for the first beat of a bar; None: not known.
    """

    heard_s: float
    onset_strength: float
    onsets_s: tuple[float, ...]
    beats_s: tuple[float, ...]
    next_beat_s: float | None
    tempo_bpm: float | None
    confidence: float
    beat_in_bar: int | None


@dataclass(frozen=True)
class Analysis:
    """What the tracker said of a whole recording.

    Attributes:
        tempo_bpm: of most of it; None where no two beats were said.
    """

    tempo_bpm: float | None
    beats_s: tuple[float, ...]
    onsets_s: tuple[float, ...]


class Rhythm:
    """A listener that says beats, tempo and onsets as it hears them.

    Args:
        sample_rate_hz: 8,000 to 192,000.

    Raises:
        ValueError: if the rate is outside that.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._flux = Flux(sample_rate_hz)
        self._picker = OnsetPicker(self._flux.frame_s)
        self._step_s = self._flux.frame_s * _FRAMES_PER_STEP
        self._filter = BeatFilter(self._step_s)
        self._pulse = EvenPulse(self._step_s)
        self._interval = Average(_TOLD_S / self._step_s)
        self._leaning = Average(_SURE_S / self._step_s)
        self._samples = self._steps = 0
        self._frames: list[Rise] = []  # of the step that is not whole yet
        self._last_beat = -1  # the step at whose end the last said beat was
        self._told: tuple[float | None, float | None, float] = (None, None, 0.0)

    def push(self, block: npt.NDArray[np.float32]) -> RhythmState:
        """Hear a block and say what is new.

        Args:
            block: mono, shape (frames,), about -1 to 1; what is no number counts as 0.

        Raises:
            ValueError: if the block has another shape.
        """
        onsets_s, beats_s = [], []
        rises = self._flux.push(block)
        self._samples += block.size
        for rise in rises:
            onset_s = self._picker.step(rise.whole)
            if onset_s is not None:
                onsets_s.append(onset_s)
            self._frames.append(rise)
            if len(self._frames) == _FRAMES_PER_STEP:
                beat_s = self._step(Rise(*map(max, *self._frames)))
                self._frames.clear()
                if beat_s is not None:
                    beats_s.append(beat_s)
        next_s, tempo_bpm, confidence = self._told
        return RhythmState(
            heard_s=self._samples / self._rate_hz,
            onset_strength=self._picker.strength,
            onsets_s=tuple(onsets_s),
            beats_s=tuple(beats_s),
            next_beat_s=next_s,
            tempo_bpm=tempo_bpm,
            confidence=confidence,
            beat_in_bar=None,
        )

    def _step(self, rise: Rise) -> float | None:
        """Take one step; return when the beat was, if one is to be said."""
        self._steps += 1
        followed = self._pulse.step(self._filter.step(rise), rise.whole)
        if followed.usual < _QUIET:
            self._told = (None, None, 0.0)
            return None
        interval = self._interval.add(followed.interval)
        leaning = self._leaning.add(followed.leaning)
        confidence = -math.expm1(-max(0.0, leaning - _CHANCE) / _SURE)
        at = self._steps - followed.since
        next_s = (at + followed.interval) * self._step_s
        self._told = (next_s, 60 / (interval * self._step_s), confidence)
        return self._said(at, followed)

    def _said(self, at: int, followed: Followed) -> float | None:
        fresh = followed.since <= _OLDEST_STEPS
        if not fresh or at <= 0 or at - self._last_beat <= _CLOSEST * followed.interval:
            return None
        self._last_beat = at
        return at * self._step_s


def analyse(samples: npt.NDArray[np.float32], sample_rate_hz: int) -> Analysis:
    """Return what the tracker says of a recording that it hears for the first time.

    Args:
        samples: mono, shape (frames,), about -1 to 1.
        sample_rate_hz: 8,000 to 192,000.

    Raises:
        ValueError: if the rate is outside that, or the samples have another shape.
    """
    rhythm = Rhythm(sample_rate_hz)
    beats_s: list[float] = []
    onsets_s: list[float] = []
    for begin in range(0, samples.shape[0], sample_rate_hz):  # a second at a time bounds the memory
        state = rhythm.push(samples[begin : begin + sample_rate_hz])
        beats_s.extend(state.beats_s)
        onsets_s.extend(state.onsets_s)
    return Analysis(tempo_of(beats_s), tuple(beats_s), tuple(onsets_s))


def tempo_of(beats_s: Sequence[float]) -> float | None:
    """Return the tempo of most of a recording from its beats, in beats a minute.

    None where there are no two beats.
    """
    intervals_s = np.diff(beats_s)
    if not intervals_s.size:
        return None
    median_s = np.median(intervals_s)
    alike = intervals_s[np.abs(intervals_s / median_s - 1) <= _ALIKE]
    return float(60 / (alike.mean() if alike.size else median_s))
