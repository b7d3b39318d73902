"""Frames out of a pipe, however its bytes come."""

import os
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.audio.sources.pipe import PipeSource
from stillframe.workers.audio.sources.source import BLOCK_FRAMES

RATE_HZ = 48_000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def _sound(frames: int) -> npt.NDArray[np.float32]:
    return np.arange(frames * 2, dtype="<f4").reshape(-1, 2)


def test_what_is_written_comes_out(pipe: tuple[int, int]) -> None:
    source = PipeSource(pipe[0], RATE_HZ, 2)
    os.write(pipe[1], _sound(300).tobytes())
    block = source.read(0)
    assert block is not None
    assert block.samples.dtype == np.float32
    assert np.array_equal(block.samples, _sound(300))


def test_nothing_is_waited_for_longer_than_told(pipe: tuple[int, int]) -> None:
    assert PipeSource(pipe[0], RATE_HZ, 2).read(0.001) is None


def test_a_block_has_its_bound(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], _sound(BLOCK_FRAMES + 10).tobytes())
    source = PipeSource(pipe[0], RATE_HZ, 2)
    lengths = [len(block.samples) for _ in range(2) if (block := source.read(0))]
    assert lengths == [BLOCK_FRAMES, 10]


def test_what_waits_still_was_heard_later(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], _sound(BLOCK_FRAMES + 480).tobytes())
    source = PipeSource(pipe[0], RATE_HZ, 2, clock_ns=lambda: 1_000_000_000)
    ends = [block.end_ns for _ in range(2) if (block := source.read(0))]
    assert ends == [990_000_000, 1_000_000_000]


@given(cuts=st.lists(st.integers(1, 700), min_size=1, max_size=20))
def test_however_bytes_are_cut_the_frames_are_the_same(cuts: list[int]) -> None:
    reader, writer = os.pipe()
    try:
        source, got = PipeSource(reader, RATE_HZ, 2), []
        data = _sound(sum(cuts) // 8 + 1).tobytes()[: sum(cuts)]
        at = 0
        for cut in cuts:
            os.write(writer, data[at : at + cut])
            at += cut
            while (block := source.read(0)) is not None:
                got.append(block.samples)
        frames = np.concatenate([np.zeros((0, 2), np.float32), *got])
        assert np.array_equal(frames, _sound(sum(cuts) // 8))
    finally:
        os.close(reader)
        os.close(writer)


def test_old_sound_is_thrown_away(pipe: tuple[int, int]) -> None:
    source = PipeSource(pipe[0], RATE_HZ, 2)
    os.write(pipe[1], _sound(5000).tobytes())
    source.drain()
    assert source.read(0) is None
    os.write(pipe[1], _sound(3).tobytes())
    block = source.read(0)
    assert block is not None
    assert np.array_equal(block.samples, _sound(3))


def test_a_wake_ends_the_wait(pipe: tuple[int, int]) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"x")
    assert PipeSource(pipe[0], RATE_HZ, 2).read(60, reader) is None
    os.close(reader)
    os.close(writer)


def test_the_end_of_the_pipe_is_silence() -> None:
    reader, writer = os.pipe()
    os.close(writer)
    source = PipeSource(reader, RATE_HZ, 2)
    assert source.read(60) is None  # the end can be read, and ends the wait
    assert source.read(0) is None
    os.close(reader)
