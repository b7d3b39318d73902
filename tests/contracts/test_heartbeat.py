import mmap
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts import heartbeat
from stillframe.contracts.heartbeat import HEARTBEAT_BYTES, Heartbeat

WORDS = st.integers(0, 2**64 - 1)
# Every byte of the two differs, and none is zero: a half-stored word is neither.
WORD_A, WORD_B = 0x1111111111111111, 0x2222222222222222
WRITER = """
import mmap, sys
from stillframe.contracts import heartbeat
from stillframe.contracts.heartbeat import Heartbeat
page = memoryview(mmap.mmap(int(sys.argv[1]), heartbeat.HEARTBEAT_BYTES))
states = [Heartbeat(beats=w, ts_ns=w, busy_seq=w) for w in map(int, sys.argv[2:])]
while True:
    for state in states:
        heartbeat.write(page, state)
"""
READS = 100_000
START_BOUND_S = 10.0


@given(WORDS, WORDS, WORDS)
def test_what_was_written_is_read(beats: int, ts_ns: int, busy_seq: int) -> None:
    page = memoryview(bytearray(HEARTBEAT_BYTES))
    state = Heartbeat(beats=beats, ts_ns=ts_ns, busy_seq=busy_seq)
    heartbeat.write(page, state)
    assert heartbeat.read(page.toreadonly()) == state


def test_a_fresh_page_says_no_beat_yet() -> None:
    fresh = memoryview(bytes(HEARTBEAT_BYTES))
    assert heartbeat.read(fresh) == Heartbeat(beats=0, ts_ns=0, busy_seq=0)


def test_a_beat_touches_nothing_beyond_its_three_words() -> None:
    memory = bytearray(b"\xaa" * HEARTBEAT_BYTES)
    heartbeat.write(memoryview(memory), Heartbeat(beats=1, ts_ns=2, busy_seq=3))
    assert memory[24:] == b"\xaa" * (HEARTBEAT_BYTES - 24)


def test_a_beat_leaves_no_view_behind_that_would_keep_the_page_mapped() -> None:
    page = mmap.mmap(-1, HEARTBEAT_BYTES)
    view = memoryview(page)
    heartbeat.write(view, Heartbeat(beats=1, ts_ns=2, busy_seq=3))
    heartbeat.read(view)
    view.release()
    page.close()
    assert page.closed


def test_a_number_over_64_bits_is_no_beat() -> None:
    page = memoryview(bytearray(HEARTBEAT_BYTES))
    with pytest.raises(ValueError, match="format 'Q'"):
        heartbeat.write(page, Heartbeat(beats=2**64, ts_ns=0, busy_seq=0))


def test_another_process_never_sees_half_a_word() -> None:
    descriptor = os.memfd_create("heartbeat-test")
    os.ftruncate(descriptor, HEARTBEAT_BYTES)
    page = mmap.mmap(descriptor, HEARTBEAT_BYTES)
    command = [sys.executable, "-c", WRITER, str(descriptor), str(WORD_A), str(WORD_B)]
    with subprocess.Popen(command, pass_fds=[descriptor]) as writer:
        try:
            _wait_for_a_beat(page)
            seen = _words_seen(page)
        finally:
            writer.kill()
    os.close(descriptor)
    assert seen <= {WORD_A, WORD_B}


def _wait_for_a_beat(page: mmap.mmap) -> None:
    bound = time.monotonic() + START_BOUND_S
    while 0 in page[: 3 * 8]:
        assert time.monotonic() < bound


def _words_seen(page: mmap.mmap) -> set[int]:
    view = memoryview(page)
    seen: set[int] = set()
    for _ in range(READS):
        beat = heartbeat.read(view)
        seen |= {beat.beats, beat.ts_ns, beat.busy_seq}
    return seen
