"""The image worker's edges: files, libvips, shared memory.

Role: performs `workers.images.core`. Counterpart: `contracts.images` describes what comes and
goes.

Guarantees:
- A file is opened once; what was checked is what is decoded. FIFOs and devices are refused
  without waiting on them.
- Pixels go from the decoder's pipeline straight into the slot: no frame is held in Python.
- Formats are recognised by content; loaders that libvips itself calls untrusted are blocked.
"""

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final, Self

import msgspec
import pyvips

from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import Colour, ImageRequest, ImageResult, SlotGrant
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import PixelFormat, Size, frame_bytes
from stillframe.contracts.sandbox import Sandbox
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.arena import SlotWriter
from stillframe.workers.confinement.roots import OUTSIDE, lies_outside
from stillframe.workers.handler import Handler
from stillframe.workers.images.core import (
    ImageSettings,
    Plan,
    check_file_size,
    check_source_size,
    check_target_size,
    decoder_fault,
    is_strong_reduction,
    plan_frame,
)

_BANDS: Final = 4
_SHARPEN_SIGMA_PX: Final = 0.5  # a screen's pixel: no halo that an eye could find
# Half a photo is refused: an early end, which the TIFF loader calls an error.
_LOADER_OPTIONS: Final = "fail_on=error"
_ALPHA_OPAQUE: Final = 255
_FIRST_SWAPPING_ORIENTATION: Final = 5  # EXIF 5 to 8 lie on their side

_OPEN_FAULTS: Final = {
    errno.ENOENT: FaultKind.NOT_FOUND,
    errno.ENOTDIR: FaultKind.NOT_FOUND,
    errno.EACCES: FaultKind.NOT_READABLE,
    errno.EPERM: FaultKind.NOT_READABLE,
    errno.ENXIO: FaultKind.NOT_A_FILE,
    errno.ELOOP: FaultKind.NOT_A_FILE,
}


