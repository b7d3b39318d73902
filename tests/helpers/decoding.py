"""The image worker's handler in this process, on an arena of its own."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from PIL import Image

from stillframe.contracts.control import ArenaGrant, Start
from stillframe.contracts.errors import Fault, FaultError
from stillframe.contracts.images import (
    Colour,
    ImageRequest,
    ImageResult,
    Mode,
    Pool,
    Profile,
    RatioPolicy,
)
from stillframe.contracts.pixels import Size
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES, SlotHeader
from stillframe.transport.arena import Arena, ArenaShape
from stillframe.workers.images.io import ImageHandler


@dataclass(frozen=True)
class Decoded:
    """An answer, and a private copy of the frame that was leased with it."""

    request: ImageRequest
    result: ImageResult
    header: SlotHeader
    pixels: bytes

    @property
    def image(self) -> Image.Image:
        """The frame as it lies in the slot: colour multiplied by alpha."""
        size = (self.header.width, self.header.height)
        return Image.frombytes("RGBA", size, self.pixels)

    @property
    def rgb(self) -> Image.Image:
        """The frame's colour alone."""
        return Image.merge("RGB", self.image.split()[:3])


class Decoder:
    """Asks the handler as the supervisor would, one slot after another."""

    def __init__(self, shape: ArenaShape, settings: dict[str, Any]) -> None:
        self.arena = Arena(shape)
        grant = ArenaGrant(
            descriptor=self.arena.descriptor,
            slot_count=shape.slot_count,
            slot_bytes=shape.slot_bytes,
        )
        # The handler leaves the heartbeat to the loop: any descriptor will do.
        start = Start(worker="images", heartbeat=3, arena=grant, settings=settings)
        self.handler = ImageHandler.start(start)
        self._sequence = itertools.count(1000)

    @classmethod
    @contextmanager
    def open(cls, pixels: int = 1024 * 1024, slots: int = 2, **settings: Any) -> Iterator[Self]:
        """Yield a handler whose slots hold so many pixels."""
        slot_bytes = PIXELS_OFFSET_BYTES + -(-pixels * 4 // 4096) * 4096
        decoder = cls(ArenaShape(slots, slot_bytes), settings)
        try:
            yield decoder
        finally:
            decoder.handler.close()
            decoder.arena.close()

    def request(
        self,
        path: Path | bytes,
        size: tuple[int, int] = (200, 150),
        mode: Mode = Mode.FILL,
        *,
        colour: Colour = Colour.SRGB,
        sharpen: bool = False,
    ) -> ImageRequest:
        """Return a request with a granted slot."""
        grant = self.arena.reserve(os.getpid())
        assert grant is not None
        return ImageRequest(
            seq=next(self._sequence),
            correlation_id=7,
            worker="images",
            ts_req_ns=1,
            deadline_ns=2**62,
            path=os.fsencode(path),
            target_size=Size(*size),
            profile=Profile(mode=mode, colour=colour, sharpen=sharpen),
            cache_key=b"key of " + os.fsencode(path)[-64:],
            ratio_policy=RatioPolicy(pool=Pool.FEED),
            slot=grant,
        )

    def decode(self, path: Path | bytes, *args: Any, **kwargs: Any) -> Decoded:
        """Have a photo decoded, take the frame, and give its slot back."""
        request = self.request(path, *args, **kwargs)
        assert request.slot is not None
        result = self.handler.handle(request)
        lease = self.arena.lease(request.slot, seq=request.seq)
        with lease.pixels as pixels:
            decoded = Decoded(request, result, lease.header, bytes(pixels))
        self.arena.give_back(request.slot)
        return decoded

    def refusal(self, path: Path | bytes, *args: Any, **kwargs: Any) -> Fault:
        """Have a photo refused, give its slot back, and return why."""
        request = self.request(path, *args, **kwargs)
        assert request.slot is not None
        try:
            result = self.handler.handle(request)
        except FaultError as error:
            return error.fault
        finally:
            self.arena.give_back(request.slot)
        raise AssertionError(f"shown instead of refused: {result}")
