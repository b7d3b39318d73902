"""Where a frame goes on the surface."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.contracts.images import Mode
from stillframe.contracts.pixels import Size
from stillframe.player.placement import Rect, place

SIDES = st.integers(2, 8000)
SIZES = st.builds(Size, SIDES, SIDES)
unhurried = settings(max_examples=200)


def in_pixels(rect: Rect, surface: Size) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom in pixels of the surface."""
    left, top = rect.x * surface.width, rect.y * surface.height
    return left, top, left + rect.width * surface.width, top + rect.height * surface.height


@pytest.mark.parametrize(
    ("frame", "target", "surface", "mode", "expected"),
    [
        # Made for this surface: it covers it, or stands in its middle, pixel by pixel.
        (Size(200, 100), Size(200, 100), Size(200, 100), Mode.FILL, (0, 0, 200, 100)),
        (Size(100, 100), Size(200, 100), Size(200, 100), Mode.FIT, (50, 0, 150, 100)),
        (Size(200, 50), Size(200, 100), Size(200, 100), Mode.FIT, (0, 25, 200, 75)),
        (Size(20, 10), Size(200, 100), Size(200, 100), Mode.SHRINK, (90, 45, 110, 55)),
        # An odd rest goes to the right and the bottom.
        (Size(101, 100), Size(200, 100), Size(200, 100), Mode.FIT, (49, 0, 150, 100)),
        # Made for half the surface, because a slot holds no more: twice as large.
        (Size(100, 50), Size(100, 50), Size(200, 100), Mode.FILL, (0, 0, 200, 100)),
        (Size(50, 50), Size(100, 50), Size(200, 100), Mode.FIT, (50, 0, 150, 100)),
        (Size(10, 10), Size(100, 50), Size(200, 100), Mode.SHRINK, (90, 40, 110, 60)),
        # Made for another shape, while a window is resized: covered and cropped, or all inside.
        (Size(100, 100), Size(100, 100), Size(200, 100), Mode.FILL, (0, -50, 200, 150)),
        (Size(100, 100), Size(100, 100), Size(200, 100), Mode.FIT, (50, 0, 150, 100)),
        (Size(400, 200), Size(400, 200), Size(200, 100), Mode.FIT, (0, 0, 200, 100)),
    ],
)
def test_places(
    frame: Size, target: Size, surface: Size, mode: Mode, expected: tuple[int, ...]
) -> None:
    assert in_pixels(place(frame, target, surface, mode), surface) == pytest.approx(expected)


@unhurried
@given(surface=SIZES, parts=st.tuples(st.floats(0, 1), st.floats(0, 1)), mode=st.sampled_from(Mode))
def test_a_frame_made_for_the_surface_lies_on_whole_pixels_one_to_one(
    surface: Size, parts: tuple[float, float], mode: Mode
) -> None:
    frame = Size(max(1, round(surface.width * parts[0])), max(1, round(surface.height * parts[1])))
    left, top, right, bottom = in_pixels(place(frame, surface, surface, mode), surface)
    for edge in (left, top, right, bottom):
        assert edge == pytest.approx(round(edge), abs=1e-6)
    assert (right - left, bottom - top) == pytest.approx((frame.width, frame.height))
    assert abs(left - (surface.width - right)) <= 1 + 1e-6, "it stands in the middle"
    assert abs(top - (surface.height - bottom)) <= 1 + 1e-6


@unhurried
@given(target=SIZES, surface=SIZES)
def test_a_photo_that_fills_covers_every_surface(target: Size, surface: Size) -> None:
    left, top, right, bottom = in_pixels(place(target, target, surface, Mode.FILL), surface)
    assert left <= 1e-6
    assert top <= 1e-6
    assert right >= surface.width - 1 - 1e-6
    assert bottom >= surface.height - 1 - 1e-6


@unhurried
@given(target=SIZES, surface=SIZES, mode=st.sampled_from([Mode.FIT, Mode.SHRINK]))
def test_a_photo_that_fits_is_all_on_every_surface(target: Size, surface: Size, mode: Mode) -> None:
    left, top, right, bottom = in_pixels(place(target, target, surface, mode), surface)
    assert left >= -1 - 1e-6
    assert top >= -1 - 1e-6
    assert right <= surface.width + 1 + 1e-6
    assert bottom <= surface.height + 1 + 1e-6
