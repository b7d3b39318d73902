"""What the index keeps, in which order it gives it out, and what it says of changes."""

import calendar
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.contracts.library import FoundPhoto, Order, Orientation
from stillframe.workers.library import schema
from stillframe.workers.library.facts import Header
from stillframe.workers.library.index import Index
from stillframe.workers.library.selection import LibrarySettings, Selection, select
from stillframe.workers.library.walk import Listing

TODAY = dt.date(2026, 7, 4)
HEADER = Header(format="jpeg", width=60, height=40)


def opened(path: str = "", seed: int = 1) -> Index:
    return Index(schema.open_index(path).database, random.Random(seed))


@pytest.fixture
def index() -> Iterator[Index]:
    made = opened()
    yield made
    made.close()


def chosen(**said: Any) -> Selection:
    return select(LibrarySettings(**said), TODAY)


EVERYTHING = chosen()


def photo(name: str, size_bytes: int = 5, mtime_ns: int = 7) -> FoundPhoto:
    return FoundPhoto(name.encode(), size_bytes, mtime_ns)


def folder(path: str, *names: str | FoundPhoto, mtime_ns: int = 1) -> Listing:
    photos = tuple(
        name if isinstance(name, FoundPhoto) else photo(f"{path}/{name}") for name in names
    )
    return Listing(path.encode(), mtime_ns, photos)


def filled(index: Index, *names: str) -> int:
    """Note one folder of such photos and return its root."""
    root = index.root(b"/p")
    index.take(root, folder("/p", *names), 1)
    return root


def known(index: Index, root: int, selection: Selection = EVERYTHING) -> list[str]:
    """Return the names that a scan gives, in its order."""
    pages = index.pages(root, selection, 3)
    return [found.path.decode().rpartition("/")[2] for page in pages for found in page]


def news(index: Index, root: int, after: int = 0, selection: Selection = EVERYTHING) -> list[str]:
    """Return what changed since `after`, in words."""
    changes = index.changes([root], selection, after, 100)
    assert [change.seq for change in changes] == sorted({change.seq for change in changes})
    return [
        f"{'+' if change.photo else '-'}{change.path.decode().rpartition('/')[2]}"
        for change in changes
    ]


def describe(index: Index, root: int, headers: dict[str, Header | str]) -> None:
    """Let the headers of some photos be read."""
    while todo := index.unread([root], 100):
        for item in todo:
            name = item.path.decode().rpartition("/")[2]
            index.describe(item.id, headers.get(name, HEADER), tell=True)


def at(when: str) -> int:
    return calendar.timegm(dt.datetime.fromisoformat(when).timetuple())


# What is found, changed and gone.


def test_what_is_found_is_told_and_what_is_found_again_is_not(index: Index) -> None:
    root = filled(index, "a", "b")
    assert news(index, root) == ["+a", "+b"]
    assert not index.take(root, folder("/p", "a", "b"), 2)
    assert index.last_seq() == 2


def test_changed_lost_and_new_photos_are_told(index: Index) -> None:
    root = filled(index, "a", "b", "c")
    before = index.last_seq()
    assert index.take(root, folder("/p", "a", photo("/p/b", 6), "d"), 2)
    assert sorted(news(index, root, before)) == ["+b", "+d", "-c"]


def test_a_photo_that_is_back_unchanged_keeps_what_was_known_of_it(index: Index) -> None:
    root = filled(index, "a")
    describe(index, root, {"a": replace(HEADER, rating=4)})
    index.take(root, folder("/p"), 2)
    index.take(root, folder("/p", "a"), 3)
    assert known(index, root, chosen(rating=4)) == ["a"]
    index.take(root, folder("/p", photo("/p/a", 99)), 4)
    assert known(index, root, chosen(rating=4)) == [], "other contents, other header"


def test_folders_that_a_walk_did_not_come_by_are_gone(index: Index) -> None:
    root = index.root(b"/p")
    for walk, paths in ((1, ("/p", "/p/x", "/p/y")), (2, ("/p", "/p/y"))):
        for path in paths:
            index.take(root, folder(path, path[-1]), walk)
        index.end_walk(root, walk)
    assert sorted(known(index, root)) == ["p", "y"]
    assert index.folders(root) == [(b"/p", 1), (b"/p/y", 1)]
    assert index.begin_walk(root) == 3


def test_a_lost_folder_takes_what_is_below_it_and_nothing_beside_it(index: Index) -> None:
    root = index.root(b"/p")
    for path in ("/p/a", "/p/a/b", "/p/a-b", "/p/a0", "/p/ab"):
        index.take(root, folder(path, path.replace("/", "")), 1)
    index.lose_below(root, b"/p/a")
    assert sorted(known(index, root)) == ["pa-b", "pa0", "pab"]


