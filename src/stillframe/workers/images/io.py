"""The image worker's edges: files, libvips, shared memory.

Role: performs `workers.images.core`. Counterpart: `contracts.images` describes what comes and
goes.

Guarantees:
- A file is opened once; what was checked is what is decoded.
- Pixels go from the decoder's pipeline straight into the slot: no frame is held in Python.
- Formats are recognised by content; of libvips, only the loaders that are needed are allowed.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final, Self

import msgspec
import pyvips

from stillframe.contracts.control import Lack, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import ImageRequest, ImageResult, Looks, SlotGrant
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import PixelFormat, frame_bytes
from stillframe.contracts.sandbox import Sandbox
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.arena import SlotWriter
from stillframe.workers import vips
from stillframe.workers.formats import HEAD_BYTES, PACKAGES, recognise
from stillframe.workers.handler import Handler
from stillframe.workers.images.core import (
    ImageSettings,
    check_file_size,
    check_source_size,
    check_target_size,
    decoder_fault,
    is_strong_reduction,
    plan_frame,
)
from stillframe.workers.images.interest import MIDDLE, interest
from stillframe.workers.images.palette import palette, sampled
from stillframe.workers.images.photo import NativePhoto, Photo
from stillframe.workers.opening import opened

if TYPE_CHECKING:
    from stillframe.workers.images.foreign import ForeignDecoders

_BANDS: Final = 4
_SHARPEN_SIGMA_PX: Final = 0.5  # a screen's pixel: no halo that an eye could find
_ALPHA_OPAQUE: Final = 255


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
        self._foreign: ForeignDecoders | None = None

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
        vips.set_up()
        return cls(writer, settings, start.sandbox)

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """The formats whose decoders are not installed."""
        return tuple(
            Lack(what=kind.value, package=package)
            for kind, (folder, package) in PACKAGES.items()
            # Only looked for: to load one takes longer than all else.
            if not any(os.path.isdir(os.path.join(path, folder)) for path in sys.path)
        )

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
        with (
            opened(request.path, self._sandbox) as descriptor,
            _decoder_words(),
            self._photo(descriptor) as photo,
        ):
            check_source_size(photo.upright, self._settings)
            plan = plan_frame(photo.upright, request.target_size, request.profile.mode)
            image = photo.reduced(plan, request.profile.colour)
            if request.profile.sharpen and is_strong_reduction(photo.upright, plan.scaled):
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
            source_size=(photo.upright.width, photo.upright.height),
            looks=self._looks(request.slot, header, interesting=request.profile.interest),
        )

    def close(self) -> None:
        """Unmap the arena."""
        self._writer.close()

    @contextmanager
    def _photo(self, descriptor: int) -> Iterator[Photo]:
        """Read a photo's header; what it is says its content, whatever its name."""
        check_file_size(os.fstat(descriptor).st_size, self._settings)
        head = os.pread(descriptor, HEAD_BYTES, 0)
        kind = recognise(head, lambda at, size: os.pread(descriptor, size, at))
        if kind is None:
            raise FaultError(FaultKind.UNSUPPORTED_FORMAT, "no decoder knows this content")
        if not kind.is_foreign:
            yield NativePhoto(descriptor)
            return
        if self._foreign is None:
            # It takes longer to load than most photos to decode, and most shows have none of these.
            from stillframe.workers.images.foreign import ForeignDecoders  # noqa: PLC0415

            self._foreign = ForeignDecoders()
        with self._foreign.opened(descriptor, kind) as photo:
            yield photo

    def _looks(self, slot: SlotGrant, header: SlotHeader, *, interesting: bool) -> Looks:
        with self._writer.pixels(slot.index, header.size_bytes) as pixels:
            shown, columns = sampled(pixels, (header.width, header.height), header.stride)
        return Looks(
            colours=tuple(red << 16 | green << 8 | blue for red, green, blue in palette(shown)),
            interest=interest(shown, columns) if interesting else MIDDLE,
        )

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


def _to_rgba(image: pyvips.Image) -> pyvips.Image:
    """Return the frame's pixels: premultiplied sRGB and alpha, 8 bits each."""
    image = image.colourspace("srgb")
    if image.hasalpha():
        # Half up, as the opaque path rounds: a cast alone would cut and darken the edges.
        return (image.premultiply() + 0.5).cast("uchar")[:_BANDS]
    return image.cast("uchar")[: _BANDS - 1].bandjoin(_ALPHA_OPAQUE)
