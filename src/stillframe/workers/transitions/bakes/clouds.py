"""What files that want an image of their own read in its place: soft clouds without a seam.

Role: red, green and blue are three skies; alpha is full. Each channel reaches from 0 to 250, never
to 255: a file that compares it with the progress must have passed all of it at the end.
"""

import numpy as np
import numpy.typing as npt

from stillframe.workers.transitions.baking import BakeRequest, Table
from stillframe.workers.transitions.draws import Draws

_SIDE = 256
# Cells of each layer of clouds; each is half as strong as the one before.
_LAYERS = (4, 8, 16, 32)
_HIGHEST = 250
_STRENGTH = 1 << 12


def bake(request: BakeRequest, draws: Draws) -> Table:
    """Add up layers of smooth noise, in whole numbers, so that every machine has the same."""
    del request
    texels = np.full((_SIDE, _SIDE, 4), 255, np.uint8)
    for channel in range(3):
        sky = np.zeros((_SIDE, _SIDE), np.int64)
        for place, cells in enumerate(_LAYERS):
            drawn = draws.below(_STRENGTH, cells * cells).reshape(cells, cells)
            sky += _smooth(_smooth(drawn, cells).T, cells).T >> place
        sky -= sky.min()
        texels[..., channel] = sky * _HIGHEST // sky.max()
    return Table(texels)


def _smooth(rows: npt.NDArray[np.int64], cells: int) -> npt.NDArray[np.int64]:
    """Return rows drawn out to the whole side; the last goes over into the first."""
    step = _SIDE // cells
    within = np.arange(step)
    # The smooth step 3 x^2 - 2 x^3 in whole numbers.
    weight = (3 * within**2 * step - 2 * within**3)[None, :, None]
    low, high = rows[:, None, :], np.roll(rows, -1, axis=0)[:, None, :]
    mixed = low * step**3 + (high - low) * weight
    return mixed.reshape(_SIDE, -1) // step**3
