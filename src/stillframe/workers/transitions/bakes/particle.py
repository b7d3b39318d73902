"""When each bead sets out: one texel a bead.

Role: red and green hold the start, blue and alpha luck for its path. Counterpart:
`shaders/particle.glsl` flies the beads, and has the same numbers for a bead's size.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from stillframe.contracts.pixels import Size
from stillframe.transitions.model import heading
from stillframe.workers.transitions.baking import BakeRequest, Table, packed16
from stillframe.workers.transitions.draws import Draws

_ONE: Final = 65535
# The last bead sets out at this part of the time in which beads set out.
_LATEST: Final = _ONE * 92 // 100
_LINES: Final = 1080
# A bead of eight pixels on the widest screen that there is would take more than the cap allows.
_MOST_BEADS: Final = 200_000

_Numbers = npt.NDArray[np.int64]


def beads(size: Size, radius_px: float, overlap_px: float) -> tuple[int, int]:
    """Return how many columns and rows of beads there are."""
    shorter = min(size.width, size.height)
    # In 1/1080 of a pixel: what has more lines has larger beads.
    pitch = max(1, round(2 * radius_px - overlap_px)) * max(_LINES, shorter)
    while True:
        columns = -(-size.width * _LINES // pitch)
        rows = -(-size.height * _LINES // pitch)
        if columns * rows <= _MOST_BEADS and max(columns, rows) <= 4096:  # noqa: PLR2004 - texels
            return columns, rows
        pitch += pitch // 8


def bake(request: BakeRequest, draws: Draws) -> Table:
    """Put the beads in their order."""
    size = request.size
    columns, rows = beads(size, request.number("radius"), request.number("overlap"))
    luck = draws.below(_ONE + 1, columns * rows * 2).reshape(2, rows, columns)
    x = (2 * np.arange(columns, dtype=np.int64)[np.newaxis] + 1) * _ONE // (2 * columns)
    y = (2 * np.arange(rows, dtype=np.int64)[:, np.newaxis] + 1) * _ONE // (2 * rows)
    match str(request.parameters["mode"]):
        case "Directional":
            order = _along(request.direction, x, y) * 88 // 100 + luck[0] * 12 // 100
        case "Swirl":
            turns = round(request.number("swirl_turns") * 16)
            order = _whirl(x, y, turns, round(request.number("swirl_order")), luck[0])
        case "Random":
            order = luck[0]
        case _:
            # The distance to the edge to the power of one and a half, in whole numbers.
            inwards = _ONE - _away(x, y)
            root = np.sqrt((inwards * _ONE).astype(np.float64)).astype(np.int64)
            order = (inwards * root // _ONE) * 88 // 100 + luck[0] * 3 // 100
    starts = np.minimum(np.broadcast_to(order, (rows, columns)), _LATEST)
    return Table(np.concatenate((packed16(starts), packed16(luck[1])), axis=-1))


def _along(direction: str, x: _Numbers, y: _Numbers) -> _Numbers:
    heading_x, heading_y = heading(direction)
    parts = []
    if heading_x:
        parts.append(x + 0 * y if heading_x > 0 else _ONE - x + 0 * y)
    if heading_y:
        parts.append(y + 0 * x if heading_y > 0 else _ONE - y + 0 * x)
    return sum(parts, start=np.zeros_like(x + y)) // max(1, len(parts))


def _away(x: _Numbers, y: _Numbers) -> _Numbers:
    """Return how far each place is from the middle: 0 there, one in the corners."""
    squared = (2 * x - _ONE) ** 2 + (2 * y - _ONE) ** 2
    # A square root is rounded the same way everywhere: the standard of floats demands it.
    return np.minimum(_ONE, np.sqrt(squared.astype(np.float64) / 2).astype(np.int64))


def _whirl(x: _Numbers, y: _Numbers, turns: int, order: int, luck: _Numbers) -> _Numbers:
    """Return each place's place on a spiral from the middle, or the other way round."""
    across, down = 2 * x - _ONE, 2 * y - _ONE
    reach = np.maximum(1, np.abs(across) + np.abs(down))
    # An angle in whole numbers: the way along a diamond, 0 to one around the middle.
    along = (_ONE + down * _ONE // reach) // 4
    angle = np.where(across >= 0, along, _ONE - along)
    wound = _away(x, y) * turns // 16
    arm = np.maximum(0, (wound - angle + _ONE // 2) // _ONE)
    spiral = np.clip((arm * _ONE + angle) * 16 // max(1, turns + 16), 0, _ONE)
    if order == 0:
        spiral = (spiral + luck) // 2
    elif order > 1:
        spiral = np.asarray(_ONE - spiral)
    # One after the other, so that the whirl takes all of its time.
    ranks = np.empty(spiral.size, np.int64)
    ranks[np.argsort(spiral, axis=None, kind="stable")] = np.arange(spiral.size)
    order_of_start: _Numbers = ranks * _LATEST // max(1, spiral.size - 1)
    return order_of_start.reshape(spiral.shape)
