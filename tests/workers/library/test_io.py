"""The library worker, asked as a show asks it: what is known, what is found, what changes."""

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photos import encoded, picture
from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.library import (
    Changes,
    Check,
    Checked,
    Follow,
    FoundPhoto,
    LibraryRequest,
    LibraryResult,
    Numbers,
    Scan,
    ScanPage,
    Survey,
)
from stillframe.contracts.wire import PROTOCOLS
from stillframe.workers.library.io import LibraryHandler

CODEC = PROTOCOLS["library"].from_worker("library")
PATIENCE_S = 30.0
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def ask(handler: LibraryHandler, question: Scan | Follow | Survey | Check) -> Any:
    """Return the answer to a question, as it comes out of the wire."""
    request = LibraryRequest(
        seq=9, correlation_id=4, worker="library", ts_req_ns=1, deadline_ns=2**62, ask=question
    )
    result = CODEC.decode(CODEC.encode(handler.handle(request)))
    assert isinstance(result, LibraryResult)
    assert (result.seq, result.correlation_id, result.worker, result.ok) == (9, 4, "library", True)
    return result.told


@contextlib.contextmanager
def worker(**said: Any) -> Iterator[LibraryHandler]:
    handler = LibraryHandler.start(Start(worker="library", heartbeat=3, settings=said))
    handler.warm_up()
    try:
        yield handler
    finally:
        handler.close()


@pytest.fixture
def handler() -> Iterator[LibraryHandler]:
    with worker() as made:
        yield made


def pages(handler: LibraryHandler, root: Path, max_items: int = 512) -> list[ScanPage]:
    """Return all pages of what is known of a root."""
    cursor, found = 0, []
    while True:
        page = ask(handler, Scan(root=os.fsencode(root), cursor=cursor, max_items=max_items))
        found.append(page)
        cursor = page.next_cursor
        if cursor == 0:
            return found


class Listener:
    """Follows the changes, and knows what is there by them alone."""

    def __init__(self, handler: LibraryHandler, *roots: Path) -> None:
        self.handler, self.cursor = handler, 0
        self.photos: dict[str, FoundPhoto] = {}
        self.skipped: list[tuple[str, FaultKind]] = []
        self.told: list[str] = []
        for root in roots:
            for page in pages(handler, root):
                self._hear(page.photos)

    def follow(self, *, patience_ms: int = 200, max_items: int = 512) -> Changes:
        question = Follow(cursor=self.cursor, patience_ms=patience_ms, max_items=max_items)
        changes = ask(self.handler, question)
        assert isinstance(changes, Changes)
        self.cursor = changes.next_cursor
        self._hear(changes.photos)
        for path in changes.gone:
            self.photos.pop(os.fsdecode(path), None)
        self.told += [skipped.error.detail for skipped in changes.skipped]
        self.skipped += [(os.fsdecode(s.path), s.error.kind) for s in changes.skipped]
        return changes

    def settle(self) -> "Listener":
        """Follow until all is found that was there."""
        end_s = time.monotonic() + PATIENCE_S
        while self.follow().searching:
            assert time.monotonic() < end_s
        return self

    def hear_of(self, *names: str) -> None:
        """Follow until exactly these files are there."""
        end_s = time.monotonic() + PATIENCE_S
        while self.names() != sorted(names):
            assert time.monotonic() < end_s, f"{self.names()} instead of {sorted(names)}"
            self.follow(patience_ms=1000)

    def names(self) -> list[str]:
        return sorted(os.path.basename(path) for path in self.photos)

    def _hear(self, photos: tuple[FoundPhoto, ...]) -> None:
        self.photos |= {os.fsdecode(photo.path): photo for photo in photos}


def put(root: Path, *names: str, size: int = 7) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x" * size)


def index_at(folder: Path) -> str:
    return str(folder / "index" / "library.sqlite3")


# What was there.


def test_all_photos_of_all_roots_are_found(handler: LibraryHandler, tmp_path: Path) -> None:
    put(tmp_path, "a/1.jpg", "a/b/2.png", "a/notes.txt", "c/3.webp", "d/4.strange")
    listener = Listener(handler, tmp_path / "a", tmp_path / "c", tmp_path / "d" / "4.strange")
    assert listener.settle().names() == ["1.jpg", "2.png", "3.webp", "4.strange"]
    assert listener.skipped == []
    found = listener.photos[str(tmp_path / "a" / "1.jpg")]
    assert found.size_bytes == 7
    assert found.mtime_ns == (tmp_path / "a" / "1.jpg").stat().st_mtime_ns


