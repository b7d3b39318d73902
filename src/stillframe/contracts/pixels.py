"""Pixel formats and the only place where frame sizes are multiplied.

Role: checked arithmetic on sizes that come from outside. Counterpart: `slot_header` validates
received headers with it; the image worker computes its output with it.

Guarantees: no result is larger than `SIDE_CAP_PX ** 2 * 4` bytes; a refusal carries both numbers.
"""

import enum
from types import MappingProxyType
from typing import Final

import msgspec

from stillframe.contracts.caps import OPAQUE_CAP_BYTES, SIDE_CAP_PX


class PixelFormat(enum.IntEnum):
    """How four bytes make a pixel; the number is what stands in a slot header."""

    RGBA8_PREMULTIPLIED = 1
    """Bytes R, G, B, A; colour already multiplied by alpha; sRGB. Qt uploads it unconverted."""
    OPAQUE = 2
    """No picture: plain bytes, in one row whose width and stride say how many."""


BYTES_PER_PIXEL: Final = MappingProxyType(
    {PixelFormat.RGBA8_PREMULTIPLIED: 4, PixelFormat.OPAQUE: 1}
)


class FrameSizeError(ValueError):
    """A side or a stride that no frame may have, with the number and the limit that it broke."""

    def __init__(self, cause: str, actual: int, limit: int) -> None:
        super().__init__(cause, actual, limit)
        self.cause, self.actual, self.limit = cause, actual, limit

    def __str__(self) -> str:
        return self.cause


class Size(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A width and height in device pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        """The area in pixels."""
        return self.width * self.height


def check_side(name: str, side_px: int) -> int:
    """Return `side_px` if a frame may have such a side.

    Raises:
        FrameSizeError: if it is below 1 or above `SIDE_CAP_PX`.
    """
    if not 1 <= side_px <= SIDE_CAP_PX:
        cause = f"{name} of {side_px} px is outside 1 to {SIDE_CAP_PX}"
        raise FrameSizeError(cause, side_px, SIDE_CAP_PX)
    return side_px


def frame_bytes(width_px: int, height_px: int, stride_bytes: int, pixel_format: PixelFormat) -> int:
    """Return how many bytes a frame takes, every factor checked first.

    Raises:
        FrameSizeError: if a side is out of range, or the stride is shorter than a row or longer
            than the widest one.
    """
    if pixel_format is PixelFormat.OPAQUE:
        return _opaque_bytes(width_px, height_px, stride_bytes)
    check_side("width", width_px)
    check_side("height", height_px)
    row_bytes = width_px * BYTES_PER_PIXEL[pixel_format]
    widest_bytes = SIDE_CAP_PX * BYTES_PER_PIXEL[pixel_format]
    if not row_bytes <= stride_bytes <= widest_bytes:
        cause = (
            f"stride of {stride_bytes} bytes does not fit rows of {row_bytes} bytes (at most "
            f"{widest_bytes})"
        )
        limit_bytes = row_bytes if stride_bytes < row_bytes else widest_bytes
        raise FrameSizeError(cause, stride_bytes, limit_bytes)
    return stride_bytes * height_px


def _opaque_bytes(width: int, height: int, stride_bytes: int) -> int:
    if not 1 <= width <= OPAQUE_CAP_BYTES:
        cause = f"{width} plain bytes are outside 1 to {OPAQUE_CAP_BYTES}"
        raise FrameSizeError(cause, width, OPAQUE_CAP_BYTES)
    if height != 1:
        raise FrameSizeError(f"plain bytes in {height} rows instead of one", height, 1)
    if stride_bytes != width:
        cause = f"stride of {stride_bytes} bytes is not the {width} plain bytes"
        raise FrameSizeError(cause, stride_bytes, width)
    return width
