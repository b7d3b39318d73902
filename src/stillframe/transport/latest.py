"""The newest of something, in shared memory: who writes never waits, who reads never waits.

Role: the audio worker's bars to the interface, at whatever rate each of them has. The owner (the
supervisor's side) holds a `Latest`, a worker a `LatestWriter` and the interface a `LatestReader` on
the same memory. Counterpart: `contracts.hearing` says what a payload is; here it is bytes.

A triple buffer with one slot more: the writer fills the slots in turn and then names the one that
is whole, so a reader has the time of two publications to copy one out. Each slot says its sequence
number before and after, and a crc32 over number and payload: Python gives no order of stores on
ARM, and the writer may be killed anywhere.

Guarantees:
- A reader gets a payload that was published whole, or nothing; never a torn one.
- What was not read in time is gone; nothing queues.
- A writer that was killed is followed by one that counts on; the reader notices nothing.
- Lengths in the memory are hostile; the memory is sealed against shrinking.
"""

import fcntl
import mmap
import os
import zlib
from dataclasses import dataclass
from typing import Final

_SEAL_FLAGS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
# One cache line: the word that names the newest slot shares it with none.
_LINE_BYTES: Final = 64
_BEFORE, _AFTER, _LENGTH, _CRC = range(4)
_WORDS_BYTES: Final = 4 * 8
_LEAST_SLOTS: Final = 4
# A reader that was put aside in mid-copy finds its slot written again; twice in a row is rare.
_TRIES: Final = 4
_CRC_MASK: Final = 0xFFFFFFFF


@dataclass(frozen=True)
class LatestShape:
    """How the memory is cut: `slot_count` slots, each for a payload of up to `payload_bytes`."""

    payload_bytes: int
    slot_count: int = _LEAST_SLOTS

    def __post_init__(self) -> None:
        if self.payload_bytes < 1 or self.slot_count < _LEAST_SLOTS:
            raise ValueError(
                f"{self.slot_count} slots of {self.payload_bytes} bytes: give {_LEAST_SLOTS} slots "
                "or more, of a byte or more"
            )

    @property
    def slot_bytes(self) -> int:
        """How much a slot takes, its words included."""
        whole = _WORDS_BYTES + self.payload_bytes
        return -(-whole // _LINE_BYTES) * _LINE_BYTES

    @property
    def total_bytes(self) -> int:
        """How much memory there is."""
        return _LINE_BYTES + self.slot_count * self.slot_bytes


class Latest:
    """The owner's side: the memory, for as long as there may be a writer."""

    def __init__(self, shape: LatestShape) -> None:
        """Make the memory and seal its size.

        Raises:
            OSError: if the system has no memory for it.
        """
        self.shape = shape
        self.descriptor = os.memfd_create(
            "stillframe-latest", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
        )
        try:
            os.ftruncate(self.descriptor, shape.total_bytes)
            fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, _SEAL_FLAGS)
        except OSError:
            os.close(self.descriptor)
            raise

    def reader(self) -> "LatestReader":
        """Return a reader; it lives on after `close`.

        Raises:
            OSError: if the system cannot map the memory.
        """
        return LatestReader(
            mmap.mmap(self.descriptor, self.shape.total_bytes, prot=mmap.PROT_READ), self.shape
        )

    def close(self) -> None:
        """Close the descriptor; the mappings of others stay."""
        os.close(self.descriptor)


class LatestWriter:
    """The worker's side. There is one at a time."""

    def __init__(self, descriptor: int, shape: LatestShape) -> None:
        """Map the memory behind an inherited descriptor, and count on from who wrote before.

        Raises:
            OSError: if the descriptor is not such a memfd.
            ValueError: if it is smaller than `shape` says.
        """
        self.shape = shape
        self._views = _Views(mmap.mmap(descriptor, shape.total_bytes), shape)
        self._seq = self._views.newest[0]

    def publish(self, payload: bytes | bytearray | memoryview) -> None:
        """Make `payload` the newest; it is copied.

        Raises:
            ValueError: if it is longer than a slot's payload.
        """
        length = len(payload)
        if length > self.shape.payload_bytes:
            raise ValueError(f"{length} bytes do not fit {self.shape.payload_bytes}")
        seq = self._seq = (self._seq + 1) & 0xFFFFFFFFFFFFFFFF
        words, body = self._views.slots[seq % self.shape.slot_count]
        words[_BEFORE] = seq
        body[:length] = payload
        words[_LENGTH] = length
        words[_CRC] = zlib.crc32(payload, seq & _CRC_MASK)
        words[_AFTER] = seq
        self._views.newest[0] = seq

    def close(self) -> None:
        """Unmap."""
        self._views.close()


class LatestReader:
    """The interface's side."""

    def __init__(self, memory: mmap.mmap, shape: LatestShape) -> None:
        self._shape = shape
        self._views = _Views(memory, shape)
        self._seen = 0
        self.give_ups = 0
        """How often a payload was there, and was not whole however often it was looked at."""

    def poll(self) -> bytes | None:
        """Return the newest payload if there is one since the last call; it never waits."""
        newest, slots, count = self._views.newest, self._views.slots, self._shape.slot_count
        for _ in range(_TRIES):
            seq = newest[0]
            if seq == self._seen:
                return None
            words, body = slots[seq % count]
            length = words[_LENGTH]
            if length > self._shape.payload_bytes:
                continue
            crc, payload = words[_CRC], bytes(body[:length])
            whole = words[_BEFORE] == seq == words[_AFTER]
            if whole and zlib.crc32(payload, seq & _CRC_MASK) == crc:
                self._seen = seq
                return payload
        self.give_ups += 1
        return None

    def close(self) -> None:
        """Unmap."""
        self._views.close()


class _Views:
    """The parts of the memory, cut once: words are stored whole, as a struct's would not be."""

    def __init__(self, memory: mmap.mmap, shape: LatestShape) -> None:
        self._memory = memory
        with memoryview(memory) as whole:
            self.newest = whole[:8].cast("Q")
            starts = range(_LINE_BYTES, shape.total_bytes, shape.slot_bytes)
            self.slots = tuple(
                (
                    whole[start : start + _WORDS_BYTES].cast("Q"),
                    whole[start + _WORDS_BYTES : start + _WORDS_BYTES + shape.payload_bytes],
                )
                for start in starts
            )

    def close(self) -> None:
        self.newest.release()
        for words, body in self.slots:
            words.release()
            body.release()
        self._memory.close()
