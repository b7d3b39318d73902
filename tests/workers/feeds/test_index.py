"""A database that anybody may have written, or damaged."""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirror_writer import CAPS, NOW_S
from photos import shipped
from stillframe.contracts.feeds import DropReason, ImageMetadata
from stillframe.workers.database import Blueprint, Opened, open_database
from stillframe.workers.feeds import index as index_module
from stillframe.workers.feeds.folder import name_of
from stillframe.workers.feeds.index import Index, unpacked
from stillframe.workers.feeds.mirror import DATABASE_NAME, Mirror
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.schedule import Record

FEED = "https://a.example/feed"
JPEG = shipped("rocket.jpg").read_bytes()


def filled(folder: Path, images: int = 3) -> Mirror:
    mirror = Mirror(bytes(folder / "feeds"), CAPS, now_s=NOW_S)
    for number in range(images):
        item = ImageMetadata(
            url=f"https://a.example/{number}",
            title="Fog",
            ts_s=0.0,
            priority=1,
            ttl_s=3600.0,
            source=FEED,
        )
        mirror.keep(item, JPEG + bytes([number]), NOW_S)
    return mirror


def everything(mirror: Mirror) -> int:
    """Ask all that a show ever asks; return how many images there are."""
    mirror.rotate((), NOW_S)
    mirror.counts()
    mirror.holds()
    mirror.record(FEED)
    mirror.put_record(FEED, b"new")
    mirror.has(FEED, "https://a.example/0")
    return len(mirror.changes(0, 64, 1 << 20).items)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO images VALUES ('../precious', 8, 0, 0, 99, 0)",
        "INSERT INTO images VALUES (x'ff00', 8, 0, 0, 99, 0)",
        "INSERT INTO images VALUES (CAST(x'ff00' AS TEXT), 8, 0, 0, 99, 0)",
        "UPDATE images SET kept_s = 'yesterday'",
        "UPDATE images SET expires_s = 9e999",
        "UPDATE images SET size_bytes = -1",
        "UPDATE images SET size_bytes = 'many'",
        "UPDATE images SET size_bytes = 5",
        "UPDATE images SET gone = 1",
        "UPDATE images SET seq = -5",
        "UPDATE sightings SET metadata = x'c1'",
        "UPDATE sightings SET metadata = 'text'",
        "UPDATE sightings SET metadata = 5",
        # One field, whose value or name is no text.
        "UPDATE sightings SET metadata = x'81a375726ca1ff'",
        "UPDATE sightings SET metadata = x'81a1ffa161'",
        "UPDATE sightings SET feed = x'00'",
        "INSERT INTO feeds VALUES ('https://a.example/feed', 5)",
        "INSERT INTO holds VALUES ('a.example', 'soon')",
        "INSERT INTO holds VALUES (x'00', 5)",
        "UPDATE state SET value = 9223372036854775807",
        "UPDATE state SET value = 'many'",
        "DELETE FROM state",
        "ALTER TABLE images RENAME COLUMN kept_s TO other",
        "DROP TABLE sightings",
        "DROP TABLE holds",
        "CREATE TRIGGER no BEFORE INSERT ON feeds BEGIN SELECT RAISE(ABORT, 'no'); END",
    ],
)
def test_whoever_wrote_it_the_images_are_there_and_nothing_else_is_touched(
    tmp_path: Path, statement: str
) -> None:
    filled(tmp_path).close()
    (tmp_path / "precious").write_bytes(b"precious")
    database = sqlite3.connect(tmp_path / "feeds" / DATABASE_NAME, isolation_level=None)
    database.execute(statement)
    database.close()
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    assert everything(mirror) == 3
    assert (tmp_path / "precious").read_bytes() == b"precious"
    mirror.close()


def garbage(path: Path) -> None:
    size_bytes = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(100)
        file.write(random.Random(1).randbytes(size_bytes - 100))


def further_in(path: Path) -> None:
    size_bytes = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(random.Random(1).randbytes(size_bytes - 4096))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def no_database(path: Path) -> None:
    path.write_bytes(b"<!doctype html>" * 1000)


def test_what_is_said_of_an_image_is_not_lost_with_its_row(tmp_path: Path) -> None:
    filled(tmp_path).close()
    database = sqlite3.connect(tmp_path / "feeds" / DATABASE_NAME, isolation_level=None)
    database.execute("UPDATE images SET size_bytes = 5")
    database.close()
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    assert [one.title for one in mirror.changes(0, 64, 1 << 20).items] == ["Fog"] * 3
    mirror.close()


@pytest.mark.parametrize("kept", [b"", b"\xc1", b"\x90", b"\x81\xa1z" + b"\x91" * 100_000])
def test_what_cannot_be_unpacked_is_nothing(kept: bytes) -> None:
    assert unpacked(kept, Record) is None


def test_what_was_packed_is_unpacked() -> None:
    assert unpacked(msgspec.msgpack.encode(Record(failures=2)), Record) == Record(failures=2)


