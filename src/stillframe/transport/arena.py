"""Frames in shared memory: fixed slots in one sealed memfd.

Role: pixels from a worker to the interface without a copy. The owner (the supervisor's side) holds
an `Arena`; a worker holds a `SlotWriter` on the same memory. Counterpart: `contracts.slot_header`
describes each frame; `player` makes an image over a lease's memory.

A slot's stages: free -> reserved (granted to one writer) -> written (the writer says so) -> sealed
(the owner has copied and validated the header) -> leased (somebody may read) -> free.

Guarantees:
- One memfd for the arena's life; no name anywhere; sealed against shrinking and growing, so that a
  worker cannot make a reader fault.
- Only the owner frees. A reservation is given back only after its writer answered or was reaped,
  so nobody can still write into a slot that somebody else reads.
- Each grant has a generation of its own; a frame with another one is refused.
- The header is copied once and the copy is validated; sizes in it are hostile.
"""

import contextlib
import enum
import fcntl
import mmap
import os
from dataclasses import dataclass
from typing import Final, Self

from stillframe.contracts import slot_header
from stillframe.contracts.errors import SlotHeaderError, StaleSlotError
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES, SlotHeader

_SEAL_FLAGS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
# Linux 5.14; Python 3.11 does not name it. Maps a slot's pages before the render thread needs them.
_MADV_POPULATE_READ: Final = 22


class SlotStage(enum.Enum):
    """Where a slot is in its life."""

    FREE = "free"
    RESERVED = "reserved"
    WRITTEN = "written"
    SEALED = "sealed"
    LEASED = "leased"


@dataclass(frozen=True)
class ArenaShape:
    """How an arena is cut: `slot_count` slots of `slot_bytes` bytes, header page included.

    What lies in its slots is of one `format`; a frame of another is refused.
    """

    slot_count: int
    slot_bytes: int
    format: PixelFormat = PixelFormat.RGBA8_PREMULTIPLIED

    def __post_init__(self) -> None:
        if self.slot_count < 1 or self.slot_bytes <= PIXELS_OFFSET_BYTES:
            raise ValueError(
                f"an arena of {self.slot_count} slots of {self.slot_bytes} bytes holds nothing"
            )
        if self.slot_bytes % mmap.PAGESIZE:
            raise ValueError(
                f"slot size of {self.slot_bytes} is no multiple of the page, {mmap.PAGESIZE} bytes"
            )

    @property
    def capacity_bytes(self) -> int:
        """How many bytes of pixels one slot holds."""
        return self.slot_bytes - PIXELS_OFFSET_BYTES

    @property
    def total_bytes(self) -> int:
        """How much memory the arena takes once every slot has been used."""
        return self.slot_count * self.slot_bytes


@dataclass(frozen=True)
class Lease:
    """Leave to read one frame until it is given back to the arena's owner.

    Attributes:
        grant: the slot and the generation that the lease is for.
        header: the validated private copy.
        pixels: the frame, `header.size_bytes` bytes over shared memory, read-only.
    """

    grant: SlotGrant
    header: SlotHeader
    pixels: memoryview


@dataclass
class _Slot:
    stage: SlotStage = SlotStage.FREE
    generation: int = 0
    writer_pid: int = 0
    populated: bool = False


@dataclass(frozen=True)
class ArenaView:
    """An arena for processes that only read it: its memory through a descriptor that cannot write.

    They name slots that somebody else holds the lease of.
    """

    descriptor: int
    shape: ArenaShape


