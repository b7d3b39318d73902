"""What a photo says of itself, without a pixel being decoded.

Role: from a file to size, time, place, camera, rating and keywords. Counterpart: Pillow reads the
containers, but for JPEG XL, and where it cannot, `workers.library.second_look` does;
`workers.library.index` keeps what is said.

Guarantees: whatever the bytes, the outcome is a `Header` or a `FaultError`; numbers in a header are
in range or left out.
"""

import codecs
import datetime as dt
import math
import os
import re
import struct
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, Final

import pillow_heif
from PIL import (  # noqa: F401 - a container's reader is known once it is imported
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.pixels import Size
from stillframe.workers.formats import HEAD_BYTES, Format, recognise
from stillframe.workers.jxl import is_jxl, jxl_size
from stillframe.workers.library.facts import Header
from stillframe.workers.library.jxl_boxes import said_in_boxes
from stillframe.workers.library.second_look import size_of
from stillframe.workers.library.xmp import Opinion, read_xmp, stars, tidy
from stillframe.workers.opening import opened

_EXIF, _GPS = 0x8769, 0x8825
_TIMES: Final = ((_EXIF, 0x9003), (_EXIF, 0x9004), (0, 0x0132))  # taken, digitised, changed
_MAKE, _MODEL, _ORIENTATION, _XMP = 0x010F, 0x0110, 0x0112, 0x02BC
_RATING, _KEYWORDS = 0x4746, 0x9C9E  # as Windows writes them
_FIRST_SWAPPING_ORIENTATION: Final = 5  # EXIF 5 to 8 lie on their side
_LAST_ORIENTATION: Final = 8
_NAME_CAP_CHARS: Final = 128
_LARGEST_PX: Final = 2**31 - 1
_DEGREES: Final = 3  # and minutes, and seconds
_LATITUDE, _LONGITUDE = 90.0, 180.0
# Most cameras' RAW files are TIFF inside. A JPEG that holds several pictures becomes MPO by itself.
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP", "DIB")
# Photography is younger, and a camera whose clock was never set says 1970 or less.
_EARLIEST: Final = dt.datetime(1971, 1, 1, tzinfo=dt.UTC)
_TIME: Final = re.compile(r"[\0 ]*(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_KEYWORDS_CODEC: Final = "utf-16-le"
_NO_TAGS: Final[Mapping[int, Mapping[int, Any]]] = {0: {}, _EXIF: {}, _GPS: {}}
# As Pillow calls them.
_NAMES: Final = {Format.HEIC: "heif", Format.JXL: "jxl", Format.RAW: "raw"}
_XMP_NAMES: Final = ("xmp", "XML:com.adobe.xmp")
# What Pillow raises for headers that are wrong inside, beside its own complaints.
_WRONG_INSIDE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    EOFError,
    struct.error,
)


def set_up() -> None:
    """Make Pillow ready for headers; all that it loads later is loaded now."""
    Image.preinit()  # else the first header loads more, when files are out of reach
    codecs.lookup(_KEYWORDS_CODEC)  # loaded when it is first used
    pillow_heif.register_heif_opener()
    warnings.simplefilter("ignore")  # of what is odd in a header, there is a fault or nothing
    Image.MAX_IMAGE_PIXELS = None  # no pixel is ever decoded here


def read_header(path: bytes) -> Header:
    """Read one file's header.

    Raises:
        FaultError: `not-found`, `not-readable`, `not-a-file`, `unsupported-format`,
            `decoder-error` or `truncated`.
    """
    with opened(path) as descriptor, open(descriptor, "rb", closefd=False) as file:
        head = os.pread(descriptor, HEAD_BYTES, 0)
        if is_jxl(head):
            return _jxl_header(descriptor, head)
        try:
            return _read(file)
        except FaultError as refused:
            # Broken is what the show cannot show, not what Pillow does not read.
            kind = recognise(head, lambda at, size: os.pread(descriptor, size, at))
            size = size_of(descriptor, kind) if kind is not None else None
            if kind is None or size is None:
                raise refused from None
            return _header(_NAMES.get(kind, kind.value.lower()), size, _NO_TAGS, Opinion())


def _read(file: BinaryIO) -> Header:
    try:
        with Image.open(file, formats=_FORMATS) as image:
            return _header_of(image)
    except UnidentifiedImageError as error:
        raise FaultError(FaultKind.UNSUPPORTED_FORMAT, "no decoder knows this content") from error
    except _WRONG_INSIDE as error:
        detail = " ".join(str(error).split())[:200]
        raise FaultError(FaultKind.DECODER_ERROR, f"the header is wrong: {detail}") from error


def _jxl_header(descriptor: int, head: bytes) -> Header:
    size = jxl_size(head)
    if size is None:
        raise FaultError(FaultKind.DECODER_ERROR, "the header is wrong: its size cannot be told")
    end = os.fstat(descriptor).st_size
    data, packet = said_in_boxes(lambda at, count: os.pread(descriptor, count, at), end)
    exif = Image.Exif()
    try:
        exif.load(data)
    except _WRONG_INSIDE:
        exif = Image.Exif()
    tags = _tags(lambda: exif)
    # The size is as shown already, whatever the EXIF says: by the format's own orientation.
    return _header("jxl", size, tags, _opinion((packet, tags[0].get(_XMP)), tags[0]))


def _header_of(image: Image.Image) -> Header:
    tags = _tags(image.getexif)
    orientation = tags[0].get(_ORIENTATION, 1)
    if not isinstance(orientation, int) or not 1 <= orientation <= _LAST_ORIENTATION:
        orientation = 1
    width, height = image.size
    if not (0 < width <= _LARGEST_PX and 0 < height <= _LARGEST_PX):
        raise ValueError(f"{width} x {height} pixels")
    if orientation >= _FIRST_SWAPPING_ORIENTATION:
        width, height = height, width
    packets = (*map(image.info.get, _XMP_NAMES), tags[0].get(_XMP))
    opinion = _opinion(packets, tags[0])
    name = (image.format or "").lower()
    return _header(name, Size(width, height), tags, opinion, orientation)


def _header(
    name: str,
    upright: Size,
    tags: Mapping[int, Mapping[int, Any]],
    opinion: Opinion,
    orientation: int = 1,
) -> Header:
    return Header(
        format=name,
        width=upright.width,
        height=upright.height,
        orientation=orientation,
        taken_s=_taken_s(tags),
        camera=_camera(tags[0]),
        latitude=_angle(tags[_GPS], 1, b"S", _LATITUDE),
        longitude=_angle(tags[_GPS], 3, b"W", _LONGITUDE),
        rating=opinion.rating,
        keywords=opinion.keywords,
    )


def _tags(exif_of: Callable[[], Image.Exif]) -> Mapping[int, Mapping[int, Any]]:
    """Return the EXIF tags by block; a photo whose EXIF is wrong is a photo without."""
    try:
        exif = exif_of()
        return {0: dict(exif), _EXIF: exif.get_ifd(_EXIF), _GPS: exif.get_ifd(_GPS)}
    except _WRONG_INSIDE:
        return _NO_TAGS


def _taken_s(tags: Mapping[int, Mapping[int, Any]]) -> int | None:
    for block, tag in _TIMES:
        said = _TIME.match(str(tags[block].get(tag)))
        if said is None:
            continue
        try:
            taken = dt.datetime(*map(int, said.groups()), tzinfo=dt.UTC)  # type: ignore[arg-type, misc]
        except ValueError:
            continue
        if taken >= _EARLIEST:
            return int(taken.timestamp())
    return None


def _camera(tags: Mapping[int, Any]) -> str:
    make, model = (_word(tags.get(tag)) for tag in (_MAKE, _MODEL))
    # Most makers repeat their name in the model's.
    named = model if model.casefold().startswith(make.casefold()) else f"{make} {model}"
    return named.strip()[:_NAME_CAP_CHARS]


def _word(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text if c.isprintable()).strip()


def _angle(gps: Mapping[int, Any], first: int, negative: bytes, limit: float) -> float | None:
    """Return degrees from a reference and three rationals, None if they are none."""
    reference, parts = gps.get(first), gps.get(first + 1)
    if not isinstance(parts, tuple) or len(parts) != _DEGREES:
        return None
    try:
        degrees = sum(float(part) / 60**power for power, part in enumerate(parts))
    except (TypeError, ValueError, ArithmeticError):
        return None
    if not math.isfinite(degrees) or not 0 <= degrees <= limit:
        return None
    sign = -1.0 if str(reference).strip("\x00 ") == negative.decode() else 1.0
    return sign * float(degrees)


def _opinion(packets: Iterable[object], tags: Mapping[int, Any]) -> Opinion:
    """Return what people said of a photo: in XMP, else as Windows writes it."""
    for packet in packets:
        if packet:
            try:
                return read_xmp(packet if isinstance(packet, bytes) else str(packet).encode())
            except ValueError:
                break  # what cannot be read says nothing
    rating, words = tags.get(_RATING, 0), tags.get(_KEYWORDS, b"")
    text = bytes(words).decode(_KEYWORDS_CODEC, "ignore") if isinstance(words, bytes) else ""
    keywords = tidy(text.rstrip("\x00").split(";"))
    return Opinion(stars(rating) if isinstance(rating, int) else 0, keywords)
