"""Which pieces a photo breaks into, when each falls, and which are where at each moment.

Role: one table in two parts. Rows 0 and 1 describe the pieces, a column each: where in its cell
its middle is (red, green), how it turns and drifts (blue, alpha); when it falls (red, green, high
byte first), how fast (blue), how far it reaches (alpha, in 1/64 of a cell). Their last column holds
how many columns and rows of pieces there are (red, green), and below that when the last has left
(red, green): the table says all of itself, so that it can be drawn on a screen of any shape, which
then shows its middle.

The rows after them say, for each of `_SLICES` spans of time and `_LANES` lanes across and down,
which pieces may be falling through there, those in front first: `_SLOTS` numbers, 255 for none. A
pixel looks at these, and at the piece that it was in at the beginning. Where more fall through one
lane, those behind are left out: one lane in fifty for a moment, where all begin at the top.

Counterpart: `shaders/crumble.glsl` has the same motion in floating point; here it is rounded
outwards, so that no piece is missed.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from stillframe.contracts.pixels import Size
from stillframe.workers.transitions.baking import BakeRequest, Table, packed16
from stillframe.workers.transitions.draws import Draws

_COLUMNS: Final = 256
_LANES: Final = 16
_SLICES: Final = 96
_SLOTS: Final = 16
_MOST_PIECES: Final = 255
_NONE: Final = 255
# Everything is in 1/65536: of the time, of a cell, of the screen.
_ONE: Final = 1 << 16
# Steps of a fall, to see at which a piece has left the screen.
_STEPS: Final = 256
_REACH_UNITS: Final = 64
# Samples a cell along each side, to see how far its piece reaches.
_SAMPLES: Final = 8

_Numbers = npt.NDArray[np.int64]


def grid(size: Size, piece_count: int) -> tuple[int, int]:
    """Return how many columns and rows of pieces there are: nearly square, at most 255."""
    longer, shorter = max(size.width, size.height), min(size.width, size.height)
    few = max(2, (2 * piece_count * shorter + longer) // (2 * longer))
    few = min(few, _MOST_PIECES // piece_count)
    return (piece_count, few) if size.width >= size.height else (few, piece_count)


def bake(request: BakeRequest, draws: Draws) -> Table:
    """Break the screen into pieces and follow them."""
    columns, rows = grid(request.size, round(request.number("piece_count")))
    count = columns * rows
    complexity = round(request.number("crack_complexity") * 100)
    luck = draws.below(256, count * 6).reshape(6, count)
    jitter = 60 + complexity // 5  # hundredths of a cell
    middles = 128 + (luck[:2] - 128) * min(100, jitter) // 100
    delays = _delays(str(request.parameters["weighting"]), rows, columns, draws)
    reaches = _reaches(middles, columns, rows)
    pieces = np.zeros((2, _COLUMNS, 4), np.uint8)
    pieces[0, :count] = np.stack((*middles, luck[2], luck[3]), axis=-1)
    pieces[1, :count, :2] = packed16(delays)
    pieces[1, :count, 2] = luck[4]
    pieces[1, :count, 3] = reaches
    numbers = pieces[:, :count].astype(np.int64)
    last = _last(numbers, columns, rows)
    pieces[0, -1, :2] = columns, rows
    pieces[1, -1, :2] = packed16(last)
    return Table(np.concatenate((pieces, _seen(numbers, columns, rows, int(last)))))


def _delays(weighting: str, rows: int, columns: int, draws: Draws) -> _Numbers:
    """Return when each piece begins to fall, in 1/65536 of the fall's time."""
    count = rows * columns
    luck = draws.below(_ONE, count * 3).reshape(3, count)
    down = np.repeat((2 * np.arange(rows, dtype=np.int64) + 1) * _ONE // (2 * rows), columns)
    coin = draws.below(2, 1)[0]
    match weighting:
        case "Bottom Weighted":
            weight = _ONE - down
        case "Random Weighted":
            weight = np.where(luck[2] * 2 < _ONE, down, _ONE - down)
        case "Random Choice":
            weight = down if coin else _ONE - down
        case "Age Weighted":
            weight = luck[2]
        case _:
            weight = down
    weight = np.clip(weight + (luck[0] - _ONE // 2) * 8 // 100, 0, _ONE)
    delays: _Numbers = weight * 20 // 100 + luck[1] * 10 // 100
    return delays


def _reaches(middles: _Numbers, columns: int, rows: int) -> _Numbers:
    """Return how far each piece reaches from its middle, in 1/64 of a cell, rounded up."""
    fine = _SAMPLES
    y, x = np.indices((rows * fine, columns * fine), dtype=np.int64)
    at_x, at_y = (2 * x + 1) * 128 // fine, (2 * y + 1) * 128 // fine  # in 1/256 of a cell
    nearest = np.full(x.shape, 1 << 40, np.int64)
    owner = np.zeros(x.shape, np.int64)
    for off_y in (-1, 0, 1):
        for off_x in (-1, 0, 1):
            cell_x, cell_y = x // fine + off_x, y // fine + off_y
            inside = (cell_x >= 0) & (cell_x < columns) & (cell_y >= 0) & (cell_y < rows)
            number = np.where(inside, cell_y * columns + cell_x, 0)
            away = (cell_x * 256 + middles[0][number] - at_x) ** 2
            away = away + (cell_y * 256 + middles[1][number] - at_y) ** 2
            closer = inside & (away < nearest)
            nearest, owner = np.where(closer, away, nearest), np.where(closer, number, owner)
    furthest = np.zeros(rows * columns, np.int64)
    np.maximum.at(furthest, owner.ravel(), nearest.ravel())
    # A square root is rounded the same way everywhere; half a sample's diagonal is not looked at.
    reach = np.sqrt(furthest.astype(np.float64)).astype(np.int64) + 256 // fine
    return np.clip(reach * _REACH_UNITS // 256 + 1, 0, 255)


def _fallen(own: _Numbers, pieces: _Numbers) -> _Numbers:
    """Return how far pieces have fallen, in 1/65536 of the screen, at parts of their own time."""
    return ((own * own >> 16) * own >> 16) * 15 // 2 * (900 + pieces[1, :, 2] * 300 // 255) // 1000


def _last(pieces: _Numbers, columns: int, rows: int) -> _Numbers:
    """Return when the last piece has left the screen."""
    own = np.arange(_STEPS + 1, dtype=np.int64)[:, np.newaxis] * _ONE // _STEPS
    row = np.arange(pieces.shape[1], dtype=np.int64) // columns
    upper = (row * 256 + pieces[0, :, 1]) * _ONE // (256 * rows)
    upper = upper - pieces[1, :, 3] * _ONE // (_REACH_UNITS * rows)
    steps = np.argmax(_fallen(own, pieces) + upper > _ONE, axis=0)
    delay = pieces[1, :, 0] * 256 + pieces[1, :, 1]
    return np.asarray(np.max(delay + (_ONE - delay) * steps // _STEPS))


def _seen(pieces: _Numbers, columns: int, rows: int, last: int) -> npt.NDArray[np.uint8]:
    """Return the pieces that may be seen in each slice and lane, those in front first."""
    count = pieces.shape[1]
    number = np.arange(count, dtype=np.int64)
    middle_x = ((number % columns) * 256 + pieces[0, :, 0]) * _ONE // (256 * columns)
    middle_y = ((number // columns) * 256 + pieces[0, :, 1]) * _ONE // (256 * rows)
    reach_x = pieces[1, :, 3] * _ONE // (_REACH_UNITS * columns) + _ONE // 500
    reach_y = pieces[1, :, 3] * _ONE // (_REACH_UNITS * rows) + _ONE // 500
    delay = pieces[1, :, 0] * 256 + pieces[1, :, 1]
    edges = np.arange(_SLICES + 1, dtype=np.int64)[:, np.newaxis] * last // _SLICES
    own = np.clip((edges - delay) * _ONE // (_ONE - delay), 0, _ONE)
    fall = _fallen(own, pieces)
    drift = own * (pieces[0, :, 3] - 128) // 256 * 30 // 100
    low_x = np.minimum(drift[:-1], drift[1:]) + middle_x - reach_x
    high_x = np.maximum(drift[:-1], drift[1:]) + middle_x + reach_x
    low_y, high_y = fall[:-1] + middle_y - reach_y, fall[1:] + middle_y + reach_y
    lanes = [np.clip(edge * _LANES >> 16, -1, _LANES) for edge in (low_x, high_x, low_y, high_y)]
    first_x, last_x = np.maximum(lanes[0], 0), np.minimum(lanes[1], _LANES - 1)
    first_y, last_y = np.maximum(lanes[2], 0), np.minimum(lanes[3], _LANES - 1)
    first = np.stack((first_y, first_x))
    spans = np.maximum(np.stack((last_y, last_x)) - first + 1, 0)
    falling = own[1:] > 0
    return _listed(first, spans * falling, np.argsort(delay, kind="stable"))


def _listed(first: _Numbers, spans: _Numbers, order: _Numbers) -> npt.NDArray[np.uint8]:
    """Return the numbers of the pieces in each slice and lane.

    Args:
        first: the first lane that each touches, of shape (down and across, slices, pieces).
        spans: how many it touches, of the same shape.
        order: the pieces, those in front first.
    """
    # One line for each lane that a piece touches, in the order of the pieces.
    many = (spans[0] * spans[1])[:, order].T.ravel()
    which = np.repeat(np.arange(many.size), many)
    within = np.arange(which.size) - np.repeat(np.cumsum(many) - many, many)
    across = spans[1][:, order].T.ravel()[which]
    down = first[0][:, order].T.ravel()[which] + within // across
    beside = first[1][:, order].T.ravel()[which] + within % across
    lane = ((which % _SLICES * _LANES + down) * _LANES + beside).astype(np.uint16)
    # The same by lane; those of one lane keep their order, and so have places in it.
    sorted_by_lane = np.argsort(lane, kind="stable")
    lane = lane[sorted_by_lane]
    counts = np.bincount(lane, minlength=_SLICES * _LANES * _LANES)
    place = np.arange(lane.size) - (np.cumsum(counts) - counts)[lane]
    seen = place < _SLOTS
    found = np.full((_SLICES * _LANES * _LANES, _SLOTS), _NONE, np.uint8)
    found[lane[seen], place[seen]] = order[which[sorted_by_lane][seen] // _SLICES]
    per_texel = found.reshape(_SLICES, _LANES * _LANES, _SLOTS // 4, 4)
    return per_texel.transpose(0, 2, 1, 3).reshape(-1, _COLUMNS, 4)
