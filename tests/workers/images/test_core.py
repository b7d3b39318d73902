"""Sizes, limits and words, decided without a decoder."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import Mode
from stillframe.contracts.pixels import Size
from stillframe.workers.images.core import (
    SMALLEST_SIDE_PX,
    ImageSettings,
    Plan,
    check_file_size,
    check_source_size,
    check_target_size,
    decoder_fault,
    plan_frame,
)

HALF = Fraction(1, 2)
SIDES = st.integers(1, 16384)
TARGETS = st.builds(Size, SIDES, SIDES)
# A file's header may claim far longer sides than any screen has.
SOURCES = st.builds(Size, st.integers(1, 2**31), st.integers(1, 2**31))
STRIP = Size(2**31, 1)


def plan(source: tuple[int, int], target: tuple[int, int], mode: Mode) -> Plan:
    return plan_frame(Size(*source), Size(*target), mode)


@pytest.mark.parametrize(
    ("source", "target", "mode", "scaled", "frame", "corner"),
    [
        ((4000, 3000), (1920, 1080), Mode.FILL, (1920, 1440), (1920, 1080), (0, 180)),
        ((3000, 4000), (1920, 1080), Mode.FILL, (1920, 2560), (1920, 1080), (0, 740)),
        ((4000, 1000), (1920, 1080), Mode.FILL, (4320, 1080), (1920, 1080), (1200, 0)),
        ((1920, 1080), (1920, 1080), Mode.FILL, (1920, 1080), (1920, 1080), (0, 0)),
        ((960, 540), (1920, 1080), Mode.FILL, (1920, 1080), (1920, 1080), (0, 0)),
        ((4000, 3000), (1920, 1080), Mode.FIT, (1440, 1080), (1440, 1080), (0, 0)),
        ((3000, 4000), (1920, 1080), Mode.FIT, (810, 1080), (810, 1080), (0, 0)),
        ((400, 300), (1920, 1080), Mode.FIT, (1440, 1080), (1440, 1080), (0, 0)),
        ((4000, 3000), (1920, 1080), Mode.SHRINK, (1440, 1080), (1440, 1080), (0, 0)),
        ((400, 300), (1920, 1080), Mode.SHRINK, (400, 300), (400, 300), (0, 0)),
        ((1920, 1081), (1920, 1080), Mode.SHRINK, (1918, 1080), (1918, 1080), (0, 0)),
        ((100, 2000), (1920, 1080), Mode.SHRINK, (54, 1080), (54, 1080), (0, 0)),
        ((10000, 10), (100, 100), Mode.FIT, (100, 1), (100, 1), (0, 0)),
    ],
)
def test_a_photo_becomes_a_frame_of_this_size(
    source: tuple[int, int],
    target: tuple[int, int],
    mode: Mode,
    scaled: tuple[int, int],
    frame: tuple[int, int],
    corner: tuple[int, int],
) -> None:
    assert plan(source, target, mode) == Plan(Size(*scaled), Size(*frame), *corner)


@given(SOURCES, TARGETS)
@example(STRIP, Size(1, 16384))
@example(STRIP, Size(16384, 1))
def test_fill_covers_the_target_and_crops_around_the_centre(source: Size, target: Size) -> None:
    found = plan_frame(source, target, Mode.FILL)
    assert found.frame == target
    over = (found.scaled.width - target.width, found.scaled.height - target.height)
    assert min(over) == 0, "larger than it must be, or does not cover"
    assert over == (2 * found.left, 2 * found.top), "the centre stays in the centre"
    exact = max(Fraction(target.width, source.width), Fraction(target.height, source.height))
    assert abs(found.scaled.width - source.width * exact) <= 1, "half a pixel on each side"
    assert abs(found.scaled.height - source.height * exact) <= 1


@given(SOURCES, TARGETS, st.sampled_from([Mode.FIT, Mode.SHRINK]))
@example(STRIP, Size(1, 16384), Mode.FIT)
@example(STRIP, Size(16384, 1), Mode.SHRINK)
def test_fit_and_shrink_show_all_of_it_within_the_target(
    source: Size, target: Size, mode: Mode
) -> None:
    found = plan_frame(source, target, mode)
    assert (found.frame, found.left, found.top) == (found.scaled, 0, 0)
    assert 1 <= found.frame.width <= target.width
    assert 1 <= found.frame.height <= target.height
    assert_same_aspect(source, found.frame)
    touches = found.frame.width == target.width or found.frame.height == target.height
    assert touches or (mode is Mode.SHRINK and found.frame == source)


@given(SOURCES, TARGETS)
def test_shrink_never_enlarges_and_leaves_alone_what_fits(source: Size, target: Size) -> None:
    found = plan_frame(source, target, Mode.SHRINK).frame
    assert found.width <= source.width
    assert found.height <= source.height
    if source.width <= target.width and source.height <= target.height:
        assert found == source


def assert_same_aspect(source: Size, scaled: Size) -> None:
    """One side is exact; the other is the exact one rounded, and never rounded to nothing."""
    exact_height = Fraction(source.height * scaled.width, source.width)
    exact_width = Fraction(source.width * scaled.height, source.height)
    right_height = abs(scaled.height - exact_height) <= HALF or (
        scaled.height == 1 and exact_height < 1
    )
    right_width = abs(scaled.width - exact_width) <= HALF or (scaled.width == 1 and exact_width < 1)
    assert right_height or right_width


SETTINGS = ImageSettings(max_source_pixels=1000 * 1000, max_source_bytes=5000)


@pytest.mark.parametrize("size_bytes", [1, 4999, 5000])
def test_a_file_up_to_the_limit_is_read(size_bytes: int) -> None:
    check_file_size(size_bytes, SETTINGS)


@pytest.mark.parametrize(
    ("size_bytes", "kind", "limit"), [(0, FaultKind.EMPTY, 1), (5001, FaultKind.TOO_LARGE, 5000)]
)
def test_a_file_that_is_empty_or_too_large_is_refused_with_both_numbers(
    size_bytes: int, kind: FaultKind, limit: int
) -> None:
    with pytest.raises(FaultError) as refused:
        check_file_size(size_bytes, SETTINGS)
    fault = refused.value.fault
    assert (fault.kind, fault.actual, fault.limit) == (kind, size_bytes, limit)
    assert str(size_bytes) in fault.detail


@pytest.mark.parametrize("source", [(1000, 1000), (16, 62500), (16, 16)])
def test_a_photo_up_to_the_limits_is_decoded(source: tuple[int, int]) -> None:
    check_source_size(Size(*source), SETTINGS)


@pytest.mark.parametrize(
    ("source", "kind", "actual", "limit"),
    [
        ((1000, 1001), FaultKind.TOO_MANY_PIXELS, 1_001_000, 1_000_000),
        ((2**31, 2**31), FaultKind.TOO_MANY_PIXELS, 2**62, 1_000_000),
        ((1, 1), FaultKind.TOO_SMALL, 1, SMALLEST_SIDE_PX),
        ((15, 400), FaultKind.TOO_SMALL, 15, SMALLEST_SIDE_PX),
        ((400, 15), FaultKind.TOO_SMALL, 15, SMALLEST_SIDE_PX),
    ],
)
def test_a_photo_over_a_limit_is_refused_with_both_numbers(
    source: tuple[int, int], kind: FaultKind, actual: int, limit: int
) -> None:
    with pytest.raises(FaultError) as refused:
        check_source_size(Size(*source), SETTINGS)
    fault = refused.value.fault
    assert (fault.kind, fault.actual, fault.limit) == (kind, actual, limit)
    assert f"{source[0]} x {source[1]}" in fault.detail


@pytest.mark.parametrize(
    ("target", "actual"),
    [((0, 1080), 0), ((1920, 0), 0), ((-1, 5), -1), ((16385, 1), 16385), ((1, 2**40), 2**40)],
)
def test_a_target_that_no_frame_can_have_is_a_bad_request(
    target: tuple[int, int], actual: int
) -> None:
    with pytest.raises(FaultError) as refused:
        check_target_size(Size(*target))
    fault = refused.value.fault
    assert (fault.kind, fault.actual, fault.limit) == (FaultKind.BAD_REQUEST, actual, 16384)


@pytest.mark.parametrize("target", [(1, 1), (16384, 16384)])
def test_a_target_up_to_the_largest_side_is_taken(target: tuple[int, int]) -> None:
    check_target_size(Size(*target))


# Sentences that libvips' loaders were seen to say about cut files, and without memory.
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("VipsJpeg: premature end of JPEG image\n", FaultKind.TRUNCATED),
        ("vipspng: libpng read error\n", FaultKind.TRUNCATED),
        ("gifload_source: Unexpected end of GIF source data\n", FaultKind.TRUNCATED),
        ("heif: Invalid input: Unexpected end of file: Extent in iloc", FaultKind.TRUNCATED),
        ("tiff2vips: Read error at scanline 192; got 7130 bytes", FaultKind.TRUNCATED),
        ("VipsJpeg: Insufficient memory (case 4)", FaultKind.OUT_OF_MEMORY),
        ("heif: Unspecified: Memory allocation error (2.0)", FaultKind.OUT_OF_MEMORY),
        ("vips_tracked: out of memory -- size == 274MB", FaultKind.OUT_OF_MEMORY),
        ("VipsJpeg: Unsupported JPEG data precision 12", FaultKind.UNSUPPORTED_FORMAT),
        ("VipsJpeg: Unsupported JPEG process: SOF type 0xcb", FaultKind.UNSUPPORTED_FORMAT),
        ("webp: unable to parse image", FaultKind.DECODER_ERROR),
        ("gifload_source: no frames in GIF", FaultKind.DECODER_ERROR),
    ],
)
def test_a_decoders_complaint_becomes_a_kind_in_one_line(said: str, kind: FaultKind) -> None:
    fault = decoder_fault(f"unable to call it\n  {said}").fault
    assert fault.kind is kind
    assert fault.detail == " ".join(f"unable to call it {said}".split())


def test_a_decoder_without_a_reason_still_gives_a_sentence() -> None:
    assert decoder_fault(" \n ").fault.detail == "the decoder gave no reason"


@given(st.text())
def test_whatever_a_decoder_says_the_detail_is_short(said: str) -> None:
    fault = decoder_fault(said * 100).fault
    assert 1 <= len(fault.detail) <= 500
    assert "\n" not in fault.detail
