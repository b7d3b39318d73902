"""Frame times from Qt's log: what counts, what is passed on, and what no bytes can upset."""

import itertools
import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.player.frame_log import FrameLog, StderrTap, enable

BEGIN = b"1.000 stillframe.motion begin\n"
END = b"9.000 stillframe.motion end\n"


def frame(at_ms: int) -> bytes:
    """Return the line that Qt logs for a frame."""
    seconds, rest = divmod(at_ms, 1000)
    message = "[window 0x5581] syncAndRender: frame rendered in 2ms, sync=0, render=1, swap=1"
    return f"     {seconds}.{rest:03} qt.scenegraph.time.renderloop {message}\n".encode()


def read(*pieces: bytes) -> tuple[int, list[int], list[str]]:
    """Return what a log makes of some bytes."""
    others: list[str] = []
    log = FrameLog(others.append)
    for piece in pieces:
        log.feed(piece)
    return log.presented, sorted(log.intervals_ms.elements()), others


def test_frames_of_a_motion_make_intervals() -> None:
    assert read(BEGIN, frame(1016), frame(1033), frame(1550), END) == (3, [17, 517], [])


def test_weeks_of_frames_take_no_more_memory_than_an_hour_of_them() -> None:
    log = FrameLog([].append)
    log.feed(BEGIN)
    for at_ms in range(0, 10_000_000, 997):
        log.feed(frame(at_ms))
    log.feed(frame(900_000_000))
    assert log.intervals_ms == {997: 10_030, 60_000: 1}


def test_frames_at_rest_are_counted_and_make_no_interval() -> None:
    assert read(frame(10), frame(5000), frame(9000)) == (3, [], [])


def test_the_time_between_two_motions_is_no_interval() -> None:
    first, second = [frame(1000), frame(1020)], [frame(61_000), frame(61_016)]
    assert read(BEGIN, *first, END, BEGIN, *second, END)[1] == [16, 20]
    assert read(BEGIN, *first, BEGIN, *second, END)[1] == [16, 20], "an end was lost"
    assert read(BEGIN, *first, END, frame(30_000), BEGIN, *second)[1] == [16, 20]


def test_other_lines_of_the_render_loop_are_neither_frames_nor_news() -> None:
    line = b"1.000 qt.scenegraph.time.renderloop polishAndSync: blocked for sync\n"
    assert read(BEGIN, frame(1000), line, frame(1016)) == (2, [16], [])


@pytest.mark.parametrize(
    ("line", "passed_on"),
    [
        (b"libEGL warning: DRI3 error\n", ["libEGL warning: DRI3 error"]),
        (b"1.234 qt.qpa.xcb could not connect\n", ["qt.qpa.xcb could not connect"]),
        (b"\n   \n", []),
        (b"caf\xc3\xa9 \xff\n", ["caf\u00e9 \\xff"]),
        (b"no time qt.scenegraph.time.renderloop\n", ["no time qt.scenegraph.time.renderloop"]),
    ],
)
def test_lines_about_something_else_are_passed_on(line: bytes, passed_on: list[str]) -> None:
    assert read(BEGIN, frame(1000), line, frame(1016)) == (2, [16], passed_on)


def test_a_line_waits_for_its_end() -> None:
    assert read(frame(1000)[:-1]) == (0, [], [])
    assert read(frame(1000)[:-1], b"\n") == (1, [], [])


def write_for_ever(descriptor: int) -> None:
    while True:
        os.write(descriptor, bytes(65_536))


LINES = st.one_of(
    st.sampled_from([BEGIN, END, b"\n", b"1.5 \n", b"Traceback (most recent call last):\n"]),
    st.builds(frame, st.integers(0, 10_000_000)),
    st.binary(max_size=40),
    st.builds(
        lambda n, tail: b"x" * n + tail, st.integers(3900, 9000), st.sampled_from([b"", b"\n"])
    ),
    st.builds(lambda n: b"9" * n + frame(1000), st.integers(1, 6000)),
)


@settings(max_examples=80)
@given(lines=st.lists(LINES, max_size=12), cuts=st.lists(st.integers(0, 30_000), max_size=12))
def test_how_the_bytes_are_cut_makes_no_difference(lines: list[bytes], cuts: list[int]) -> None:
    data = b"".join(lines)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [data[a:b] for a, b in itertools.pairwise(places)]
    assert read(*pieces) == read(data)
    assert read(*(data[n : n + 1] for n in range(len(data)))) == read(data)


@pytest.mark.parametrize("digits", [1, 9, 10, 5000])
def test_a_time_of_absurd_length_is_no_frame_and_no_error(digits: int) -> None:
    line = b"9" * digits + frame(0).strip().lstrip(b"0") + b"\n"
    presented, intervals_ms, others = read(line)
    assert (presented, intervals_ms) == (1 if digits <= 9 else 0, [])
    assert len(others) == (0 if digits <= 9 else 1)


def test_a_line_without_end_is_not_kept() -> None:
    others: list[str] = []
    log = FrameLog(others.append)
    for _ in range(100):
        log.feed(b"x" * 65_536)
    assert len(log._rest) <= 4096
    log.feed(b"\n" + frame(1))
    assert log.presented == 1
    assert others == ["x" * 4096]


def test_qt_is_asked_to_log_frames_and_a_person_s_rules_stay() -> None:
    environ = {"QT_LOGGING_RULES": "qt.qpa.*=true"}
    enable(environ)
    rules = environ["QT_LOGGING_RULES"].split(";")
    assert rules[0] == "qt.qpa.*=true"
    assert {"qt.scenegraph.time.renderloop=true", "stillframe.motion=true"} <= set(rules)
    assert environ["QT_FORCE_STDERR_LOGGING"] == "1"
    assert environ["QT_MESSAGE_PATTERN"] == "%{time process} %{category} %{message}"


def test_a_tap_takes_standard_error_and_gives_it_back() -> None:
    before = os.fstat(2)
    tap = StderrTap()
    try:
        assert tap.read() == b"", "nothing was written, and nobody waits for it"
        os.write(2, b"said\n")
        assert tap.read() == b"said\n"
        assert os.fstat(tap.stderr_fd).st_ino == before.st_ino
        with pytest.raises(BlockingIOError):
            write_for_ever(2)
    finally:
        tap.restore()
        os.close(tap.read_fd)
        os.close(tap.stderr_fd)
    assert os.fstat(2).st_ino == before.st_ino


def test_what_python_says_goes_to_the_real_standard_error_and_not_into_the_pipe() -> None:
    kept, (reader, writer), before = os.dup(2), os.pipe(), sys.stderr
    os.dup2(writer, 2)
    tap = StderrTap()
    try:
        sys.stderr.write("the reason\n")
        os.write(2, b"a frame\n")
        assert os.read(reader, 100) == b"the reason\n"
        assert tap.read() == b"a frame\n"
    finally:
        tap.restore()
        os.dup2(kept, 2)
        for descriptor in (kept, reader, writer, tap.read_fd, tap.stderr_fd):
            os.close(descriptor)
    assert sys.stderr is before
