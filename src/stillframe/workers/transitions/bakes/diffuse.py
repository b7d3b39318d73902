"""When each cell of a diffuse goes: one texel a cell.

Role: red and green hold the threshold, blue and alpha a second draw for the shape within the cell.
"""

import numpy as np

from stillframe.workers.transitions.baking import BakeRequest, Table, packed16
from stillframe.workers.transitions.draws import Draws

# A 4K screen of cells of 4 pixels would take 2 MB; beyond the cap cells grow.
_MOST_CELLS = 250_000
_HIGHEST = 65535
# The last cells begin at 0.82 of the time: the rest is for them to finish in.
_LATEST = round(0.82 * _HIGHEST)


def cells(request: BakeRequest) -> tuple[int, int]:
    """Return how many columns and rows of cells there are."""
    block_px = max(1, round(request.number("block_size")))
    width, height = request.size.width, request.size.height
    while True:
        columns, rows = -(-width // block_px), -(-height // block_px)
        if columns * rows <= _MOST_CELLS and max(columns, rows) <= 4096:  # noqa: PLR2004 - texels
            return columns, rows
        block_px += 1


def bake(request: BakeRequest, draws: Draws) -> Table:
    """Draw a threshold and a shape for each cell.

    Thresholds lean towards the beginning, as x to the power of 1.35 does; in whole numbers that is
    a mean of x and x squared, so that every machine has the same.
    """
    columns, rows = cells(request)
    drawn = draws.below(_HIGHEST + 1, columns * rows)
    leaning = (13 * drawn + 7 * (drawn * drawn // _HIGHEST)) // 20
    thresholds = np.minimum(leaning, _LATEST)
    shapes = draws.below(_HIGHEST + 1, columns * rows)
    texels = np.concatenate((packed16(thresholds), packed16(shapes)), axis=-1)
    return Table(texels.reshape(rows, columns, 4))
