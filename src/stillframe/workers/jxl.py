"""The size of a JPEG XL, from its first bytes.

Role: pure. Counterpart: the plugin of Pillow knows the size only when it has decoded everything,
which is too late for a budget and too slow for an index. Source: ISO/IEC 18181-1, the size header
and the orientation behind it; ISO/IEC 18181-2, the boxes.

Guarantees: whatever the bytes, the outcome is a size of at least one pixel, or None; nothing is
read beyond them.
"""

from typing import Final

from stillframe.contracts.pixels import Size

HEAD_BYTES: Final = 4096
"""As much of a file as is looked at; boxes in front of the picture are small."""
_BARE: Final = b"\xff\x0a"
_BOXED: Final = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
_BOX_HEADER_BYTES, _LONG_BOX_HEADER_BYTES = 8, 16
_PART_NUMBER_BYTES: Final = 4
_FIRST_SWAPPING_ORIENTATION: Final = 5  # 5 to 8 lie on their side
_SIDE_BITS: Final = (9, 13, 18, 30)
_SMALL_STEP: Final = 8
# Width by height, for the seven shapes that have a number.
_RATIOS: Final = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


def is_jxl(head: bytes) -> bool:
    """Say whether a file that begins so is a JPEG XL."""
    return head.startswith((_BARE, _BOXED))


def jxl_size(head: bytes) -> Size | None:
    """Return the size in pixels, as the picture is shown; None if it cannot be told."""
    at = _codestream(head)
    if at is None or head[at : at + 2] != _BARE:
        return None
    bits = _Bits(head[at + 2 : at + 2 + 16])
    small = bits.take(1)
    height = _side(bits, small=bool(small))
    ratio = bits.take(3)
    if ratio:
        over, under = _RATIOS[ratio - 1]
        width = height * over // under
    else:
        width = _side(bits, small=bool(small))
    lies = _orientation(bits) >= _FIRST_SWAPPING_ORIENTATION
    if bits.exhausted:
        return None
    return Size(height, max(1, width)) if lies else Size(max(1, width), height)


def _orientation(bits: "_Bits") -> int:
    """Return how the picture is to be turned, in EXIF's numbers."""
    all_default = bits.take(1)
    if all_default or not bits.take(1):  # nothing beyond the usual
        return 1
    return 1 + bits.take(3)


def _codestream(head: bytes) -> int | None:
    """Return where the picture begins: at once, or in the first box that holds any of it."""
    if head.startswith(_BARE):
        return 0
    at = len(_BOXED)
    while head.startswith(_BOXED) and at + _LONG_BOX_HEADER_BYTES <= len(head):
        size = int.from_bytes(head[at : at + 4])
        kind = head[at + 4 : at + 8]
        begin = at + _BOX_HEADER_BYTES
        if size == 1:
            size = int.from_bytes(head[begin : begin + 8])
            begin = at + _LONG_BOX_HEADER_BYTES
        if kind == b"jxlc":
            return begin
        if kind == b"jxlp":
            return begin + _PART_NUMBER_BYTES
        if size < begin - at:
            return None  # it reaches to the end of the file, or is shorter than its own header
        at += size
    return None


def _side(bits: "_Bits", *, small: bool) -> int:
    if small:
        return (1 + bits.take(5)) * _SMALL_STEP
    return 1 + bits.take(_SIDE_BITS[bits.take(2)])


class _Bits:
    """Reads numbers from bytes, the lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "little"), len(data) * 8
        self.exhausted = False

    def take(self, count: int) -> int:
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        self._left -= count
        self.exhausted |= self._left < 0
        return value
