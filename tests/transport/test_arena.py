"""Frames in shared memory: stages, generations, hostile headers, real deaths."""

import fcntl
import mmap
import os
import struct
import subprocess
import sys
from collections.abc import Iterator

import msgspec
import pytest

from descriptors import open_descriptors
from stillframe.contracts.errors import SlotHeaderError, StaleSlotError
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES, SlotHeader
from stillframe.transport.arena import Arena, ArenaShape, SlotReader, SlotStage, SlotWriter

SHAPE = ArenaShape(slot_count=3, slot_bytes=PIXELS_OFFSET_BYTES + 4096)
US = os.getpid()


@pytest.fixture
def arena() -> Iterator[Arena]:
    made = Arena(SHAPE)
    yield made
    made.close()


@pytest.fixture
def writer(arena: Arena) -> Iterator[SlotWriter]:
    made = SlotWriter(arena.descriptor, SHAPE)
    yield made
    made.close()


def header(grant: SlotGrant, **changes: int) -> SlotHeader:
    fields = {"size_bytes": 256, "width": 8, "height": 8, "stride": 32, "producer_pid": US}
    fields |= {"generation": grant.generation, "seq": 5, "ts_ns": 99} | changes
    return SlotHeader(format=PixelFormat.RGBA8_PREMULTIPLIED, **fields)  # type: ignore[arg-type]


def reserve(arena: Arena) -> SlotGrant:
    grant = arena.reserve(US)
    assert grant is not None
    return grant


def test_a_frame_goes_from_the_writer_to_a_reader_without_a_copy(
    arena: Arena, writer: SlotWriter
) -> None:
    grant = reserve(arena)
    writer.pixels(grant.index, 256)[:] = bytes(range(256))
    writer.seal(grant.index, header(grant))
    lease = arena.lease(grant, seq=5)
    assert bytes(lease.pixels) == bytes(range(256))
    assert (lease.header.width, lease.header.height, lease.header.stride) == (8, 8, 32)
    writer.pixels(grant.index, 1)[0] = 77
    assert lease.pixels[0] == 77, "the same memory"


def test_a_reader_cannot_write(arena: Arena, writer: SlotWriter) -> None:
    grant = reserve(arena)
    writer.seal(grant.index, header(grant))
    pixels = arena.lease(grant, seq=5).pixels
    assert pixels.readonly


def test_a_view_shows_what_is_written_and_cannot_be_written(
    arena: Arena, writer: SlotWriter
) -> None:
    view = arena.view()
    assert view == arena.view()
    writer.pixels(1, 4)[:] = b"body"
    first = SHAPE.slot_bytes + PIXELS_OFFSET_BYTES
    with mmap.mmap(view.descriptor, view.shape.total_bytes, prot=mmap.PROT_READ) as seen:
        assert seen[first : first + 4] == b"body"
    with pytest.raises(PermissionError):
        mmap.mmap(view.descriptor, view.shape.total_bytes)
    with pytest.raises(OSError, match="descriptor"):
        os.pwrite(view.descriptor, b"x", 0)


def test_a_frame_of_another_format_is_refused(arena: Arena, writer: SlotWriter) -> None:
    grant = reserve(arena)
    plain = msgspec.structs.replace(
        header(grant), format=PixelFormat.OPAQUE, size_bytes=16, width=16, height=1, stride=16
    )
    writer.seal(grant.index, plain)
    with pytest.raises(SlotHeaderError, match="another format"):
        arena.lease(grant, seq=5)
    assert arena.give_back(grant)


def test_a_slot_goes_through_its_stages_and_only_the_owner_frees_it(
    arena: Arena, writer: SlotWriter
) -> None:
    assert arena.stages() == (SlotStage.FREE,) * 3
    grant = reserve(arena)
    assert arena.stages()[grant.index] is SlotStage.RESERVED
    writer.seal(grant.index, header(grant))
    arena.lease(grant, seq=5)
    assert arena.stages()[grant.index] is SlotStage.LEASED
    assert arena.give_back(grant)
    assert arena.stages()[grant.index] is SlotStage.FREE


def test_when_all_slots_are_in_use_there_is_none(arena: Arena) -> None:
    grants = [reserve(arena) for _ in range(3)]
    assert len({grant.index for grant in grants}) == 3
    assert arena.reserve(US) is None
    arena.give_back(grants[1])
    again = arena.reserve(US)
    assert again is not None
    assert again.index == grants[1].index
    assert again.generation > grants[1].generation


def test_giving_back_twice_or_late_frees_nothing(arena: Arena) -> None:
    grant = reserve(arena)
    assert arena.give_back(grant)
    assert not arena.give_back(grant)
    newer = SlotGrant(index=grant.index, generation=reserve(arena).generation)
    assert not arena.give_back(grant), "somebody else's by now"
    assert arena.stages()[newer.index] is SlotStage.RESERVED


