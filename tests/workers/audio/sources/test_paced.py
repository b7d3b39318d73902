"""Frames in their time, told by a clock of the test."""

import os

import numpy as np
import pytest

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.audio.sources.paced import PacedSource
from stillframe.workers.audio.sources.source import BLOCK_FRAMES, Samples

RATE_HZ = 51_200  # a block is 10 ms
BLOCK_NS = 10_000_000


class Counting:
    """Frames that are numbered; from `ends_at` on there are none."""

    sample_rate_hz, channels, title = RATE_HZ, 1, "numbers"

    def __init__(self, ends_at: int = 1 << 30) -> None:
        self.at, self.ends_at, self.closed = 0, ends_at, False

    def take(self, frames: int) -> Samples:
        if self.at >= self.ends_at:
            raise FaultError(FaultKind.DECODER_ERROR, "it broke")
        self.at += frames
        return np.arange(self.at - frames, self.at, dtype=np.float32)[:, None]

    def close(self) -> None:
        self.closed = True


class Clock:
    """Time that passes only in waits."""

    def __init__(self) -> None:
        self.now_ns = 7_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def wait(self, wake: int, longest_ns: float) -> None:
        del wake
        self.now_ns += round(longest_ns)


def _paced(frames: Counting, clock: Clock) -> PacedSource:
    return PacedSource(frames, clock_ns=clock, wait=clock.wait)


def test_blocks_come_in_their_time_and_say_so() -> None:
    clock = Clock()
    source = _paced(Counting(), clock)
    began_ns = clock.now_ns
    for number in range(1, 5):
        block = source.read(1)
        assert block is not None
        assert block.end_ns == clock.now_ns == began_ns + number * BLOCK_NS
        assert block.samples[0, 0] == (number - 1) * BLOCK_FRAMES


def test_a_block_that_is_not_due_is_nothing() -> None:
    clock = Clock()
    source = _paced(Counting(), clock)
    assert source.read(0.004) is None
    assert source.read(0.004) is None
    assert source.read(0.004) is not None


def test_a_late_reader_gets_what_it_missed_at_once() -> None:
    clock = Clock()
    source = _paced(Counting(), clock)
    clock.now_ns += 20 * BLOCK_NS
    ends = [block.end_ns for _ in range(20) if (block := source.read(0))]
    assert len(ends) == 20
    assert source.read(0) is None


def test_one_that_slept_for_hours_goes_on_from_now() -> None:
    clock = Clock()
    source = _paced(Counting(), clock)
    clock.now_ns += 3600 * 1_000_000_000
    block = source.read(0)
    assert block is not None
    assert (block.end_ns, block.samples[0, 0]) == (clock.now_ns, 0)
    assert source.read(0) is None


def test_frames_that_fail_are_a_note_and_silence() -> None:
    clock = Clock()
    source = _paced(Counting(ends_at=BLOCK_FRAMES), clock)
    assert source.read(1) is not None
    assert source.note == ""
    assert [source.read(1), source.read(1)] == [None, None]
    assert source.note == "numbers: it broke"


def test_it_closes_what_it_was_given() -> None:
    frames = Counting()
    _paced(frames, Clock()).close()
    assert frames.closed


@pytest.mark.parametrize("ready", [True, False])
def test_a_real_wait_ends_with_a_wake_or_with_its_time(*, ready: bool) -> None:
    reader, writer = os.pipe()
    if ready:
        os.write(writer, b"x")
    source = PacedSource(Counting(), clock_ns=lambda: 0)
    assert source.read(60 if ready else 0.001, reader) is None
    os.close(reader)
    os.close(writer)
