"""How the memory for frames is cut, and what size fits a slot."""

import mmap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.contracts.caps import SIDE_CAP_PX
from stillframe.contracts.pixels import Size
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES
from stillframe.show.memory import fit_target, plan_arena
from stillframe.transport.arena import ArenaShape

MIB, GIB = 1 << 20, 1 << 30
HD, UHD = Size(1920, 1080), Size(3840, 2160)
SIDES = st.integers(1, SIDE_CAP_PX)

unhurried = settings(max_examples=200)


@pytest.mark.parametrize(
    ("screen", "budget_bytes", "ram_bytes", "slots", "pixels_held"),
    [
        # 1920 x 1080 x 4 = 8 294 400 bytes, which is 2025 pages; 256 MiB hold 32 of them.
        (HD, 256 * MIB, 16 * GIB, 32, 2025 * 1024),
        # 3840 x 2160 x 4 = 8100 pages; with the header page 8101 pages: 8 of them fit 256 MiB.
        (UHD, 256 * MIB, 16 * GIB, 8, 8100 * 1024),
        # An eighth of 1 GiB is 32768 pages; seven slots of 4681 pages, one of them the header.
        (UHD, 256 * MIB, GIB, 7, 4680 * 1024),
        # A small window on a large machine: more than 32 frames would hold what nobody sees.
        (Size(320, 180), 4 * GIB, 64 * GIB, 32, 57 * 1024),
    ],
)
def test_slots_for_a_screen_within_what_is_allowed(
    screen: Size, budget_bytes: int, ram_bytes: int, slots: int, pixels_held: int
) -> None:
    shape = plan_arena(budget_bytes=budget_bytes, ram_bytes=ram_bytes, screen=screen, look_ahead=2)
    assert (shape.slot_count, shape.capacity_bytes // 4) == (slots, pixels_held)


@unhurried
@given(
    budget_bytes=st.integers(0, 4 * GIB),
    ram_bytes=st.integers(0, 64 * GIB),
    screen=st.builds(Size, SIDES, SIDES),
    look_ahead=st.integers(1, 8),
    writers=st.integers(1, 2),
)
def test_there_are_always_enough_slots_and_never_more_than_an_eighth_of_the_memory(
    budget_bytes: int, ram_bytes: int, screen: Size, look_ahead: int, writers: int
) -> None:
    shape = plan_arena(
        budget_bytes=budget_bytes,
        ram_bytes=ram_bytes,
        screen=screen,
        look_ahead=look_ahead,
        writers=writers,
    )
    fewest = look_ahead + 4 + writers  # on screen, coming on, the one before, a redraw
    assert shape.slot_count >= fewest
    smallest = ArenaShape(fewest, PIXELS_OFFSET_BYTES + mmap.PAGESIZE)
    allowed_bytes = min(budget_bytes, ram_bytes // 8)
    assert shape.total_bytes <= max(allowed_bytes, smallest.total_bytes)
    assert fit_target(screen, shape.capacity_bytes).pixels * 4 <= shape.capacity_bytes


@unhurried
@given(
    surface=st.builds(Size, st.integers(1, 40_000), st.integers(1, 40_000)),
    pages=st.integers(1, 1 << 18),
)
def test_a_target_fits_its_slot_and_is_a_size_that_a_frame_may_have(
    surface: Size, pages: int
) -> None:
    target = fit_target(surface, pages * mmap.PAGESIZE)
    assert target.pixels * 4 <= pages * mmap.PAGESIZE
    assert 1 <= target.width <= min(surface.width, SIDE_CAP_PX)
    assert 1 <= target.height <= min(surface.height, SIDE_CAP_PX)


@unhurried
@given(
    surface=st.builds(Size, st.integers(200, 8_000), st.integers(200, 8_000)),
    pages=st.integers(64, 1 << 16),
)
def test_a_smaller_target_has_the_surface_s_shape_and_uses_the_slot(
    surface: Size, pages: int
) -> None:
    target = fit_target(surface, pages * mmap.PAGESIZE)
    if target == surface:
        return
    assert surface.pixels * 4 > pages * mmap.PAGESIZE
    scale = (pages * mmap.PAGESIZE / 4 / surface.pixels) ** 0.5
    assert abs(target.width - surface.width * scale) <= 1
    assert abs(target.height - surface.height * scale) <= 1


@pytest.mark.parametrize(
    ("surface", "capacity_bytes", "target"),
    [
        (HD, HD.pixels * 4, HD),
        (HD, HD.pixels * 4 - 4, Size(1919, 1079)),
        (UHD, HD.pixels * 4, HD),
        (Size(32_768, 100), 1 << 30, Size(16_384, 50)),
        (Size(16_384, 1), 4096, Size(1024, 1)),
        (Size(1, 16_384), 4096, Size(1, 1024)),
    ],
)
def test_targets(surface: Size, capacity_bytes: int, target: Size) -> None:
    assert fit_target(surface, capacity_bytes) == target