def test_two_roots_may_hold_one_photo(index: Index) -> None:
    one, other = index.root(b"/p"), index.root(b"/p/x")
    assert index.root(b"/p") == one
    for root in (one, other):
        index.take(root, folder("/p/x", "a"), 1)
    index.note_shown([one, other], [b"/p/x/a"], round_over=False)
    assert [page[0].seen for root in (one, other) for page in index.pages(root, EVERYTHING, 9)] == [
        True,
        True,
    ]


STEPS = st.lists(st.sets(st.sampled_from("abcdef")), min_size=1, max_size=8)


@settings(max_examples=60)
@given(STEPS, st.integers(1, 4))
def test_following_the_changes_leads_to_what_is_there(steps: list[set[str]], count: int) -> None:
    index, cursor, heard = opened(), 0, set()
    root = index.root(b"/p")
    for walk, names in enumerate(steps):
        index.take(root, folder("/p", *sorted(names)), walk)
        while changes := index.changes([root], EVERYTHING, cursor, count):
            for change in changes:
                (heard.add if change.photo else heard.discard)(change.path.decode()[-1])
            cursor = changes[-1].seq
        assert heard == names
        assert set(known(index, root)) == names
    index.close()


# The order in which a scan gives out what is known.


def test_a_shuffled_scan_gives_every_photo_once_from_a_random_place_on() -> None:
    orders = set()
    for seed in range(12):
        index = opened(seed=seed)
        root = filled(index, *"abcdefgh")
        orders |= {tuple(known(index, root)) for _ in range(3)}
        index.close()
    assert {tuple(sorted(order)) for order in orders} == {tuple("abcdefgh")}
    assert len(orders) > 12


def test_what_was_shown_in_this_round_comes_last_and_is_marked(index: Index) -> None:
    root = filled(index, *"abcdefgh")
    index.note_shown([root], [b"/p/c", b"/p/e", b"/p/none"], round_over=False)
    pages = list(index.pages(root, EVERYTHING, 3))
    found = [(item.path[-1:], item.seen) for page in pages for item in page]
    assert {path for path, seen in found if seen} == {b"c", b"e"}
    assert [seen for _, seen in found] == [False] * 6 + [True] * 2


def test_a_new_round_forgets_what_was_shown_in_the_old_one(index: Index) -> None:
    root = filled(index, *"abc")
    index.note_shown([root], [b"/p/a", b"/p/b"], round_over=False)
    index.note_shown([root], [b"/p/c"], round_over=True)
    found = [item for page in index.pages(root, EVERYTHING, 9) for item in page]
    assert {item.path[-1:] for item in found if item.seen} == {b"c"}


def test_what_was_shown_is_known_to_the_next_process(tmp_path: Path) -> None:
    path = str(tmp_path / "library.sqlite3")
    index = opened(path)
    root = filled(index, *"abc")
    index.note_shown([root], [b"/p/b"], round_over=False)
    index.close()
    again = opened(path)
    assert known(again, root)[-1] == "b"
    assert again.last_seq() == 3
    again.close()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.NAME, ["img1", "img2", "img10"]),
        (Order.NEWEST, ["img1", "img10", "img2"]),
        (Order.TAKEN, ["img10", "img1", "img2"]),
    ],
)
def test_an_ordered_scan_comes_in_order_and_its_ranks_agree(
    index: Index, order: Order, expected: list[str]
) -> None:
    root = index.root(b"/p")
    times = {"img1": 30, "img2": 10, "img10": 20}
    index.take(root, folder("/p", *(photo(f"/p/{n}", 1, t) for n, t in times.items())), 1)
    describe(
        index,
        root,
        {
            "img1": replace(HEADER, taken_s=at("2020-01-01")),
            "img2": replace(HEADER, taken_s=at("2021-01-01")),
            "img10": replace(HEADER, taken_s=at("1999-01-01")),
        },
    )
    selection = chosen(order=order)
    assert known(index, root, selection) == expected
    ranks = [item.rank for page in index.pages(root, selection, 2) for item in page]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_a_photo_without_a_time_of_capture_goes_by_its_file(index: Index) -> None:
    root = index.root(b"/p")
    index.take(
        root, folder("/p", photo("/p/old", 1, 5), photo("/p/new", 1, at("2022-01-01") * 10**9)), 1
    )
    describe(index, root, {"old": replace(HEADER, taken_s=at("2023-01-01"))})
    assert known(index, root, chosen(order=Order.TAKEN)) == ["new", "old"]


# Filters.


