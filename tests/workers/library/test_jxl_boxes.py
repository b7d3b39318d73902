"""EXIF and XMP in the boxes of a JPEG XL, from a real encoder and from hand-made ones."""

import io
import struct
from pathlib import Path

import brotli
import pillow_jxl  # noqa: F401 - registers itself with Pillow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photos import packed_jpeg
from stillframe.workers.library.jxl_boxes import BOX_CAP_BYTES, said_in_boxes

SIGN = struct.pack(">I4sI", 12, b"JXL ", 0x0D0A870A)
EXIF = b"II*\0 and so on"


def said(data: bytes) -> tuple[bytes, bytes]:
    return said_in_boxes(lambda at, size: data[at : at + size], len(data))


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def test_a_real_encoder_s_boxes_are_read() -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Canon"
    image = Image.new("RGB", (60, 40))
    image.save(out, "JXL", exif=exif.tobytes(), xmp=b"<x:xmpmeta/>")
    found, xmp = said(out.getvalue())
    again = Image.Exif()
    again.load(found)
    assert (again[0x010F], xmp) == ("Canon", b"<x:xmpmeta/>")


def test_boxes_that_were_compressed_are_read(tmp_path: Path) -> None:
    found, xmp = said(packed_jpeg(tmp_path, Image.new("RGB", (60, 40)), 6))
    again = Image.Exif()
    again.load(found)
    assert (again[0x0112], xmp) == (6, b"")


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        (box(b"Exif", bytes(4) + EXIF), (EXIF, b"")),
        (box(b"Exif", struct.pack(">I", 2) + b"xx" + EXIF), (EXIF, b"")),
        (box(b"xml ", b"one") + box(b"xml ", b"two"), (b"", b"one")),
        (struct.pack(">I4sQ", 1, b"xml ", 16 + 3) + b"one", (b"", b"one")),
        (struct.pack(">I4s", 0, b"xml ") + b"to the end", (b"", b"to the end")),
        (box(b"jxlc", b"picture") + box(b"xml ", b"behind"), (b"", b"behind")),
        (box(b"brob", b"xml " + brotli.compress(b"packed")), (b"", b"packed")),
        (box(b"brob", b"Exif" + brotli.compress(bytes(4) + EXIF)), (EXIF, b"")),
        (box(b"brob", b"xml packed wrongly"), (b"", b"")),
        (box(b"brob", b"xml " + brotli.compress(bytes(BOX_CAP_BYTES + 1))), (b"", b"")),
        (box(b"xml ", bytes(BOX_CAP_BYTES + 1)) + box(b"xml ", b"small"), (b"", b"small")),
        (struct.pack(">I4s", 7, b"xml ") + b"shorter than its own header", (b"", b"")),
        (box(b"jxlp", b"") * 300 + box(b"xml ", b"too far"), (b"", b"")),
    ],
)
def test_boxes_of_any_kind(boxes: bytes, expected: tuple[bytes, bytes]) -> None:
    assert said(SIGN + boxes) == expected


@given(st.binary(max_size=200), st.integers(0, 40))
def test_whatever_the_bytes_the_outcome_is_two_strings(noise: bytes, at: int) -> None:
    whole = SIGN + box(b"brob", b"Exif" + brotli.compress(bytes(4) + EXIF)) + box(b"xml ", b"x")
    for data in (noise, SIGN + noise, whole[:at] + noise + whole[at:]):
        exif, xmp = said(data)
        assert len(exif) <= BOX_CAP_BYTES
        assert len(xmp) <= BOX_CAP_BYTES
