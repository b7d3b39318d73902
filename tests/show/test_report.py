"""The numbers of a show."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.show.report import FrameIntervals, Report, Tally, WorkerReport


@pytest.mark.parametrize(
    ("intervals_ms", "p50", "p99", "longest"),
    [
        ([16.0], 16, 16, 16),
        ([10.0, 20.0], 15, 20, 20),
        ([20.0, 10.0, 30.0], 20, 30, 30),
        ([float(ms) for ms in range(1000)], 499.5, 990, 999),
        ([17.0] * 199 + [500.0], 17, 17, 500),
    ],
)
def test_intervals_are_summarised(
    intervals_ms: list[float], p50: float, p99: float, longest: float
) -> None:
    assert FrameIntervals.of(intervals_ms) == FrameIntervals(p50=p50, p99=p99, max=longest)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=300))
def test_at_least_99_of_100_intervals_are_no_longer_than_the_p99(intervals_ms: list[float]) -> None:
    summary = FrameIntervals.of(intervals_ms)
    assert summary is not None
    assert summary.p50 <= summary.p99 <= summary.max
    assert sum(ms <= summary.p99 for ms in intervals_ms) * 100 >= 99 * len(intervals_ms)


def test_nothing_that_moved_is_no_interval() -> None:
    assert FrameIntervals.of([]) is None


def test_what_was_not_measured_is_none_and_what_did_not_happen_is_zero() -> None:
    report = Tally().report()
    assert (report.frames_presented, report.frame_interval_ms) == (None, None)
    assert (report.gui_stall_ms_max, report.first_photo_ms) == (None, None)
    assert (report.photos_shown, report.transitions, report.worker_restarts) == (0, 0, 0)
    assert (report.skipped, report.dropped, report.workers) == ({}, {}, {})


def test_a_report_is_what_was_counted_and_measured() -> None:
    tally = Tally()
    tally.photos_shown, tally.transitions, tally.first_photo_ms = 3, 2, 812.5
    tally.skipped["empty"] += 2
    tally.dropped["images"] += 1
    report = tally.report(frames_presented=90, intervals_ms=[16.0, 17.0], gui_stall_ms_max=4.5)
    assert (report.photos_shown, report.transitions, report.first_photo_ms) == (3, 2, 812.5)
    assert (report.skipped, report.dropped) == ({"empty": 2}, {"images": 1})
    assert report.frame_interval_ms == FrameIntervals(p50=16.5, p99=17.0, max=17.0)
    assert (report.frames_presented, report.gui_stall_ms_max) == (90, 4.5)


def test_a_worker_s_packages_stay_known_after_it_is_gone() -> None:
    tally = Tally()
    tally.worker("images", restarts=0, packages=("msgspec", "pyvips"))
    tally.worker("images", restarts=2, packages=())
    tally.worker("library", restarts=1, packages=())
    report = tally.report()
    assert report.workers["images"] == WorkerReport(restarts=2, packages=("msgspec", "pyvips"))
    assert report.worker_restarts == 3


def test_a_report_becomes_json_and_comes_back() -> None:
    tally = Tally()
    tally.worker("images", restarts=1, packages=("msgspec",))
    report = tally.report(intervals_ms=[1.0])
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
