"""Where a frame goes on the surface.

Role: pure geometry. Counterpart: the shader draws a photo into the rectangle that this returns.

Guarantees: a frame made for the surface lands on whole pixels, so that one texel is one pixel.
"""

from typing import NamedTuple

from stillframe.contracts.images import Mode
from stillframe.contracts.pixels import Size


class Rect(NamedTuple):
    """A part of the surface, in fractions of it from the top left."""

    x: float
    y: float
    width: float
    height: float


def place(frame: Size, target: Size, surface: Size, mode: Mode) -> Rect:
    """Return where a frame that was made for `target` goes on `surface`.

    The two differ where a slot was too small for the surface, or while a window is being resized:
    the frame is then scaled as the target would be, to cover the surface or to fit inside it.
    """
    ratios = (surface.width / target.width, surface.height / target.height)
    scale = max(ratios) if mode is Mode.FILL else min(ratios)
    if abs(scale - 1) * max(surface.width, surface.height) < 1:
        scale = 1.0
    width, height = frame.width * scale, frame.height * scale
    left, top = (surface.width - width) // 2, (surface.height - height) // 2
    return Rect(
        left / surface.width, top / surface.height, width / surface.width, height / surface.height
    )
