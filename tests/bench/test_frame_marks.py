"""Single transitions and stalls in a log as Qt writes it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.frame_marks import FrameMarks, Late, Motion

FRAME = "qt.scenegraph.time.renderloop Frame rendered: syncAndRender: frame rendered in 4ms"


def log(*events: tuple[int, str]) -> bytes:
    lines = []
    for at_ms, what in events:
        said = {"frame": FRAME, "other": "default something else"}.get(what, what)
        lines.append(f"{at_ms // 1000:6d}.{at_ms % 1000:03d} {said}\n")
    return "".join(lines).encode()


LOG = log(
    (990, "frame"),
    (999, "bench.play ripple"),
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
FRAMES = [1012, 1016, 1020, 1024, 1028]


def handed_over(polish_ms: int, blocked_ms: int) -> str:
    return (
        "qt.scenegraph.time.renderloop [window 0x1][gui thread] Frame prepared, "
        f"polish={polish_ms} ms, lock=0 ms, blockedForSync={blocked_ms} ms, animations=0 ms"
    )


def test_a_transition_is_its_name_its_beginning_and_its_frames() -> None:
    marks = FrameMarks()
    marks.feed(LOG)
    assert marks.motions == [Motion("ripple", 1000, FRAMES, stalled_frames=2)]


def test_the_first_frame_is_measured_from_the_beginning() -> None:
    marks = FrameMarks()
    marks.feed(LOG)
    assert marks.motions[0].first_interval == pytest.approx(12 / 4)
    assert Motion("short", 0, [4, 8]).first_interval is None


def test_one_that_has_not_ended_is_left_out() -> None:
    marks = FrameMarks()
    marks.feed(log((0, "stillframe.motion begin"), (4, "frame"), (5, "bench.stall begin")))
    assert marks.motions == []


def test_a_stall_that_outlasts_its_transition_is_not_counted() -> None:
    begin, end = "bench.stall begin", "bench.stall end"
    for first, last in ((0, 8), (4, 12)):
        marks = FrameMarks()
        moving = [(2, "stillframe.motion begin"), (6, "frame"), (10, "stillframe.motion end")]
        marks.feed(log(*sorted([*moving, (first, begin), (last, end)])))
        assert [motion.stalled_frames for motion in marks.motions] == [None]


def test_of_a_lateness_it_is_known_how_much_went_by_in_qt() -> None:
    marks = FrameMarks()
    marks.feed(
        log(
            (80, handed_over(1, 9)),  # long over
            (98, handed_over(0, 6)),  # from 92: of it, 3 ms fall within the lateness
            (103, handed_over(1, 3)),
            (105, "bench.late 10.00 1.50 0.25"),
            (200, "bench.late 4.50 0 4"),
        )
    )
    assert marks.lates == [Late(10.0, 3.0 + 4.0, 1.5, 0.25), Late(4.5, 0.0, 0.0, 4.0)]


@given(st.lists(st.integers(0, len(LOG)), max_size=6))
def test_how_the_bytes_are_cut_makes_no_difference(cuts: list[int]) -> None:
    marks = FrameMarks()
    places = [0, *sorted(cuts), len(LOG)]
    for start, end in itertools.pairwise(places):
        marks.feed(LOG[start:end])
    assert [motion.frames_ms for motion in marks.motions] == [FRAMES]