class Arena:
    """The owner's side. Used from one thread."""

    def __init__(self, shape: ArenaShape) -> None:
        """Make the memory and seal its size.

        Raises:
            OSError: if the system has no memory for it.
        """
        self.shape = shape
        self.descriptor = os.memfd_create("stillframe-arena", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(self.descriptor, shape.total_bytes)
            fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, _SEAL_FLAGS)
            self._map = mmap.mmap(self.descriptor, shape.total_bytes, prot=mmap.PROT_READ)
        except OSError:
            os.close(self.descriptor)
            raise
        self._view = memoryview(self._map)
        self._for_readers = -1
        self._slots = tuple(_Slot() for _ in range(shape.slot_count))

    def view(self) -> ArenaView:
        """Return what a process that only reads is given; it is good until `close`.

        Raises:
            OSError: if the system has no descriptor for it.
        """
        if self._for_readers < 0:
            path = f"/proc/self/fd/{self.descriptor}"
            self._for_readers = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return ArenaView(self._for_readers, self.shape)

    def reserve(self, writer_pid: int) -> SlotGrant | None:
        """Grant a free slot to one writer, or None if all are in use."""
        for index, slot in enumerate(self._slots):
            if slot.stage is SlotStage.FREE:
                slot.stage = SlotStage.RESERVED
                slot.generation += 1
                slot.writer_pid = writer_pid
                return SlotGrant(index=index, generation=slot.generation)
        return None

    def lease(self, grant: SlotGrant, *, seq: int) -> Lease:
        """Validate what the writer put into a reserved slot and lease it to a reader.

        Raises:
            SlotHeaderError: the header lies, or another process wrote it.
            StaleSlotError: the frame belongs to another grant or request.
        """
        slot = self._reserved(grant)
        slot.stage = SlotStage.WRITTEN
        start = grant.index * self.shape.slot_bytes
        raw = bytes(self._view[start : start + slot_header.HEADER_BYTES])
        try:
            header = slot_header.unpack(grant.index, raw, self.shape.capacity_bytes)
            slot_header.check_fresh(grant.index, header, generation=grant.generation, seq=seq)
            slot_header.check_writer(grant.index, header, slot.writer_pid)
            slot_header.check_format(grant.index, header, self.shape.format)
        except slot_header.REFUSALS:
            slot.stage = SlotStage.RESERVED  # the caller gives it back when the writer is done
            raise
        slot.stage = SlotStage.SEALED
        self._populate(slot, start)
        slot.stage = SlotStage.LEASED
        first = start + PIXELS_OFFSET_BYTES
        return Lease(grant, header, self._view[first : first + header.size_bytes])

    def give_back(self, grant: SlotGrant) -> bool:
        """Free a slot: a lease that ended, or a reservation whose writer answered or was reaped.

        Returns False, and frees nothing, if the grant is not the slot's present one.
        """
        slot = self._slots[grant.index]
        if slot.generation != grant.generation or slot.stage is SlotStage.FREE:
            return False
        slot.stage = SlotStage.FREE
        slot.writer_pid = 0
        return True

    def stages(self) -> tuple[SlotStage, ...]:
        """Return every slot's stage, by index."""
        return tuple(slot.stage for slot in self._slots)

    def close(self) -> None:
        """Close the descriptor. The mapping lives on for as long as anyone holds a lease."""
        for descriptor in filter(lambda number: number >= 0, (self.descriptor, self._for_readers)):
            os.close(descriptor)
        self.descriptor = self._for_readers = -1
        # A BufferError says that a lease is still being read: the last reader's end unmaps.
        with contextlib.suppress(BufferError):
            self._view.release()
            self._map.close()

    def _reserved(self, grant: SlotGrant) -> _Slot:
        slot = self._slots[grant.index]
        if slot.generation != grant.generation:
            raise StaleSlotError(grant.index, "grant", slot.generation, grant.generation)
        if slot.stage is not SlotStage.RESERVED:
            raise SlotHeaderError(grant.index, f"slot is {slot.stage.value}")
        return slot

    def _populate(self, slot: _Slot, start: int) -> None:
        """Fault a slot's pages in once, here, so that the render thread never does."""
        if slot.populated:
            return
        slot.populated = True
        with contextlib.suppress(OSError):  # an older kernel: the render thread faults them in
            self._map.madvise(_MADV_POPULATE_READ, start, self.shape.slot_bytes)


