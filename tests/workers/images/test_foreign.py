"""Photos that libvips does not read: all that is promised for the others holds for them."""

import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - registers itself with Pillow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from decoding import Decoder
from photos import encoded, packed_jpeg, picture, psnr_db
from raw_photos import dng
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import Mode
from stillframe.workers.formats import HEAD_BYTES, Format, recognise

ORIENTATION_TAG = 0x0112
MAX_SOURCE_PIXELS = 4_000_000
PHOTO = picture("coffee.png")
SIZE = (300, 200)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder.open(max_source_pixels=MAX_SOURCE_PIXELS) as opened:
        yield opened


def make(kind: str, image: Image.Image = PHOTO, **options: Any) -> bytes:
    pillow_heif.register_heif_opener()
    quality = {} if kind == "BMP" else {"quality": 95}
    return encoded(image, kind, **quality, **options)


def shown(
    decoder: Decoder, path: Path, contents: bytes, size: tuple[int, int] = SIZE
) -> Image.Image:
    path.write_bytes(contents)
    return decoder.decode(path, size, Mode.FILL).rgb


KINDS = ("AVIF", "HEIF", "JXL", "BMP")
EACH = pytest.mark.parametrize("kind", KINDS)


@EACH
def test_the_photo_is_shown_as_it_is(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    frame = shown(decoder, tmp_path / "named.jpg", make(kind))
    assert psnr_db(frame, PHOTO.resize(SIZE, Image.Resampling.LANCZOS)) > 35


@EACH
def test_a_photo_on_its_side_stands_upright(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    if kind == "BMP":
        return  # it cannot say so
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    lying = PHOTO.transpose(Image.Transpose.ROTATE_90)  # as the sensor saw it
    # What a JPEG XL's EXIF says of this is for other programs: its own header is what counts.
    contents = make(kind, PHOTO if kind == "JXL" else lying, exif=exif.tobytes())
    frame = shown(decoder, tmp_path / "a", contents)
    assert psnr_db(frame, PHOTO.resize(SIZE, Image.Resampling.LANCZOS)) > 33


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_jpeg_that_was_packed_as_jpeg_xl_is_shown_as_the_jpeg_was(
    decoder: Decoder, tmp_path: Path, orientation: int
) -> None:
    packed = packed_jpeg(tmp_path, PHOTO, orientation)
    jpeg = decoder.decode(tmp_path / "to be packed.jpg", SIZE, Mode.FILL)
    (tmp_path / "a.jxl").write_bytes(packed)
    frame = decoder.decode(tmp_path / "a.jxl", SIZE, Mode.FILL)
    assert psnr_db(frame.rgb, jpeg.rgb) > 40


@pytest.mark.parametrize("kind", ["AVIF", "HEIF", "JXL"])
def test_alpha_is_kept_and_colours_are_multiplied_by_it(
    decoder: Decoder, tmp_path: Path, kind: str
) -> None:
    image = PHOTO.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
    (tmp_path / "a").write_bytes(make(kind, image))
    frame = decoder.decode(tmp_path / "a", SIZE, Mode.FILL).image
    alpha = np.asarray(frame.getchannel("A"), int)
    assert alpha[0].max() < 8
    assert alpha[-1].min() > 247
    assert (np.asarray(frame)[..., :3].max(axis=2).astype(int) <= alpha + 1).all()


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])  # no encoder here keeps such a one in JPEG XL
def test_an_embedded_profile_is_converted(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    plain = Image.new("RGB", (64, 64), (200, 30, 30))
    contents = make(kind, plain, icc_profile=swapped_profile())
    frame = shown(decoder, tmp_path / "a", contents, (32, 32))
    red, green, _ = frame.getpixel((16, 16))
    assert green > red, "the profile says that its first colour is green"


def swapped_profile() -> bytes:
    """Return sRGB's profile with red and green exchanged, so that nobody can overlook it."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", data, 128)
    tags = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    one, other = tags[b"rXYZ"], tags[b"gXYZ"]
    data[one : one + 4], data[other : other + 4] = data[other : other + 4], data[one : one + 4]
    return bytes(data)


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGB"])
def test_a_bitmap_of_any_depth_is_shown(decoder: Decoder, tmp_path: Path, mode: str) -> None:
    image = PHOTO.convert(mode)
    frame = shown(decoder, tmp_path / "a", make("BMP", image), PHOTO.size)
    assert psnr_db(frame, image.convert("RGB")) > 60


def test_sixteen_bits_a_pixel_keep_their_shades(decoder: Decoder, tmp_path: Path) -> None:
    deep = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    contents = encoded(Image.fromarray(deep), "JXL", lossless=True)
    frame = shown(decoder, tmp_path / "a", contents, (64, 64))
    shades = np.asarray(frame.getchannel("R"), int)
    # The encoder here takes them for linear light: they come out brighter, and none is lost.
    assert (np.diff(shades.ravel()) >= -1).all()
    assert (shades.min(), shades.max()) == (0, 255)
    assert len(set(shades.ravel().tolist())) > 100


# What is refused.


@EACH
def test_half_a_photo_is_refused(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    contents = make(kind)
    (tmp_path / "a").write_bytes(contents[: len(contents) // 2])
    fault = decoder.refusal(tmp_path / "a")
    assert fault.kind in (FaultKind.TRUNCATED, FaultKind.DECODER_ERROR)
    if kind in ("AVIF", "HEIF"):
        assert (fault.kind, fault.actual) == (FaultKind.TRUNCATED, len(contents) // 2)


@EACH
def test_too_many_pixels_are_refused_before_any_is_decoded(
    decoder: Decoder, tmp_path: Path, kind: str
) -> None:
    large = Image.new("RGB", (2500, 2000), (10, 20, 30))
    (tmp_path / "a").write_bytes(make(kind, large))
    fault = decoder.refusal(tmp_path / "a")
    assert fault.kind is FaultKind.TOO_MANY_PIXELS
    assert (fault.actual, fault.limit) == (2500 * 2000, MAX_SOURCE_PIXELS)


def test_a_format_whose_decoder_is_not_installed_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not there
    with Decoder.open() as bare:
        (tmp_path / "a").write_bytes(make("HEIF"))
        fault = bare.refusal(tmp_path / "a")
        assert fault.kind is FaultKind.UNSUPPORTED_FORMAT
        assert fault.detail.startswith("HEIC needs another package: install pillow-heif")


def test_here_nothing_is_missing(decoder: Decoder) -> None:
    assert decoder.handler.lacks == ()


# Cameras' RAW files.


def test_a_raw_file_shows_its_preview(decoder: Decoder, tmp_path: Path) -> None:
    assert recognise(dng(encoded(PHOTO, "JPEG"))[:HEAD_BYTES]) is Format.RAW
    small = PHOTO.resize((480, 320), Image.Resampling.LANCZOS)
    frame = shown(decoder, tmp_path / "a.dng", dng(encoded(small, "JPEG", quality=95)), (240, 160))
    assert psnr_db(frame, PHOTO.resize((240, 160), Image.Resampling.LANCZOS)) > 33


def test_a_raw_file_whose_preview_is_cut_short_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    jpeg = encoded(PHOTO, "JPEG", quality=95)
    # As a camera's card leaves it whose last blocks were lost: the directories come first.
    contents = dng(jpeg)
    assert contents.endswith(jpeg)
    for kept in (0.99, 0.5, 0.1):
        (tmp_path / "a.dng").write_bytes(contents[: -round(len(jpeg) * (1 - kept))])
        assert decoder.refusal(tmp_path / "a.dng").kind in (
            FaultKind.TRUNCATED,
            FaultKind.UNSUPPORTED_FORMAT,
        )


def test_a_raw_file_that_ends_early_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    contents = dng(encoded(PHOTO, "JPEG"))
    (tmp_path / "a.dng").write_bytes(contents[:400])
    assert decoder.refusal(tmp_path / "a.dng").kind in (
        FaultKind.UNSUPPORTED_FORMAT,
        FaultKind.DECODER_ERROR,
        FaultKind.TRUNCATED,
    )


# Whatever the damage.


SAMPLES = {kind: make(kind, PHOTO.resize((96, 64))) for kind in KINDS}


@settings(max_examples=150)
@given(
    kind=st.sampled_from(KINDS),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=10),
    kept=st.floats(0.0, 1.0),
)
def test_damaged_photos_are_shown_or_refused_and_nothing_else(
    decoder: Decoder,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    flips: list[tuple[float, int]],
    kept: float,
) -> None:
    damaged = bytearray(SAMPLES[kind])
    for place, value in flips:
        damaged[round(place * (len(damaged) - 1))] = value
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(bytes(damaged[: round(kept * len(damaged)) + 1]))
    request = decoder.request(path, (60, 40))
    assert request.slot is not None
    try:
        decoder.handler.handle(request)
    except FaultError as refused:
        fault = refused.fault
        assert fault.detail
    finally:
        decoder.arena.give_back(request.slot)
