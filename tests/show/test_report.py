"""The numbers of a show."""

import collections

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.show.report import FrameIntervals, Report, Tally, WorkerReport


@pytest.mark.parametrize(
    ("intervals_ms", "p50", "p99", "longest"),
    [
        ([16], 16, 16, 16),
        ([10, 20], 10, 20, 20),
        ([20, 10, 30], 20, 30, 30),
        (list(range(1000)), 499, 989, 999),
        ([17] * 199 + [500], 17, 17, 500),
    ],
)
def test_intervals_are_summarised(
    intervals_ms: list[int], p50: float, p99: float, longest: float
) -> None:
    counts = collections.Counter(intervals_ms)
    assert FrameIntervals.of(counts) == FrameIntervals(p50=p50, p99=p99, max=longest)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=300))
def test_so_many_intervals_are_no_longer_than_a_percentile_and_fewer_than_a_shorter_one(
    intervals_ms: list[int],
) -> None:
    summary = FrameIntervals.of(collections.Counter(intervals_ms))
    assert summary is not None
    for percent, value in ((50, summary.p50), (99, summary.p99)):
        assert sum(ms <= value for ms in intervals_ms) * 100 >= percent * len(intervals_ms)
        assert sum(ms < value for ms in intervals_ms) * 100 < percent * len(intervals_ms)
    assert summary.max == max(intervals_ms)


def test_nothing_that_moved_is_no_interval() -> None:
    assert FrameIntervals.of({}) is None


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
    report = tally.report(frames_presented=90, intervals_ms={16: 1, 17: 1}, gui_stall_ms_max=4.5)
    assert (report.photos_shown, report.transitions, report.first_photo_ms) == (3, 2, 812.5)
    assert (report.skipped, report.dropped) == ({"empty": 2}, {"images": 1})
    assert report.frame_interval_ms == FrameIntervals(p50=16, p99=17, max=17)
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
    report = tally.report(intervals_ms={1: 1})
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
