"""What is remembered, with a mirror and without."""

from pathlib import Path

import pytest

from mirror_writer import CAPS, NOW_S
from photos import shipped
from stillframe.contracts.feeds import DropReason, ImageMetadata
from stillframe.workers.feeds.folder import name_of
from stillframe.workers.feeds.keeping import Keeping, Mirrored
from stillframe.workers.feeds.mirror import Mirror
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.schedule import Record

FEED = "https://a.example/feed"
PNG = shipped("coffee.png").read_bytes()


def item(name: str, feed: str = FEED) -> ImageMetadata:
    return ImageMetadata(
        url=f"https://a.example/{name}", title="", ts_s=0.0, priority=1, ttl_s=60.0, source=feed
    )


def mirrored(folder: Path) -> Mirrored:
    return Mirrored(Mirror(bytes(folder / "feeds"), CAPS, now_s=NOW_S))


@pytest.fixture(params=["memory", "mirror"])
def keeping(request: pytest.FixtureRequest, tmp_path: Path) -> Keeping:
    return Keeping() if request.param == "memory" else mirrored(tmp_path)


def test_records_and_holds_are_kept(keeping: Keeping) -> None:
    assert keeping.record(FEED) == Record()
    keeping.put(FEED, Record(etag='"a"', failures=3))
    assert keeping.record(FEED) == Record(etag='"a"', failures=3)
    keeping.put_holds({"a.example": 5.0})
    assert keeping.holds() == {"a.example": 5.0}
    keeping.close()


def test_an_image_is_known_and_is_news_once(keeping: Keeping) -> None:
    assert not keeping.has(FEED, "https://a.example/a")
    keeping.keep(item("a"), PNG, NOW_S)
    assert keeping.has(FEED, "https://a.example/a")
    assert not keeping.has("https://b.example/feed", "https://a.example/a")
    assert keeping.has_elsewhere("https://a.example/a")
    changed = keeping.changes(0)
    assert [one.url for one in changed.items] == ["https://a.example/a"]
    assert keeping.changes(changed.cursor).items == ()
    keeping.close()


def test_news_fit_a_message(keeping: Keeping) -> None:
    for number in range(100):
        keeping.keep(item(f"{number}{'x' * 2000}"), PNG + bytes([number]), NOW_S)
    first = keeping.changes(0)
    assert 20 < len(first.items) < 64
    assert len(keeping.changes(first.cursor).items) > 20
    keeping.close()


def test_in_a_mirror_all_of_it_survives(tmp_path: Path) -> None:
    kept = mirrored(tmp_path)
    kept.put(FEED, Record(failures=2))
    kept.keep(item("a"), PNG, NOW_S)
    kept.close()
    again = mirrored(tmp_path)
    assert again.record(FEED) == Record(failures=2)
    assert again.counts() == {FEED: 1}
    again.close()


def test_a_cursor_of_a_process_before_misses_nothing(keeping: Keeping) -> None:
    keeping.keep(item("a"), PNG, NOW_S)
    assert [one.url for one in keeping.changes(2**60).items] == ["https://a.example/a"]
    keeping.close()


def test_a_record_of_another_version_is_none(tmp_path: Path) -> None:
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    mirror.put_record(FEED, b"\xc1 nonsense")
    assert Mirrored(mirror).record(FEED) == Record()


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (FetchError(DropReason.NOT_IMAGE, ""), True),
        (FetchError(DropReason.DEADLINE, ""), False),
        (FetchError(DropReason.DISK_FULL, ""), False),
        (FetchError(DropReason.HTTP_ERROR, "", status=404), True),
        (FetchError(DropReason.HTTP_ERROR, "", status=429), False),
        (FetchError(DropReason.HTTP_ERROR, "", status=503), False),
        (FetchError(DropReason.HTTP_ERROR, "a redirect to a host that is held", 60.0), False),
    ],
)
def test_only_what_will_not_change_is_remembered_as_refused(
    tmp_path: Path, error: FetchError, *, lasting: bool
) -> None:
    kept = mirrored(tmp_path)
    kept.refused(FEED, "https://a.example/a", error, NOW_S)
    assert kept.has(FEED, "https://a.example/a") is lasting


def test_notes_are_taken_once(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "feeds.sqlite3").write_bytes(b"nonsense" * 50)
    kept = mirrored(tmp_path)
    assert len(kept.take_notes()) == 1
    assert kept.take_notes() == ()


def test_what_is_rejected_leaves_when_it_is_tidied(tmp_path: Path) -> None:
    kept = mirrored(tmp_path)
    kept.keep(item("a"), PNG, NOW_S)
    first = kept.changes(0)
    path = first.items[0].cache_path
    assert path
    kept.tidy((), (path,), NOW_S)
    assert kept.changes(first.cursor).gone == (path,)


def test_an_index_that_cannot_be_asked_stops_fetches_and_nothing_else(tmp_path: Path) -> None:
    mirror = Mirror(bytes(tmp_path / "feeds"), CAPS, now_s=NOW_S)
    kept = Mirrored(mirror)
    kept.keep(item("a"), PNG, NOW_S)
    mirror.close()  # a question that was on its way while the worker ended
    assert kept.has(FEED, "https://a.example/new")
    assert not kept.has_elsewhere("https://a.example/new")
    assert kept.changes(7).cursor == 7
    kept.put(FEED, Record(failures=2))
    kept.put_holds({"a.example": 5.0})
    kept.refused(FEED, "https://a.example/b", FetchError(DropReason.EMPTY, ""), NOW_S)
    kept.tidy((), (b"x",), NOW_S)
    assert (kept.record(FEED), kept.holds(), kept.counts()) == (Record(failures=2), {}, {})
    assert {entry.name for entry in (tmp_path / "feeds").iterdir()} == {
        "feeds.sqlite3",
        name_of(PNG, ".png"),
    }
