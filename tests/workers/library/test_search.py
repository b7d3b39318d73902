"""The threads of the library worker: roots that hang, an index that is lost, the end."""

import datetime as dt
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stillframe.workers.library import schema, search
from stillframe.workers.library.index import Index
from stillframe.workers.library.search import Search
from stillframe.workers.library.selection import LibrarySettings, select
from stillframe.workers.library.walk import walk

PATIENCE_S = 30.0
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


class Bench:
    """A search at work on an index in memory."""

    def __init__(self) -> None:
        self.index = Index(schema.open_index("").database, random.Random(1))
        self.selection = select(LibrarySettings(), dt.date(2026, 7, 4))
        self.search = Search(self.index, self.selection, None, in_turn=False)

    def names(self, *roots: int) -> list[str]:
        """Return the photos that the index has of these roots."""
        found = [
            photo.path
            for root in roots
            for page in self.index.pages(root, self.selection, 99)
            for photo in page
        ]
        return sorted(os.path.basename(path).decode() for path in found)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what the threads do."""
        end_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end_s
            self.search.wait(0.05)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.search.close()
    made.index.close()


def put(root: Path, *names: str) -> bytes:
    root.mkdir()
    for name in names:
        (root / name).write_bytes(b"x")
    return os.fsencode(root)


def test_a_root_that_hangs_holds_up_no_other(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, disk = put(tmp_path / "share", "a.jpg"), put(tmp_path / "disk", "b.jpg")
    server_is_back = threading.Event()

    def slow(root: bytes, *rest: Any) -> Any:
        if root == share:
            server_is_back.wait(PATIENCE_S)
        return walk(root, *rest)

    monkeypatch.setattr(search, "walk", slow)
    monkeypatch.setattr(search, "_PATIENCE_S", 0.3)
    hanging, fine = bench.search.add(share), bench.search.add(disk)
    try:
        bench.until(lambda: bench.names(fine) == ["b.jpg"])
        assert bench.names(hanging) == []
        bench.until(lambda: not bench.search.searching)
    finally:
        server_is_back.set()
    bench.until(lambda: bench.names(hanging) == ["a.jpg"])


def test_a_root_is_added_once(bench: Bench, tmp_path: Path) -> None:
    root = put(tmp_path / "p", "a.jpg")
    assert bench.search.add(root) == bench.search.add(root)
    assert len(bench.search.roots) == 1


def test_one_file_is_there_at_once(bench: Bench, tmp_path: Path) -> None:
    root = put(tmp_path / "p", "a.strange") + b"/a.strange"
    assert bench.names(bench.search.add(root)) == ["a.strange"]
    assert not bench.search.searching


def test_an_index_that_fails_is_said_to_be_lost(bench: Bench, tmp_path: Path) -> None:
    bench.index._database.execute("DROP TABLE photos")
    bench.search.add(put(tmp_path / "p", "a.jpg"))
    bench.until(lambda: bench.search.lost is not None)
    assert "photos" in str(bench.search.lost)


def test_the_end_of_a_search_ends_its_threads(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    made = Bench()
    for number in range(5):
        made.search.add(put(tmp_path / str(number), "a.jpg"))
    made.until(lambda: not made.search.searching)
    assert set(threading.enumerate()) - before
    made.search.close()
    end_s = time.monotonic() + PATIENCE_S
    while not set(threading.enumerate()) <= before:
        assert time.monotonic() < end_s
        made.search.wait(0.05)
    assert made.search.lost is None
    made.index.close()


def test_a_folder_that_changes_while_it_is_walked_is_looked_at_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = put(tmp_path / "p", "a.jpg")
    listed = threading.Event()

    def overtaken(path: bytes, *rest: Any) -> Any:
        items = list(walk(path, *rest))
        if not listed.is_set():
            (tmp_path / "p" / "b.jpg").write_bytes(b"x")
            os.utime(tmp_path / "p", ns=(1, 1))  # whatever the clock's steps are
            listed.set()
        yield from items

    monkeypatch.setattr(search, "walk", overtaken)
    number = bench.search.add(root)
    bench.until(lambda: bench.names(number) == ["a.jpg", "b.jpg"])
