"""What stands in the boxes of a JPEG XL: EXIF and XMP.

Role: pure. Counterpart: the plugin of Pillow would decode the whole picture for it;
`workers.library.header` reads what is found. Source: ISO/IEC 18181-2, the boxes.

Guarantees: whatever the bytes, the outcome is two strings of bytes of at most `BOX_CAP_BYTES`; a
box that is larger, or wrong inside, says nothing.
"""

from collections.abc import Callable, Iterator
from typing import Final

import brotli

BOX_CAP_BYTES: Final = 1 << 20
"""EXIF has at most 64 KiB in a JPEG, XMP seldom more; both may hold a thumbnail."""
_BOXES_CAP: Final = 256  # a picture may come in parts, but hardly in more
_SHORT_HEADER_BYTES, _LONG_HEADER_BYTES = 8, 16
_NAME_BYTES: Final = 4
_BYTE_ORDERS: Final = (b"II*\0", b"MM\0*")
_EXIF, _XMP, _PACKED = b"Exif", b"xml ", b"brob"


def said_in_boxes(read: Callable[[int, int], bytes], end: int) -> tuple[bytes, bytes]:
    """Return the EXIF (from its byte order on) and the XMP of a file of `end` bytes.

    `read` returns, from a place, so many bytes, or fewer at the end.
    """
    found = {_EXIF: b"", _XMP: b""}
    for name, at, size in _boxes(read, end):
        if size > BOX_CAP_BYTES:
            continue
        content = read(at, size) if name in (_EXIF, _XMP, _PACKED) else b""
        if name == _PACKED:
            name, content = content[:_NAME_BYTES], _unpacked(content[_NAME_BYTES:])  # noqa: PLW2901
        if name in found and not found[name]:
            found[name] = content
    return _from_byte_order(found[_EXIF]), found[_XMP]


def _from_byte_order(exif: bytes) -> bytes:
    """Return EXIF without the number in front that says where it begins; not all write one."""
    if exif.startswith(_BYTE_ORDERS):
        return exif
    return exif[4 + int.from_bytes(exif[:4]) :]


def _boxes(read: Callable[[int, int], bytes], end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield each box: its name, where its content begins, and how long that is."""
    at = 0
    for _ in range(_BOXES_CAP):
        head = read(at, _LONG_HEADER_BYTES)
        if len(head) < _SHORT_HEADER_BYTES:
            return
        size, header_bytes = int.from_bytes(head[:4]), _SHORT_HEADER_BYTES
        if size == 0:
            size = end - at  # the last one reaches to the end
        elif size == 1:
            size, header_bytes = int.from_bytes(head[8:16]), _LONG_HEADER_BYTES
        if size < header_bytes:
            return
        yield head[4:8], at + header_bytes, size - header_bytes
        at += size


def _unpacked(data: bytes) -> bytes:
    """Return what was packed; nothing if that is wrong inside or too much."""
    stream, parts, total = brotli.Decompressor(), [], 0
    try:
        part = stream.process(data, output_buffer_limit=BOX_CAP_BYTES)
        while part:
            parts.append(part)
            total += len(part)
            if total > BOX_CAP_BYTES:
                return b""
            part = stream.process(b"", output_buffer_limit=BOX_CAP_BYTES)
    except brotli.error:
        return b""
    return b"".join(parts)
