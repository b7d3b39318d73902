"""Photos that libvips does not read: AVIF, HEIC, JPEG XL, BMP, and the preview in a camera's RAW.

Role: opens them with Pillow or LibRaw, and hands their pixels to the pipeline that all photos go
through. Counterpart: `workers.formats` says which these are, `workers.images.io` goes on.

Guarantees: the size is known, and can be refused, before a pixel is decoded; half a photo is no
photo; what is not installed is missing by name. Nothing here is loaded before a photo needs it.
"""

import io
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import pyvips
from PIL import AvifImagePlugin, Image

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers import jxl
from stillframe.workers.formats import PACKAGES, Format
from stillframe.workers.images.core import decoder_fault
from stillframe.workers.images.photo import DecodedPhoto, Photo
from stillframe.workers.vips import upright

_PILLOW_NAMES: Final = {
    Format.AVIF: "AVIF",
    Format.HEIC: "HEIF",
    Format.JXL: "JXL",
    Format.BMP: "BMP",
}
_IN_BOXES: Final = (Format.AVIF, Format.HEIC)
_BOXES_CAP: Final = 1024  # a photo has a handful
_ORIENTATION: Final = 0x0112
# LibRaw's number of quarter turns and flips, as EXIF's.
_TURNS: Final = {0: 1, 3: 3, 5: 8, 6: 6}
_START_OF_SCAN: Final = b"\xff\xda"
_MODES: Final = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
# What Pillow and its plugins raise for bytes that are wrong, beside their own complaints.
_WRONG_INSIDE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    EOFError,
    struct.error,
)


class ForeignDecoders:
    """The decoders that are installed, each loaded when the first photo needs it."""

    def __init__(self) -> None:
        """Load Pillow."""
        Image.preinit()
        Image.MAX_IMAGE_PIXELS = None  # the settings' budget counts, for every format alike
        AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the screen's thread comes first
        self._modules: dict[Format, Any] = {}

    @contextmanager
    def opened(self, descriptor: int, kind: Format) -> Iterator[Photo]:
        """Read a photo's header.

        Raises:
            FaultError: `unsupported-format` for what is not installed, else why it cannot be read.
        """
        module = self._module(kind)
        if kind in _IN_BOXES:
            _check_whole(descriptor)
        with _faults(), open(os.dup(descriptor), "rb") as file:
            file.seek(0)
            yield _pillow(file, kind) if kind is not Format.RAW else _preview(file, module)

    def _module(self, kind: Format) -> Any:  # noqa: ANN401 - a module
        """Return what is to be loaded for a format, loaded."""
        if kind not in self._modules:
            self._modules[kind] = _load(kind)
        return self._modules[kind]


def _load(kind: Format) -> Any:  # noqa: ANN401 - a module
    """Load a format's decoder, if it is not Pillow's own."""
    try:
        match kind:
            case Format.HEIC:
                import pillow_heif  # noqa: PLC0415

                pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
            case Format.JXL:
                import pillow_jxl  # noqa: F401, PLC0415 - registers itself
            case Format.RAW:
                import rawpy  # noqa: PLC0415

                return rawpy
    except ImportError as error:
        detail = f"{kind.value} needs another package: install {PACKAGES[kind][1]} ({error})"
        raise FaultError(FaultKind.UNSUPPORTED_FORMAT, detail) from error
    return None


def _check_whole(descriptor: int) -> None:
    """Refuse a file whose boxes go on after its end; its decoders only say that it is wrong."""
    at, end = 0, os.fstat(descriptor).st_size
    for _ in range(_BOXES_CAP):
        head = os.pread(descriptor, 16, at)
        size = int.from_bytes(head[:4])
        if size == 1:
            size = int.from_bytes(head[8:16])
        if size == 0 or at + size == end:
            return  # the last box reaches to the end
        if at + size > end:
            detail = f"it ends after {end} of {at + size} bytes or more"
            raise FaultError(FaultKind.TRUNCATED, detail, end, at + size)
        at += size


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except _WRONG_INSIDE as error:
        raise decoder_fault(str(error) or type(error).__name__) from error


