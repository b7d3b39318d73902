"""Which colours a photo is made of: what is drawn over it takes them up.

Role: pure: a few hundred pixels become two colours. Counterpart: `io` samples the frame that it has
just written; the player paints the visualizer with the result.

Guarantees: the same pixels give the same colours; each is bright and clear enough to be seen over
the photo that it is from; a photo without colour gives none.
"""

import colorsys
from collections.abc import Iterable
from typing import Final

_HUES: Final = 24
# The second colour is no neighbour of the first: a sixth of the circle away at least.
_APART: Final = _HUES // 6
# A photo with less colour than this is grey to the eye.
_COLOURLESS: Final = 0.04
# Paler than the photo, or they would be lost in it.
_LEAST_CLEAR, _MOST_CLEAR = 0.25, 0.5
_BRIGHTNESS: Final = 1.0

Rgb = tuple[int, int, int]


def sampled(
    pixels: memoryview, size: tuple[int, int], stride: int, across: int = 32
) -> tuple[tuple[Rgb, ...], int]:
    """Return pixels from all over a frame of RGBA bytes, and how many of them make a row.

    About `across` a row and as many rows, from the top left.
    """
    width, height = size
    columns = range(width // (2 * across), width, max(1, width // across))
    rows = range(height // (2 * across), height, max(1, height // across))
    places = (row * stride + column * 4 for row in rows for column in columns)
    return tuple((pixels[at], pixels[at + 1], pixels[at + 2]) for at in places), len(columns)


def palette(pixels: Iterable[Rgb]) -> tuple[Rgb, ...]:
    """Return two colours of a photo, the one that it has most of first; none if it has none."""
    weights, clear, count = [0.0] * _HUES, [0.0] * _HUES, 0
    for red, green, blue in pixels:
        count += 1
        hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
        # The most of a colour is in the middle between black and white.
        colourful = saturation * (1 - abs(2 * lightness - 1))
        place = int(hue * _HUES) % _HUES
        weights[place] += colourful
        clear[place] += colourful * saturation
    if not count or sum(weights) < _COLOURLESS * count:
        return ()
    first = max(range(_HUES), key=lambda place: weights[place])
    others = [place for place in range(_HUES) if _away(place, first) >= _APART]
    second = max(others, key=lambda place: weights[place])
    if weights[second] < _COLOURLESS * sum(weights):
        second = (first + _APART) % _HUES  # it has only one: its neighbour goes with it
    return tuple(_shown(place, weights[place], clear[place]) for place in (first, second))


def _away(one: int, other: int) -> int:
    apart = abs(one - other)
    return min(apart, _HUES - apart)


def _shown(place: int, weight: float, clear: float) -> Rgb:
    clearness = clear / weight if weight else _LEAST_CLEAR
    saturation = min(_MOST_CLEAR, max(_LEAST_CLEAR, clearness))
    red, green, blue = colorsys.hsv_to_rgb((place + 0.5) / _HUES, saturation, _BRIGHTNESS)
    return round(red * 255), round(green * 255), round(blue * 255)
