"""What is not a photo: each is refused with its reason and numbers, and the handler goes on."""

import os
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from decoding import Decoder
from descriptors import open_descriptors
from nobody import open_to_all, without_rights
from photos import encoded, picture, shipped
from stillframe.contracts.control import ArenaGrant, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import Mode
from stillframe.transport.arena import Arena, ArenaShape, SlotStage
from stillframe.workers.images.io import ImageHandler

MAX_SOURCE_BYTES = 1_000_000
# A refusal reads a header at most. Decoding 60000 x 60000 pixels takes minutes.
REFUSAL_S = 2.0


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder.open(max_source_bytes=MAX_SOURCE_BYTES) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _goes_on(decoder: Decoder) -> Iterator[None]:
    """After whatever a test did, the next photo is shown and no slot is lost."""
    yield
    assert decoder.decode(shipped("coffee.png"), (60, 40)).image.size == (60, 40)
    assert set(decoder.arena.stages()) == {SlotStage.FREE}


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def hollow_png(width: int, height: int) -> bytes:
    """Return a PNG whose header promises pixels that are not there."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


PHOTO = picture("coffee.png")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><circle r="9"/></svg>'


def test_half_a_photo_is_refused_as_truncated(decoder: Decoder, tmp_path: Path) -> None:
    for name, kind, options in [
        ("JPEG", "JPEG", {}),
        ("progressive JPEG", "JPEG", {"progressive": True}),
        ("PNG", "PNG", {}),
        ("GIF", "GIF", {}),
        ("TIFF", "TIFF", {}),
        ("AVIF", "AVIF", {}),
    ]:
        path = tmp_path / "photo.jpg"
        path.write_bytes(half(encoded(PHOTO, kind, **options)))
        assert decoder.refusal(path).kind is FaultKind.TRUNCATED, name


def test_half_a_webp_is_refused_though_its_decoder_cannot_say_why(
    decoder: Decoder, tmp_path: Path
) -> None:
    path = tmp_path / "photo.webp"
    path.write_bytes(half(encoded(PHOTO, "WEBP")))
    assert decoder.refusal(path).kind is FaultKind.DECODER_ERROR


def test_a_jpeg_of_twelve_bits_is_refused_by_name(decoder: Decoder) -> None:
    # 96 x 64 pixels, written by libjpeg-turbo: an extended sequential JPEG of precision 12.
    fault = decoder.refusal(Path(__file__).parent / "samples" / "twelve-bits.jpg")
    assert fault.kind is FaultKind.UNSUPPORTED_FORMAT
    assert "precision 12" in fault.detail


def test_a_photo_that_lacks_its_last_rows_is_refused_in_every_mode(
    decoder: Decoder, tmp_path: Path
) -> None:
    data = encoded(PHOTO, "JPEG", quality=95)
    path = tmp_path / "photo.jpg"
    path.write_bytes(data[: len(data) * 9 // 10])
    for mode in Mode:
        assert decoder.refusal(path, (300, 200), mode).kind is FaultKind.TRUNCATED, mode


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"dear diary, " * 50, FaultKind.UNSUPPORTED_FORMAT),
        (SVG, FaultKind.UNSUPPORTED_FORMAT),
        (b"%PDF-1.4\n%", FaultKind.UNSUPPORTED_FORMAT),
        (bytes(4096), FaultKind.UNSUPPORTED_FORMAT),
        (b"\x89PNG\r\n\x1a\n", FaultKind.DECODER_ERROR),
        (b"\xff\xd8\xff\xe0" + bytes(60), FaultKind.TRUNCATED),
        (b"RIFF\x10\0\0\0WEBPVP8 ", FaultKind.DECODER_ERROR),
    ],
)
def test_content_that_is_no_photo_is_refused_whatever_its_name(
    decoder: Decoder, tmp_path: Path, data: bytes, kind: FaultKind
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    assert decoder.refusal(path).kind is kind


@pytest.mark.parametrize(
    ("data", "kind", "actual", "limit"),
    [
        (b"", FaultKind.EMPTY, 0, 1),
        (bytes(MAX_SOURCE_BYTES + 1), FaultKind.TOO_LARGE, MAX_SOURCE_BYTES + 1, MAX_SOURCE_BYTES),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), FaultKind.TOO_SMALL, 1, 16),
        (encoded(Image.new("RGB", (400, 15)), "PNG"), FaultKind.TOO_SMALL, 15, 16),
        (hollow_png(60_000, 60_000), FaultKind.TOO_MANY_PIXELS, 3_600_000_000, 2**28),
    ],
)
def test_a_file_over_a_limit_is_refused_at_once_with_both_numbers(
    decoder: Decoder, tmp_path: Path, data: bytes, kind: FaultKind, actual: int, limit: int
) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    began = time.monotonic()
    fault = decoder.refusal(path)
    assert time.monotonic() - began < REFUSAL_S
    assert (fault.kind, fault.actual, fault.limit) == (kind, actual, limit)
    assert str(actual) in fault.detail


def nothing(path: Path) -> None:
    del path


def a_socket(path: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)  # a socket's own path must be short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (nothing, FaultKind.NOT_FOUND),
        (Path.mkdir, FaultKind.NOT_A_FILE),
        (os.mkfifo, FaultKind.NOT_A_FILE),
        (a_socket, FaultKind.NOT_A_FILE),
        (a_link_to_itself, FaultKind.NOT_A_FILE),
    ],
    ids=["missing", "folder", "FIFO", "socket", "link to itself"],
)
def test_a_path_that_is_no_file_is_refused_without_waiting_on_it(
    decoder: Decoder, tmp_path: Path, make: Callable[[Path], None], kind: FaultKind
) -> None:
    path = tmp_path / "photo.jpg"
    make(path)
    began = time.monotonic()
    assert decoder.refusal(path).kind is kind
    assert time.monotonic() - began < REFUSAL_S


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"/dev/zero", FaultKind.NOT_A_FILE),
        (b"/tmp/a\0b.jpg", FaultKind.IO_ERROR),
        (b"/" + b"a" * 4000, FaultKind.IO_ERROR),
        (b"/etc/passwd/photo.jpg", FaultKind.NOT_FOUND),
        (b"photo-\xff\xfe.jpg", FaultKind.NOT_FOUND),
    ],
)
def test_a_path_that_cannot_be_opened_is_refused(
    decoder: Decoder, path: bytes, kind: FaultKind
) -> None:
    fault = decoder.refusal(path)
    assert fault.kind is kind
    assert fault.detail.isprintable()


@pytest.mark.parametrize(
    "name", [b"new\nline.jpg", b"not \xff utf-8.jpg", b"\xed\xb2\x80.jpg", b"[page=9].jpg", b"%d"]
)
def test_a_strange_name_is_no_hindrance(decoder: Decoder, tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(encoded(PHOTO, "JPEG"))
    assert decoder.decode(path, (60, 40)).image.size == (60, 40)


def test_a_file_that_nobody_may_read_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(PHOTO, "JPEG"))
    open_to_all(tmp_path)
    path.chmod(0)
    with without_rights():
        assert decoder.refusal(path).kind is FaultKind.NOT_READABLE


def test_a_damaged_file_may_say_what_is_not_utf_8(decoder: Decoder, tmp_path: Path) -> None:
    # The decoder quotes what it did not expect, letter by letter.
    data = encoded(PHOTO, "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(data[:8] + data[8:].replace(b"IDAT", b"I\xbaAT", 1))
    fault = decoder.refusal(path)
    assert fault.kind in (FaultKind.DECODER_ERROR, FaultKind.TRUNCATED)
    assert fault.detail.encode()


def test_a_refusal_does_not_repeat_what_was_said_of_another_photo(
    decoder: Decoder, tmp_path: Path
) -> None:
    # Every loader's header is tried on content; a cut GIF leaves its complaint behind.
    cut, other = tmp_path / "cut.gif", tmp_path / "other.webp"
    cut.write_bytes(half(encoded(PHOTO, "GIF")))
    other.write_bytes(half(encoded(PHOTO, "WEBP")))
    alone = decoder.refusal(other)
    decoder.refusal(cut)
    assert decoder.refusal(other) == alone


@pytest.mark.parametrize(
    ("target", "actual", "limit"),
    [
        ((2000, 1000), 2000 * 1000 * 4, 1024 * 1024 * 4),
        ((1024, 1025), 1024 * 1025 * 4, 1024 * 1024 * 4),
        ((0, 0), 0, 16384),
        ((20_000, 10), 20_000, 16384),
    ],
)
def test_a_frame_that_its_slot_cannot_hold_is_a_bad_request_with_both_numbers(
    decoder: Decoder, target: tuple[int, int], actual: int, limit: int
) -> None:
    fault = decoder.refusal(shipped("coffee.png"), target)
    assert (fault.kind, fault.actual, fault.limit) == (FaultKind.BAD_REQUEST, actual, limit)
    assert str(actual) in fault.detail


def test_a_frame_that_just_fits_its_slot_is_written(decoder: Decoder) -> None:
    assert decoder.decode(shipped("coffee.png"), (1024, 1024)).header.size_bytes == 2**22


def test_a_request_without_a_slot_is_refused(decoder: Decoder) -> None:
    request = decoder.request(shipped("coffee.png"))
    assert request.slot is not None
    decoder.arena.give_back(request.slot)
    with pytest.raises(FaultError) as refused:
        decoder.handler.handle(msgspec.structs.replace(request, slot=None))
    assert refused.value.fault.kind is FaultKind.BAD_REQUEST


def test_a_refused_photo_leaves_the_slots_header_alone(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(half(encoded(PHOTO, "JPEG")))
    shown = decoder.decode(shipped("coffee.png"), (60, 40))
    assert shown.request.slot is not None
    start = shown.request.slot.index * decoder.arena.shape.slot_bytes
    before = os.pread(decoder.arena.descriptor, 64, start)
    decoder.refusal(path)
    assert os.pread(decoder.arena.descriptor, 64, start) == before


def test_no_descriptor_stays_open_after_photos_and_refusals(
    decoder: Decoder, tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(half(encoded(PHOTO, "JPEG")))
    decoder.refusal(path)
    before = open_descriptors()
    for _ in range(20):
        decoder.refusal(path)
        decoder.refusal(tmp_path)
        decoder.decode(shipped("coffee.png"), (60, 40))
    assert open_descriptors() == before


# What cannot start.


def test_a_handler_without_an_arena_does_not_start() -> None:
    with pytest.raises(ValueError, match="needs an arena"):
        ImageHandler.start(Start(worker="images", heartbeat=3))


@pytest.mark.parametrize(
    ("settings", "slot_count", "error"),
    [
        ({"max_source_pixels": "many"}, 2, ValueError),
        ({"max_sauce": 3}, 2, ValueError),
        ({}, 3, ValueError),
    ],
)
def test_a_start_that_cannot_work_is_refused(
    settings: dict[str, str | int], slot_count: int, error: type[Exception]
) -> None:
    arena = Arena(ArenaShape(2, 8192))
    grant = ArenaGrant(descriptor=arena.descriptor, slot_count=slot_count, slot_bytes=8192)
    with pytest.raises(error):
        ImageHandler.start(Start(worker="images", heartbeat=3, arena=grant, settings=settings))
    arena.close()
