"""Which format a file has, by its first bytes, and who decodes it.

Role: pure. Counterpart: `workers.images.io` gives most formats to libvips, the others to
`workers.images.foreign`.

Guarantees: a name decides nothing; whatever the bytes, the outcome is a format or None.
"""

import struct
from collections.abc import Callable
from enum import Enum
from typing import Final

from stillframe.workers.jxl import is_jxl

HEAD_BYTES: Final = 4096
"""As much of a file as is looked at."""


Read = Callable[[int, int], bytes]
"""From a place and a number to as many bytes of a file, or fewer at its end."""


class Format(Enum):
    """A kind of picture, by the name that people use."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    GIF = "GIF"
    TIFF = "TIFF"
    AVIF = "AVIF"
    HEIC = "HEIC"
    JXL = "JPEG XL"
    BMP = "BMP"
    RAW = "camera RAW"

    @property
    def is_foreign(self) -> bool:
        """Whether libvips leaves it to others."""
        return self in _FOREIGN


# libvips could read AVIF too, but takes half as much time again as Pillow and it together.
_FOREIGN: Final = frozenset((Format.AVIF, Format.HEIC, Format.JXL, Format.BMP, Format.RAW))
PACKAGES: Final = {
    Format.HEIC: ("pillow_heif", "pillow-heif"),
    Format.JXL: ("pillow_jxl", "pillow-jxl-plugin"),
    Format.RAW: ("rawpy", "stillframe[raw]"),
}
"""The folder of the module that decodes a format, and the package that brings it."""
_MAGIC: Final = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"FUJIFILMCCD-RAW", Format.RAW),
    (b"IIU\0", Format.RAW),  # Panasonic
    (b"IIRO", Format.RAW),  # Olympus
    (b"IIRS", Format.RAW),
    (b"MMOR", Format.RAW),
)
_TIFF: Final = {b"II*\0": "<", b"MM\0*": ">", b"II+\0": "", b"MM\0+": ""}
_BRANDS: Final = {
    b"avif": Format.AVIF,
    b"avis": Format.AVIF,
    b"crx ": Format.RAW,  # Canon's CR3
} | dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), Format.HEIC)
# The general brands of such files; a special one stands behind.
_GENERAL_BRANDS: Final = (b"mif1", b"msf1", b"MiHE", b"MiPr")
_BRANDS_END_BYTES: Final = 256
# "BM" begins many a text; a bitmap says there how long its second header is.
_BMP_HEADER_AT: Final = 14
_BMP_HEADERS_BYTES: Final = (12, 16, 40, 52, 56, 64, 108, 124)
_CANON_RAW_AT, _CANON_RAW = 8, b"CR"
_TAGS_CAP: Final = 512
_DIRECTORY_CAP_BYTES: Final = 2 + 12 * _TAGS_CAP
_NEW_SUBFILE_TYPE, _COMPRESSION, _SUB_IFDS, _DNG_VERSION = 254, 259, 330, 50706
_RAW_COMPRESSIONS: Final = (34713, 32767, 32769, 65535)  # Nikon, Sony, Epson, Pentax


def recognise(head: bytes, read: Read | None = None) -> Format | None:
    """Return the format of a file that begins so, None if it is none that we know.

    `read` returns what lies farther in, for a TIFF whose directory does; without it, nothing does.
    """
    known = _by_beginning(head)
    if known is not None:
        return known
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[:4] in _TIFF:
        return Format.RAW if _is_raw(head, read) else Format.TIFF
    return None


def _by_beginning(head: bytes) -> Format | None:
    for magic, known in _MAGIC:
        if head.startswith(magic):
            return known
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format.WEBP
    header = head[_BMP_HEADER_AT : _BMP_HEADER_AT + 4]
    if head[:2] == b"BM" and int.from_bytes(header, "little") in _BMP_HEADERS_BYTES:
        return Format.BMP
    return Format.JXL if is_jxl(head) else None


def _by_brand(head: bytes) -> Format | None:
    end = min(int.from_bytes(head[:4]), _BRANDS_END_BYTES, len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    for brand in brands:
        if brand in _BRANDS:
            return _BRANDS[brand]
    return Format.HEIC if brands[0] in _GENERAL_BRANDS else None


def _is_raw(head: bytes, read: Read | None) -> bool:
    """Say whether a TIFF is a camera's: its first picture is then a thumbnail, or no picture."""
    order = _TIFF[head[:4]]
    if head[_CANON_RAW_AT : _CANON_RAW_AT + 2] == _CANON_RAW:
        return True
    if not order:
        return False  # no camera writes BigTIFF
    (at,) = struct.unpack_from(f"{order}I", head, 4) if len(head) >= 8 else (0,)  # noqa: PLR2004
    directory = head[at:] if read is None else read(at, _DIRECTORY_CAP_BYTES)
    tags = _tags(directory if at else b"", order)
    reduced = tags.get(_NEW_SUBFILE_TYPE, 0) & 1
    raw = _DNG_VERSION in tags or tags.get(_COMPRESSION) in _RAW_COMPRESSIONS
    return raw or (bool(reduced) and _SUB_IFDS in tags)


def _tags(directory: bytes, order: str) -> dict[int, int]:
    """Return a directory's tags and values, as far as it is there."""
    if len(directory) < 2:  # noqa: PLR2004 - the number of entries
        return {}
    (count,) = struct.unpack_from(f"{order}H", directory)
    found = {}
    for number in range(min(count, _TAGS_CAP)):
        entry = 2 + 12 * number
        if entry + 12 > len(directory):
            break
        tag, kind = struct.unpack_from(f"{order}HH", directory, entry)
        short = kind == 3  # noqa: PLR2004 - TIFF's number for it
        (found[tag],) = struct.unpack_from(f"{order}{'H' if short else 'I'}", directory, entry + 8)
    return found
