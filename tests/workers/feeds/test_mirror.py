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
from full_disk import may_mount, on_a_small_disk
from mirror_writer import CAPS, NOW_S
from nobody import open_to_all, without_rights
from photos import shipped
from stillframe.contracts.feeds import DropReason, ImageMetadata
from stillframe.workers.feeds import mirror as mirror_module
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
    mirror.rotate((), NOW_S)
    # The network is gone: what has come to an empty mirror is no reason to empty it later.
    mirror.rotate((), NOW_S + 1e6)
    assert len(files(tmp_path)) == 10
    mirror = opened(now_s=NOW_S + 1e6)
    mirror.rotate((), NOW_S + 1e6)
    assert len(files(tmp_path)) == 10
    mirror.keep(item("new"), image(99), NOW_S + 1e6)
    mirror.rotate((), NOW_S + 1e6)
    mirror.rotate((), NOW_S + 2e6)
    assert len(files(tmp_path)) == 10, "one came, one left"


def test_what_cannot_be_decoded_leaves_and_is_remembered(opened: Open, tmp_path: Path) -> None:
    mirror = opened()
    mirror.keep(item("a"), JPEG, NOW_S)
    path = mirror.changes(0, 1, 1 << 20).items[0].cache_path
    assert path
    _, _, cursor = changes(mirror)
    mirror.reject(path, NOW_S)
    assert files(tmp_path) == set()
    assert mirror.has(FEED, "https://a.example/a")
    assert not mirror.has_elsewhere("https://a.example/a")
    assert changes(mirror, cursor)[:2] == ([], [path])
    assert changes(mirror)[:2] == ([], []), "who never heard of it need not hear that it is gone"


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
    mirror.rotate((), NOW_S + 6 * 86400)
    assert mirror.has(FEED, "https://a.example/bad")
    # A show may go on for months: its mirror need not be opened again for that.
    mirror.rotate((), NOW_S + 8 * 86400)
    assert not mirror.has(FEED, "https://a.example/bad")


def test_what_is_said_of_an_image_stays_as_long_as_the_image(opened: Open) -> None:
    opened().keep(item("a", title="Fog"), JPEG, NOW_S)
    mirror = opened(now_s=NOW_S + 30 * 86400)
    assert [one.title for one in mirror.changes(0, 64, 1 << 20).items] == ["Fog"]
    assert not mirror.has(FEED, "https://a.example/a"), "a week later its address may have another"


def test_what_is_remembered_has_a_bound(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_module, "_REMEMBERED_CAP", 5)
    monkeypatch.setattr(mirror_module, "_GONE_CAP", 3)
    mirror = opened(caps=Caps(min_images=1, max_images=2, max_bytes=1 << 30, max_age_s=1e9))
    for number in range(10):
        mirror.keep(item(str(number)), image(number), NOW_S + number)
        mirror.rotate((), NOW_S + number)
    mirror.rotate((), NOW_S + 4000)
    seen = [number for number in range(10) if mirror.has(FEED, f"https://a.example/{number}")]
    assert seen == [3, 4, 5, 6, 7, 8, 9], "two that are here, and the five last of the others"
    came, gone, _ = changes(mirror, 1)
    assert (len(came), len(gone)) == (2, 3)


def test_a_new_show_hears_first_of_what_is_here(opened: Open) -> None:
    caps = Caps(min_images=1, max_images=2, max_bytes=1 << 30, max_age_s=1e9)
    mirror = opened(caps=caps)
    for number in range(100):
        mirror.keep(item(str(number)), image(number), NOW_S + number)
        mirror.rotate((), NOW_S + number)
    first = opened(caps=caps).changes(0, 64, 1 << 20)
    assert [one.url.rpartition("/")[2] for one in first.items] == ["98", "99"]


