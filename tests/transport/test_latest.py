"""The newest payload, whole or not at all."""

import mmap
import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.transport.latest import Latest, LatestReader, LatestShape, LatestWriter

SHAPE = LatestShape(payload_bytes=512)
READS = 5_000

# A process of its own: it fills each payload with its number, as fast as it can, until it is told.
WRITER = """
import os, sys
from stillframe.transport.latest import LatestShape, LatestWriter
writer, number = LatestWriter(int(sys.argv[1]), LatestShape(payload_bytes=512)), 0
os.set_blocking(0, False)
while number % 1000 or sys.stdin.buffer.read(1) is None:
    number += 1
    writer.publish(number.to_bytes(8, "little") * (1 + number % 64))
"""


@pytest.fixture
def latest() -> Iterator[Latest]:
    latest = Latest(SHAPE)
    yield latest
    latest.close()


@pytest.fixture
def reader(latest: Latest) -> Iterator[LatestReader]:
    reader = latest.reader()
    yield reader
    reader.close()


def test_before_anything_is_published_there_is_nothing(reader: LatestReader) -> None:
    assert reader.poll() is None
    assert reader.give_ups == 0


def test_only_the_newest_is_read_and_only_once(latest: Latest, reader: LatestReader) -> None:
    writer = LatestWriter(latest.descriptor, SHAPE)
    for payload in (b"one", b"two", b"", b"three"):
        writer.publish(payload)
    assert reader.poll() == b"three"
    assert reader.poll() is None
    writer.publish(b"three")
    assert reader.poll() == b"three"
    writer.close()


def test_a_payload_that_does_not_fit_is_refused_and_the_one_before_stays(
    latest: Latest, reader: LatestReader
) -> None:
    writer = LatestWriter(latest.descriptor, SHAPE)
    writer.publish(b"x" * 512)
    with pytest.raises(ValueError, match="513 bytes do not fit 512"):
        writer.publish(b"y" * 513)
    assert reader.poll() == b"x" * 512


def test_the_writer_after_a_dead_one_is_heard_at_once(latest: Latest, reader: LatestReader) -> None:
    first = LatestWriter(latest.descriptor, SHAPE)
    for number in range(7):
        first.publish(b"%d" % number)
    assert reader.poll() == b"6"
    LatestWriter(latest.descriptor, SHAPE).publish(b"the second")
    assert reader.poll() == b"the second"


@given(st.lists(st.tuples(st.binary(max_size=512), st.booleans()), max_size=30))
def test_whoever_reads_gets_what_was_published_last(steps: list[tuple[bytes, bool]]) -> None:
    latest = Latest(SHAPE)
    reader, writer = latest.reader(), LatestWriter(latest.descriptor, SHAPE)
    unread: bytes | None = None
    for payload, reads in steps:
        writer.publish(payload)
        unread = payload
        if reads:
            assert reader.poll() == unread
            assert reader.poll() is None
            unread = None
    assert reader.poll() == unread
    latest.close()


def _slot(seq: int) -> int:
    return 64 + seq % SHAPE.slot_count * SHAPE.slot_bytes


@pytest.mark.parametrize("torn", ["before", "after", "payload", "crc", "length", "newest"])
def test_a_torn_publication_is_not_read(latest: Latest, reader: LatestReader, torn: str) -> None:
    writer = LatestWriter(latest.descriptor, SHAPE)
    writer.publish(b"whole")
    with mmap.mmap(latest.descriptor, SHAPE.total_bytes) as memory:
        slot = _slot(1)
        places = {"before": 0, "after": 8, "length": 16, "crc": 24, "payload": 32}
        if torn == "newest":
            memory[0] = 2  # names a slot that nobody has filled
        else:
            memory[slot + places[torn]] ^= 1
    assert reader.poll() is None
    assert reader.give_ups == 1
    if torn != "newest":
        writer.publish(b"the next")
        assert reader.poll() == b"the next"


@given(st.binary(min_size=SHAPE.total_bytes, max_size=SHAPE.total_bytes))
def test_any_memory_is_survived(content: bytes) -> None:
    latest = Latest(SHAPE)
    reader = latest.reader()
    with mmap.mmap(latest.descriptor, SHAPE.total_bytes) as memory:
        memory[:] = content
    seq = struct.unpack_from("<Q", content)[0]
    start = 64 + seq % 4 * SHAPE.slot_bytes
    before, after, length, crc = struct.unpack_from("<4Q", content, start)
    payload = content[start + 32 :][: min(length, 512)]
    whole = before == after == seq != 0 and length <= 512
    whole = whole and zlib.crc32(payload, seq & 0xFFFFFFFF) == crc
    assert reader.poll() == (payload if whole else None)
    latest.close()


def test_the_memory_can_be_made_neither_smaller_nor_larger(latest: Latest) -> None:
    with pytest.raises(PermissionError):
        os.ftruncate(latest.descriptor, 64)
    with pytest.raises(PermissionError):
        os.ftruncate(latest.descriptor, SHAPE.total_bytes * 2)


def test_a_memory_that_is_too_small_is_refused() -> None:
    small = os.memfd_create("small")
    os.ftruncate(small, 4096)
    with pytest.raises(ValueError, match="mmap"):
        LatestWriter(small, LatestShape(payload_bytes=4096))
    os.close(small)


@pytest.mark.parametrize(("payload_bytes", "slot_count"), [(0, 4), (512, 3), (-1, 8)])
def test_a_shape_that_holds_nothing_is_refused(payload_bytes: int, slot_count: int) -> None:
    with pytest.raises(ValueError, match="slots of"):
        LatestShape(payload_bytes, slot_count)


def test_two_processes_at_full_speed_tear_nothing(latest: Latest, reader: LatestReader) -> None:
    command = [sys.executable, "-c", WRITER, str(latest.descriptor)]
    last, reads, deadline_s = 0, 0, time.monotonic() + 60
    with subprocess.Popen(command, pass_fds=[latest.descriptor], stdin=subprocess.PIPE) as writing:
        while reads < READS:
            assert time.monotonic() < deadline_s, f"{reads} reads, number {last} was the last"
            payload = reader.poll()
            if payload is None:
                continue
            number, reads = int.from_bytes(payload[:8], "little"), reads + 1
            assert payload == number.to_bytes(8, "little") * (1 + number % 64)
            assert number > last
            last = number
        writing.communicate()
    assert writing.returncode == 0
