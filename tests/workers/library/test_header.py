"""What photos say of themselves: cameras' real files, files made by Pillow, and damaged ones."""

import calendar
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pillow_heif
import pillow_jxl  # noqa: F401 - registers itself with Pillow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from photos import encoded, packed_jpeg, picture, shipped
from raw_photos import deep_tiff, dng
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.library.facts import Header
from stillframe.workers.library.header import read_header, set_up
from xmp_packets import ATTRIBUTES

TAKEN = "2021:07:04 18:30:05"
TAKEN_S = calendar.timegm((2021, 7, 4, 18, 30, 5))


@pytest.fixture(autouse=True, scope="module")
def _ready() -> Any:
    with warnings.catch_warnings():
        set_up()
        yield


def exif(*, orientation: int = 1, gps: dict[int, Any] | None = None, **more: Any) -> Image.Exif:
    """Return EXIF as cameras write it."""
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x0112] = "Canon\0 ", "Canon EOS 5D", orientation
    made.get_ifd(0x8769)[0x9003] = more.get("taken", TAKEN)
    if gps is not None:
        made.get_ifd(0x8825).update(gps)
    for tag, value in more.get("tags", {}).items():
        made[tag] = value
    return made


def read(path: Path, contents: bytes) -> Header:
    path.write_bytes(contents)
    return read_header(os.fsencode(path))


def small() -> Image.Image:
    return picture("coffee.png").resize((60, 40))


def heic(image: Image.Image, **options: Any) -> bytes:
    pillow_heif.register_heif_opener()
    return encoded(image, "HEIF", **options)


def test_a_real_photograph_says_when_and_with_what_it_was_taken() -> None:
    header = read_header(os.fsencode(shipped("rocket.jpg")))
    assert (header.format, header.width, header.height) == ("jpeg", 640, 427)
    retina = read_header(os.fsencode(shipped("retina.jpg")))
    assert (retina.width, retina.height) == (1411, 1411)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("JPEG", "jpeg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("TIFF", "tiff"),
        ("AVIF", "avif"),
        ("HEIF", "heif"),
        ("JXL", "jxl"),
    ],
)
def test_every_container_gives_size_time_and_camera(tmp_path: Path, kind: str, name: str) -> None:
    make: Callable[..., bytes] = heic if kind == "HEIF" else lambda i, **o: encoded(i, kind, **o)
    header = read(tmp_path / "a", make(small(), exif=exif().tobytes()))
    assert (header.format, header.width, header.height) == (name, 60, 40)
    assert (header.taken_s, header.camera) == (TAKEN_S, "Canon EOS 5D")


@pytest.mark.parametrize("kind", ["BMP", "GIF"])
def test_a_container_without_exif_gives_the_size(tmp_path: Path, kind: str) -> None:
    header = read(tmp_path / "a", encoded(small(), kind))
    assert (header.format, header.width, header.height) == (kind.lower(), 60, 40)
    assert (header.taken_s, header.camera, header.rating) == (None, "", 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_upright(tmp_path: Path, orientation: int) -> None:
    header = read(tmp_path / "a", encoded(small(), "JPEG", exif=exif(orientation=orientation)))
    assert header.orientation == orientation
    upright = (40, 60) if orientation >= 5 else (60, 40)
    assert (header.width, header.height) == upright


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_is_none_turns_nothing(tmp_path: Path, orientation: int) -> None:
    header = read(tmp_path / "a", encoded(small(), "JPEG", exif=exif(orientation=orientation)))
    assert (header.orientation, header.width) == (1, 60)


@pytest.mark.parametrize(
    ("references", "expected"),
    [(("N", "E"), (47.5, 8.25)), (("S", "W"), (-47.5, -8.25))],
)
def test_a_place_is_in_degrees(
    tmp_path: Path, references: tuple[str, str], expected: tuple[float, float]
) -> None:
    gps = {1: references[0], 2: (47.0, 30.0, 0.0), 3: references[1], 4: (8.0, 15.0, 0.0)}
    header = read(tmp_path / "a", encoded(small(), "JPEG", exif=exif(gps=gps)))
    assert (header.latitude, header.longitude) == pytest.approx(expected)


def test_a_place_that_is_none_is_left_out(tmp_path: Path) -> None:
    gps = {1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (8.0, 0.0)}
    header = read(tmp_path / "a", encoded(small(), "JPEG", exif=exif(gps=gps)))
    assert (header.latitude, header.longitude) == (None, None)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "soon", "", "1970:01:01 00:00:00"])
def test_a_time_that_is_none_is_left_out(tmp_path: Path, taken: str) -> None:
    header = read(tmp_path / "a", encoded(small(), "JPEG", exif=exif(taken=taken)))
    assert header.taken_s is None


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "HEIF"])
def test_xmp_gives_rating_and_keywords(tmp_path: Path, kind: str) -> None:
    make: Callable[..., bytes] = heic if kind == "HEIF" else lambda i, **o: encoded(i, kind, **o)
    header = read(tmp_path / "a", make(small(), xmp=ATTRIBUTES))
    assert (header.rating, header.keywords) == (4, ("Summer", "lake"))


def test_xmp_is_found_where_png_and_tiff_keep_it(tmp_path: Path) -> None:
    texts = PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", ATTRIBUTES.decode())
    assert read(tmp_path / "a", encoded(small(), "PNG", pnginfo=texts)).rating == 4
    tiff = encoded(small(), "TIFF", tiffinfo={700: ATTRIBUTES})
    assert read(tmp_path / "a", tiff).keywords == ("Summer", "lake")


