"""The header in front of every frame in shared memory.

Role: what a writer claims about the pixels behind it. Counterpart: `transport.arena` copies the
header out of shared memory once and validates the copy, because the writer may change the
original at any time.

Guarantees: `unpack` trusts nothing; every size is checked against the slot before use.
"""

import struct
from typing import Final

import msgspec

from stillframe.contracts.errors import SlotHeaderError, StaleSlotError
from stillframe.contracts.pixels import FrameSizeError, PixelFormat, frame_bytes

MAGIC: Final = 0x53464652  # "SFFR", so that zeroed or foreign memory is never taken for a frame
LAYOUT_VERSION: Final = 1

# magic, layout, format, size_bytes, width, height, stride, producer_pid, generation, seq, ts,
# checksum, has_checksum: little-endian, naturally aligned, no padding.
_LAYOUT: Final = struct.Struct("<IHHQIIIIQQQII")
HEADER_BYTES: Final = _LAYOUT.size
REFUSALS: Final = (SlotHeaderError, StaleSlotError)
# Pixels begin on a page of their own: mapping, uploading and direct writes stay page-aligned.
PIXELS_OFFSET_BYTES: Final = 4096


class SlotHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A frame's description. `ts_ns` is when its last pixel was written; `seq` the request's."""

    size_bytes: int
    width: int
    height: int
    stride: int
    format: PixelFormat
    producer_pid: int
    generation: int
    seq: int
    ts_ns: int
    checksum: int | None = None
    """crc32 of the pixels, only when debugging: it costs a pass over the frame."""


def pack(header: SlotHeader) -> bytes:
    """Return the header as `HEADER_BYTES` bytes."""
    return _LAYOUT.pack(
        MAGIC,
        LAYOUT_VERSION,
        header.format,
        header.size_bytes,
        header.width,
        header.height,
        header.stride,
        header.producer_pid,
        header.generation,
        header.seq,
        header.ts_ns,
        header.checksum or 0,
        header.checksum is not None,
    )


def unpack(slot: int, raw: bytes, capacity_bytes: int) -> SlotHeader:
    """Return the header in `raw` if it describes a frame that fits `capacity_bytes`.

    Args:
        slot: the slot's index, for the error.
        raw: a private copy of `HEADER_BYTES` bytes, never the shared memory itself.
        capacity_bytes: how many pixel bytes the slot holds.

    Raises:
        SlotHeaderError: naming the field, what it said and what was allowed.
    """
    if len(raw) != HEADER_BYTES:
        raise SlotHeaderError(slot, "not one header", len(raw), HEADER_BYTES)
    magic, layout, fmt, size_bytes, width, height, stride, *rest = _LAYOUT.unpack(raw)
    pid, generation, seq, ts_ns, checksum, has_checksum = rest
    if magic != MAGIC:
        raise SlotHeaderError(slot, "no frame here: wrong magic", magic, MAGIC)
    if layout != LAYOUT_VERSION:
        raise SlotHeaderError(slot, "unknown header layout", layout, LAYOUT_VERSION)
    if fmt not in PixelFormat.__members__.values():
        raise SlotHeaderError(slot, "unknown pixel format", fmt, max(PixelFormat))
    pixel_format = PixelFormat(fmt)
    try:
        needed_bytes = frame_bytes(width, height, stride, pixel_format)
    except FrameSizeError as error:
        raise SlotHeaderError(slot, error.cause, error.actual, error.limit) from error
    if size_bytes != needed_bytes:
        raise SlotHeaderError(slot, "size is not stride x height", size_bytes, needed_bytes)
    if size_bytes > capacity_bytes:
        raise SlotHeaderError(slot, "frame is larger than its slot", size_bytes, capacity_bytes)
    return SlotHeader(
        size_bytes=size_bytes,
        width=width,
        height=height,
        stride=stride,
        format=pixel_format,
        producer_pid=pid,
        generation=generation,
        seq=seq,
        ts_ns=ts_ns,
        checksum=checksum if has_checksum else None,
    )


def check_fresh(slot: int, header: SlotHeader, *, generation: int, seq: int) -> None:
    """Refuse a frame that answers an earlier grant or another request.

    Raises:
        StaleSlotError: naming the field that differs.
    """
    if header.generation != generation:
        raise StaleSlotError(slot, "generation", generation, header.generation)
    if header.seq != seq:
        raise StaleSlotError(slot, "seq", seq, header.seq)


def check_writer(slot: int, header: SlotHeader, writer_pid: int) -> None:
    """Refuse a frame that another process than the granted one claims to have written.

    Raises:
        SlotHeaderError: with both process numbers.
    """
    if header.producer_pid != writer_pid:
        raise SlotHeaderError(slot, "written by another process", header.producer_pid, writer_pid)


def check_format(slot: int, header: SlotHeader, wanted: PixelFormat) -> None:
    """Refuse a frame of another format than the arena is for.

    Raises:
        SlotHeaderError: with both formats' numbers.
    """
    if header.format is not wanted:
        raise SlotHeaderError(slot, "of another format", header.format, wanted)
