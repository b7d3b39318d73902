"""From blocks of sound to what is heard.

Role: one request's bars, ghosts, wave and beat, as numbers. Counterpart: `io` reads a source and
publishes what this returns; `faces` makes the bars, `rhythm` the beat.

Guarantees:
- No clock, device or thread: times come with the blocks.
- Whatever the samples are, all that is heard is finite and within its range.
- Where there is no sound, bars and ghosts sink to nothing and then nothing is computed any more.
"""

import math
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.contracts.audio import AudioRequest, Face
from stillframe.contracts.hearing import WAVE_POINTS, Beat, Condition, Hearing
from stillframe.workers.audio import ghosts
from stillframe.workers.audio.faces import BarMaker
from stillframe.workers.audio.ghosts import Ghosts
from stillframe.workers.audio.samples import cleaned

Floats: TypeAlias = npt.NDArray[np.float32]

_NS_PER_S: Final = 1_000_000_000
# Under this is the noise of a converter, of 16 bits at least; it is 90 dB under full scale.
_AUDIBLE: Final = 3e-5
# A rest in the music is no silence.
_SILENT_AFTER_S: Final = 0.4
# What is left of a bar then cannot be seen.
_INVISIBLE: Final = 1e-3
# The longest pause between two blocks that is told to the face; after more, it begins anew anyway.
_LONGEST_STEP_S: Final = 2.0
_QUIETEST_DB: Final = -60.0
_LEVEL_FALL_S: Final = 0.3
_WAVE_STRIDE: Final = 8
_WAVE_FRAMES: Final = WAVE_POINTS * _WAVE_STRIDE


class BeatKeeper(Protocol):
    """What knows the beat."""

    @property
    def onset(self) -> float:
        """How much something begins just now, 0 to 1."""

    @property
    def beat(self) -> Beat:
        """The beat as far as it is known."""

    def push(self, mono: Floats, end_ns: int) -> None:
        """Take the next block: one channel, and when its last sample was heard."""