def test_jpeg_xl_is_described_without_being_decoded(tmp_path: Path) -> None:
    tags = {0x4746: 3}
    made = encoded(small(), "JXL", exif=exif(orientation=6, tags=tags).tobytes(), xmp=ATTRIBUTES)
    end = made.rindex(b"jxlp") + 4 + 12  # of the picture itself, hardly anything
    header = read(tmp_path / "a", made[:end])
    assert (header.format, header.width, header.height) == ("jxl", 60, 40)
    assert header.orientation == 1, "its EXIF is not what turns it"
    assert (header.taken_s, header.camera) == (TAKEN_S, "Canon EOS 5D")
    assert (header.rating, header.keywords) == (4, ("Summer", "lake"))
    assert read(tmp_path / "a", encoded(small(), "JXL", exif=exif(tags=tags).tobytes())).rating == 3


def test_a_jpeg_that_was_packed_as_jpeg_xl_stands_upright_and_says_its_camera(
    tmp_path: Path,
) -> None:
    header = read(tmp_path / "a", packed_jpeg(tmp_path, small(), orientation=6))
    assert (header.width, header.height, header.camera) == (40, 60, "Canon")


def test_what_the_show_can_show_is_not_broken(tmp_path: Path) -> None:
    """Pillow knows no TIFF whose colours are 32-bit floats, as photographers' programs write it."""
    header = read(tmp_path / "a", deep_tiff(60, 40))
    assert (header.format, header.width, header.height) == ("tiff", 60, 40)


def test_what_nobody_can_show_is_broken() -> None:
    """Of 64-bit floats: neither Pillow nor libvips reads such a picture."""
    with pytest.raises(FaultError) as refused:
        read_header(os.fsencode(shipped("multipage_rgb.tif")))
    assert refused.value.fault.kind is FaultKind.UNSUPPORTED_FORMAT


def test_a_camera_s_raw_file_that_is_no_plain_tiff_is_not_broken(tmp_path: Path) -> None:
    made = bytearray(dng(encoded(small(), "JPEG")))
    first = made.index(struct.pack("<HHIHH", 262, 3, 1, 6, 0))
    struct.pack_into("<H", made, first + 8, 32803)  # the sensor's own numbers, in Pillow's eyes
    header = read(tmp_path / "a", bytes(made))
    assert (header.format, header.width, header.height) == ("raw", 128, 96)


def test_windows_rating_and_keywords_count_where_there_is_no_xmp(tmp_path: Path) -> None:
    tags = {0x4746: 3, 0x9C9E: "lake;Summer\0".encode("utf-16-le")}
    header = read(tmp_path / "a", encoded(small(), "JPEG", exif=exif(tags=tags)))
    assert (header.rating, header.keywords) == (3, ("lake", "Summer"))


def test_a_camera_s_name_is_one_printable_line(tmp_path: Path) -> None:
    tags = {0x010F: "Ni\x1b[2Jkon", 0x0110: "D\n750" + "x" * 900}
    header = read(tmp_path / "a", encoded(small(), "JPEG", exif=exif(tags=tags)))
    assert header.camera.startswith("Ni[2Jkon D750x")
    assert header.camera.isprintable()
    assert len(header.camera) <= 128


def test_an_image_of_any_size_is_only_looked_at(tmp_path: Path) -> None:
    # A PNG's header that claims 60,000 x 60,000 pixels, and nothing behind it.
    chunk = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    checked = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    header = read(tmp_path / "a", b"\x89PNG\r\n\x1a\n" + checked + bytes(3) + b"\x09IDAT")
    assert (header.width, header.height) == (60_000, 60_000)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def nothing(path: Path) -> None:
    assert not path.exists()


def words(path: Path) -> None:
    path.write_text("no photo")


def empty(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (nothing, FaultKind.NOT_FOUND),
        (a_folder, FaultKind.NOT_A_FILE),
        (a_fifo, FaultKind.NOT_A_FILE),
        (words, FaultKind.UNSUPPORTED_FORMAT),
        (empty, FaultKind.UNSUPPORTED_FORMAT),
    ],
)
def test_what_is_no_photo_is_refused_with_a_reason(
    tmp_path: Path, make: Callable[[Path], None], kind: FaultKind
) -> None:
    make(tmp_path / "a.jpg")
    with pytest.raises(FaultError) as refused:
        read_header(os.fsencode(tmp_path / "a.jpg"))
    assert refused.value.fault.kind is kind


SAMPLES = {
    kind: encoded(small(), kind, exif=exif(gps={1: "N", 2: (1.0, 2.0, 3.0)}).tobytes())
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "JXL")
} | {"HEIF": heic(small(), exif=exif().tobytes(), xmp=ATTRIBUTES)}


@pytest.mark.filterwarnings("ignore::UserWarning")  # the worker hears of none
@settings(max_examples=250)
@given(
    kind=st.sampled_from(sorted(SAMPLES)),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    kept=st.floats(0.0, 1.0),
)
def test_whatever_the_damage_it_is_a_header_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    flips: list[tuple[float, int]],
    kept: float,
) -> None:
    damaged = bytearray(SAMPLES[kind])
    for place, value in flips:
        damaged[round(place * min(len(damaged) - 1, 600))] = value
    path = tmp_path_factory.getbasetemp() / "damaged"
    try:
        header = read(path, bytes(damaged[: round(kept * len(damaged)) + 1]))
    except FaultError:
        return
    assert header.width > 0
    assert header.height > 0
    assert 0 <= header.rating <= 5