def test_a_file_that_is_gone_or_cut_is_no_photo_any_more_and_may_come_again(
    opened: Open, tmp_path: Path
) -> None:
    mirror = opened()
    for number in range(3):
        mirror.keep(item(str(number)), image(number), NOW_S)
    (tmp_path / "feeds" / name_of(image(0), ".jpg")).unlink()
    (tmp_path / "feeds" / name_of(image(1), ".jpg")).write_bytes(b"\xff\xd8\xffcut")
    _, _, cursor = changes(mirror)
    mirror = opened()
    assert changes(mirror)[0] == ["2"]
    came, gone, _ = changes(mirror, cursor)
    assert came == []
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
    page = b"<!doctype html>"
    (folder / name_of(page, ".jpg")).write_bytes(page)  # what its name says, and no image
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
    in_the_middle = 0
    for _ in range(25):
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            end_s = time.monotonic() + rng.uniform(0, 0.06)
            while time.monotonic() < end_s:
                os.sched_yield()
            writer.send_signal(signal.SIGKILL)
        in_the_middle += any(entry.name.endswith(".part") for entry in folder.iterdir())
    assert in_the_middle, "about half of them are; without any this says nothing"
    for entry in folder.iterdir():
        if entry.suffix == ".jpg":
            assert name_of(entry.read_bytes(), ".jpg") == entry.name, "a torn file"
    mirror = Mirror(bytes(folder), CAPS, now_s=NOW_S)
    found = mirror.changes(0, 64, 1 << 20).items
    rows = {os.path.basename(one.cache_path or b"").decode() for one in found}
    assert rows == files(tmp_path), "no orphans on either side, and no temporary file"
    assert len(rows) > 2
    mirror.close()


def test_there_is_no_file_where_there_can_be_no_row(opened: Open, tmp_path: Path) -> None:
    mirror = opened()
    mirror._index.run("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "feeds" / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(FetchError, match="locked"):
        mirror.keep(item("a"), JPEG, NOW_S)
    assert files(tmp_path) == set()
    other.close()
    mirror.keep(item("a"), JPEG, NOW_S)
    assert changes(mirror)[0] == ["a"]


@pytest.mark.parametrize("locked", ["folder", "files too"])
def test_a_mirror_that_may_only_be_read_plays_on(tmp_path: Path, locked: str) -> None:
    folder = tmp_path / "feeds"
    mirror = Mirror(bytes(folder), CAPS, now_s=NOW_S)
    mirror.keep(item("a"), JPEG, NOW_S)
    mirror.close()
    if os.geteuid() == 0:  # to whom all may be written
        open_to_all(tmp_path)
        for path in folder.iterdir():
            path.chmod(0o444 if locked == "files too" else 0o666)
    folder.chmod(0o555)
    with without_rights():
        mirror = Mirror(bytes(folder), CAPS, now_s=NOW_S)
        (kept,) = mirror.changes(0, 64, 1 << 20).items
        assert Path(os.fsdecode(kept.cache_path or b"")).read_bytes() == JPEG
        with pytest.raises(FetchError) as caught:
            mirror.keep(item("b"), PNG, NOW_S)
        assert caught.value.reason is DropReason.MIRROR_UNSAFE
        mirror.rotate((), NOW_S + 1e6)
        mirror.close()
    folder.chmod(0o755)
    assert name_of(JPEG, ".jpg") in files(tmp_path)


def test_a_file_that_somebody_removes_is_gone(opened: Open, tmp_path: Path) -> None:
    mirror = opened()
    mirror.keep(item("a"), JPEG, NOW_S)
    (tmp_path / "feeds" / name_of(JPEG, ".jpg")).unlink()
    came, gone, _ = changes(mirror)
    assert came == []
    assert [os.path.basename(path) for path in gone] == [name_of(JPEG, ".jpg").encode()]


def test_a_disk_that_is_really_full_costs_no_photo_and_is_made_room_on(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("this host allows no disk of one's own")
    outcomes, full, again, rotated = on_a_small_disk(tmp_path, shipped("rocket.jpg"), environment())
    assert outcomes == "disk-full fine"
    count, agrees = full.removeprefix("full: ").split()
    assert int(count) > 20
    assert agrees == "True"
    assert again == f"again: {int(count) - 1} True", "less the one that was removed"
    assert rotated == "rotated: 5 True"


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
