"""What is done to the classic figure where the spectrum is too coarse to draw one.

Role: pure: short blocks have few bins, so the bars are carved by rule. Counterpart: `classic` calls
it for blocks of fewer than 2048 samples.

Guarantees: with fewer bars than the figure needs (seven), what lies outside is passed over.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.workers.audio.shape import RIDGE, offsets

Floats: TypeAlias = npt.NDArray[np.float32]

_GAINS: Final = {0: 0.78, 1: 1.05, 2: 1.2, 3: 1.35, 4: 1.2}
_SMALL: Final = 1e-3


@dataclass(frozen=True)
class Drop:
    """How suddenly the bass went: now, and gathered over blocks."""

    signal: float = 0.0
    sum: float = 0.0


def sculpted(
    target: Floats, before: Drop, fell: float, bass: float, floor: float
) -> tuple[Floats, Drop]:
    """Return the carved targets, and the drop that carved them.

    Args:
        target: of each bar.
        before: of the block before.
        fell: by which part the bass has fallen since.
        bass: its level.
        floor: under it.
    """
    away = offsets(len(target))
    bars = target * np.array([_GAINS.get(int(o), 1.0) for o in away], dtype=np.float32)
    drop = _drop(before, fell, bass, floor)
    _hollow(bars, away, drop.signal)
    _cap(bars, drop.signal)
    _pull(bars, away, drop.signal)
    if len(bars) > 2:  # noqa: PLR2004 - ends have one neighbour, the others two
        old = bars.copy()
        bars[1:-1] = 0.46 * old[1:-1] + 0.27 * (old[:-2] + old[2:])
        bars[0] = 0.64 * old[0] + 0.36 * old[1]
        bars[-1] = 0.64 * old[-1] + 0.36 * old[-2]
    return bars, drop


def _drop(before: Drop, fell: float, bass: float, floor: float) -> Drop:
    valley, reference = fell, max(1.05 * floor, _SMALL)
    if bass < reference:
        valley = max(valley, min(0.9, (reference - bass) / reference))
    gathered = 0.88 * before.sum + 0.55 * valley
    if valley < 0.02:  # noqa: PLR2004 - the bass goes on
        gathered *= 0.92
    gathered = max(0.0, min(1.0, gathered))
    return Drop(signal=max(fell, gathered), sum=gathered)


def _hollow(bars: Floats, away: npt.NDArray[np.int64], drop: float) -> None:
    """Lower the middle where the bass has gone."""
    if drop > 0.05:  # noqa: PLR2004 - a drop that can be seen
        depth = min(0.92, 0.22 + 1.45 * drop)
        share = np.maximum(0.25, 1 - 1.35 * (away / max(1, len(bars) // 2)))
        bars *= np.maximum(0.0, 1 - depth * share).astype(np.float32)


def _ridge(bars: Floats, offset: int) -> tuple[float, float]:
    """Return the bars so far to the left and right of the centre; 0 for one that is not there."""
    centre = len(bars) // 2
    left = float(bars[centre - offset]) if centre >= offset else 0.0
    right = float(bars[centre + offset]) if centre + offset < len(bars) else 0.0
    return left, right


def _near(bars: Floats, offset: int) -> list[int]:
    centre = len(bars) // 2
    return [i for i in (centre - offset, centre + offset) if 0 <= i < len(bars)]


def _cap(bars: Floats, drop: float) -> None:
    """Keep the centre and its neighbours under the ridges."""
    peak = max(*_ridge(bars, RIDGE), _SMALL)
    most = max(0.95, min(1.1, 0.97 + 0.18 * max(0.0, 0.6 - drop)))
    damp = min(0.38, 0.06 + 0.4 * drop) if drop > 0.02 else 0.0  # noqa: PLR2004
    for offset, cap, least, share in (
        (0, most, 0.45, 1.0),
        (1, max(0.6, most - 0.06), 0.55, 0.36),
        (2, max(0.52, most - 0.12), 0.55, 0.22),
    ):
        for i in set(_near(bars, offset)):
            bars[i] = min(bars[i], peak * cap) * max(least, 1 - share * damp)


def _pull(bars: Floats, away: npt.NDArray[np.int64], drop: float) -> None:
    """Draw all bars near the centre towards fixed shares of the ridges."""
    del away
    ridges = sum(_ridge(bars, RIDGE)) / 2
    low, high = ridges * (0.08 + 0.05 * drop) + 0.025, ridges * (0.28 + 0.1 * drop) + 0.05
    centre = len(bars) // 2
    bars[centre] = min(max(float(bars[centre]), low), max(high, low))
    shares = {0: 0.25 + 0.1 * drop, 1: 0.53 + 0.07 * drop, 2: 0.7, 3: 1.08, 4: 0.6, 5: 0.36}
    for offset in range(min(6, centre + 1, len(bars) - centre)):
        # The centre is its own left and right: it is drawn twice.
        for i in (centre - offset, centre + offset):
            bars[i] = 0.55 * bars[i] + 0.45 * max(ridges, _SMALL) * shares[offset]