def test_a_frame_of_an_earlier_grant_is_stale(arena: Arena, writer: SlotWriter) -> None:
    old = reserve(arena)
    arena.give_back(old)
    new = reserve(arena)
    writer.seal(new.index, header(old))
    with pytest.raises(StaleSlotError) as caught:
        arena.lease(new, seq=5)
    assert (caught.value.expected, caught.value.actual) == (new.generation, old.generation)
    with pytest.raises(StaleSlotError):
        arena.lease(old, seq=5)


def test_a_frame_of_another_request_is_stale(arena: Arena, writer: SlotWriter) -> None:
    grant = reserve(arena)
    writer.seal(grant.index, header(grant, seq=4))
    with pytest.raises(StaleSlotError):
        arena.lease(grant, seq=5)
    assert arena.stages()[grant.index] is SlotStage.RESERVED, "until its writer is done with it"


def test_a_frame_of_another_process_is_refused(arena: Arena, writer: SlotWriter) -> None:
    grant = reserve(arena)
    writer.seal(grant.index, header(grant, producer_pid=US + 1))
    with pytest.raises(SlotHeaderError, match=str(US + 1)):
        arena.lease(grant, seq=5)


@pytest.mark.parametrize(
    "changes",
    [
        {"size_bytes": 257},
        {"size_bytes": 2**40},
        {"width": 0},
        {"width": 2**31},
        {"height": 2**31, "stride": 2**31},
        {"stride": 31},
        {"width": 64, "height": 64, "stride": 256, "size_bytes": 64 * 256},
    ],
)
def test_a_header_that_lies_about_sizes_is_refused(
    arena: Arena, writer: SlotWriter, changes: dict[str, int]
) -> None:
    grant = reserve(arena)
    writer.seal(grant.index, header(grant, **changes))
    with pytest.raises(SlotHeaderError):
        arena.lease(grant, seq=5)


def test_an_empty_slot_is_no_frame(arena: Arena) -> None:
    with pytest.raises(SlotHeaderError):
        arena.lease(reserve(arena), seq=5)


def test_a_header_that_changes_after_the_check_changes_nothing(
    arena: Arena, writer: SlotWriter
) -> None:
    grant = reserve(arena)
    writer.seal(grant.index, header(grant))
    lease = arena.lease(grant, seq=5)
    writer.seal(grant.index, header(grant, width=4, size_bytes=4096, height=1, stride=4096))
    assert (lease.header.width, len(lease.pixels)) == (8, 256)


def test_a_slot_is_leased_once(arena: Arena, writer: SlotWriter) -> None:
    grant = reserve(arena)
    writer.seal(grant.index, header(grant))
    arena.lease(grant, seq=5)
    with pytest.raises(SlotHeaderError, match="leased"):
        arena.lease(grant, seq=5)


@pytest.mark.parametrize("size_bytes", [0, SHAPE.total_bytes - 4096, SHAPE.total_bytes + 4096])
def test_nobody_can_change_the_memory_s_size(arena: Arena, size_bytes: int) -> None:
    with pytest.raises(PermissionError):
        os.ftruncate(arena.descriptor, size_bytes)
    with pytest.raises(PermissionError):
        fcntl.fcntl(arena.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)


def test_a_writer_has_a_file_offset_of_its_own(arena: Arena, writer: SlotWriter) -> None:
    assert os.lseek(writer.seek_to_pixels(2), 0, os.SEEK_CUR) == (
        2 * SHAPE.slot_bytes + PIXELS_OFFSET_BYTES
    )
    assert os.lseek(arena.descriptor, 0, os.SEEK_CUR) == 0


def test_a_writer_stays_within_its_slots(writer: SlotWriter) -> None:
    for slot in (-1, 3):
        with pytest.raises(ValueError, match=str(slot)):
            writer.seek_to_pixels(slot)
    with pytest.raises(ValueError, match="4097"):
        writer.pixels(0, 4097)


def test_a_writer_refuses_memory_that_is_smaller_than_it_was_told(arena: Arena) -> None:
    larger = ArenaShape(SHAPE.slot_count + 1, SHAPE.slot_bytes)
    with pytest.raises(ValueError, match=str(SHAPE.total_bytes)):
        SlotWriter(arena.descriptor, larger)


@pytest.mark.parametrize(("count", "size_bytes"), [(0, 8192), (1, 4096), (1, 8193)])
def test_a_shape_that_holds_nothing_is_refused(count: int, size_bytes: int) -> None:
    with pytest.raises(ValueError, match=str(size_bytes)):
        ArenaShape(count, size_bytes)


def test_a_closed_arena_stays_readable_for_as_long_as_a_lease_lives() -> None:
    arena = Arena(SHAPE)
    writer = SlotWriter(arena.descriptor, SHAPE)
    grant = reserve(arena)
    writer.pixels(grant.index, 256)[:] = b"p" * 256
    writer.seal(grant.index, header(grant))
    lease = arena.lease(grant, seq=5)
    writer.close()
    arena.close()
    arena.close()
    assert bytes(lease.pixels) == b"p" * 256


