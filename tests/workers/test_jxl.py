"""The size of JPEG XL files, as a real encoder writes them, and of damaged ones."""

import io
import struct
from pathlib import Path

import pillow_jxl  # noqa: F401 - registers itself with Pillow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photos import packed_jpeg
from stillframe.contracts.pixels import Size
from stillframe.workers.jxl import HEAD_BYTES, is_jxl, jxl_size

# Sides in steps of eight, at the ends of each length of number, and of every shape with a number.
SIZES = [
    *[(16, 16), (256, 256), (8, 256), (257, 255), (264, 264), (512, 513), (600, 400)],
    *[(1200, 1000), (400, 300), (300, 200), (1600, 900), (1250, 1000), (2000, 1000), (1, 1)],
    *[(8191, 3), (8193, 3), (3, 9000)],
]


def jxl(size: tuple[int, int], *, boxed: bool) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 1
    more = {"exif": exif.tobytes()} if boxed else {}
    Image.new("RGB", size, (9, 99, 199)).save(out, "JXL", effort=1, **more)
    return out.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("boxed", [False, True])
def test_the_size_is_the_one_that_was_encoded(size: tuple[int, int], boxed: bool) -> None:  # noqa: FBT001
    data = jxl(size, boxed=boxed)
    assert is_jxl(data)
    assert jxl_size(data[:HEAD_BYTES]) == Size(*size)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_as_the_picture_is_shown(tmp_path: Path, orientation: int) -> None:
    data = packed_jpeg(tmp_path, Image.new("RGB", (60, 40)), orientation)
    shown = Size(40, 60) if orientation >= 5 else Size(60, 40)
    assert jxl_size(data[:HEAD_BYTES]) == shown


def test_what_stands_before_the_picture_is_passed_over() -> None:
    bare = jxl((640, 480), boxed=False)
    start = bare.index(b"\xff\x0a")
    sign = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
    other = struct.pack(">I4s", 8 + 300, b"Exif") + bytes(300)
    long_box = struct.pack(">I4sQ", 1, b"xml ", 16 + 50) + bytes(50)
    part = struct.pack(">I4sI", 0, b"jxlp", 0)
    assert jxl_size(sign + other + long_box + part + bare[start:]) == Size(640, 480)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"\xff\x0a", b"\xff\xd8\xff\xe0", b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"],
)
def test_what_is_cut_short_or_is_something_else_has_no_size(data: bytes) -> None:
    assert jxl_size(data) is None


BOXED = jxl((640, 480), boxed=True)[:400]


@settings(max_examples=300)
@given(st.binary(max_size=80), st.integers(0, 60), st.integers(0, 30))
def test_whatever_the_bytes_the_size_is_one_or_none(noise: bytes, at: int, length: int) -> None:
    for head in (noise, b"\xff\x0a" + noise, BOXED[:at] + noise + BOXED[at + length :]):
        size = jxl_size(head)
        assert size is None or (size.width >= 1 and size.height >= 1)
