"""Which format a file has, by its content alone."""

import io
import struct
from typing import Any

import pillow_heif
import pillow_jxl  # noqa: F401 - registers itself with Pillow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos import encoded, picture, shipped
from stillframe.workers.formats import HEAD_BYTES, Format, recognise

SMALL = picture("coffee.png").resize((60, 40))


def made(kind: str, **options: Any) -> bytes:
    pillow_heif.register_heif_opener()
    return encoded(SMALL, kind, **options)


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("JPEG", Format.JPEG),
        ("MPO", Format.JPEG),
        ("PNG", Format.PNG),
        ("WEBP", Format.WEBP),
        ("GIF", Format.GIF),
        ("TIFF", Format.TIFF),
        ("AVIF", Format.AVIF),
        ("HEIF", Format.HEIC),
        ("JXL", Format.JXL),
        ("BMP", Format.BMP),
    ],
)
def test_what_an_encoder_writes_is_recognised(kind: str, known: Format) -> None:
    assert recognise(made(kind)[:HEAD_BYTES]) is known


@pytest.mark.parametrize("text", [b"BM", b"BMW: what is new\n" * 9, b"BM" + bytes(60)])
def test_not_all_that_begins_like_a_bitmap_is_one(text: bytes) -> None:
    assert recognise(text) is None


def test_a_large_tiff_and_real_photos_are_recognised() -> None:
    big = io.BytesIO()
    SMALL.save(big, "TIFF", big_tiff=True)
    assert recognise(big.getvalue()[:HEAD_BYTES]) is Format.TIFF
    for name, known in (("rocket.jpg", Format.JPEG), ("coffee.png", Format.PNG)):
        assert recognise(shipped(name).read_bytes()[:HEAD_BYTES]) is known
    assert recognise(shipped("multipage.tif").read_bytes()[:HEAD_BYTES]) is Format.TIFF


def tiff(order: str, *tags: tuple[int, int]) -> bytes:
    """Return the head of a TIFF with these tags of one number each."""
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in tags)
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(f"{order}IH", 8, len(tags)) + entries + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tags", "known"),
    [
        ([(256, 9), (257, 9)], Format.TIFF),
        ([(254, 1), (256, 9)], Format.TIFF),
        ([(254, 1), (330, 99)], Format.RAW),
        ([(254, 0), (330, 99)], Format.TIFF),
        ([(254, 1), (50706, 0x0401)], Format.RAW),
        ([(256, 9), (259, 34713)], Format.RAW),
        ([(256, 9), (259, 5)], Format.TIFF),
    ],
)
def test_a_tiff_is_a_cameras_raw_file_by_its_tags(
    order: str, tags: list[tuple[int, int]], known: Format
) -> None:
    assert recognise(tiff(order, *tags)) is known


def test_a_directory_may_lie_anywhere_in_the_file() -> None:
    whole = b"II*\0" + struct.pack("<I", 9000) + bytes(8992) + tiff("<", (254, 1), (330, 9))[8:]
    head = whole[:HEAD_BYTES]
    assert recognise(head, lambda at, size: whole[at : at + size]) is Format.RAW
    assert recognise(head) is Format.TIFF


@pytest.mark.parametrize(
    "head",
    [
        b"II*\0\x10\0\0\0CR\x02\0",
        b"FUJIFILMCCD-RAW 0201",
        b"IIU\0\x18\0\0\0",
        b"IIRO\x08\0\0\0",
        b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom",
    ],
)
def test_other_cameras_raw_files_are_known_by_their_first_bytes(head: bytes) -> None:
    assert recognise(head) is Format.RAW


@pytest.mark.parametrize(
    ("brands", "known"),
    [
        (b"mif1\0\0\0\0mif1avif", Format.AVIF),
        (b"mif1\0\0\0\0mif1heic", Format.HEIC),
        (b"mif1\0\0\0\0", Format.HEIC),
        (b"heic\0\0\0\0", Format.HEIC),
        (b"isom\0\0\0\0isommp42", None),
    ],
)
def test_a_file_of_boxes_is_what_its_brands_say(brands: bytes, known: Format | None) -> None:
    assert recognise(struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + bytes(60)) is known


@pytest.mark.parametrize(
    "head",
    [b"", b"dear diary", b"<svg ", b"%PDF-1.4", bytes(64), b"RIFF\0\0\0\0WAVE", b"P6 9 9 255"],
)
def test_anything_else_is_nothing_that_we_know(head: bytes) -> None:
    assert recognise(head) is None


HEADS = st.sampled_from([b"", b"II*\0", b"MM\0*", b"\0\0\0\x20ftyp", b"\xff\x0a", b"II+\0"])


@given(HEADS, st.binary(max_size=200))
def test_whatever_the_bytes_there_is_an_answer(start: bytes, rest: bytes) -> None:
    assert recognise(start + rest) is None or isinstance(recognise(start + rest), Format)


def test_who_decodes_what_is_settled() -> None:
    foreign = {kind for kind in Format if kind.is_foreign}
    assert foreign == {Format.AVIF, Format.HEIC, Format.JXL, Format.BMP, Format.RAW}