def test_nothing_is_left_open_after_many_arenas() -> None:
    before = len(open_descriptors())
    for _ in range(100):
        made = Arena(SHAPE)
        SlotWriter(made.descriptor, SHAPE).close()
        made.close()
    assert len(open_descriptors()) == before


CHILD = f"""
import os, sys, signal
from stillframe.transport.arena import ArenaShape, SlotWriter
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import SlotHeader
descriptor, slot, generation, dies = (int(word) for word in sys.argv[1:])
writer = SlotWriter(descriptor, ArenaShape({SHAPE.slot_count}, {SHAPE.slot_bytes}))
writer.pixels(slot, 256)[:] = b"c" * 256
if dies:
    os.kill(os.getpid(), signal.SIGKILL)
writer.seal(slot, SlotHeader(size_bytes=256, width=8, height=8, stride=32,
    format=PixelFormat.RGBA8_PREMULTIPLIED, producer_pid=os.getpid(), generation=generation,
    seq=5, ts_ns=1))
"""


def run_child(arena: Arena, *, dies: bool) -> tuple[SlotGrant, int]:
    """Let a real process write a frame, or die over it; return its grant and exit status."""
    process = None
    # The slot is granted to the next process number only once that is known: reserve by a trial.
    grant = arena.reserve(0)
    assert grant is not None
    words = [str(word) for word in (arena.descriptor, grant.index, grant.generation, int(dies))]
    process = subprocess.Popen([sys.executable, "-c", CHILD, *words], pass_fds=[arena.descriptor])
    status = process.wait(30)
    arena._slots[grant.index].writer_pid = process.pid
    return grant, status


def test_another_process_s_frame_is_read_here(arena: Arena) -> None:
    grant, status = run_child(arena, dies=False)
    assert status == 0
    assert bytes(arena.lease(grant, seq=5).pixels) == b"c" * 256


def test_a_writer_killed_in_the_middle_costs_no_slot(arena: Arena) -> None:
    grant, status = run_child(arena, dies=True)
    assert status == -9
    with pytest.raises(SlotHeaderError):
        arena.lease(grant, seq=5)
    assert arena.give_back(grant)
    assert arena.stages() == (SlotStage.FREE,) * 3
    assert reserve(arena).generation == grant.generation + 1


def test_the_memory_has_no_name() -> None:
    arena = Arena(SHAPE)
    assert os.readlink(f"/proc/self/fd/{arena.descriptor}").startswith("/memfd:")
    assert os.fstat(arena.descriptor).st_nlink == 0
    arena.close()


def test_raw_hostile_bytes_are_refused(arena: Arena) -> None:
    grant = reserve(arena)
    with mmap.mmap(arena.descriptor, SHAPE.total_bytes) as memory:
        start = grant.index * SHAPE.slot_bytes
        memory[start : start + 72] = struct.pack("<9Q", *[2**64 - 1] * 9)
    with pytest.raises(SlotHeaderError):
        arena.lease(grant, seq=5)


@pytest.fixture
def reader(arena: Arena) -> Iterator[SlotReader]:
    view = arena.view()
    made = SlotReader.open(view.descriptor, view.shape.slot_count, view.shape.slot_bytes)
    yield made
    made.close()


def test_a_reader_copies_what_lies_behind_a_slots_header(
    arena: Arena, writer: SlotWriter, reader: SlotReader
) -> None:
    for slot in range(SHAPE.slot_count):
        writer.pixels(slot, 4096)[:] = bytes([slot + 1]) * 4096
    arena.reserve(US)
    for slot in range(SHAPE.slot_count):
        assert reader.payload(slot, 4096) == bytes([slot + 1]) * 4096
        assert reader.payload(slot, 3) == bytes([slot + 1]) * 3
    assert reader.payload(0, 0) == b""
    copied = reader.payload(1, 1)
    writer.pixels(1, 1)[0] = 77
    assert copied == b"\x02", "nobody changes it meanwhile"


@pytest.mark.parametrize(
    ("slot", "size_bytes"), [(-1, 1), (3, 1), (0, 4097), (2, 4097), (1, -1), (0, 2**63)]
)
def test_a_reader_reads_nothing_outside_a_slot(
    reader: SlotReader, slot: int, size_bytes: int
) -> None:
    with pytest.raises(ValueError, match=r"not one of 3|do not fit 4096"):
        reader.payload(slot, size_bytes)


def test_what_a_reader_is_given_cannot_be_written(arena: Arena) -> None:
    descriptor = arena.view().descriptor
    assert fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    with pytest.raises(PermissionError):
        mmap.mmap(descriptor, SHAPE.total_bytes, prot=mmap.PROT_WRITE)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.pwrite(descriptor, b"x", 0)


def test_a_reader_maps_no_more_than_there_is(arena: Arena) -> None:
    with pytest.raises(ValueError, match=r"(?i)length|greater"):
        SlotReader(arena.view().descriptor, ArenaShape(4, SHAPE.slot_bytes))
