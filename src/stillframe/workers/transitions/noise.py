"""Soft noise without a seam, in whole numbers: the same on any machine.

Role: one sky of clouds from a stream of luck. Counterpart: the bakes that want something soft.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from stillframe.workers.transitions.draws import Draws

_STRENGTH: Final = 1 << 12


def sky(
    draws: Draws, side: int, layers: tuple[int, ...], *, shown: tuple[int, int] | None = None
) -> npt.NDArray[np.int64]:
    """Return noise of shape (side, side), from 0 to less than 2 ** 13.

    Args:
        draws: used up by as many as the layers have cells.
        side: a multiple of every layer's cells.
        layers: how many cells each layer has on a side; each is half as strong as the one before.
        shown: how many rows and columns of it are wanted; all, if it is not given.
    """
    rows, columns = shown or (side, side)
    found = np.zeros((rows, columns), np.int64)
    for place, cells in enumerate(layers):
        drawn = draws.below(_STRENGTH, cells * cells).reshape(cells, cells)
        down = _smooth(drawn.astype(np.uint32), side)[:rows]
        found += _smooth(down.T, side)[:columns].T >> np.uint32(place)
    return found


def _smooth(rows: npt.NDArray[np.uint32], side: int) -> npt.NDArray[np.uint32]:
    """Return rows drawn out to the whole side; the last goes over into the first."""
    step = side // len(rows)
    within = np.arange(step)
    # The smooth step 3 x^2 - 2 x^3 in whole numbers. What it gives fits 32 bits; differences on
    # the way wrap around, and back.
    weight = (3 * within**2 * step - 2 * within**3).astype(np.uint32)[None, :, None]
    low, high = rows[:, None, :], np.roll(rows, -1, axis=0)[:, None, :]
    mixed = low * np.uint32(step**3) + (high - low) * weight
    return mixed.reshape(side, -1) // np.uint32(step**3)