FACTS = {
    "small": replace(HEADER, width=10, height=10),
    "tall": replace(HEADER, width=40, height=60, rating=3),
    "lake": replace(
        HEADER, keywords=("Lake", "Summer"), rating=5, taken_s=at("2024-07-04T23:59:59")
    ),
    "broken": "decoder-error: wrong",
}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"rating": 3}, ["lake", "tall"]),
        ({"rating": 4}, ["lake"]),
        ({"keyword": "LAKE"}, ["lake"]),
        ({"keyword": "lak"}, []),
        ({"min_pixels": 101}, ["lake", "tall"]),
        ({"orientation": Orientation.PORTRAIT}, ["tall"]),
        ({"orientation": Orientation.LANDSCAPE}, ["lake"]),
        ({"orientation": Orientation.SQUARE}, ["small"]),
        ({"since": "2024-07-04"}, ["lake"]),
        ({"since": "2024-07-05"}, []),
        ({"until": "2024-07-04"}, ["lake"]),
        ({"until": "2024-07-03"}, []),
        ({"order": Order.ON_THIS_DAY}, ["lake"]),
        ({"exclude": "l*, t*"}, ["broken", "small"]),
    ],
)
def test_filters_leave_what_was_asked_for(
    index: Index, said: dict[str, Any], expected: list[str]
) -> None:
    root = filled(index, *FACTS)
    describe(index, root, FACTS)
    selection = chosen(**said)
    assert sorted(known(index, root, selection)) == expected
    assert (
        sorted(word[1:] for word in news(index, root, 0, selection) if word[0] == "+") == expected
    )


def test_a_photo_is_told_of_when_its_header_shows_that_it_is_wanted(index: Index) -> None:
    root, selection = filled(index, "tall", "small"), chosen(rating=3)
    assert news(index, root, 0, selection) == ["-tall", "-small"]
    before = index.last_seq()
    describe(index, root, FACTS)
    assert news(index, root, before, selection) == ["+tall", "-small"]


@pytest.mark.parametrize(("kept", "expected"), [(0, 4), (1, 2), (2, 3), (3, 4)])
def test_of_a_burst_so_many_photos_are_kept(index: Index, kept: int, expected: int) -> None:
    root = filled(index, *"abcd")
    burst = replace(HEADER, camera="C", taken_s=1_700_000_000)
    describe(index, root, dict.fromkeys("abc", burst) | {"d": replace(burst, camera="D")})
    assert len(known(index, root, chosen(burst_photos=kept))) == expected


def test_photos_without_a_camera_are_no_burst(index: Index) -> None:
    root = filled(index, *"abc")
    describe(index, root, dict.fromkeys("abc", replace(HEADER, taken_s=1_700_000_000)))
    assert len(known(index, root, chosen(burst_photos=1))) == 3


# Headers that are read.


def test_every_header_is_read_once(index: Index) -> None:
    root = filled(index, *"abcde")
    first = index.unread([root], 3)
    assert [item.path[-1:] for item in first] == [b"a", b"b", b"c"]
    for item in first:
        index.describe(item.id, HEADER, tell=False)
    assert index.any_unread([root])
    describe(index, root, {})
    assert not index.any_unread([root])
    assert index.unread([root], 3) == []


def test_a_header_that_workers_die_of_is_read_alone_and_then_left(tmp_path: Path) -> None:
    path = str(tmp_path / "library.sqlite3")
    index = opened(path)
    root = filled(index, *"abc")
    assert len(index.unread([root], 9)) == 3
    index.close()  # the worker died of one of them
    index = opened(path)
    first = index.unread([root], 9)
    assert [item.path[-1:] for item in first] == [b"a"]
    index.describe(first[0].id, HEADER, tell=False)
    (second,) = index.unread([root], 9)
    assert second.path[-1:] == b"b"
    index.close()  # and of this one again
    index = opened(path)
    (third,) = index.unread([root], 9)
    assert third.path[-1:] == b"c"
    index.describe(third.id, HEADER, tell=False)
    assert index.unread([root], 9) == []
    assert index.numbers([root], 0, searching=False).broken == 1
    index.close()


def test_the_index_counts_what_it_holds(index: Index) -> None:
    root = index.root(b"/p")
    index.take(root, folder("/p", photo("/p/a", 10), photo("/p/b", 20)), 1)
    index.take(root, folder("/p/x", photo("/p/x/c", 30), photo("/p/x/gone", 99)), 1)
    index.take(root, folder("/p/x", photo("/p/x/c", 30)), 2)
    taken = replace(HEADER, camera="C", taken_s=100_000_000, latitude=1.0, longitude=2.0)
    describe(index, root, {"a": taken, "b": taken, "c": "truncated: early"})
    numbers = index.numbers([root], 1, searching=True)
    assert (numbers.photos, numbers.folders, numbers.size_bytes) == (3, 2, 60)
    assert (numbers.described, numbers.broken, numbers.thinned, numbers.with_place) == (2, 1, 1, 2)
    assert (numbers.first_taken_s, numbers.last_taken_s) == (100_000_000, 100_000_000)
    assert [(tally.name, tally.photos) for tally in numbers.formats] == [("jpeg", 2)]
    assert [(tally.name, tally.photos) for tally in numbers.cameras] == [("C", 2)]
    assert numbers.searching


def test_what_is_asked_of_no_root_is_nothing(index: Index) -> None:
    assert index.changes([], EVERYTHING, 0, 9) == []
    assert not index.any_unread([])
