"""Ghosts: where the bars have been of late.

Role: pure: envelopes over bars. Counterpart: `core` moves them with each block; the visualizer
draws them above the bars.

Guarantees: a ghost is never under its bar and never above 1; it falls with time, however often it
is looked at.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

# The origin's: it falls by so much a second, and faster the further it stands above its bar.
_ORIGIN_DECAY_PER_S: Final = 0.4
_SPEED: Final = 0.75


@dataclass(frozen=True)
class Ghosts:
    """The ghosts, and for how long each has stood still, in seconds; any shape."""

    peaks: Floats
    stood_s: Floats

    @classmethod
    def over(cls, bars: Floats) -> "Ghosts":
        """Begin at the bars."""
        return cls(np.clip(bars, 0, 1).astype(np.float32), np.zeros(bars.shape, np.float32))


def held(
    ghosts: Ghosts, bars: Floats, elapsed_s: float, *, hold_s: float, decay_s: float
) -> Ghosts:
    """Return ghosts that stand still for a while and then fall.

    Args:
        ghosts: before; with bars of another shape they begin anew.
        bars: 0 to 1.
        elapsed_s: since then.
        hold_s: for how long a ghost stands.
        decay_s: the time constant of its fall, towards the bar.
    """
    if ghosts.peaks.shape != bars.shape:
        return Ghosts.over(bars)
    elapsed_s = max(0.0, elapsed_s)
    risen = bars >= ghosts.peaks
    stood_s = np.where(risen, 0.0, ghosts.stood_s + elapsed_s)
    # Of this step, only what lies behind the hold is spent falling.
    falling_s = np.minimum(elapsed_s, np.maximum(0.0, stood_s - hold_s))
    keep = np.exp(-falling_s / decay_s) if decay_s > 0 else (falling_s <= 0).astype(np.float32)
    fallen = bars + (ghosts.peaks - bars) * keep
    peaks = np.clip(np.where(risen, bars, fallen), 0, 1)
    return Ghosts(peaks.astype(np.float32), stood_s.astype(np.float32))


def origins(ghosts: Ghosts, bars: Floats, elapsed_s: float) -> Ghosts:
    """Return ghosts as the plan's origin moved them: no hold, a fall by so much a second.

    Args:
        ghosts: before; with bars of another shape they begin anew.
        bars: 0 to 1.
        elapsed_s: since then.
    """
    bars = np.clip(bars, 0, 1)
    if ghosts.peaks.shape != bars.shape:
        return Ghosts.over(bars)
    above = ghosts.peaks - bars
    speed = _SPEED * (1 + np.minimum(1.0, above))
    fallen = ghosts.peaks - _ORIGIN_DECAY_PER_S * max(0.0, elapsed_s) * speed
    peaks = np.clip(np.where(above < 0, bars, np.maximum(bars, fallen)), 0, 1)
    return Ghosts(peaks.astype(np.float32), np.zeros(bars.shape, np.float32))
