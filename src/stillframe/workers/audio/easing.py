"""How the plan's origin let its bars rise and fall on their way to the screen.

Role: pure: the two stages of its smoothing. Counterpart: `classic` makes the bars, `faces` moves
them. Source: the origin's semantics, in words.

Guarantees: a step depends on the time that has passed, not on how often it is taken, but for the
origin's own cuts: after a long pause the bars are where they should be at once.
"""

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Easing:
    """One stage.

    Attributes:
        rise_s, fall_s: its time constants.
        pause_s: after so long, bars are copied.
        least: what is smaller is nothing.
        shortest_s: a step that took less counts as so long; None copies the bars instead.
    """

    rise_s: float
    fall_s: float
    pause_s: float
    least: float
    shortest_s: float | None = None


def engine(tau_s: float = 0.18) -> Easing:
    """Return the stage beside the transform; the origin's own setting is 0.18 s."""
    tau_s = max(0.05, tau_s)
    return Easing(rise_s=0.35 * tau_s, fall_s=3 * tau_s, pause_s=2.0, least=1e-3)


DISPLAY: Final = Easing(rise_s=0.055, fall_s=0.143, pause_s=0.4, least=1e-4, shortest_s=1e-4)
"""The stage beside the screen, which the origin had where no graphics card drew."""


def eased(before: Floats, target: Floats, elapsed_s: float, easing: Easing) -> Floats:
    """Return where the bars are, so long after `before`, on their way to `target`."""
    if easing.shortest_s is not None:
        elapsed_s = max(easing.shortest_s, elapsed_s)
    if before.shape != target.shape or elapsed_s <= 0 or elapsed_s > easing.pause_s:
        return target.copy()
    rise, fall = (-math.expm1(-elapsed_s / tau_s) for tau_s in (easing.rise_s, easing.fall_s))
    share = np.where(target >= before, np.float32(rise), np.float32(fall))
    moved = before + (target - before) * share
    moved[np.abs(moved) < easing.least] = 0.0
    return moved.astype(np.float32)
