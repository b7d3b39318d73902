"""When each tile of a block flip turns: one texel a tile.

Role: red and green hold the start, from the direction and a little luck; blue and alpha luck alone.
"""

import numpy as np

from stillframe.transitions.model import heading
from stillframe.workers.transitions.baking import BakeRequest, Table, packed16
from stillframe.workers.transitions.draws import Draws

_HIGHEST = 65535
# A screen that is a thousand times as high as it is wide has no square tiles.
_MOST_ROWS = 1000


def tiles(request: BakeRequest) -> tuple[int, int]:
    """Return how many columns and rows of tiles there are: square, if no rows are asked for."""
    columns, rows = round(request.number("columns")), round(request.number("rows"))
    if not rows:
        width, height = request.size.width, request.size.height
        rows = min(max(1, (2 * columns * height + width) // (2 * width)), _MOST_ROWS)
    return columns, rows


def bake(request: BakeRequest, draws: Draws) -> Table:
    """Give each tile its start: along the direction, or by luck where there is none."""
    columns, rows = tiles(request)
    luck = draws.below(_HIGHEST + 1, columns * rows).reshape(rows, columns)
    x, y = heading(request.direction)
    across = np.arange(columns, dtype=np.int64)[np.newaxis] * _HIGHEST // max(1, columns - 1)
    down = np.arange(rows, dtype=np.int64)[:, np.newaxis] * _HIGHEST // max(1, rows - 1)
    if not x and not y:
        starts = luck
    else:
        along_x = across if x > 0 else _HIGHEST - across
        along_y = down if y > 0 else _HIGHEST - down
        parts = [part for part, wanted in ((along_x, x), (along_y, y)) if wanted]
        along = sum(np.broadcast_to(part, (rows, columns)) for part in parts) // len(parts)
        # At most a third of the way to the next tile, either way.
        jitter = (luck - _HIGHEST // 2) * 7 // (10 * max(columns, rows))
        starts = np.clip(along + jitter, 0, _HIGHEST)
    return Table(np.concatenate((packed16(starts), packed16(luck)), axis=-1))
