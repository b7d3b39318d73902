"""The index's file: made, opened again, damaged, newer, not to be had."""

import contextlib
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from nobody import without_rights
from stillframe.workers.database import Opened
from stillframe.workers.library import schema


def tables(opened: Opened) -> set[str]:
    rows = opened.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {row[0] for row in rows}


TABLES = {"state", "roots", "folders", "photos", "keywords"}


def test_an_index_is_made_with_its_folder_and_opened_again(tmp_path: Path) -> None:
    path = str(tmp_path / "cache" / "library.sqlite3")
    opened = schema.open_index(path)
    assert (tables(opened), opened.note) == (TABLES, "")
    opened.database.execute("INSERT INTO roots (path) VALUES (x'FF')")
    opened.database.close()
    again = schema.open_index(path)
    assert again.database.execute("SELECT path FROM roots").fetchall() == [(b"\xff",)]
    assert again.note == ""
    assert os.stat(tmp_path / "cache").st_mode & 0o077 == 0, "nobody else looks at it"


def test_without_a_path_it_is_in_memory() -> None:
    assert tables(schema.open_index("")) == TABLES


@pytest.mark.parametrize(
    "contents",
    [b"not a database at all, but long enough to be taken for one", b"SQLite format 3\0" * 99],
)
def test_a_damaged_index_is_kept_aside_and_made_anew(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "library.sqlite3"
    path.write_bytes(contents)
    opened = schema.open_index(str(path))
    assert tables(opened) == TABLES
    assert "damaged" in opened.note
    assert (tmp_path / "library.sqlite3.damaged").read_bytes() == contents
    opened.database.close()
    assert schema.open_index(str(path)).note == ""


def test_an_index_without_its_tables_is_damaged(tmp_path: Path) -> None:
    path = str(tmp_path / "library.sqlite3")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {schema.VERSION}")
    opened = schema.open_index(path)
    assert tables(opened) == TABLES


def test_an_index_of_a_newer_version_is_left_alone_and_named(tmp_path: Path) -> None:
    path = str(tmp_path / "library.sqlite3")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE of_the_future (x)")
        database.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    opened = schema.open_index(path)
    assert tables(opened) == TABLES
    assert all(said in opened.note for said in (path, f"version {schema.VERSION + 1}"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("of_the_future",)]
    assert os.listdir(tmp_path) == ["library.sqlite3"]


def test_where_nothing_can_be_written_the_index_is_in_memory(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    with without_rights():
        opened = schema.open_index(str(tmp_path / "closed" / "library.sqlite3"))
    assert tables(opened) == TABLES
    assert "remembers nothing" in opened.note


def test_a_folder_in_its_place_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite3").mkdir()
    opened = schema.open_index(str(tmp_path / "library.sqlite3"))
    assert tables(opened) == TABLES
    assert opened.note


def test_two_shows_that_make_it_at_once_share_it(tmp_path: Path) -> None:
    path, made = str(tmp_path / "library.sqlite3"), []
    threads = [
        threading.Thread(target=lambda: made.append(schema.open_index(path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [opened.note for opened in made] == [""] * 8
