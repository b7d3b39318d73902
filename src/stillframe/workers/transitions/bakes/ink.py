"""When the ink arrives at each place: one texel for each of up to 384 by 384 places.

Role: red, green and blue add up to the arrival, 0 to 765, because a filtered texture can add but
cannot carry; alpha is a finer noise for the edge. Arrivals are spread evenly: at each moment as
much of the screen is under ink as the time says.
"""

import numpy as np
import numpy.typing as npt

from stillframe.workers.transitions.baking import BakeRequest, Table
from stillframe.workers.transitions.draws import Draws
from stillframe.workers.transitions.noise import sky

_SIDE = 384
# Cells of each layer of noise: what bends the edge of the ink, and what frays it.
_BENDS = (4, 8, 16, 32)
_FRAYS = (32, 64, 128)
# Distances are in 1/16 of a texel.
_FINE = 16
_LEVELS = 1 << 14
_HIGHEST = 765


def bake(request: BakeRequest, draws: Draws) -> Table:
    """Let the drops fall, bend the way of their ink, and put the places in the order of arrival."""
    size = request.size
    longest = max(size.width, size.height)
    columns = max(1, size.width * _SIDE // longest)
    rows = max(1, size.height * _SIDE // longest)
    near = _nearest(draws, round(request.number("drops")), columns, rows)
    bends = sky(draws, _SIDE, _BENDS, shown=(rows, columns))
    reach = round(300 * request.number("raggedness"))
    ranks = _ranked(near + (bends * reach * _FINE >> 13))
    texels = np.empty((rows, columns, 4), np.uint8)
    for channel in range(3):
        texels[..., channel] = (ranks + channel) // 3
    frays = sky(draws, _SIDE, _FRAYS, shown=(rows, columns))
    texels[..., 3] = np.clip(frays - frays.min(), 0, None) * 255 // max(1, int(np.ptp(frays)))
    return Table(texels)


def _nearest(draws: Draws, drops: int, columns: int, rows: int) -> npt.NDArray[np.int64]:
    """Return how far the nearest drop is from each place; late drops are further away."""
    across = np.arange(columns, dtype=np.int64)[np.newaxis] * _FINE
    down = np.arange(rows, dtype=np.int64)[:, np.newaxis] * _FINE
    fallen = draws.below(1 << 16, drops * 3).reshape(drops, 3)
    found = np.full((rows, columns), 1 << 40, np.int64)
    for x, y, late in fallen.tolist():
        squared = (across - (x * columns * _FINE >> 16)) ** 2
        squared = squared + (down - (y * rows * _FINE >> 16)) ** 2
        # A square root is rounded the same way everywhere: the standard of floats demands it.
        away = np.sqrt(squared.astype(np.float64)).astype(np.int64)
        np.minimum(found, away + (late * 110 * _FINE >> 16), out=found)
    return found


def _ranked(arrivals: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the same order, spread evenly from 0 to the highest."""
    low, span = int(arrivals.min()), max(1, int(np.ptp(arrivals)))
    levels = (arrivals - low) * (_LEVELS - 1) // span
    before = np.cumsum(np.bincount(levels.ravel(), minlength=_LEVELS))
    first = int(before[levels.min()])
    share = (before - first) * _HIGHEST // max(1, int(before[-1]) - first)
    return np.asarray(share[levels])