def _pillow(file: BinaryIO, kind: Format) -> Photo:
    if kind is Format.JXL:
        # Its plugin decodes everything to know the size.
        size = jxl.jxl_size(file.read(jxl.HEAD_BYTES))
        file.seek(0)
        if size is None:
            raise FaultError(FaultKind.DECODER_ERROR, "its size cannot be told")
        return DecodedPhoto(size, lambda: _jxl_pixels(_open(file, kind)))
    image = _open(file, kind)
    orientation = _orientation(image)
    size = upright(*image.size, orientation)
    return DecodedPhoto(size, lambda: _pixels(image, orientation))


def _open(file: BinaryIO, kind: Format) -> Image.Image:
    # Not by `Image.open`, which keeps back what the decoder has to say.
    factory, _ = Image.OPEN[_PILLOW_NAMES[kind]]
    image: Image.Image = factory(file, "")
    return image


def _orientation(image: Image.Image) -> int:
    said = image.getexif().get(_ORIENTATION, 1)
    return said if isinstance(said, int) and said in range(1, 9) else 1


def _jxl_pixels(image: Image.Image) -> pyvips.Image:
    # libjxl turns what it decodes; of a JPEG that was packed, the plugin makes that JPEG again.
    return _pixels(image, _orientation(image) if getattr(image, "jpeg", False) else 1)


def _pixels(image: Image.Image, orientation: int) -> pyvips.Image:
    profile = image.info.get("icc_profile")
    image.load()
    if image.mode.startswith("I;16"):
        deep = image.convert("I;16")  # in this machine's order of bytes
        return _from_memory(deep.tobytes(), image.size, 1, orientation, profile, deep=True)
    if image.mode not in _MODES:
        has_alpha = "transparency" in image.info or image.mode in ("PA", "RGBa", "La")
        image = image.convert("RGBA" if has_alpha else "RGB")
    return _from_memory(image.tobytes(), image.size, _MODES[image.mode], orientation, profile)


def _from_memory(
    data: bytes,
    size: tuple[int, int],
    bands: int,
    orientation: int,
    profile: bytes | None = None,
    *,
    deep: bool = False,
) -> pyvips.Image:
    colours = "srgb" if bands >= 3 else "b-w"  # noqa: PLR2004 - red, green, blue
    kind, colours = ("ushort", "grey16") if deep else ("uchar", colours)
    image = pyvips.Image.new_from_memory(data, *size, bands, kind).copy(interpretation=colours)
    image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def _preview(file: BinaryIO, rawpy: Any) -> Photo:  # noqa: ANN401 - the module
    """Return the picture that the camera put beside its RAW data."""
    try:
        with rawpy.imread(file) as raw:
            thumbnail = raw.extract_thumb()
            orientation = _TURNS.get(raw.sizes.flip, 1)
    except rawpy.LibRawError as error:
        raise FaultError(FaultKind.UNSUPPORTED_FORMAT, f"no preview: {error}") from error
    if isinstance(thumbnail.data, bytes):
        _check_preview(thumbnail.data, file)
    if thumbnail.format is not rawpy.ThumbFormat.JPEG:
        height, width, bands = thumbnail.data.shape
        data = thumbnail.data.tobytes()
        size = upright(width, height, orientation)
        return DecodedPhoto(size, lambda: _from_memory(data, (width, height), bands, orientation))
    return _jpeg_preview(thumbnail.data, orientation)


def _check_preview(jpeg: bytes, file: BinaryIO) -> None:
    """Refuse a preview that is not all in the file; LibRaw fills it up with what memory held."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        if whole.find(jpeg[jpeg.rfind(_START_OF_SCAN) :]) < 0:
            detail = f"its preview of {len(jpeg)} bytes ends before the picture does"
            raise FaultError(FaultKind.TRUNCATED, detail)


def _jpeg_preview(data: bytes, orientation: int) -> Photo:
    image = Image.open(io.BytesIO(data), formats=("JPEG",))
    orientation = image.getexif().get(_ORIENTATION, orientation)

    def load() -> pyvips.Image:
        decoded = pyvips.Image.new_from_buffer(data, "", fail_on="error").copy()
        decoded.set_type(pyvips.GValue.gint_type, "orientation", orientation)
        return decoded

    return DecodedPhoto(upright(*image.size, orientation), load)
