"""How a photo moves while it is shown: slowly, toward what is in it.

Role: pure geometry: where a photo lies becomes where it begins and where it ends. Counterpart:
`stage` has the scene's render thread go from one to the other; `workers.images.interest` found the
place.

Guarantees: a photo that covers the surface covers it all the way; one that is to be seen whole
never leaves it; without zoom nothing moves.
"""

from typing import Final, NamedTuple

from stillframe.contracts.images import Mode
from stillframe.player.placement import Rect

_CENTRE: Final = 0.5
# Longer than a minute, a tenth of the width is less than a pixel in ten frames: nobody sees it,
# and every frame is drawn for it.
LONGEST_S: Final = 60.0


class Drift(NamedTuple):
    """From where to where a photo moves, in fractions of the surface."""

    start: Rect
    goal: Rect


def drift(placed: Rect, mode: Mode, zoom: float, toward: tuple[int, int], *, inward: bool) -> Drift:
    """Return how a photo that belongs at `placed` moves.

    Args:
        placed: where the photo lies when nothing moves.
        mode: whether it covers the surface or is seen whole.
        zoom: how much larger it is at its largest than at its smallest, from 1.
        toward: the place in it that draws the eye, across and down, in thousandths.
        inward: whether it grows; else it begins large.
    """
    if zoom <= 1:
        return Drift(placed, placed)
    if mode is Mode.FILL:
        x, width = _axis(placed.x, placed.width, zoom, toward[0] / 1000)
        y, height = _axis(placed.y, placed.height, zoom, toward[1] / 1000)
        near, far = Rect(x, y, width, height), placed
    else:
        width, height = placed.width / zoom, placed.height / zoom
        near = placed
        far = Rect(
            placed.x + (placed.width - width) / 2,
            placed.y + (placed.height - height) / 2,
            width,
            height,
        )
    return Drift(far, near) if inward else Drift(near, far)


def _axis(start: float, length: float, zoom: float, toward: float) -> tuple[float, float]:
    """Return start and length along one axis, `toward` as near the middle as covering allows."""
    longer = length * zoom
    wished = _CENTRE - toward * longer
    end = start + length
    # What was covered stays covered.
    return min(start, max(end - longer, wished)), longer
