"""Where a photo draws the eye: a slow motion goes toward it.

Role: pure: a few hundred pixels become one place. Counterpart: `io` samples the frame that it has
just written; the player's `drift` moves the photo.

Guarantees: the same pixels give the same place; a picture without anything in it gives its middle.

A pixel counts by how far its colour is from the mean of all (after Achanta et al., Frequency-tuned
salient region detection, 2009) and by how much it differs from its neighbourhood, more so near the
middle, where photographers put what they photograph, and where it may be skin.
"""

import math
from collections.abc import Sequence
from typing import Final

from stillframe.workers.images.palette import Rgb

MIDDLE: Final = (500, 500)
# The neighbourhood is this many pixels to each side.
_NEAR: Final = 2
# How wide the preference for the middle is, as a part of each side.
_CENTRE_SPREAD: Final = 0.45
# What is less than this part of the most interesting pixel is background.
_BACKGROUND: Final = 0.35
# Skin of all shades lies in one narrow range of hues, red before green before blue.
_SKIN_GAIN: Final = 1.6
_FLAT: Final = 6.0

_Plane = list[float]


def interest(pixels: Sequence[Rgb], columns: int) -> tuple[int, int]:
    """Return the most interesting place, across and down, in thousandths of the picture.

    Args:
        pixels: row by row from the top left, evenly spaced.
        columns: how many a row has.
    """
    rows = len(pixels) // columns if columns else 0
    if not rows:
        return MIDDLE
    planes = _opponents(pixels[: rows * columns])
    means = [sum(plane) / len(plane) for plane in planes]
    near = [_blurred(plane, columns, rows) for plane in planes]
    weights = []
    for place, pixel in enumerate(pixels[: rows * columns]):
        apart = math.dist([plane[place] for plane in near], means)
        sharp = math.dist([plane[place] for plane in planes], [plane[place] for plane in near])
        across = ((place % columns + 0.5) / columns - 0.5) / _CENTRE_SPREAD
        down = ((place // columns + 0.5) / rows - 0.5) / _CENTRE_SPREAD
        seen = (apart + sharp) * math.exp(-(across * across + down * down) / 2)
        weights.append(seen * (_SKIN_GAIN if _may_be_skin(pixel) else 1.0))
    return _middle_of(_blurred(weights, columns, rows), columns, rows)


def _opponents(pixels: Sequence[Rgb]) -> tuple[_Plane, _Plane, _Plane]:
    """Return lightness, red against green, yellow against blue."""
    return (
        [(red + green + blue) / 3 for red, green, blue in pixels],
        [float(red - green) for red, green, _ in pixels],
        [(red + green) / 2 - blue for red, green, blue in pixels],
    )


def _may_be_skin(pixel: Rgb) -> bool:
    red, green, blue = pixel
    return red > 60 and blue < green < red and 0.1 < (red - green) / red < 0.5  # noqa: PLR2004


def _middle_of(weights: _Plane, columns: int, rows: int) -> tuple[int, int]:
    most = max(weights)
    if most < _FLAT:
        return MIDDLE
    kept = [max(0.0, weight - _BACKGROUND * most) ** 2 for weight in weights]
    total = sum(kept)
    across = sum(w * (place % columns + 0.5) for place, w in enumerate(kept)) / total
    down = sum(w * (place // columns + 0.5) for place, w in enumerate(kept)) / total
    return round(1000 * across / columns), round(1000 * down / rows)


def _blurred(plane: _Plane, columns: int, rows: int) -> _Plane:
    """Return each pixel's mean with those near it; at an edge, with those that there are."""
    wide: _Plane = []
    for row in range(rows):
        line = plane[row * columns : (row + 1) * columns]
        for at in range(columns):
            window = line[max(0, at - _NEAR) : at + _NEAR + 1]
            wide.append(sum(window) / len(window))
    blurred = [0.0] * len(plane)
    for at in range(columns):
        line = wide[at::columns]
        for row in range(rows):
            window = line[max(0, row - _NEAR) : row + _NEAR + 1]
            blurred[row * columns + at] = sum(window) / len(window)
    return blurred
