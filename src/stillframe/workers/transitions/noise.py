"""Soft noise without a seam, in whole numbers: the same on any machine.

Role: one sky of clouds from a stream of luck. Counterpart: the bakes that want something soft.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from stillframe.workers.transitions.draws import Draws

_STRENGTH: Final = 1 << 12


def sky(draws: Draws, side: int, layers: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Return noise of shape (side, side), from 0 to less than 2 ** 13.

    Args:
        draws: used up by as many as the layers have cells.
        side: a multiple of every layer's cells.
        layers: how many cells each layer has on a side; each is half as strong as the one before.
    """
    found = np.zeros((side, side), np.int64)
    for place, cells in enumerate(layers):
        drawn = draws.below(_STRENGTH, cells * cells).reshape(cells, cells)
        found += _smooth(_smooth(drawn, side).T, side).T >> place
    return found


def _smooth(rows: npt.NDArray[np.int64], side: int) -> npt.NDArray[np.int64]:
    """Return rows drawn out to the whole side; the last goes over into the first."""
    step = side // len(rows)
    within = np.arange(step)
    # The smooth step 3 x^2 - 2 x^3 in whole numbers.
    weight = (3 * within**2 * step - 2 * within**3)[None, :, None]
    low, high = rows[:, None, :], np.roll(rows, -1, axis=0)[:, None, :]
    mixed = low * step**3 + (high - low) * weight
    return mixed.reshape(side, -1) // step**3
