"""Any worker's database: made, kept aside, left alone, replaced."""

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from stillframe.workers.database import Blueprint, Opened, open_database, set_aside

PLAN = Blueprint(
    name="list of things",
    version=3,
    tables="CREATE TABLE things (name TEXT);\nINSERT INTO things VALUES ('first');\n",
    probe="SELECT count(*) FROM (SELECT 1 FROM things LIMIT 1)",
)


def names(opened: Opened) -> list[str]:
    return [row[0] for row in opened.database.execute("SELECT name FROM things")]


def test_one_is_made_with_its_folder_and_opened_again(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "things.sqlite3")
    first = open_database(path, PLAN)
    first.database.execute("INSERT INTO things VALUES ('second')")
    first.database.close()
    again = open_database(path, PLAN)
    assert (names(again), again.note) == (["first", "second"], "")
    assert again.database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_without_a_path_it_is_in_memory() -> None:
    opened = open_database("", PLAN)
    assert (names(opened), opened.note) == (["first"], "")


@pytest.mark.parametrize("contents", [b"no database at all" * 9, b"SQLite format 3\0" * 99])
def test_a_damaged_one_is_kept_aside_by_name(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "things.sqlite3"
    path.write_bytes(contents)
    opened = open_database(str(path), PLAN)
    assert names(opened) == ["first"]
    assert "the list of things was damaged" in opened.note
    assert (tmp_path / "things.sqlite3.damaged").read_bytes() == contents


def test_one_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = str(tmp_path / "things.sqlite3")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 4")
    before = Path(path).read_bytes()
    opened = open_database(path, PLAN)
    assert names(opened) == ["first"]
    assert "list of things" in opened.note
    assert "version 4" in opened.note
    assert "up to 3" in opened.note
    assert Path(path).read_bytes() == before


def test_where_nothing_may_be_written_it_is_in_memory(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_bytes(b"")
    opened = open_database(str(tmp_path / "in the way" / "things.sqlite3"), PLAN)
    assert names(opened) == ["first"]
    assert "remembers nothing" in opened.note


def test_what_is_set_aside_takes_its_journal_along(tmp_path: Path) -> None:
    path = tmp_path / "things.sqlite3"
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"things.sqlite3{suffix}").write_bytes(b"x")
    set_aside(str(path))
    assert [entry.name for entry in tmp_path.iterdir()] == ["things.sqlite3.damaged"]
    with pytest.raises(FileNotFoundError):
        set_aside(str(path))


def test_a_table_that_is_missing_is_damage(tmp_path: Path) -> None:
    path = str(tmp_path / "things.sqlite3")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 3")
    opened = open_database(path, PLAN)
    # It says that it is of this version: without its tables nothing would ever mend it.
    assert "damaged (no such table: things)" in opened.note
    assert (tmp_path / "things.sqlite3.damaged").exists()
    opened.database.close()
    assert (names(open_database(path, PLAN)), open_database(path, PLAN).note) == (["first"], "")


def test_a_table_whose_name_is_no_text_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "things.sqlite3"
    open_database(str(path), PLAN).database.close()
    # SQLite quotes the broken statement in its error; Python cannot read that.
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE things", b"CREATE TABL\xff things"))
    opened = open_database(str(path), PLAN)
    assert "no text" in opened.note
    assert names(opened) == ["first"]


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("kind", ["database", "text", "dangling", "fifo", "directory"])
def test_what_is_no_file_is_neither_followed_nor_written(
    tmp_path: Path, suffix: str, kind: str
) -> None:
    planted, target = tmp_path / f"things.sqlite3{suffix}", tmp_path / "target"
    with contextlib.closing(sqlite3.connect(target)) as database:
        database.execute("CREATE TABLE precious (name)")
    if kind == "text":
        target.write_bytes(b"precious" * 1000)
    before = target.read_bytes()
    match kind:
        case "fifo":
            os.mkfifo(planted)
        case "directory":
            planted.mkdir()
        case _:
            planted.symlink_to(target if kind != "dangling" else tmp_path / "not there")
    opened = open_database(str(tmp_path / "things.sqlite3"), PLAN)
    assert names(opened) == ["first"]
    assert f"{planted} is a link, or no file" in opened.note
    assert target.read_bytes() == before
    assert {entry.name for entry in tmp_path.iterdir()} == {"target", planted.name}
