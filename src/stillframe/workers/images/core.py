"""What the image worker decides: sizes, limits, and the words for a decoder's complaints.

Role: pure arithmetic. Counterpart: `workers.images.io` performs it with libvips.

Guarantees: a frame is never larger than the target and never empty; what is seen has the photo's
aspect to within half a pixel on each side; `fill` covers the target exactly, and the photo's centre
is the frame's.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import Mode
from stillframe.contracts.pixels import FrameSizeError, Size, check_side

# Spacer and tracker images of 1 to a few pixels are no photos; the smallest thumbnail is larger.
SMALLEST_SIDE_PX: Final = 16

# What libvips and its loaders say when a file ends early; lower case.
_TRUNCATION_WORDS: Final = (
    "premature end",
    "truncated",
    "unexpected end",
    "end of file",
    "end of stream",
    "not enough data",
    "read error",
    "corrupt jpeg data",
)
# And when there is no memory left; looked for first, because an early end follows from it.
_MEMORY_WORDS: Final = (
    "out of memory",
    "insufficient memory",
    "memory allocation error",
    "error creating thread",  # there was no memory for its stack
)
# JPEG of 12 or 16 bits, lossless or coded arithmetically: what no camera writes into a photo.
_VARIANT_WORDS: Final = ("unsupported jpeg data precision", "unsupported jpeg process")
_PHRASES: Final = (
    (FaultKind.UNSUPPORTED_FORMAT, _VARIANT_WORDS),
    (FaultKind.OUT_OF_MEMORY, _MEMORY_WORDS),
    (FaultKind.TRUNCATED, _TRUNCATION_WORDS),
)


class ImageSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The image worker's slice of the settings, as they arrive in `Start`."""

    max_source_pixels: int = 2**28
    max_source_bytes: int = 512 * 2**20


@dataclass(frozen=True)
class Plan:
    """How to get from photo to frame: scale to `scaled`, then cut `frame` at `left`, `top`."""

    scaled: Size
    frame: Size
    left: int
    top: int


def plan_frame(source: Size, target: Size, mode: Mode) -> Plan:
    """Return how a photo of `source` pixels, upright, becomes a frame for `target` pixels."""
    if mode is Mode.FILL:
        left, top = _overhang(source, target)
        return Plan(Size(target.width + 2 * left, target.height + 2 * top), target, left, top)
    if mode is Mode.SHRINK and source.width <= target.width and source.height <= target.height:
        return Plan(source, source, 0, 0)
    scaled = _inside(source, target)
    return Plan(scaled, scaled, 0, 0)


def _overhang(source: Size, target: Size) -> tuple[int, int]:
    """Return how much of a photo that covers the target is cut off at the left, and at the top.

    As much is cut off at the other side: of an odd number of pixels one side would lose more, and
    the photo's centre would lie half a pixel beside the frame's.
    """
    across = source.width * target.height - target.width * source.height
    if across > 0:  # the heights meet
        return _nearest(across, 2 * source.height), 0
    return 0, _nearest(-across, 2 * source.width)


def _inside(source: Size, target: Size) -> Size:
    """Return `source` scaled to touch `target` on one axis from inside."""
    if source.width * target.height > target.width * source.height:  # the widths meet
        height = _nearest(source.height * target.width, source.width)
        return Size(target.width, max(1, min(height, target.height)))
    width = _nearest(source.width * target.height, source.height)
    return Size(max(1, min(width, target.width)), target.height)


def _nearest(dividend: int, divisor: int) -> int:
    """Return the whole number next to a quotient; no float."""
    return (2 * dividend + divisor) // (2 * divisor)


def is_strong_reduction(source: Size, scaled: Size) -> bool:
    """Say whether so much detail is averaged away that sharpening can give some of it back."""
    return scaled.width * 2 <= source.width


def check_file_size(size_bytes: int, settings: ImageSettings) -> None:
    """Refuse a file that is empty or larger than we care to read.

    Raises:
        FaultError: `empty` or `too-large`, with both numbers.
    """
    if size_bytes == 0:
        raise FaultError(FaultKind.EMPTY, "the file has 0 bytes", 0, 1)
    if size_bytes > settings.max_source_bytes:
        raise FaultError(
            FaultKind.TOO_LARGE,
            f"the file has {size_bytes} bytes, over the limit of {settings.max_source_bytes}",
            size_bytes,
            settings.max_source_bytes,
        )


def check_target_size(target: Size) -> None:
    """Refuse a target that no frame can have, such as that of a window not laid out yet.

    Raises:
        FaultError: `bad-request`, with the side and the largest.
    """
    try:
        check_side("target width", target.width)
        check_side("target height", target.height)
    except FrameSizeError as error:
        raise FaultError(FaultKind.BAD_REQUEST, str(error), error.actual, error.limit) from error


def check_source_size(source: Size, settings: ImageSettings) -> None:
    """Refuse a photo by its header, before a pixel is decoded.

    Raises:
        FaultError: `too-many-pixels` or `too-small`, with both numbers.
    """
    if source.pixels > settings.max_source_pixels:
        raise FaultError(
            FaultKind.TOO_MANY_PIXELS,
            f"{source.width} x {source.height} is {source.pixels} pixels, over the limit of "
            f"{settings.max_source_pixels}",
            source.pixels,
            settings.max_source_pixels,
        )
    smallest_px = min(source.width, source.height)
    if smallest_px < SMALLEST_SIDE_PX:
        raise FaultError(
            FaultKind.TOO_SMALL,
            f"{source.width} x {source.height} pixels is no photo: a side needs "
            f"{SMALLEST_SIDE_PX} or more",
            smallest_px,
            SMALLEST_SIDE_PX,
        )


def decoder_fault(message: str) -> FaultError:
    """Return the fault for what a decoder said: no memory, an early end, or wrong inside."""
    words = " ".join(message.split())
    kind = next(
        (kind for kind, phrases in _PHRASES if any(p in words.lower() for p in phrases)),
        FaultKind.DECODER_ERROR,
    )
    return FaultError(kind, words[:500] or "the decoder gave no reason")
