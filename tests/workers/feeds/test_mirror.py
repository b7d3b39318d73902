"""Images and what is known of them, whatever becomes of either."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import mirror_writer
from crew import environment
from mirror_writer import CAPS, NOW_S
from photos import shipped
from stillframe.contracts.feeds import DropReason, ImageMetadata
from stillframe.workers.feeds.folder import name_of
from stillframe.workers.feeds.mirror import DATABASE_NAME, Mirror, suffix_of
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.rotation import Caps

FEED = "https://a.example/feed"
JPEG, PNG = shipped("rocket.jpg").read_bytes(), shipped("coffee.png").read_bytes()


def item(name: str, *, feed: str = FEED, ttl_s: float = 3600.0, title: str = "") -> ImageMetadata:
    return ImageMetadata(
        url=f"https://a.example/{name}",
        title=title,
        ts_s=NOW_S,
        priority=50,
        ttl_s=ttl_s,
        source=feed,
    )


def image(number: int) -> bytes:
    return JPEG + bytes([number])


Open = Callable[..., Mirror]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    mirrors: list[Mirror] = []

    def open_mirror(now_s: float = NOW_S, caps: Caps = CAPS) -> Mirror:
        for mirror in mirrors:
            mirror.close()
        mirrors[:] = [Mirror(bytes(tmp_path / "feeds"), caps, now_s=now_s)]
        return mirrors[0]

    yield open_mirror
    for mirror in mirrors:
        mirror.close()


def changes(mirror: Mirror, cursor: int = 0) -> tuple[list[str], list[bytes], int]:
    found = mirror.changes(cursor, 64, 1 << 20)
    return [one.url.rpartition("/")[2] for one in found.items], list(found.gone), found.cursor


def files(tmp_path: Path) -> set[str]:
    return {e.name for e in (tmp_path / "feeds").iterdir() if not e.name.startswith(DATABASE_NAME)}


def test_an_image_is_a_file_and_news(opened: Open, tmp_path: Path) -> None:
    mirror = opened()
    mirror.keep(item("a", title="Fog"), JPEG, NOW_S)
    found = mirror.changes(0, 64, 1 << 20)
    (kept,) = found.items
    assert (kept.title, kept.source) == ("Fog", FEED)
    assert kept.cache_path == bytes(tmp_path / "feeds" / name_of(JPEG, ".jpg"))
    assert Path(os.fsdecode(kept.cache_path)).read_bytes() == JPEG
    assert changes(mirror, found.cursor) == ([], [], found.cursor)
    mirror.keep(item("b"), PNG, NOW_S)
    assert changes(mirror, found.cursor)[0] == ["b"]


def test_what_is_known_survives_the_process(opened: Open) -> None:
    mirror = opened()
    mirror.keep(item("a"), JPEG, NOW_S)
    mirror.put_record(FEED, b"record")
    mirror.put_holds({"a.example": NOW_S + 5})
    mirror = opened()
    assert changes(mirror)[0] == ["a"]
    assert mirror.record(FEED) == b"record"
    assert mirror.record("other") is None
    assert mirror.holds() == {"a.example": NOW_S + 5}
    assert mirror.has(FEED, "https://a.example/a")
    mirror.put_holds({})
    assert mirror.holds() == {}


def test_two_feeds_share_a_file_and_no_words(opened: Open, tmp_path: Path) -> None:
    mirror = opened()
    mirror.keep(item("a", title="One"), JPEG, NOW_S)
    mirror.keep(item("b", feed="https://b.example/feed", title="Two"), JPEG, NOW_S + 1)
    assert len(files(tmp_path)) == 1
    (kept,) = mirror.changes(0, 64, 1 << 20).items
    assert (kept.title, kept.source) == ("One", FEED)
    assert mirror.counts() == {FEED: 1, "https://b.example/feed": 1}


def test_one_address_with_other_bytes_later_keeps_the_old_file(
    opened: Open, tmp_path: Path
) -> None:
    mirror = opened()
    mirror.keep(item("a"), image(1), NOW_S)
    mirror.keep(item("a"), image(2), NOW_S + 1)
    assert len(files(tmp_path)) == 2
    assert mirror.has(FEED, "https://a.example/a")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-image"),
        (b"<!doctype html>", "not-image"),
        (b"PK\3\4" + bytes(50), "not-image"),
        (b"MZ" + bytes(50), "not-image"),
        (bytes(500), "not-image"),
    ],
)
def test_what_is_no_image_is_not_kept(
    opened: Open, tmp_path: Path, content: bytes, reason: str
) -> None:
    mirror = opened()
    with pytest.raises(FetchError) as caught:
        mirror.keep(item("a"), content, NOW_S)
    assert caught.value.reason == reason
    assert files(tmp_path) == set()


def test_an_images_ending_is_by_its_content() -> None:
    assert (suffix_of(JPEG), suffix_of(PNG)) == (".jpg", ".png")
    assert suffix_of(b"RIFF\0\0\0\0WEBPVP8 ") == ".webp"


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/../../etc/x",
        "https://a.example/%2e%2e/%2e%2e/x",
        "https://a.example/a\x00b",
        "https://a.example/" + "x" * 4000,
        "https://a.example/CON.jpg",
        "https://a.example/name.jpg/",
    ],
)
def test_no_address_becomes_part_of_a_path(opened: Open, tmp_path: Path, url: str) -> None:
    mirror = opened()
    said = ImageMetadata(
        url=url, title="../../x", ts_s=0.0, priority=1, ttl_s=1.0, source="https://a.example/../.."
    )
    mirror.keep(said, JPEG, NOW_S)
    assert files(tmp_path) == {name_of(JPEG, ".jpg")}
    assert {entry.name for entry in tmp_path.iterdir()} == {"feeds"}


def test_the_oldest_leaves_for_a_new_one_at_the_cap(opened: Open) -> None:
    mirror = opened(caps=Caps(min_images=1, max_images=3, max_bytes=1 << 30, max_age_s=1e9))
    for number in range(3):
        mirror.keep(item(str(number)), image(number), NOW_S + number)
        mirror.rotate((), NOW_S + number)
    _, _, cursor = changes(mirror)
    mirror.keep(item("3"), image(3), NOW_S + 3)
    mirror.rotate((), NOW_S + 3)
    came, gone, _ = changes(mirror, cursor)
    assert came == ["3"]
    assert [os.path.basename(path) for path in gone] == [name_of(image(0), ".jpg").encode()]
    assert not os.path.exists(gone[0])


def test_what_is_on_screen_stays(opened: Open) -> None:
    mirror = opened(caps=Caps(min_images=1, max_images=1, max_bytes=1 << 30, max_age_s=1e9))
    mirror.keep(item("old"), image(0), NOW_S)
    wanted = mirror.changes(0, 1, 1 << 20).items[0].cache_path
    assert wanted
    for number in range(1, 4):
        mirror.keep(item(str(number)), image(number), NOW_S + number)
        mirror.rotate((wanted,), NOW_S + number)
        assert os.path.exists(wanted)


def test_nothing_leaves_while_nothing_comes(opened: Open, tmp_path: Path) -> None:
    mirror = opened()
    for number in range(10):
        mirror.keep(item(str(number), ttl_s=1.0), image(number), NOW_S)
    mirror = opened(now_s=NOW_S + 1e6)
    mirror.rotate((), NOW_S + 1e6)
    assert len(files(tmp_path)) == 10


def test_what_cannot_be_decoded_leaves_and_is_remembered(opened: Open, tmp_path: Path) -> None:
    mirror = opened()
    mirror.keep(item("a"), JPEG, NOW_S)
    path = mirror.changes(0, 1, 1 << 20).items[0].cache_path
    assert path
    mirror.reject(path, NOW_S)
    assert files(tmp_path) == set()
    assert mirror.has(FEED, "https://a.example/a")
    assert not mirror.has_elsewhere("https://a.example/a")
    assert changes(mirror)[1] == [path]


@pytest.mark.parametrize("path", [b"/etc/passwd", b"feeds.sqlite3", b"../x.jpg", b""])
def test_nothing_but_an_image_of_its_own_is_removed(
    opened: Open, tmp_path: Path, path: bytes
) -> None:
    mirror = opened()
    mirror.reject(bytes(tmp_path / "feeds") + b"/" + path, NOW_S)
    mirror.reject(path, NOW_S)
    assert (tmp_path / "feeds" / DATABASE_NAME).exists()


def test_what_was_refused_is_remembered_for_a_week(opened: Open) -> None:
    mirror = opened()
    mirror.refuse(FEED, "https://a.example/bad", NOW_S)
    assert mirror.has(FEED, "https://a.example/bad")
    assert not opened(now_s=NOW_S + 8 * 86400).has(FEED, "https://a.example/bad")


def test_a_file_that_is_gone_or_cut_is_no_photo_any_more_and_may_come_again(
    opened: Open, tmp_path: Path
) -> None:
    mirror = opened()
    for number in range(3):
        mirror.keep(item(str(number)), image(number), NOW_S)
    (tmp_path / "feeds" / name_of(image(0), ".jpg")).unlink()
    (tmp_path / "feeds" / name_of(image(1), ".jpg")).write_bytes(b"\xff\xd8\xffcut")
    mirror = opened()
    came, gone, _ = changes(mirror)
    assert came == ["2"]
    assert len(gone) == 2
    assert not mirror.has(FEED, "https://a.example/0")
    assert files(tmp_path) == {name_of(image(2), ".jpg")}


def test_a_lost_database_is_made_anew_from_the_files(tmp_path: Path) -> None:
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    for number in range(3):
        mirror.keep(item(str(number)), image(number), NOW_S)
    mirror.close()
    folder = tmp_path / "feeds"
    for suffix in ("", "-wal", "-shm"):
        (folder / (DATABASE_NAME + suffix)).unlink(missing_ok=True)
    (folder / ("0" * 32 + ".jpg")).write_bytes(JPEG)  # not what its name says
    (folder / "holiday.jpg").write_bytes(JPEG)  # somebody's own
    os.symlink("/etc/passwd", folder / ("1" * 32 + ".jpg"))
    again = Mirror(bytes(folder), CAPS, now_s=NOW_S)
    found = again.changes(0, 64, 1 << 20).items
    assert {os.path.basename(one.cache_path or b"") for one in found} == {
        name_of(image(number), ".jpg").encode() for number in range(3)
    }
    assert files(tmp_path) == {
        *(name_of(image(number), ".jpg") for number in range(3)),
        "holiday.jpg",
    }
    again.close()


@pytest.mark.parametrize("moment", ["before", "running"])
def test_a_damaged_database_is_kept_aside_and_made_anew(tmp_path: Path, moment: str) -> None:
    folder, path = bytes(tmp_path / "feeds"), tmp_path / "feeds" / DATABASE_NAME
    mirror = Mirror(folder, CAPS, now_s=NOW_S)
    mirror.keep(item("a"), JPEG, NOW_S)
    mirror._database.close()
    garbage = random.Random(1).randbytes(path.stat().st_size - 100)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(garbage)
    if moment == "before":
        mirror = Mirror(folder, CAPS, now_s=NOW_S)
    else:
        mirror._database = sqlite3.connect(path, isolation_level=None)
        mirror.put_record(FEED, b"x")
        assert mirror.record(FEED) == b"x"
    assert any("damaged" in note for note in mirror.notes)
    assert len(mirror.changes(0, 64, 1 << 20).items) == 1
    assert (tmp_path / "feeds" / (DATABASE_NAME + ".damaged")).exists()
    mirror.close()


def test_a_cursor_of_another_database_starts_over(opened: Open) -> None:
    mirror = opened()
    mirror.keep(item("a"), JPEG, NOW_S)
    assert changes(mirror, 10**9)[0] == ["a"]


def test_news_come_in_pages(opened: Open) -> None:
    mirror = opened()
    for number in range(9):
        mirror.keep(item(f"{number}{'x' * 3000}"), image(number), NOW_S)
    seen, cursor = 0, 0
    while True:
        page = mirror.changes(cursor, 64, 8000)
        if not page.items:
            break
        assert len(page.items) <= 3
        seen, cursor = seen + len(page.items), page.cursor
    assert seen == 9
    assert len(mirror.changes(0, 4, 1 << 20).items) == 4


def test_a_writer_that_is_killed_leaves_no_torn_file_and_no_orphan(tmp_path: Path) -> None:
    folder, rng = tmp_path / "feeds", random.Random(1)
    command = [sys.executable, mirror_writer.__file__, str(folder), str(shipped("rocket.jpg"))]
    for _ in range(25):
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            end_s = time.monotonic() + rng.uniform(0, 0.06)
            while time.monotonic() < end_s:
                os.sched_yield()
            writer.send_signal(signal.SIGKILL)
    for entry in folder.iterdir():
        if entry.suffix == ".jpg":
            assert name_of(entry.read_bytes(), ".jpg") == entry.name, "a torn file"
    mirror = Mirror(bytes(folder), CAPS, now_s=NOW_S)
    rows = {name for (name,) in mirror._all("SELECT name FROM images WHERE gone = 0")}
    assert rows == files(tmp_path)
    assert len(rows) > 2
    mirror.close()


def test_a_full_disk_is_said_and_what_was_there_stays(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\n"
        "import mirror_writer\n"
        "from stillframe.workers.feeds.mirror import Mirror\n"
        "from stillframe.workers.feeds.problem import FetchError\n"
        "from stillframe.contracts.feeds import ImageMetadata\n"
        "mirror = Mirror(sys.argv[1].encode(), mirror_writer.CAPS, now_s=mirror_writer.NOW_S)\n"
        "content = open(sys.argv[2], 'rb').read()\n"
        "item = ImageMetadata(url='u', title='', ts_s=0.0, priority=1, ttl_s=1.0, source='s')\n"
        "mirror.keep(item, content, 0.0)\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try:\n"
        "    mirror.keep(item, content + b'x', 0.0)\n"
        "except FetchError as error:\n"
        "    print(error.reason.value, len(mirror.changes(0, 9, 9999).items))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "feeds"), str(shipped("rocket.jpg"))],
        env={**environment(), "PYTHONPATH": str(Path(mirror_writer.__file__).parent)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "disk-full 1"
    assert DropReason.DISK_FULL == "disk-full"