class SlotWriter:
    """A worker's side: writes frames into granted slots."""

    def __init__(self, descriptor: int, shape: ArenaShape) -> None:
        """Map the arena behind an inherited descriptor.

        The file is opened anew, because an inherited descriptor shares its offset with every
        other process that has it, and decoders write at the offset.

        Raises:
            OSError: if the descriptor is not such a memfd.
            ValueError: if it is smaller than `shape` says.
        """
        self.shape = shape
        self.descriptor = os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR | os.O_CLOEXEC)
        size_bytes = os.fstat(self.descriptor).st_size
        if size_bytes < shape.total_bytes:
            os.close(self.descriptor)
            raise ValueError(f"arena has {size_bytes} bytes, the shape needs {shape.total_bytes}")
        self._map = mmap.mmap(self.descriptor, shape.total_bytes)

    @classmethod
    def open(cls, descriptor: int, slot_count: int, slot_bytes: int) -> Self:
        """Map an arena from the numbers of a `Start` message."""
        return cls(descriptor, ArenaShape(slot_count, slot_bytes))

    def seek_to_pixels(self, slot: int) -> int:
        """Place the descriptor's offset at the slot's first pixel; return the descriptor."""
        os.lseek(self.descriptor, self._start(slot) + PIXELS_OFFSET_BYTES, os.SEEK_SET)
        return self.descriptor

    def pixels(self, slot: int, size_bytes: int) -> memoryview:
        """Return the first `size_bytes` of a slot's pixel memory, writable.

        Raises:
            ValueError: if the slot is smaller.
        """
        if size_bytes > self.shape.capacity_bytes:
            raise ValueError(f"{size_bytes} bytes do not fit {self.shape.capacity_bytes}")
        first = self._start(slot) + PIXELS_OFFSET_BYTES
        return memoryview(self._map)[first : first + size_bytes]

    def seal(self, slot: int, header: SlotHeader) -> None:
        """Write the header: the last store into a slot."""
        start = self._start(slot)
        self._map[start : start + slot_header.HEADER_BYTES] = slot_header.pack(header)

    def close(self) -> None:
        """Unmap and close."""
        self._map.close()
        os.close(self.descriptor)

    def _start(self, slot: int) -> int:
        if not 0 <= slot < self.shape.slot_count:
            raise ValueError(f"slot {slot} is not one of {self.shape.slot_count}")
        return slot * self.shape.slot_bytes


class SlotReader:
    """The side of a process that only reads: somebody else has leased what it is told to read."""

    def __init__(self, descriptor: int, shape: ArenaShape) -> None:
        """Map the arena behind a descriptor that cannot write.

        Raises:
            OSError: if the descriptor is not such a memfd.
            ValueError: if it is smaller than `shape` says.
        """
        self.shape = shape
        self._map = mmap.mmap(descriptor, shape.total_bytes, prot=mmap.PROT_READ)

    @classmethod
    def open(cls, descriptor: int, slot_count: int, slot_bytes: int) -> Self:
        """Map an arena from the numbers of a `Start` message."""
        return cls(descriptor, ArenaShape(slot_count, slot_bytes))

    def payload(self, slot: int, size_bytes: int) -> bytes:
        """Return a copy of the first `size_bytes` behind a slot's header.

        Raises:
            ValueError: if there is no such slot, or it is smaller.
        """
        if not 0 <= slot < self.shape.slot_count:
            raise ValueError(f"slot {slot} is not one of {self.shape.slot_count}")
        if not 0 <= size_bytes <= self.shape.capacity_bytes:
            raise ValueError(f"{size_bytes} bytes do not fit {self.shape.capacity_bytes}")
        first = slot * self.shape.slot_bytes + PIXELS_OFFSET_BYTES
        return self._map[first : first + size_bytes]

    def close(self) -> None:
        """Unmap."""
        self._map.close()
