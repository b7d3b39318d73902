"""Where a pixel is: the one mapping from pixels to the units that every scene composes in.

Role: lengths are in picture heights, so that a scene has one composition at every size.
Counterpart: every painting reads its coordinates here and `core` makes the `Frame`.

Guarantees: pure; every array is float32; x is 0 in the middle, y is 0 at the top and 1 at the
bottom.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

# 24 rows of a 4K plane are 360 KiB: a few of them stay in the cache of one core.
_BAND_ROWS_PX: Final = 24


@dataclass(frozen=True)
class Frame:
    """The size of the picture.

    Attributes:
        width_px: columns, 1 or more.
        height_px: rows, 1 or more.
    """

    width_px: int
    height_px: int

    @property
    def aspect(self) -> float:
        """The width in picture heights."""
        return self.width_px / self.height_px

    @property
    def pixel(self) -> float:
        """The side of one pixel in picture heights."""
        return 1.0 / self.height_px

    @property
    def x(self) -> Plane:
        """The middle of every column, shape (1, width), from -aspect / 2 to aspect / 2."""
        columns = np.arange(self.width_px, dtype=np.float32)
        centred = (columns + np.float32(0.5 - self.width_px / 2)) / np.float32(self.height_px)
        return centred[None, :]

    def y(self, rows: slice | None = None) -> Plane:
        """The middle of the rows asked for, or of all, shape (rows, 1), from 0 to 1."""
        every = np.arange(self.height_px, dtype=np.float32)
        chosen = every if rows is None else every[rows]
        return ((chosen + np.float32(0.5)) / np.float32(self.height_px))[:, None]

    def bands(self, first_px: int = 0, last_px: int | None = None) -> Iterator[slice]:
        """Yield the rows from `first_px` to before `last_px` in runs that fit a core's cache."""
        end_px = self.height_px if last_px is None else min(last_px, self.height_px)
        for start_px in range(max(0, first_px), end_px, _BAND_ROWS_PX):
            yield slice(start_px, min(start_px + _BAND_ROWS_PX, end_px))

    def row_px(self, y: float) -> int:
        """Return the first row whose middle lies at or below `y`, within the picture."""
        return min(max(0, int(np.ceil(y * self.height_px - 0.5))), self.height_px)

    def scaled(self, divisor: int) -> "Frame":
        """Return a frame of the same view with about 1 / `divisor` of the pixels per side."""
        return Frame(max(1, -(-self.width_px // divisor)), max(1, -(-self.height_px // divisor)))

    def black(self) -> Plane:
        """Return a picture without light, shape (3, height, width)."""
        return np.zeros((3, self.height_px, self.width_px), dtype=np.float32)

    def blank(self) -> Plane:
        """Return an unset picture in linear light, shape (3, height, width)."""
        return np.empty((3, self.height_px, self.width_px), dtype=np.float32)
