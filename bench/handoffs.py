"""Ways to get a frame from a child to a reader.

Role: ours and the peers of `bench.ipc`'s hand-offs, each as a context that yields a `HandOff`.
Counterpart: a child of its own for each, which has the frame ready and copies it to wherever its
way wants pixels: that is common work, and the same for all.

Guarantees: the reader looks at every byte, and a frame that is not the one prepared is an error;
what a way has to clean up after each frame is part of its time.
"""

import collections
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from multiprocessing.shared_memory import SharedMemory
from typing import Any, Final

import numpy as np

from bench import echo
from bench.children import SPAWN, echo_child, process
from bench.supervised import ANSWER_S
from stillframe.contracts.images import ImageResult
from stillframe.contracts.pixels import Size
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES
from stillframe.transport.arena import Arena, ArenaShape, Lease

# As in a show: the photo on screen, the one coming on, and one in the making. The slots take turns.
SLOTS: Final = 3


@dataclass(frozen=True)
class Timing:
    """One frame's way. All from `time.monotonic_ns`, which is the same clock in every process.

    Attributes:
        asked_ns: the reader asks for a frame.
        written_ns: its last pixel is where the child wants it.
        usable_ns: the reader may read all of it.
        read_ns: the reader has read all of it, and what the way needs afterwards is done.
    """

    asked_ns: int
    written_ns: int
    usable_ns: int
    read_ns: int


@dataclass(frozen=True)
class HandOff:
    """One way.

    Attributes:
        take: has one frame made, gets it and reads it.
        pid: the child.
    """

    take: Callable[[Size], Timing]
    pid: int


@contextmanager
def arena_slot() -> Iterator[HandOff]:
    """Ours: a slot of the arena; the oldest lease is given back for it."""
    slot_bytes = echo.LARGEST.pixels * echo.RGBA_BYTES + PIXELS_OFFSET_BYTES
    arena = Arena(ArenaShape(SLOTS, slot_bytes))
    held: collections.deque[Lease] = collections.deque()
    numbers = iter(range(1, 2**62))
    with echo_child(arena) as child:

        def take(size: Size) -> Timing:
            asked_ns, seq = time.monotonic_ns(), next(numbers)
            child.channel.send(echo.ask(seq, size, arena.reserve(child.pid)))
            child.channel.wait(ANSWER_S)
            answer = child.channel.receive()
            if not isinstance(answer, ImageResult):
                raise RuntimeError(f"the child said {answer}")  # noqa: TRY004 - no type is wrong
            lease = arena.lease(answer.slot, seq=seq)
            usable_ns = time.monotonic_ns()
            _read(lease.pixels, size)
            held.append(lease)
            if len(held) == SLOTS:
                arena.give_back(held.popleft().grant)
            return Timing(asked_ns, lease.header.ts_ns, usable_ns, time.monotonic_ns())

        yield HandOff(take, child.pid)
        held.clear()
    arena.close()


@contextmanager
def shm_per_transfer() -> Iterator[HandOff]:
    """A `multiprocessing.shared_memory` for each frame: created, attached, unlinked."""
    ours, theirs = SPAWN.Pipe()
    with process(_serve_shm, theirs) as pid:

        def take(size: Size) -> Timing:
            asked_ns = time.monotonic_ns()
            size_bytes = size.pixels * echo.RGBA_BYTES
            ours.send(size_bytes)
            name, written_ns = ours.recv()
            segment = SharedMemory(name)
            with memoryview(segment.buf or b"")[:size_bytes] as pixels:
                usable_ns = time.monotonic_ns()
                _read(pixels, size)
            segment.close()
            segment.unlink()
            return Timing(asked_ns, written_ns, usable_ns, time.monotonic_ns())

        yield HandOff(take, pid)


@contextmanager
def queue_bytes() -> Iterator[HandOff]:
    """The pixels as bytes through a `multiprocessing.Queue`."""
    requests: Queue[int] = SPAWN.Queue()
    answers: Queue[tuple[bytes, int]] = SPAWN.Queue()
    with process(_serve_queue, requests, answers) as pid:

        def take(size: Size) -> Timing:
            asked_ns = time.monotonic_ns()
            requests.put(size.pixels * echo.RGBA_BYTES)
            pixels, written_ns = answers.get(timeout=ANSWER_S)
            usable_ns = time.monotonic_ns()
            _read(pixels, size)
            return Timing(asked_ns, written_ns, usable_ns, time.monotonic_ns())

        yield HandOff(take, pid)


def _read(pixels: bytes | memoryview, size: Size) -> None:
    """Add up a frame, eight bytes at a time.

    Raises:
        RuntimeError: if it is not the prepared one.
    """
    total = int(np.frombuffer(pixels, np.uint64).sum())
    if (len(pixels), total) != (size.pixels * echo.RGBA_BYTES, echo.checksum(size)):
        raise RuntimeError(f"another frame than the one prepared: {len(pixels)} bytes, {total}")


def _serve_shm(pipe: "Connection[Any, Any]") -> None:
    frame = echo.prepared_frame()
    while True:
        size_bytes = pipe.recv()
        segment = SharedMemory(create=True, size=size_bytes)
        with memoryview(segment.buf or b"")[:size_bytes] as pixels:
            pixels[:] = frame[:size_bytes]
        written_ns = time.monotonic_ns()
        segment.close()
        pipe.send((segment.name, written_ns))


def _serve_queue(requests: "Queue[int]", answers: "Queue[tuple[bytes, int]]") -> None:
    frame = echo.prepared_frame()
    while True:
        pixels = bytes(frame[: requests.get()])
        answers.put((pixels, time.monotonic_ns()))
