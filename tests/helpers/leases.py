"""Leases on frames of no content, for tests that only pass them around."""

from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import SlotHeader
from stillframe.transport.arena import Lease


def lease(number: int) -> Lease:
    """Return a lease whose generation is `number`; each call makes another object."""
    header = SlotHeader(
        size_bytes=4,
        width=1,
        height=1,
        stride=4,
        format=PixelFormat.RGBA8_PREMULTIPLIED,
        producer_pid=1,
        generation=number,
        seq=number,
        ts_ns=0,
    )
    return Lease(SlotGrant(index=number % 4096, generation=number), header, memoryview(bytes(4)))