class Analyser:
    """What is heard, for one request and one kind of source."""

    def __init__(
        self, request: AudioRequest, face: BarMaker, beats: BeatKeeper | None, *, generation: int
    ) -> None:
        """Begin in silence; without `beats`, no beat is looked for."""
        self._request, self._face, self._beats = request, face, beats
        self._generation = generation
        self._bars = np.zeros((face.channels, request.window.bar_count), np.float32)
        self._ghosts = Ghosts.over(self._bars)
        # Twice the wave: room to begin it where the sound rises through zero.
        self._recent = np.zeros(2 * _WAVE_FRAMES, np.float32)
        self._level = 0.0
        self._end_ns = 0
        self._silent_s = _SILENT_AFTER_S

    @property
    def channels(self) -> int:
        """How many rows of bars there are."""
        return self._face.channels

    @property
    def end_ns(self) -> int:
        """When the last block ended, 0 before the first."""
        return self._end_ns

    @property
    def resting(self) -> bool:
        """Whether nothing sounds and nothing is seen any more."""
        sinks = self._ghosts.peaks.max(initial=0) > _INVISIBLE
        return self._silent_s >= _SILENT_AFTER_S and not sinks

    def push(self, block: Floats, end_ns: int) -> bool:
        """Take a block, shape (frames, channels); False if nothing was done, for it was silent."""
        samples = _sound(block)
        elapsed_s = self._elapsed_s(end_ns)
        loudest = float(np.abs(samples).max(initial=0.0))
        self._silent_s = 0.0 if loudest > _AUDIBLE else self._silent_s + elapsed_s
        if self.resting:
            return self._forget()
        mono = samples.mean(axis=1, dtype=np.float32)
        self._recent = np.concatenate((self._recent, mono))[-2 * _WAVE_FRAMES :]
        self._level = _level(mono, self._level, elapsed_s)
        if self._beats is not None:
            self._beats.push(mono, end_ns)
        self._face.push(_fitted(samples, mono, self._face.channels))
        self._move(elapsed_s)
        return True

    def hearing(self, note: str = "") -> Hearing:
        """Return what is heard; `note` says why there is nothing to listen to, if so."""
        sounding = self._silent_s < _SILENT_AFTER_S
        silence = Condition.DEAF if note else Condition.SILENT
        return Hearing(
            generation=self._generation,
            ts_ns=self._end_ns,
            channels=len(self._bars),
            condition=Condition.SOUNDING if sounding else silence,
            level=self._level,
            onset=self._beats.onset if self._beats and sounding else 0.0,
            beat=self._beats.beat if self._beats and sounding else Beat(),
            bars=_flat(self._bars),
            ghosts=_flat(self._ghosts.peaks),
            wave=_flat(_wave(self._recent)),
            note=note,
        )

    def _elapsed_s(self, end_ns: int) -> float:
        """Return how long it is since the block before; a clock that goes back stands still."""
        elapsed_s = (end_ns - self._end_ns) / _NS_PER_S if self._end_ns else 0.0
        self._end_ns = end_ns
        return min(_LONGEST_STEP_S, max(0.0, elapsed_s))

    def _forget(self) -> bool:
        """Have nothing left of what nobody sees any more; say whether there was something."""
        left = bool(self._bars.any() or self._ghosts.peaks.any())
        if left:
            self._bars = np.zeros_like(self._bars)
            self._ghosts, self._level = Ghosts.over(self._bars), 0.0
            self._recent = np.zeros_like(self._recent)
        return left

    def _move(self, elapsed_s: float) -> None:
        self._bars = np.clip(self._face.bars(elapsed_s), 0.0, 1.0)
        ghosting = self._request.ghosting_cfg
        if not ghosting.enabled:
            self._ghosts = Ghosts.over(self._bars)
            return
        if self._request.face is Face.CLASSIC:
            self._ghosts = ghosts.origins(self._ghosts, self._bars, elapsed_s)
            return
        self._ghosts = ghosts.held(
            self._ghosts,
            self._bars,
            elapsed_s,
            hold_s=ghosting.hold_s,
            decay_s=ghosting.decay_s,
        )


def _sound(block: Floats) -> Floats:
    """Return samples that can be computed with, of one channel at least."""
    samples = np.asarray(block, np.float32)
    if samples.ndim != 2:  # noqa: PLR2004 - frames and channels
        samples = samples.reshape(len(samples), -1) if samples.ndim else samples.reshape(1, 1)
    return cleaned(samples)


def _fitted(samples: Floats, mono: Floats, channels: int) -> Floats:
    """Return as many channels as the face takes."""
    if samples.shape[1] == channels:
        return samples
    return mono[:, np.newaxis] if channels == 1 else np.repeat(mono[:, np.newaxis], channels, 1)


def _level(mono: Floats, before: float, elapsed_s: float) -> float:
    """Return how loud it is, 0 at the quietest and 1 at full scale: up at once, down gently."""
    power = float(np.mean(np.square(mono, dtype=np.float64))) if mono.size else 0.0
    now_db = 10 * math.log10(max(power, 1e-12))
    now = min(1.0, max(0.0, 1 - now_db / _QUIETEST_DB))
    return max(now, now + (before - now) * math.exp(-elapsed_s / _LEVEL_FALL_S))


def _wave(recent: Floats) -> Floats:
    """Return the wave's points, begun where the sound rises through zero, so that it stands."""
    before, after = recent[:_WAVE_FRAMES], recent[1 : _WAVE_FRAMES + 1]
    rising = np.flatnonzero((before <= 0) & (after > 0))
    start = int(rising[-1]) if len(rising) else _WAVE_FRAMES
    points = recent[start : start + _WAVE_FRAMES].reshape(WAVE_POINTS, _WAVE_STRIDE).mean(axis=1)
    shown: Floats = np.clip(points, -1, 1).astype(np.float32)
    return shown


def _flat(values: Floats) -> "memoryview[float]":
    flat: memoryview[float] = np.ascontiguousarray(values, np.float32).reshape(-1).data  # type: ignore[assignment]
    return flat