class ImageHandler(Handler[ImageRequest, ImageResult]):
    """Decodes, turns upright, scales, converts to sRGB, and writes premultiplied RGBA."""

    name: ClassVar[str] = "images"
    protocol: ClassVar[Protocol] = PROTOCOLS["images"]

    def __init__(
        self, writer: SlotWriter, settings: ImageSettings, sandbox: Sandbox | None
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._sandbox = sandbox

    @classmethod
    def start(cls, start: Start) -> Self:
        """Map the arena and set libvips up; it starts no thread yet.

        Raises:
            ValueError: if no arena was granted, or the settings are not ours.
        """
        if start.arena is None:
            raise ValueError("the image worker needs an arena")
        settings = msgspec.convert(start.settings, ImageSettings)
        grant = start.arena
        writer = SlotWriter.open(grant.descriptor, grant.slot_count, grant.slot_bytes)
        pyvips.block_untrusted_set(True)
        pyvips.cache_set_max(0)  # every photo is decoded once: a cache would only hold memory
        return cls(writer, settings, start.sandbox)

    def warm_up(self) -> None:
        """Run the pipeline once on a painted square, which starts libvips' threads."""
        square = pyvips.Image.black(32, 32, bands=3).copy(interpretation="srgb").jpegsave_buffer()
        pyvips.Image.thumbnail_buffer(square, 16, height=16, size="force").write_to_memory()

    def handle(self, request: ImageRequest) -> ImageResult:
        """Decode one photo into the granted slot.

        Raises:
            FaultError: with the reason in numbers; the slot's header is then left alone.
        """
        if request.slot is None:
            raise FaultError(FaultKind.BAD_REQUEST, "no slot was granted")
        check_target_size(request.target_size)
        with self._opened(request.path) as descriptor, _decoder_words():
            upright = _read_header(descriptor)
            check_source_size(upright, self._settings)
            plan = plan_frame(upright, request.target_size, request.profile.mode)
            image = _pipeline(descriptor, plan, request.profile.colour)
            if request.profile.sharpen and is_strong_reduction(upright, plan.scaled):
                image = image.sharpen(sigma=_SHARPEN_SIGMA_PX)
            header = self._write(_to_rgba(image), request.slot, request.seq)
        return ImageResult(
            **echo(request, time.monotonic_ns()),
            generation=request.slot.generation,
            payload_size_bytes=header.size_bytes,
            cache_key=request.cache_key,
            ratio_policy=request.ratio_policy,
            slot=request.slot,
            width=header.width,
            height=header.height,
            stride=header.stride,
            format=header.format,
            ts_ns=header.ts_ns,
            source_size=(upright.width, upright.height),
        )

    def close(self) -> None:
        """Unmap the arena."""
        self._writer.close()

    @contextmanager
    def _opened(self, path: bytes) -> Iterator[int]:
        """Open a photo for reading, never waiting on a FIFO, and close it again."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            code = (isinstance(error, OSError) and error.errno) or 0
            outside = code == errno.EACCES and lies_outside(path, self._sandbox)
            raise FaultError(
                _OPEN_FAULTS.get(code, FaultKind.IO_ERROR),
                f"cannot open: {OUTSIDE if outside else error}",
            ) from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise FaultError(FaultKind.NOT_A_FILE, "not a regular file")
            check_file_size(status.st_size, self._settings)
            yield descriptor
        finally:
            os.close(descriptor)

    def _write(self, image: pyvips.Image, slot: SlotGrant, seq: int) -> SlotHeader:
        stride = image.width * _BANDS
        pixel_format = PixelFormat.RGBA8_PREMULTIPLIED
        size_bytes = frame_bytes(image.width, image.height, stride, pixel_format)
        capacity_bytes = self._writer.shape.capacity_bytes
        if size_bytes > capacity_bytes:
            raise FaultError(
                FaultKind.BAD_REQUEST,
                f"{image.width} x {image.height} takes {size_bytes} bytes, a slot has "
                f"{capacity_bytes}",
                size_bytes,
                capacity_bytes,
            )
        descriptor = self._writer.seek_to_pixels(slot.index)
        image.write_to_target(pyvips.Target.new_to_descriptor(descriptor), ".raw")
        header = SlotHeader(
            size_bytes=size_bytes,
            width=image.width,
            height=image.height,
            stride=stride,
            format=pixel_format,
            producer_pid=os.getpid(),
            generation=slot.generation,
            seq=seq,
            ts_ns=time.monotonic_ns(),
        )
        self._writer.seal(slot.index, header)
        return header


@contextmanager
def _decoder_words() -> Iterator[None]:
    """Turn libvips' complaints into faults."""
    pyvips.vips_lib.vips_error_clear()  # a photo that was shown may have left some
    try:
        yield
    except pyvips.Error as error:
        raise decoder_fault(str(error)) from error
    except UnicodeDecodeError as error:
        # pyvips takes every message for UTF-8, but a damaged file is quoted in some.
        raise decoder_fault(error.object.decode("utf-8", "backslashreplace")) from error


def _read_header(descriptor: int) -> Size:
    """Return the photo's size in pixels, turned upright; decodes nothing."""
    try:
        image = pyvips.Image.new_from_source(_source(descriptor), "", access="sequential")
    except pyvips.Error as error:
        if "not in a known format" in str(error):
            raise FaultError(
                FaultKind.UNSUPPORTED_FORMAT, "no decoder knows this content"
            ) from error
        raise
    orientation = image.get("orientation") if image.get_typeof("orientation") else 1
    if orientation >= _FIRST_SWAPPING_ORIENTATION:
        return Size(image.height, image.width)
    return Size(image.width, image.height)


def _source(descriptor: int) -> pyvips.Source:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return pyvips.Source.new_from_descriptor(descriptor)


def _pipeline(descriptor: int, plan: Plan, colour: Colour) -> pyvips.Image:
    """Return the lazy pipeline from file to frame, in whatever bands and depth the file has."""
    # libvips takes no notice of `fail_on` here unless it stands in the loader's own options.
    options = {"height": plan.scaled.height, "size": "force", "option_string": _LOADER_OPTIONS}
    image = pyvips.Image.thumbnail_source(_source(descriptor), plan.scaled.width, **options)
    if colour is Colour.SRGB and image.get_typeof("icc-profile-data"):
        # Only with a profile embedded: on an untagged photo the conversion costs eight times.
        image = pyvips.Image.thumbnail_source(
            _source(descriptor), plan.scaled.width, export_profile="srgb", **options
        )
    if plan.frame != plan.scaled:
        image = image.crop(plan.left, plan.top, plan.frame.width, plan.frame.height)
    return image


def _to_rgba(image: pyvips.Image) -> pyvips.Image:
    """Return the frame's pixels: premultiplied sRGB and alpha, 8 bits each."""
    image = image.colourspace("srgb")
    if image.hasalpha():
        # Half up, as the opaque path rounds: a cast alone would cut and darken the edges.
        return (image.premultiply() + 0.5).cast("uchar")[:_BANDS]
    return image.cast("uchar")[: _BANDS - 1].bandjoin(_ALPHA_OPAQUE)
