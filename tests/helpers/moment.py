"""A moment of a transition, and what pictures of it are computed from, in numpy.

Role: the words of `references`. Counterpart: the names of GLSL, written down again.

A place is x, y from the top left in 0..1, at the middle of each pixel. Pictures are floats of 0 to
1, shape (rows, columns, 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stillframe.transitions.model import Value

Plane = npt.NDArray[np.float64]
INSIDE = 0.9999


@dataclass(frozen=True)
class Moment:
    """One moment of one transition: `t` is its progress, the rest what its shader is given."""

    old: Plane
    new: Plane
    t: float
    direction: tuple[float, float] = (0.0, 0.0)
    direction_index: int = 0
    seed: float = 0.0
    table: npt.NDArray[np.uint8] | None = None
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        return self.old.shape[1], self.old.shape[0]

    @property
    def aspect(self) -> float:
        return self.size[0] / self.size[1]

    @property
    def at(self) -> tuple[Plane, Plane]:
        width, height = self.size
        x = np.broadcast_to((np.arange(width) + 0.5) / width, (height, width))
        y = np.broadcast_to(((np.arange(height) + 0.5) / height)[:, np.newaxis], (height, width))
        return x, y

    def cell(self, channels: slice) -> Plane:
        """Return a 16-bit number of the table for each pixel, 0 to 1; read without a filter."""
        assert self.table is not None
        rows, columns, _ = self.table.shape
        x, y = self.at
        pair = self.table[(y * rows).astype(int), (x * columns).astype(int), channels].astype(float)
        return (pair[..., 0] * 256 + pair[..., 1]) / 65535


def smooth(low: float | Plane, high: float | Plane, value: float | Plane) -> Plane:
    """Return the cubic step of GLSL, which also falls where `low` is more than `high`."""
    share = np.clip((np.asarray(value) - low) / (np.asarray(high) - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def mix(one: Plane, other: Plane, share: float | Plane) -> Plane:
    """Return a blend; a plane of shares counts for all colours."""
    share = np.asarray(share, float)
    if share.ndim and share.ndim < one.ndim:
        share = share[..., np.newaxis]
    return one * (1 - share) + other * share


def look(photo: Plane, x: Plane, y: Plane) -> Plane:
    """Return a photo between its pixels, clamped to its edges."""
    height, width, _ = photo.shape
    across, down = np.clip(x, 0, 1) * width - 0.5, np.clip(y, 0, 1) * height - 0.5
    left, top = np.floor(across).astype(int), np.floor(down).astype(int)
    part_x, part_y = (across - left)[..., np.newaxis], (down - top)[..., np.newaxis]
    rows = [np.clip(top + n, 0, height - 1) for n in (0, 1)]
    columns = [np.clip(left + n, 0, width - 1) for n in (0, 1)]
    upper = photo[rows[0], columns[0]] * (1 - part_x) + photo[rows[0], columns[1]] * part_x
    lower = photo[rows[1], columns[0]] * (1 - part_x) + photo[rows[1], columns[1]] * part_x
    return np.asarray(upper * (1 - part_y) + lower * part_y)


def within(photo: Plane, x: Plane, y: Plane) -> Plane:
    return look(photo, np.clip(x, 0, INSIDE), np.clip(y, 0, INSIDE))


def luck(x: Plane | float, y: Plane | float) -> Plane:
    """Return the shaders' pseudo-random numbers, in their precision."""
    f = np.float32
    x, y = np.asarray(x, f), np.asarray(y, f)
    q = [np.mod(value * f(0.1031), f(1)) for value in (x, y, x)]
    shift = q[0] * (q[1] + f(33.33)) + q[1] * (q[2] + f(33.33)) + q[2] * (q[0] + f(33.33))
    a, b, c = (part + shift for part in q)
    return np.mod((a + b) * c, f(1)).astype(float)


def bright(colour: Plane) -> Plane:
    return np.asarray(colour @ np.array([0.2126, 0.7152, 0.0722]))


def along_way(m: Moment) -> tuple[Plane, int]:
    """Return how far each place lies along the direction, 0 to 1, and how many axes that has."""
    parts = [
        part if heading > 0 else 1 - part
        for part, heading in zip(m.at, m.direction, strict=True)
        if abs(heading) > 0.01
    ]
    return np.asarray(sum(parts) / len(parts)), len(parts)
