"""What an upload costs a moving photo, from the times of frames."""

import pytest

from bench.frame_marks import FrameMarks, Stay
from bench.uploads import Beside, Span, besides, fastest_px_s, upload_rows
from stillframe.contracts.pixels import Size

UHD = Size(3840, 2160)
# Three intervals touch the wish and the word; after them two stretches of three are at peace.
FRAMES = [100, 110, 150, 160, 170, 181, 191, 201, 213, 223, 233]
RENDERS = [99, 0, 20, 1, 0, 2, 0, 1, 1, 0, 0]


def stay(*uploads: tuple[int, int], frames: int = len(FRAMES)) -> Stay:
    return Stay(FRAMES[:frames], RENDERS[:frames], list(uploads))


def test_the_longest_interval_of_an_upload_stands_beside_equally_many_at_peace() -> None:
    (beside,) = besides([stay((104, 155))])
    assert beside == Beside(Span(40, 20), [Span(11, 2), Span(12, 1)], usual_ms=10)


@pytest.mark.parametrize(
    "lonely",
    [stay(), stay((104, 130), (140, 155)), stay((104, 155), frames=5), stay((300, 310))],
    ids=["no upload", "two uploads", "no peace after it", "no frame of it"],
)
def test_what_has_nothing_to_stand_beside_is_left_out(lonely: Stay) -> None:
    assert besides([lonely]) == []


def test_a_photo_lags_by_its_way_in_the_time_that_a_frame_took_longer() -> None:
    at_peace = [Span(15, 0), Span(15, 1), Span(25, 1)]
    frame, render, lag = upload_rows(UHD, [Beside(Span(60, 20), at_peace, 10)] * 3)
    assert (frame.ours, frame.peers) == (60, {"at_peace": 15, "usual": 10})
    assert (render.ours, render.peers) == (20, {"at_peace": 1})
    assert lag.ours == pytest.approx(fastest_px_s(UHD) * 0.050)
    assert lag.peers == {"at_peace": pytest.approx(fastest_px_s(UHD) * 0.005)}


def test_a_photo_sets_out_at_no_more_than_the_settings_say() -> None:
    # 12 % of the diagonal in 12.4 s, and half as fast again while it sets out.
    assert fastest_px_s(UHD) == pytest.approx(0.12 * 4406 / 12.4 * 1.571, rel=0.001)
    assert fastest_px_s(Size(1920, 1080)) == pytest.approx(fastest_px_s(UHD) / 2)


def log(*events: tuple[int, str]) -> bytes:
    loop = "qt.scenegraph.time.renderloop syncAndRender"
    presented = f"{loop}: frame rendered in 4ms, sync=0, render=3, swap=1"
    lines = (f"     0.{at_ms:03d} {what or presented}\n" for at_ms, what in events)
    return "".join(lines).encode()


def test_an_upload_belongs_to_the_stay_in_which_it_was_wished_and_ended() -> None:
    marks = FrameMarks()
    begin, end = "bench.upload begin", "bench.upload end"
    marks.feed(log((1, ""), (2, begin), (3, end)))  # before anything has moved
    marks.feed(log((4, "stillframe.motion begin"), (6, ""), (8, ""), (9, "stillframe.motion end")))
    marks.feed(log((10, begin), (12, ""), (15, end), (16, ""), (17, "stillframe.motion begin")))
    marks.feed(log((20, ""), (21, "stillframe.motion end"), (22, begin), (24, "")))
    assert marks.stays == [Stay([8, 12, 16], [3, 3, 3], [(10, 15)])]
    assert [motion.frames_ms for motion in marks.motions] == [[6, 8], [20]]
