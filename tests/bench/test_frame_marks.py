"""Single transitions and stalls in a log as Qt writes it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.frame_marks import FrameMarks

FRAME = "qt.scenegraph.time.renderloop Frame rendered: syncAndRender: frame rendered in 4ms"


def log(*events: tuple[int, str]) -> bytes:
    lines = []
    for at_ms, what in events:
        said = {"frame": FRAME, "other": "default something else"}.get(what, what)
        lines.append(f"{at_ms // 1000:6d}.{at_ms % 1000:03d} {said}\n")
    return "".join(lines).encode()


LOG = log(
    (990, "frame"),
    (1000, "stillframe.motion begin"),
    (1012, "frame"),
    (1016, "frame"),
    (1020, "frame"),
    (1022, "bench.stall begin"),
    (1024, "frame"),
    (1027, "other"),
    (1028, "frame"),
    (1030, "bench.stall end"),
    (1032, "stillframe.motion end"),
    (1040, "frame"),
)


def test_a_transition_is_its_beginning_and_its_frames() -> None:
    marks = FrameMarks()
    marks.feed(LOG)
    assert marks.motions_ms == [[1000, 1012, 1016, 1020, 1024, 1028]]
    assert marks.stalled_frames == [2]


def test_the_first_frame_is_measured_from_the_beginning() -> None:
    marks = FrameMarks()
    marks.feed(LOG)
    assert marks.first_intervals == pytest.approx([12 / 4])


def test_one_that_has_not_ended_is_left_out() -> None:
    marks = FrameMarks()
    marks.feed(log((0, "stillframe.motion begin"), (4, "frame"), (5, "bench.stall begin")))
    assert (marks.motions_ms, marks.stalled_frames) == ([], [])


@given(st.lists(st.integers(0, len(LOG)), max_size=6))
def test_how_the_bytes_are_cut_makes_no_difference(cuts: list[int]) -> None:
    marks = FrameMarks()
    places = [0, *sorted(cuts), len(LOG)]
    for start, end in itertools.pairwise(places):
        marks.feed(LOG[start:end])
    assert marks.motions_ms == [[1000, 1012, 1016, 1020, 1024, 1028]]
