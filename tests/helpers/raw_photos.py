"""Cameras' RAW files and rare TIFFs, made by hand: no package here writes them."""

import io
import struct

import numpy as np
from PIL import Image


def directory(entries: dict[int, tuple[str, bytes]], at: int) -> bytes:
    """Return a TIFF directory that lies at an offset, with its long values behind it."""
    sizes = {"B": 1, "s": 1, "H": 2, "I": 4, "ii": 8}
    codes = {"B": 1, "s": 2, "H": 3, "I": 4, "ii": 10}
    table, behind = b"", b""
    end = at + 2 + 12 * len(entries) + 4
    for tag, (kind, value) in sorted(entries.items()):
        table += struct.pack("<HHI", tag, codes[kind], len(value) // sizes[kind])
        if len(value) > 4:
            table += struct.pack("<I", end + len(behind))
            behind += value + b"\0" * (len(value) % 2)
        else:
            table += value.ljust(4, b"\0")
    return struct.pack("<H", len(entries)) + table + bytes(4) + behind


def dng(preview: bytes) -> bytes:
    """Return a RAW file as cameras write it: directories, the sensor's numbers, a JPEG preview."""
    sensor = np.random.default_rng(1).integers(200, 4000, (96, 128), dtype="<u2").tobytes()
    with Image.open(io.BytesIO(preview)) as image:
        size = image.size
    places = (0, 0, 0)
    for _ in range(2):  # how long the directories are does not depend on what they say
        first = _first_directory(size, len(preview), places[0], places[2])
        raw = _raw_directory(len(sensor), places[0], places[1])
        at_raw = 8 + len(first)
        places = (at_raw, at_raw + len(raw), at_raw + len(raw) + len(sensor))
    return b"II*\0" + struct.pack("<I", 8) + first + raw + sensor + preview


def longs(*values: int) -> tuple[str, bytes]:
    """Return an entry's value of 32 bits each."""
    return "I", struct.pack(f"<{len(values)}I", *values)


def shorts(*values: int) -> tuple[str, bytes]:
    """Return an entry's value of 16 bits each."""
    return "H", struct.pack(f"<{len(values)}H", *values)


def _raw_directory(size_bytes: int, at: int, at_sensor: int) -> bytes:
    entries = {
        254: longs(0),
        256: longs(128),
        257: longs(96),
        258: shorts(16),
        259: shorts(1),
        262: shorts(32803),
        273: longs(at_sensor),
        277: shorts(1),
        278: longs(96),
        279: longs(size_bytes),
        33421: shorts(2, 2),
        33422: ("B", bytes((0, 1, 1, 2))),
    }
    return directory(entries, at)


def _first_directory(
    size: tuple[int, int], preview_bytes: int, at_raw: int, at_preview: int
) -> bytes:
    matrix = struct.pack("<18i", *(1 if n % 8 == 0 else n % 2 for n in range(18)))
    entries = {
        254: longs(1),
        256: longs(size[0]),
        257: longs(size[1]),
        258: shorts(8, 8, 8),
        259: shorts(7),
        262: shorts(6),
        271: ("s", b"Camera\0"),
        272: ("s", b"Model\0"),
        273: longs(at_preview),
        277: shorts(3),
        278: longs(size[1]),
        279: longs(preview_bytes),
        330: longs(at_raw),
        50706: ("B", bytes((1, 4, 0, 0))),
        50708: ("s", b"Camera Model\0"),
        50721: ("ii", matrix),
    }
    return directory(entries, 8)


def deep_tiff(width: int, height: int) -> bytes:
    """Return a grey TIFF of three colours of 32-bit floats each, half bright."""
    colours = np.full((height, width, 3), 127.5, "<f4").tobytes()
    entries = {
        256: longs(width),
        257: longs(height),
        258: shorts(32, 32, 32),
        259: shorts(1),
        262: shorts(2),
        273: longs(0),
        277: shorts(3),
        278: longs(height),
        279: longs(len(colours)),
        339: shorts(3, 3, 3),
    }
    entries[273] = longs(8 + len(directory(entries, 8)))
    return b"II*\0" + struct.pack("<I", 8) + directory(entries, 8) + colours
