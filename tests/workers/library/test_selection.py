"""From settings to what is asked of the index."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.library import Order, Orientation
from stillframe.workers.library.selection import LibrarySettings, Selection, select, sort_name

TODAY = dt.date(2026, 2, 28)


def selection(**settings: object) -> Selection:
    return select(LibrarySettings(**settings), TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ([b"/p/10.jpg", b"/p/9.jpg", b"/p/1.jpg"], [2, 1, 0]),
        ([b"/p/img-002.jpg", b"/p/IMG-1.jpg", b"/p/Img-10.jpg"], [1, 0, 2]),
        ([b"/p/b/1.jpg", b"/p/a.jpg", b"/p/a/2.jpg"], [2, 1, 0]),
        ([b"/p/2024-01-31", b"/p/2023-12-01"], [1, 0]),
    ],
)
def test_names_sort_as_people_do(names: list[bytes], order: list[int]) -> None:
    assert sorted(range(len(names)), key=lambda n: sort_name(names[n])) == order


@given(st.binary(max_size=600))
def test_a_sort_name_is_bounded_whatever_the_path(path: bytes) -> None:
    assert len(sort_name(path)) <= 256


@given(
    order=st.sampled_from([Order.TAKEN, Order.NEWEST, Order.ON_THIS_DAY]),
    times=st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=2, max_size=2),
)
def test_ranks_compare_as_the_times_do(order: Order, times: list[int]) -> None:
    chosen = selection(order=order)
    one, other = (chosen.rank(sort_name=b"", when_ns=t, mtime_ns=t) for t in times)
    newer_first = order is Order.NEWEST
    assert (one < other) == ((times[0] > times[1]) if newer_first else (times[0] < times[1]))


def test_a_shuffled_show_has_no_ranks_and_needs_no_headers() -> None:
    chosen = selection()
    assert chosen.rank(sort_name=b"a", when_ns=1, mtime_ns=1) == b""
    assert (chosen.where, chosen.needs_header, chosen.hears_of_headers) == (
        "gone = 0",
        False,
        False,
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"since": "2020-01-01"},
        {"until": "2020-01-01"},
        {"rating": 1},
        {"keyword": "Lake"},
        {"min_pixels": 1},
        {"orientation": Orientation.PORTRAIT},
        {"order": Order.ON_THIS_DAY},
    ],
)
def test_what_a_header_says_must_be_read_before_it_can_be_asked_for(
    settings: dict[str, object],
) -> None:
    chosen = selection(**settings)
    assert chosen.needs_header
    assert chosen.hears_of_headers
    assert chosen.where.count("?") == len(chosen.parameters)


@pytest.mark.parametrize("settings", [{"order": Order.TAKEN}, {"burst_photos": 1}])
def test_what_a_header_only_improves_is_not_waited_for(settings: dict[str, object]) -> None:
    chosen = selection(**settings)
    assert not chosen.needs_header
    assert chosen.hears_of_headers


@pytest.mark.parametrize(
    ("patterns", "left_out", "kept"),
    [
        ("*.png", b"/p/a.png", b"/p/a.png.jpg"),
        ("Screenshots", b"/p/Screenshots/a.jpg", b"/p/Screenshots2/a.jpg"),
        ("IMG_????.*", b"/p/IMG_1234.jpg", b"/p/IMG_12345.jpg"),
        ("a*b", b"/p/axxb", b"/p/a/b"),
        ("/p/old/*", b"/p/old/x/a.jpg", b"/q/p/old/a.jpg"),
        (" *.gif , tmp ", b"/p/tmp/a.jpg", b"/p/tmps/a.jpg"),
        ("*.png", b"/p/\xff.png", b"/p/\xff.jpg"),
        ("", b"", b"/p/a.jpg"),
    ],
)
def test_patterns_leave_out_names_or_whole_paths(
    patterns: str, left_out: bytes, kept: bytes
) -> None:
    chosen = selection(exclude=patterns)
    assert not left_out or chosen.excludes(left_out)
    assert not chosen.excludes(kept)


@given(st.text(max_size=40), st.binary(max_size=40))
def test_any_pattern_can_be_asked_about_any_path(patterns: str, path: bytes) -> None:
    assert selection(exclude=patterns).excludes(path) in (True, False)
