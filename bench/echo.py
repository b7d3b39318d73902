"""A worker that answers at once, or puts a frame that it has ready into the slot and then answers.

Role: the child of ours in `bench.ipc`, started as `python -m bench.echo`; it is the product's own
loop around a handler that does no work. Counterpart: the children in `bench.round_trips` and
`bench.handoffs` do the same for the peers, with the same contents.

Guarantees: every frame is the same; `checksum` knows what a reader must find in it.
"""

import os
import time
from typing import ClassVar, Final, Self

from stillframe.contracts.control import Start
from stillframe.contracts.images import ImageRequest, ImageResult, Profile, RatioPolicy, SlotGrant
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.arena import SlotWriter
from stillframe.workers import loop
from stillframe.workers.handler import Handler

NAME: Final = "echo"
LARGEST: Final = Size(3840, 2160)
RGBA_BYTES: Final = 4
# A request of the usual length: what a photo of somebody's is called.
PATH: Final = b"/home/somebody/Pictures/2024/summer by the sea/IMG_20240713_184502.jpg"
CACHE_KEY: Final = PATH + b"|scaled:3840x2160"
ANSWER_NS: Final = 60 * 1_000_000_000
_PATTERN: Final = bytes(range(256))


class EchoHandler(Handler[ImageRequest, ImageResult]):
    """Does no work."""

    name: ClassVar[str] = NAME
    protocol: ClassVar[Protocol] = PROTOCOLS["images"]

    def __init__(self, writer: SlotWriter | None) -> None:
        self._writer = writer
        self._frame = prepared_frame() if writer else memoryview(b"")

    @classmethod
    def start(cls, start: Start) -> Self:
        """Map the arena, if there is one, and prepare the frame."""
        grant = start.arena
        if grant is None:
            return cls(None)
        return cls(SlotWriter.open(grant.descriptor, grant.slot_count, grant.slot_bytes))

    def handle(self, request: ImageRequest) -> ImageResult:
        """Answer; with an arena, write the frame first."""
        slot = request.slot or SlotGrant(index=0, generation=0)
        if self._writer is None:
            return answer(request, slot, time.monotonic_ns())
        size = request.target_size
        size_bytes = size.pixels * RGBA_BYTES
        with self._writer.pixels(slot.index, size_bytes) as pixels:
            pixels[:] = self._frame[:size_bytes]
        written_ns = time.monotonic_ns()
        header = SlotHeader(
            size_bytes=size_bytes,
            width=size.width,
            height=size.height,
            stride=size.width * RGBA_BYTES,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            producer_pid=os.getpid(),
            generation=slot.generation,
            seq=request.seq,
            ts_ns=written_ns,
        )
        self._writer.seal(slot.index, header)
        return answer(request, slot, written_ns)


def ask(seq: int, size: Size = LARGEST, slot: SlotGrant | None = None) -> ImageRequest:
    """Make a request, as the show makes one for each photo."""
    now_ns = time.monotonic_ns()
    return ImageRequest(
        seq=seq,
        correlation_id=seq,
        worker=NAME,
        ts_req_ns=now_ns,
        deadline_ns=now_ns + ANSWER_NS,
        path=PATH,
        target_size=size,
        profile=Profile(),
        cache_key=CACHE_KEY,
        ratio_policy=RatioPolicy(),
        slot=slot,
    )


def answer(request: ImageRequest, slot: SlotGrant, written_ns: int) -> ImageResult:
    """Make the answer to a request."""
    return ImageResult(
        **echo(request, time.monotonic_ns()),
        cache_key=request.cache_key,
        ratio_policy=request.ratio_policy,
        slot=slot,
        width=request.target_size.width,
        height=request.target_size.height,
        payload_size_bytes=request.target_size.pixels * RGBA_BYTES,
        stride=request.target_size.width * RGBA_BYTES,
        format=PixelFormat.RGBA8_PREMULTIPLIED,
        ts_ns=written_ns,
        source_size=(6000, 4000),
    )


def prepared_frame() -> memoryview:
    """Return the pixels that every producer has ready."""
    return memoryview(_PATTERN * (LARGEST.pixels * RGBA_BYTES // len(_PATTERN)))


def checksum(size: Size) -> int:
    """Return what the frame's 64-bit words add up to, as a 64-bit word."""
    words = memoryview(_PATTERN).cast("Q")
    return sum(words) * (size.pixels * RGBA_BYTES // len(_PATTERN)) % 2**64


if __name__ == "__main__":
    raise SystemExit(loop.main(EchoHandler))