def test_what_was_found_once_is_known_at_once_the_next_time(tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(40)]
    put(tmp_path / "p", *names)
    with worker(index=index_at(tmp_path)) as first:
        Listener(first, tmp_path / "p").settle()
    with worker(index=index_at(tmp_path)) as second:
        found = pages(second, tmp_path / "p", 16)
        assert [len(page.photos) for page in found] == [16, 16, 8]
        assert {os.path.basename(p.path).decode() for page in found for p in page.photos} == set(
            names
        )


def test_what_has_changed_between_two_shows_is_told(tmp_path: Path) -> None:
    put(tmp_path / "p", "a.jpg", "b.jpg", "x/c.jpg")
    with worker(index=index_at(tmp_path)) as first:
        Listener(first, tmp_path / "p").settle()
    (tmp_path / "p" / "a.jpg").unlink()
    shutil.rmtree(tmp_path / "p" / "x")
    put(tmp_path / "p", "b.jpg", "d.jpg", size=8)
    with worker(index=index_at(tmp_path)) as second:
        listener = Listener(second, tmp_path / "p").settle()
        assert listener.names() == ["b.jpg", "d.jpg"]
        assert listener.photos[str(tmp_path / "p" / "b.jpg")].size_bytes == 8


def test_a_root_without_photos_and_one_that_is_not_there_are_named(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    put(tmp_path, "empty/notes.txt")
    listener = Listener(handler, tmp_path / "empty", tmp_path / "missing").settle()
    assert sorted(listener.skipped) == [
        (str(tmp_path / "empty"), FaultKind.EMPTY),
        (str(tmp_path / "missing"), FaultKind.NOT_FOUND),
    ]


def test_what_was_shown_is_remembered(tmp_path: Path) -> None:
    put(tmp_path / "p", "a.jpg", "b.jpg", "c.jpg")
    with worker(index=index_at(tmp_path)) as first:
        Listener(first, tmp_path / "p").settle()
        ask(first, Follow(shown=(os.fsencode(tmp_path / "p" / "b.jpg"),)))
    with worker(index=index_at(tmp_path)) as second:
        listener = Listener(second, tmp_path / "p")
        seen = {os.path.basename(path) for path, p in listener.photos.items() if p.seen}
        assert seen == {"b.jpg"}


def test_a_steady_show_hears_of_photos_in_one_order_in_whole_pages(tmp_path: Path) -> None:
    for root in ("q", "p"):
        put(tmp_path / root, *(f"{folder}/{number}.jpg" for folder in "abc" for number in range(5)))
    heard = []
    for _ in range(3):
        with worker(steady=True) as handler:
            listener = Listener(handler, tmp_path / "q", tmp_path / "p")
            answers = []
            while (changes := listener.follow(max_items=8)).searching:
                answers.append([photo.path for photo in changes.photos])
            answers.append([photo.path for photo in changes.photos])
        assert {len(answer) for answer in answers} <= {0, 8, 30 % 8}
        heard.append([path for answer in answers for path in answer])
    assert heard[0] == heard[1] == heard[2]
    assert len(heard[0]) == 30
    assert heard[0][0] == os.fsencode(tmp_path / "q" / "a" / "0.jpg")


def test_many_roots_are_walked_whatever_their_number(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    roots = [tmp_path / f"r{number}" for number in range(40)]
    for root in roots:
        put(root, f"{root.name}.jpg")
    listener = Listener(handler, *roots).settle()
    assert listener.names() == sorted(f"{root.name}.jpg" for root in roots)


# What changes.


def test_files_that_come_change_go_and_are_renamed_are_told_of(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    put(tmp_path, "a.jpg", "b.jpg")
    listener = Listener(handler, tmp_path).settle()
    put(tmp_path, "c.jpg")
    listener.hear_of("a.jpg", "b.jpg", "c.jpg")
    (tmp_path / "a.jpg").unlink()
    listener.hear_of("b.jpg", "c.jpg")
    (tmp_path / "b.jpg").rename(tmp_path / "z.jpg")
    listener.hear_of("c.jpg", "z.jpg")
    put(tmp_path, "c.jpg", size=99)
    end_s = time.monotonic() + PATIENCE_S
    while listener.photos[str(tmp_path / "c.jpg")].size_bytes != 99:
        assert time.monotonic() < end_s
        listener.follow(patience_ms=1000)


def test_folders_that_come_go_and_are_renamed_take_their_photos_along(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    put(tmp_path / "root", "a.jpg")
    put(tmp_path / "outside" / "new" / "deep", "b.jpg", "c.jpg")
    listener = Listener(handler, tmp_path / "root").settle()
    (tmp_path / "outside" / "new").rename(tmp_path / "root" / "new")
    listener.hear_of("a.jpg", "b.jpg", "c.jpg")
    (tmp_path / "root" / "new").rename(tmp_path / "root" / "other")
    end_s = time.monotonic() + PATIENCE_S
    while str(tmp_path / "root" / "other" / "deep" / "b.jpg") not in listener.photos:
        assert time.monotonic() < end_s
        listener.follow(patience_ms=1000)
    listener.hear_of("a.jpg", "b.jpg", "c.jpg")
    shutil.rmtree(tmp_path / "root" / "other")
    listener.hear_of("a.jpg")


def test_a_name_that_is_no_text_does_not_end_the_watch(
    handler: LibraryHandler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Events about such names cannot be told by the library that watches: all is looked at anew.
    monkeypatch.setattr("stillframe.workers.library.search._UNWATCHED_REWALK_S", 0.1)
    put(tmp_path, "a.jpg")
    listener = Listener(handler, tmp_path).settle()
    strange = os.fsencode(tmp_path) + b"/\xff\xfe.jpg"
    with open(strange, "wb") as file:
        file.write(b"x")
    listener.hear_of("a.jpg", "\udcff\udcfe.jpg")
    put(tmp_path, "b.jpg")
    listener.hear_of("a.jpg", "b.jpg", "\udcff\udcfe.jpg")


def test_hidden_files_that_come_are_nobodys_photos(handler: LibraryHandler, tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    listener = Listener(handler, tmp_path).settle()
    put(tmp_path, ".hidden/b.jpg", ".c.jpg", "d.jpg")
    listener.hear_of("a.jpg", "d.jpg")


def test_a_root_that_vanishes_takes_its_photos_along(
    handler: LibraryHandler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillframe.workers.library.search._UNWATCHED_REWALK_S", 0.1)
    put(tmp_path / "stick", "a.jpg", "b.jpg")
    listener = Listener(handler, tmp_path / "stick").settle()
    (tmp_path / "stick").rename(tmp_path / "away")
    listener.hear_of()
    (tmp_path / "away").rename(tmp_path / "stick")
    listener.hear_of("a.jpg", "b.jpg")


@settings(max_examples=15)
@given(st.integers(1, 30))
def test_changes_in_pages_of_any_size_tell_of_every_photo(
    tmp_path_factory: pytest.TempPathFactory, max_items: int
) -> None:
    root = tmp_path_factory.mktemp("pages")
    put(root, *(f"{folder}/{folder}-{number}.jpg" for folder in range(4) for number in range(6)))
    with worker() as handler:
        listener, heard = Listener(handler, root), 0
        while True:
            changes = listener.follow(max_items=max_items)
            assert len(changes.photos) <= max_items
            heard += len(changes.photos)
            if not changes.searching:
                break
        assert heard == len(listener.photos) == 24


def test_long_names_make_more_answers_and_lose_nothing(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    folder = "/".join(["f" * 250] * 12)
    put(tmp_path, *(f"{folder}/{number:02}.jpg" for number in range(40)))
    listener = Listener(handler, tmp_path).settle()
    assert len(listener.photos) == 40
    assert len(pages(handler, tmp_path)) >= 3, "40 paths of 3 KB fill more than a message of 64 KB"


# Filters and orders, with photos that cameras could have made.


def taken(when: str) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = when
    return encoded(picture("coffee.png").resize((60, 40)), "JPEG", exif=exif)


def test_an_ordered_show_hears_of_ranks_and_a_filtered_one_only_of_what_it_wants(
    tmp_path: Path,
) -> None:
    for name, when in (("b", "2001:01:01"), ("a", "2003:01:01"), ("c", "2002:01:01")):
        (tmp_path / f"{name}.jpg").write_bytes(taken(f"{when} 12:00:00"))
    with worker(order="taken") as ordered:
        listener = Listener(ordered, tmp_path).settle()
        end_s = time.monotonic() + PATIENCE_S
        while [
            os.path.basename(p)
            for p in sorted(listener.photos, key=lambda p: listener.photos[p].rank)
        ] != ["b.jpg", "c.jpg", "a.jpg"]:
            assert time.monotonic() < end_s
            listener.follow(patience_ms=500)
    with worker(since="2002-01-01", until="2002-12-31") as filtered:
        assert Listener(filtered, tmp_path).settle().names() == ["c.jpg"]


def test_the_index_is_surveyed_and_its_photos_are_checked(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(taken("2001:01:01 12:00:00"))
    put(tmp_path, "b.jpg", "c.jpg")
    Listener(handler, tmp_path).settle()
    end_s = time.monotonic() + PATIENCE_S
    while (numbers := ask(handler, Survey())).described + numbers.broken < 3:
        assert time.monotonic() < end_s
    assert isinstance(numbers, Numbers)
    assert (numbers.photos, numbers.described, numbers.broken) == (3, 1, 2)
    cursor, broken, checked = 0, [], 0
    while True:
        told = ask(handler, Check(cursor=cursor, max_items=2))
        assert isinstance(told, Checked)
        checked += told.checked
        broken += [os.path.basename(one.path) for one in told.broken]
        cursor = told.next_cursor
        if not cursor:
            break
    assert (checked, sorted(broken)) == (3, [b"b.jpg", b"c.jpg"])


# Questions that cannot be answered.


def refused(handler: LibraryHandler, question: Scan | Follow) -> FaultKind:
    with pytest.raises(FaultError) as refusal:
        ask(handler, question)
    return refusal.value.fault.kind


def test_a_cursor_of_nobodys_is_refused(handler: LibraryHandler, tmp_path: Path) -> None:
    assert refused(handler, Scan(root=b"/", cursor=1)) is FaultKind.BAD_REQUEST
    put(tmp_path, *(f"{number}.jpg" for number in range(9)))
    Listener(handler, tmp_path).settle()
    first = ask(handler, Scan(root=os.fsencode(tmp_path), max_items=5))
    assert refused(handler, Scan(root=b"/other", cursor=first.next_cursor)) is FaultKind.BAD_REQUEST


def test_changes_of_no_root_are_refused(handler: LibraryHandler) -> None:
    assert refused(handler, Follow(cursor=5)) is FaultKind.BAD_REQUEST


def test_scans_that_nobody_finishes_are_forgotten_oldest_first(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    put(tmp_path, *(f"{number}.jpg" for number in range(9)))
    Listener(handler, tmp_path).settle()
    scan = Scan(root=os.fsencode(tmp_path), max_items=5)
    cursors = [ask(handler, scan).next_cursor for _ in range(65)]
    assert len(set(cursors)) == 65
    oldest = Scan(root=os.fsencode(tmp_path), cursor=cursors[0])
    assert refused(handler, oldest) is FaultKind.BAD_REQUEST
    for cursor in cursors[1:]:
        assert len(ask(handler, Scan(root=os.fsencode(tmp_path), cursor=cursor)).photos) == 4


# An index that fails.


def patiently(handler: LibraryHandler, root: Path) -> Listener:
    """Ask as the show does: once more from the beginning, when it is told to."""
    try:
        return Listener(handler, root).settle()
    except FaultError as lost:
        if lost.fault.kind is not FaultKind.BAD_REQUEST:
            raise
        return Listener(handler, root).settle()


@pytest.mark.parametrize("found", ["at the start", "later"])
def test_an_index_that_is_damaged_is_replaced_and_the_show_starts_over(
    tmp_path: Path, found: str
) -> None:
    put(tmp_path / "p", *(f"{number}.jpg" for number in range(300)))
    path = index_at(tmp_path)
    with worker(index=path) as first:
        Listener(first, tmp_path / "p").settle()
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.seek(0 if found == "at the start" else 8192)
        file.write(b"\xa5" * (size if found == "at the start" else size - 8192))
    with worker(index=path) as second:
        listener = patiently(second, tmp_path / "p")
        assert len(listener.photos) == 300
        assert (path, FaultKind.IO_ERROR) in listener.skipped, "a person is told"
    assert os.path.exists(f"{path}.damaged")


def test_when_the_disk_is_full_the_show_goes_on_in_memory(tmp_path: Path) -> None:
    put(tmp_path / "p", *(f"{number}.jpg" for number in range(300)))
    path = index_at(tmp_path)
    with worker(index=path) as first:
        full = first._index._database
        (pages_used,) = full.execute("PRAGMA page_count").fetchone()
        full.execute(f"PRAGMA max_page_count = {pages_used}")  # as SQLite sees a full disk
        listener = patiently(first, tmp_path / "p")
        assert any("full" in detail for detail in listener.told)
        assert len(listener.photos) == 300
    with contextlib.closing(sqlite3.connect(path)) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
