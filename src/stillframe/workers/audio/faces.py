"""What makes bars of sound, each behind the same two methods.

Role: the choice of a face, and the classic one in the form of the others. Counterpart: `core` feeds
a face each block and asks it for bars.

Guarantees of every face: bars are finite and within 0 and 1 whatever is pushed; a call takes time
that does not grow with how long it has listened.
"""

from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.contracts.audio import AudioRequest, Face
from stillframe.workers.audio import classic
from stillframe.workers.audio.easing import eased, engine
from stillframe.workers.audio.sources.source import SAMPLE_RATE_HZ
from stillframe.workers.audio.spectrum import Spectrum, SpectrumConfig

Floats: TypeAlias = npt.NDArray[np.float32]


class BarMaker(Protocol):
    """What turns blocks into bars."""

    channels: int

    def push(self, block: Floats) -> None:
        """Take the next block: shape (frames, channels)."""

    def bars(self, elapsed_s: float) -> Floats:
        """Return the bars, shape (channels, bars), so long after the last ones."""


def face_for(request: AudioRequest, sample_rate_hz: int, channels: int) -> BarMaker:
    """Return what makes the bars that a request asks for, of a source of this kind."""
    if request.face is Face.CLASSIC:
        return ClassicBars(request)
    tone, window, smoothing = request.tone, request.window, request.smoothing
    return Spectrum(
        SpectrumConfig(
            sample_rate_hz=sample_rate_hz,
            channels=min(2, channels) if tone.stereo else 1,
            bars=window.bar_count,
            low_hz=tone.low_hz,
            high_hz=tone.high_hz,
            bass_frames=_scaled(window.bass_frames, sample_rate_hz),
            treble_frames=_scaled(window.treble_frames, sample_rate_hz),
            a_weighting=tone.a_weighting,
            equaliser_db=tone.equaliser_db,
            sensitivity=tone.sensitivity,
            attack_s=smoothing.attack_s,
            decay_s=smoothing.decay_s,
        )
    )


def _scaled(frames: int, sample_rate_hz: int) -> int:
    """Return a window of the same time at another rate; an even number of frames."""
    return max(64, round(frames * sample_rate_hz / SAMPLE_RATE_HZ / 2) * 2)


class ClassicBars:
    """The bars of the plan's origin: one transform a block, of both channels together."""

    channels = 1

    def __init__(self, request: AudioRequest) -> None:
        floor = request.floor_config
        self._config = classic.Config(
            bars=request.window.bar_count,
            recommended=request.tone.sensitivity is None,
            sensitivity=request.tone.sensitivity or 1.0,
            dynamic_floor=floor.dynamic,
            manual_floor=floor.manual,
        )
        self._memory = classic.Memory()
        self._now_s = 0.0
        self._raw = np.zeros(self._config.bars, np.float32)
        self._bars = self._raw
        self._easing = engine()

    def push(self, block: Floats) -> None:
        """Make bars of a block at once: nothing is gathered over blocks."""
        mono = block.mean(axis=1, dtype=np.float32)
        self._memory, bars = classic.step(self._memory, mono, self._config, self._now_s)
        if bars is not None:
            self._raw = bars

    def bars(self, elapsed_s: float) -> Floats:
        """Return the bars on their way to those of the last block."""
        self._now_s += max(0.0, elapsed_s)
        self._bars = eased(self._bars, self._raw, elapsed_s, self._easing)
        return self._bars[np.newaxis]
