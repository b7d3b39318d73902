"""What makes bars of sound, each behind the same two methods.

Role: the choice of a face, and the classic one in the form of the others. Counterpart: `core` feeds
a face each block and asks it for bars.

Guarantees of every face: bars are finite and within 0 and 1 whatever is pushed; a call takes time
that does not grow with how long it has listened.
"""

from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.contracts.audio import AudioRequest
from stillframe.workers.audio import classic

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
    del sample_rate_hz, channels
    return ClassicBars(request)


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
        self._bars = np.zeros(self._config.bars, np.float32)

    def push(self, block: Floats) -> None:
        """Make bars of a block at once: nothing is gathered over blocks."""
        mono = block.mean(axis=1, dtype=np.float32)
        self._memory, bars = classic.step(self._memory, mono, self._config, self._now_s)
        if bars is not None:
            self._bars = bars

    def bars(self, elapsed_s: float) -> Floats:
        """Return the bars of the last block."""
        self._now_s += max(0.0, elapsed_s)
        return self._bars[np.newaxis]
