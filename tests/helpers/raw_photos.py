"""Cameras' RAW files, made by hand: no package writes them."""

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
    """Return a RAW file as cameras write it: a JPEG preview first, then the sensor's numbers."""
    sensor = np.random.default_rng(1).integers(200, 4000, (96, 128), dtype="<u2").tobytes()
    with Image.open(io.BytesIO(preview)) as image:
        width, height = image.size
    at_preview, at_sensor = 8, 8 + len(preview) + len(preview) % 2
    at_raw = at_sensor + len(sensor)

    def longs(*values: int) -> tuple[str, bytes]:
        return "I", struct.pack(f"<{len(values)}I", *values)

    def shorts(*values: int) -> tuple[str, bytes]:
        return "H", struct.pack(f"<{len(values)}H", *values)

    raw = directory(
        {
            254: longs(0),
            256: longs(128),
            257: longs(96),
            258: shorts(16),
            259: shorts(1),
            262: shorts(32803),
            273: longs(at_sensor),
            277: shorts(1),
            278: longs(96),
            279: longs(len(sensor)),
            33421: shorts(2, 2),
            33422: ("B", bytes((0, 1, 1, 2))),
        },
        at_raw,
    )
    at_first = at_raw + len(raw)
    matrix = struct.pack("<18i", *(1 if n % 8 == 0 else (1 if n % 2 else 0) for n in range(18)))
    first = directory(
        {
            254: longs(1),
            256: longs(width),
            257: longs(height),
            258: shorts(8, 8, 8),
            259: shorts(7),
            262: shorts(6),
            271: ("s", b"Camera\0"),
            272: ("s", b"Model\0"),
            273: longs(at_preview),
            277: shorts(3),
            278: longs(height),
            279: longs(len(preview)),
            330: longs(at_raw),
            50706: ("B", bytes((1, 4, 0, 0))),
            50708: ("s", b"Camera Model\0"),
            50721: ("ii", matrix),
        },
        at_first,
    )
    gap = bytes(len(preview) % 2)
    return b"II*\0" + struct.pack("<I", at_first) + preview + gap + sensor + raw + first