@settings(max_examples=60)  # a disk has its own pace
@given(
    st.lists(
        st.tuples(st.integers(0, 1 << 16), st.binary(min_size=1, max_size=40)),
        min_size=1,
        max_size=20,
    ),
    st.none() | st.integers(1, 1 << 16),
)
def test_whatever_is_in_the_file_the_images_are_there(
    tmp_path_factory: pytest.TempPathFactory,
    patches: list[tuple[int, bytes]],
    size_bytes: int | None,
) -> None:
    folder = tmp_path_factory.mktemp("mirror")
    filled(folder).close()
    path = folder / "feeds" / DATABASE_NAME
    content = bytearray(path.read_bytes())
    for place, patch in patches:
        at = place % len(content)
        content[at : at + len(patch)] = patch
    path.write_bytes(content[:size_bytes])
    mirror = Mirror(bytes(folder / "feeds"), CAPS, now_s=NOW_S)
    everything(mirror)
    found = {one.cache_path for one in mirror.changes(0, 64, 1 << 20).items}
    here = {bytes(file) for file in (folder / "feeds").glob("*.jpg")}
    assert found == here
    assert len(here) == 3
    mirror.close()


DAMAGES = pytest.mark.parametrize("damage", [garbage, further_in, cut, no_database])


@DAMAGES
def test_a_damaged_one_is_kept_aside_and_made_anew(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    filled(tmp_path).close()
    damage(tmp_path / "feeds" / DATABASE_NAME)
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    assert everything(mirror) == 3
    assert any("damaged" in note for note in mirror.take_notes())
    assert (tmp_path / "feeds" / (DATABASE_NAME + ".damaged")).exists()
    mirror.close()
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    assert (everything(mirror), mirror.take_notes()) == (3, ())
    assert mirror.record(FEED) == b"new"
    mirror.close()


@DAMAGES
def test_one_that_is_damaged_while_it_is_used_is_made_anew(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    filled(tmp_path).close()  # so that all of it is in the file, and nothing of it in memory
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    os.truncate(tmp_path / "feeds" / (DATABASE_NAME + "-wal"), 0)
    damage(tmp_path / "feeds" / DATABASE_NAME)
    assert everything(mirror) == 3
    mirror.close()
    assert everything(Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)) == 3


def test_where_a_damaged_one_cannot_be_kept_aside_the_show_goes_on_in_memory(
    tmp_path: Path,
) -> None:
    filled(tmp_path, 40).close()
    database = tmp_path / "feeds" / DATABASE_NAME
    (tmp_path / "feeds" / (DATABASE_NAME + ".damaged")).mkdir()
    further_in(database)
    damaged = database.read_bytes()
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    assert everything(mirror) == CAPS.max_images
    assert mirror.record(FEED) == b"new"
    assert any("cannot be" in note for note in mirror.take_notes())
    assert database.read_bytes() == damaged
    mirror.close()


def test_mending_ends_where_every_new_one_is_damaged_too(tmp_path: Path) -> None:
    fills = 0

    def fill() -> None:
        nonlocal fills
        fills += 1
        if fills < 3:
            index.run("DROP TABLE holds")
            index.ask(tuple[str], "SELECT host FROM holds")

    index = Index(str(tmp_path / "feeds.sqlite3"), fill)
    index.run("DROP TABLE holds")
    with pytest.raises(FetchError) as caught:
        index.ask(tuple[str], "SELECT host FROM holds")
    assert caught.value.reason is DropReason.MIRROR_UNSAFE
    assert "no such table: holds" in caught.value.detail
    assert fills == 2, "once in a new file, once in memory"
    index.close()


def test_a_closed_one_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    mirror = filled(tmp_path)
    mirror.close()
    with pytest.raises(FetchError) as caught:
        mirror.changes(0, 9, 9999)
    assert caught.value.reason is DropReason.MIRROR_UNSAFE
    assert not (tmp_path / "feeds" / (DATABASE_NAME + ".damaged")).exists()
    assert everything(Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)) == 3


def delete_and_fail(index: Index) -> None:
    with index.at_once():
        index.run("DELETE FROM holds")
        raise KeyError


def test_where_the_file_cannot_be_asked_any_more_a_mirror_goes_on_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path).close()
    path = tmp_path / "feeds" / DATABASE_NAME
    (tmp_path / "feeds" / name_of(JPEG + b"\0", ".jpg")).unlink()
    other = sqlite3.connect(path, isolation_level=None)

    def and_then_locked(path: str, blueprint: Blueprint) -> Opened:
        opened = open_database(path, blueprint)
        if path:
            opened.database.execute("PRAGMA busy_timeout = 1")
            other.execute("BEGIN IMMEDIATE")
        return opened

    monkeypatch.setattr(index_module, "open_database", and_then_locked)
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    assert everything(mirror) == 2
    assert any("remembers nothing" in note for note in mirror.take_notes())
    mirror.close()
    other.close()
    monkeypatch.undo()
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    assert [one.title for one in mirror.changes(0, 64, 1 << 20).items] == ["Fog", "Fog"]
    mirror.close()


def test_a_block_happens_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    index = Index(str(tmp_path / "feeds.sqlite3"), lambda: None)
    with index.at_once():
        index.run("INSERT INTO holds VALUES ('a.example', 5)")
    with pytest.raises(KeyError):
        delete_and_fail(index)
    assert index.ask(tuple[str, float], "SELECT host, until_s FROM holds") == [("a.example", 5.0)]
    with index.at_once():
        index.run("DELETE FROM holds")
    assert index.one(tuple[str], "SELECT host FROM holds") is None
    index.close()


def test_one_that_another_process_holds_is_refused_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "feeds.sqlite3"
    index = Index(str(path), lambda: None)
    index.run("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(FetchError) as caught, index.at_once():
        pass
    assert "locked" in caught.value.detail
    assert not path.with_name(path.name + ".damaged").exists()
    other.execute("ROLLBACK")
    index.run("INSERT INTO holds VALUES ('a.example', 5)")
    index.close()
    other.close()
