"""Our own bars: deep tones apart, and yet each beat at once.

Role: pure: blocks of sound become levels of bars. Counterpart: `bands` has the numbers that it
multiplies with, `faces` offers it beside the classic bars; docs/decisions has the why of each step.

- High tones: a transform of a short window, its bins shared out among the bars.
- Deep tones: the sound at a sixteenth of its rate, multiplied with a tone for each bar. A long
  window tells tones apart and is slow; a short one is quick and blurs. The long one's picture is
  shown with the short one's strength.
- Then weights, loudness, a sensitivity that follows the music, and rise and fall in seconds.

Guarantees: bars are finite and within 0 and 1, whatever is pushed; nothing depends on how the sound
is cut into blocks, but for the moments at which bars are asked for; memory and time do not grow.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.workers.audio import bands
from stillframe.workers.audio.samples import cleaned

Floats: TypeAlias = npt.NDArray[np.float32]

# Under this, tones are too close for a short window.
_CROSSOVER_HZ: Final = 1000.0
# What deep tones are looked for at; three tenths of it pass the filter.
_DEEP_RATE_HZ: Final = 3000.0
_HIGHEST_OF_RATE: Final = 0.46
# Two periods of the deepest tones; a kick is half as tall after a third of it.
_QUICK_S: Final = 0.036
# Of the low rate: a block and a half, so that one product is enough for most.
_KEPT_AT_ONCE: Final = 64
# Under this there is no tone but rounding.
_FAINT: Final = np.float32(1e-12)
# A long window's picture of a beginning is faint and true to shape: it may be raised as much.
_MOST_RAISED: Final = np.float32(1e8)
# Loudness as the ear has it: ten decibels more are twice as loud.
_LOUDNESS: Final = np.float32(0.6)
# The loudest bar of late stands so tall.
_TALL: Final = np.float32(0.92)
_ONE: Final = np.float32(1.0)
# A quiet passage is drawn larger bit by bit, a loud one smaller at once.
_CALMING_S: Final = 8.0
_ALARM_S: Final = 0.12
# Quieter than this is drawn small: it is no music, but a hum or hiss.
_QUIETEST: Final = 2e-3


@dataclass(frozen=True)
class SpectrumConfig:
    """How sound becomes bars.

    Attributes:
        sample_rate_hz: of the blocks.
        channels: 1 or 2; each has bars of its own.
        bars: 8 to 128 a channel.
        low_hz, high_hz: where the bars begin and end.
        bass_frames, treble_frames: how long the windows are for deep tones and for high ones.
        a_weighting: whether a tone counts as much as the ear makes of it.
        equaliser_db: evenly over the bars; empty for none.
        sensitivity: the factor of all levels; None follows the sound.
        attack_s, decay_s: time constants of rise and fall.
    """

    sample_rate_hz: int = 48_000
    channels: int = 2
    bars: int = 64
    low_hz: float = 40.0
    high_hz: float = 16_000.0
    bass_frames: int = 8192
    treble_frames: int = 1024
    a_weighting: bool = True
    equaliser_db: tuple[float, ...] = ()
    sensitivity: float | None = None
    attack_s: float = 0.01
    decay_s: float = 0.15


class Spectrum:
    """Bars of what was pushed."""

    def __init__(self, config: SpectrumConfig) -> None:
        """Begin in silence."""
        self._config = config
        self.channels = config.channels
        rate_hz = config.sample_rate_hz
        high_hz = min(config.high_hz, _HIGHEST_OF_RATE * rate_hz)
        edges = bands.edges_hz(min(config.low_hz, high_hz / 2), high_hz, config.bars)
        middles = bands.middles_hz(edges)
        deep = int(np.searchsorted(middles, min(_CROSSOVER_HZ, high_hz)))
        self._deep = _DeepTones(middles[:deep], config)
        self._high = _HighTones(edges[deep:], config)
        gains = bands.equaliser(config.equaliser_db, config.bars)
        if config.a_weighting:
            gains = gains * bands.a_weights(middles)
        self._gains = gains.astype(np.float32)
        self._reference = 1.0  # how loud the loudest bar has been of late
        self._heard_s = _ALARM_S  # the less was heard, the sooner what is heard counts
        self._bars = np.zeros((config.channels, config.bars), np.float32)

    def push(self, block: Floats) -> None:
        """Take the next block: shape (frames, channels); it may be written over afterwards."""
        sound = np.array(cleaned(block).T, np.float32, order="C")
        self._deep.push(sound)
        self._high.push(sound)

    def bars(self, elapsed_s: float) -> Floats:
        """Return the bars, shape (channels, bars), `elapsed_s` after the last ones."""
        power = np.concatenate((self._deep.power(), self._high.power()), axis=1)
        levels = np.sqrt(power, out=power) * self._gains
        loud = (levels * np.float32(self._factor(levels, elapsed_s))) ** _LOUDNESS
        target: Floats = np.minimum(_ONE, loud * _TALL)
        rise = np.float32(_share(elapsed_s, self._config.attack_s))
        fall = np.float32(_share(elapsed_s, self._config.decay_s))
        change = target - self._bars
        # Up by the one share, down by the other: whichever moves further up, or less far down.
        further = np.maximum if rise >= fall else np.minimum
        self._bars = self._bars + further(change * rise, change * fall)
        return self._bars

    def _factor(self, levels: Floats, elapsed_s: float) -> float:
        """Return what levels are multiplied with, so that the loudest of late becomes 1."""
        if self._config.sensitivity is not None:
            return self._config.sensitivity
        loudest = float(levels.max(initial=0.0))
        if loudest > _QUIETEST:
            self._heard_s += elapsed_s
        loudest = max(_QUIETEST, loudest)
        time_s = _ALARM_S if loudest > self._reference else min(_CALMING_S, self._heard_s)
        # In decibels: a factor of ten takes as long at any loudness.
        self._reference *= (loudest / self._reference) ** _share(elapsed_s, time_s)
        return 1.0 / self._reference


class _HighTones:
    """A transform of a short window, shared out among bars."""

    def __init__(self, edges: bands.Hertz, config: SpectrumConfig) -> None:
        frames = config.treble_frames
        self._window = np.hanning(frames + 1)[:frames].astype(np.float32)
        # Each row twice: the squares of real and imaginary parts, which lie side by side, add up.
        self._shares = bands.shares(edges, config.sample_rate_hz, frames).T.repeat(2, axis=0)
        self._recent = np.zeros((config.channels, frames), np.float32)

    def push(self, sound: Floats) -> None:
        self._recent = _newest(self._recent, sound)

    def power(self) -> Floats:
        if not self._shares.shape[1]:
            return np.zeros((len(self._recent), 0), np.float32)
        parts = np.fft.rfft(self._recent * self._window).view(np.float32)
        power: Floats = np.square(parts, out=parts) @ self._shares
        return power


class _DeepTones:
    """The sound at a low rate, and a tone for each bar."""

    def __init__(self, middles: bands.Hertz, config: SpectrumConfig) -> None:
        self._factor = max(1, round(config.sample_rate_hz / _DEEP_RATE_HZ))
        rate_hz = config.sample_rate_hz / self._factor
        self._filter = bands.every(self._factor, bands.low_pass(self._factor), _KEPT_AT_ONCE)
        self._taps = len(self._filter) - (_KEPT_AT_ONCE - 1) * self._factor
        self._waiting = np.zeros((config.channels, self._taps - 1), np.float32)
        frames = max(8, config.bass_frames // self._factor)
        quick = min(frames, max(8, round(_QUICK_S * rate_hz)))
        self._tones = len(middles)
        # Both windows end now: one product finds the tones in either.
        short = np.zeros((2 * self._tones, frames), np.float32)
        short[:, frames - quick :] = bands.kernels(middles, rate_hz, quick)
        both = np.concatenate((bands.kernels(middles, rate_hz, frames), short))
        self._kernels = both.T.copy()
        # Twice: the squares of cosines and sines, one after the other, add up.
        self._near = np.tile(bands.neighbourhood(middles, 1 / _QUICK_S).T, (2, 1))
        self._recent = np.zeros((config.channels, frames), np.float32)

    def push(self, sound: Floats) -> None:
        """Filter, and keep every so-manieth sample."""
        sound = np.concatenate((self._waiting, sound), axis=1)
        start = 0
        while (whole := (sound.shape[1] - start - self._taps) // self._factor + 1) > 0:
            kept = min(whole, _KEPT_AT_ONCE)
            frames = (kept - 1) * self._factor + self._taps
            low = sound[:, start : start + frames] @ self._filter[:frames, :kept]
            self._recent = _newest(self._recent, low)
            start += kept * self._factor
        self._waiting = sound[:, start:]

    def power(self) -> Floats:
        """Return each tone's power: the long window's picture, at the quick one's strength."""
        tones, found = self._tones, self._recent @ self._kernels
        squares = np.square(found, out=found)
        steady, quick = squares[:, : 2 * tones], squares[:, 2 * tones :]
        raised = (quick @ self._near) / np.maximum(_FAINT, steady @ self._near)
        power: Floats = (steady[:, :tones] + steady[:, tones:]) * np.minimum(_MOST_RAISED, raised)
        return power


def _newest(recent: Floats, more: Floats) -> Floats:
    """Return as many of the newest samples as there were."""
    frames = recent.shape[1]
    if more.shape[1] >= frames:
        return more[:, -frames:]
    return np.concatenate((recent[:, more.shape[1] :], more), axis=1)


def _share(elapsed_s: float, time_s: float) -> float:
    """Return how much of the way is gone in a time, by its time constant."""
    if elapsed_s <= 0:
        return 0.0
    return 1.0 if time_s <= 0 else float(-np.expm1(-elapsed_s / time_s))
