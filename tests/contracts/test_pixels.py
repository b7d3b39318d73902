import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.caps import OPAQUE_CAP_BYTES, SIDE_CAP_PX
from stillframe.contracts.pixels import (
    BYTES_PER_PIXEL,
    FrameSizeError,
    PixelFormat,
    Size,
    check_side,
    frame_bytes,
)

RGBA = PixelFormat.RGBA8_PREMULTIPLIED
NUMBERS = st.integers(-(2**70), 2**70) | st.integers(-4, 4 * SIDE_CAP_PX + 4)
SIDES = st.integers(1, SIDE_CAP_PX)


@pytest.mark.parametrize("side_px", [1, 2, 3840, SIDE_CAP_PX])
def test_a_side_from_one_to_the_cap_is_returned(side_px: int) -> None:
    assert check_side("width", side_px) == side_px


@pytest.mark.parametrize("side_px", [0, -1, SIDE_CAP_PX + 1, 2**32 - 1, 2**64, -(2**63)])
def test_any_other_side_is_refused_with_its_name_and_both_numbers(side_px: int) -> None:
    with pytest.raises(FrameSizeError) as caught:
        check_side("height", side_px)
    assert str(caught.value) == f"height of {side_px} px is outside 1 to 16384"
    assert (caught.value.actual, caught.value.limit) == (side_px, SIDE_CAP_PX)


@pytest.mark.parametrize(
    ("width", "height", "stride", "size_bytes"),
    [
        (1, 1, 4, 4),
        (3840, 2160, 15360, 33_177_600),
        (3839, 2160, 15360, 33_177_600),
        (SIDE_CAP_PX, SIDE_CAP_PX, 4 * SIDE_CAP_PX, 2**30),
    ],
)
def test_a_frame_takes_stride_times_height(
    width: int, height: int, stride: int, size_bytes: int
) -> None:
    assert frame_bytes(width, height, stride, RGBA) == size_bytes


@pytest.mark.parametrize(
    ("width", "stride", "limit"),
    [(100, 399, 400), (100, 0, 400), (100, -400, 400), (100, 65537, 65536), (1, 2**32, 65536)],
)
def test_a_stride_that_fits_no_row_is_refused_with_both_numbers(
    width: int, stride: int, limit: int
) -> None:
    with pytest.raises(FrameSizeError) as caught:
        frame_bytes(width, 10, stride, RGBA)
    assert (caught.value.actual, caught.value.limit) == (stride, limit)
    assert str(stride) in str(caught.value)
    assert str(limit) in str(caught.value)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_no_factors_make_a_frame_larger_than_the_cap_or_smaller_than_its_pixels(
    width: int, height: int, stride: int
) -> None:
    try:
        size_bytes = frame_bytes(width, height, stride, RGBA)
    except FrameSizeError:
        return
    assert width * height * 4 <= size_bytes <= SIDE_CAP_PX**2 * 4
    assert size_bytes < 2**32


@given(SIDES, SIDES)
def test_every_size_within_the_caps_has_a_frame(width: int, height: int) -> None:
    assert frame_bytes(width, height, width * 4, RGBA) == width * height * 4


def test_every_format_says_how_wide_its_pixels_are() -> None:
    assert set(BYTES_PER_PIXEL) == set(PixelFormat)


def test_the_numbers_of_the_formats_are_the_wires() -> None:
    assert {fmt.name: int(fmt) for fmt in PixelFormat} == {"RGBA8_PREMULTIPLIED": 1, "OPAQUE": 2}


@pytest.mark.parametrize("count", [1, 300_000, OPAQUE_CAP_BYTES])
def test_plain_bytes_are_one_row_of_as_many(count: int) -> None:
    assert frame_bytes(count, 1, count, PixelFormat.OPAQUE) == count


@pytest.mark.parametrize(
    ("width", "height", "stride", "actual"),
    [
        (0, 1, 0, 0),
        (OPAQUE_CAP_BYTES + 1, 1, OPAQUE_CAP_BYTES + 1, OPAQUE_CAP_BYTES + 1),
        (5, 2, 5, 2),
        (5, 0, 5, 0),
        (5, 1, 6, 6),
        (5, 1, 4, 4),
    ],
)
def test_plain_bytes_of_another_shape_are_refused(
    width: int, height: int, stride: int, actual: int
) -> None:
    with pytest.raises(FrameSizeError) as caught:
        frame_bytes(width, height, stride, PixelFormat.OPAQUE)
    assert caught.value.actual == actual


def test_an_area_is_the_product_of_the_sides_however_large() -> None:
    assert Size(3840, 2160).pixels == 8_294_400
    assert Size(2**40, 2**40).pixels == 2**80


def test_a_refusal_survives_pickling_and_copying() -> None:
    error = FrameSizeError("width of 0 px is outside 1 to 16384", 0, 16384)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
        assert (str(twin), twin.actual, twin.limit) == (str(error), 0, 16384)


def test_a_refusal_is_a_value_error_for_those_who_ask_no_more() -> None:
    with pytest.raises(ValueError, match="outside 1 to 16384"):
        check_side("width", 0)
