"""How the memory for frames is cut.

Role: pure arithmetic from settings, machine and screen to slots. Counterpart: `transport.arena`
makes the memory, `cache.frames` counts it.

Guarantees: there are always enough slots for what the director pins and for those being written;
where memory is short, frames get smaller, never fewer.
"""

import mmap
from typing import Final

from stillframe.contracts.caps import SIDE_CAP_PX
from stillframe.contracts.pixels import Size
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES
from stillframe.transport.arena import ArenaShape

_BYTES_PER_PIXEL: Final = 4
# On screen, coming on, the one before, and a redraw of the present one; and those being written.
SLOTS_BESIDE_LOOK_AHEAD: Final = 4
# More would hold frames that nobody steps back to.
SLOTS_CAP: Final = 32
# Of the machine's memory: the rest belongs to decoders, the system and its owner.
RAM_SHARE: Final = 8


def plan_arena(
    *, budget_bytes: int, ram_bytes: int, screen: Size, look_ahead: int, writers: int = 1
) -> ArenaShape:
    """Return the slots for frames of up to `screen` pixels.

    Args:
        budget_bytes: what the settings allow.
        ram_bytes: the machine's memory, of which at most an eighth is used.
        screen: the largest surface a frame is made for, in device pixels.
        look_ahead: how many photos are made ready before their turn.
        writers: how many are written at the same time.
    """
    allowed_bytes = min(budget_bytes, ram_bytes // RAM_SHARE)
    fewest = look_ahead + SLOTS_BESIDE_LOOK_AHEAD + writers
    wanted_bytes = _slot_bytes(screen.pixels * _BYTES_PER_PIXEL)
    largest_bytes = allowed_bytes // fewest // mmap.PAGESIZE * mmap.PAGESIZE
    smallest_bytes = PIXELS_OFFSET_BYTES + mmap.PAGESIZE
    slot_bytes = max(smallest_bytes, min(wanted_bytes, largest_bytes))
    return ArenaShape(max(fewest, min(SLOTS_CAP, allowed_bytes // slot_bytes)), slot_bytes)


def fit_target(surface: Size, capacity_bytes: int) -> Size:
    """Return the size to decode for: the surface, or less of the same shape if that is too large.

    A slot or the longest side that a frame may have can be smaller than the surface. The screen
    then enlarges the frame: soft, but never black.
    """
    pixels = capacity_bytes // _BYTES_PER_PIXEL
    if surface.pixels <= pixels and max(surface.width, surface.height) <= SIDE_CAP_PX:
        return surface
    scale = min(
        (pixels / surface.pixels) ** 0.5,
        SIDE_CAP_PX / surface.width,
        SIDE_CAP_PX / surface.height,
    )
    # A side that would be less than a pixel becomes one; the other may then take all there is.
    width, height = max(1, int(surface.width * scale)), max(1, int(surface.height * scale))
    return Size(min(width, pixels), min(height, pixels))


def _slot_bytes(pixel_bytes: int) -> int:
    pages = -(-pixel_bytes // mmap.PAGESIZE)
    return PIXELS_OFFSET_BYTES + pages * mmap.PAGESIZE
