"""Both feed workers as processes, in the sandboxes of a show, on real servers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_desk import feed_desk
from feed_server import FeedServer, brotli_bomb, endless_body, gzip_bomb, hang, head, page, raw
from photos import shipped
from stillframe.contracts.feeds import FeedSource
from stillframe.supervision.events import WorkerState

IMAGE = shipped("coffee.png").read_bytes()
MIB = 1 << 20


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as served:
        yield served


def rss(*names: str) -> bytes:
    items = "".join(f'<item><enclosure url="{n}" type="image/png"/></item>' for n in names)
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def names_in(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder / "mirror") if not name.startswith("feeds.sqlite3")}


def test_a_feed_becomes_files_that_are_named_by_what_they_are(
    tmp_path: Path, server: FeedServer
) -> None:
    feed = server.serve("/feed", page(rss("a.png", "b.png")))
    server.serve("/a.png", page(IMAGE))
    server.serve("/b.png", page(shipped("rocket.jpg").read_bytes()))
    with feed_desk(tmp_path, feed, allow=server.authority) as desk:
        desk.until(lambda: len(desk.items) == 2)
        paths = {Path(os.fsdecode(item.cache_path or b"")) for item in desk.items}
        assert {path.suffix for path in paths} == {".png", ".jpg"}
        assert {path.read_bytes() for path in paths} == {IMAGE, shipped("rocket.jpg").read_bytes()}
        assert {item.source for item in desk.items} == {feed}
    assert names_in(tmp_path) == {path.name for path in paths}


def test_the_mirror_answers_before_any_server_does(tmp_path: Path, server: FeedServer) -> None:
    feed = server.serve("/feed", page(rss("a.png")))
    server.serve("/a.png", page(IMAGE))
    with feed_desk(tmp_path, feed, allow=server.authority) as desk:
        desk.until(lambda: desk.items)
    server.serve("/feed", hang)
    with feed_desk(tmp_path, feed, allow=server.authority) as desk:
        desk.until(lambda: desk.items)
        assert desk.items[0].url == server.url("/a.png")


def test_what_is_wanted_on_screen_is_saved_from_within_the_sandbox(
    tmp_path: Path, server: FeedServer
) -> None:
    feed = server.serve("/feed", page(rss("a.png", "b.png")))
    server.serve("/a.png", page(IMAGE))
    server.serve("/b.png", page(shipped("rocket.jpg").read_bytes()))
    (tmp_path / "other disk").mkdir()
    (tmp_path / "saved").symlink_to(tmp_path / "other disk")
    with feed_desk(tmp_path, feed, allow=server.authority, save_to=str(tmp_path / "saved")) as desk:
        desk.until(lambda: len(desk.items) == 2)
        (shown,) = (item.cache_path for item in desk.items if item.url.endswith("a.png"))
        assert shown is not None
        desk.wanted = (shown,)
        desk.until(lambda: os.listdir(tmp_path / "other disk"))
    (copy,) = (tmp_path / "other disk").iterdir()
    assert copy.read_bytes() == IMAGE


def test_hostile_bodies_end_as_reasons_and_the_worker_stays(
    tmp_path: Path, server: FeedServer
) -> None:
    """Rows 9, 11, 15, 18, 19, 21 of the hostile table, through both processes."""
    encoded = {"gzip": gzip_bomb(400 * MIB), "br": brotli_bomb(400 * MIB)}
    for coding, bomb in encoded.items():
        fields = [("Content-Encoding", coding), ("Content-Length", str(len(bomb)))]
        server.serve(f"/{coding}", raw(head(200, fields) + bomb))
    server.serve("/endless", endless_body())
    server.serve("/login", page(b"<!DOCTYPE html><title>Log in</title>"))
    server.serve("/empty", page(b""))
    server.serve("/json", page(b"[" * 100_000))
    names = ["svg.png", "html.png", "zip.png", "void.png"]
    server.serve("/images", page(rss(*names)))
    server.serve("/svg.png", page(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
    server.serve("/html.png", page(b"<html>"))
    server.serve("/zip.png", page(b"PK\3\4" + bytes(100)))
    server.serve("/void.png", page(b""))
    expected = {
        "/gzip": "too-large",
        "/br": "too-large",
        "/endless": "too-large",
        "/login": "html-not-feed",
        "/empty": "empty",
        "/json": "bad-json",
        "/svg.png": "not-image",
        "/html.png": "not-image",
        "/zip.png": "not-image",
        "/void.png": "empty",
    }
    feeds = [server.url(path) for path in expected if "." not in path] + [server.url("/images")]
    with feed_desk(tmp_path, *feeds, allow=server.authority) as desk:
        desk.until(lambda: len(desk.dropped) >= len(expected), 60.0)
        assert dict(desk.reasons) == {server.url(path): why for path, why in expected.items()}
        assert desk.states("feeds") == [WorkerState.STARTING, WorkerState.READY]
    assert names_in(tmp_path) == set()


def test_without_leave_nothing_of_this_network_is_asked(tmp_path: Path, server: FeedServer) -> None:
    feed = server.serve("/feed", page(rss("a.png")))
    with feed_desk(tmp_path, feed) as desk:
        desk.until(lambda: desk.dropped)
        assert desk.reasons == [(feed, "ssrf-blocked")]
    assert server.seen() == []


def test_a_parser_that_takes_too_long_is_killed_and_others_go_on(
    tmp_path: Path, server: FeedServer
) -> None:
    # Not well-formed, so that the tolerant parser gets it, which takes a minute for it.
    slow = b"<rss><channel><item><author>" + b"a@a." + b"a." * 100_000 + b"!</author></item>"
    bad = server.serve("/slow", page(slow))
    good = server.serve("/good", page(rss("a.png")))
    server.serve("/a.png", page(IMAGE))
    with feed_desk(tmp_path, bad, good, allow=server.authority) as desk:
        desk.until(lambda: desk.items and desk.dropped, 60.0)
        assert desk.reasons == [(bad, "parse-timeout")]
        assert WorkerState.BACKOFF in desk.states("feedparse")


@pytest.mark.parametrize("worker", ["feeds", "feedparse"])
def test_a_killed_worker_costs_time_and_nothing_else(
    tmp_path: Path, server: FeedServer, worker: str
) -> None:
    feed = server.serve("/feed", page(rss("a.png")))
    server.serve("/a.png", page(IMAGE))
    with feed_desk(tmp_path, feed, allow=server.authority) as desk:
        desk.until(lambda: desk.items)
        os.kill(desk.pid(worker), signal.SIGKILL)
        desk.until(lambda: WorkerState.BACKOFF in desk.states(worker))
        more = server.serve("/more", page(rss("b.png")))
        server.serve("/b.png", page(shipped("rocket.jpg").read_bytes()))
        desk.courier._plan = desk.courier._plan.__class__(
            feeds=(FeedSource(url=feed), FeedSource(url=more)),
            max_items=30,
            ttl_hint_s=60.0,
            policy=desk.courier._plan.policy,
        )
        desk.until(lambda: any(item.url == server.url("/b.png") for item in desk.items))


def test_what_cannot_be_decoded_leaves_and_is_not_fetched_again(
    tmp_path: Path, server: FeedServer
) -> None:
    feed = server.serve("/feed", page(rss("a.png"), fields=[("ETag", '"1"')]))
    server.serve("/a.png", page(b"\x89PNG\r\n\x1a\n" + bytes(500)))
    with feed_desk(tmp_path, feed, allow=server.authority) as desk:
        desk.until(lambda: desk.items)
        path = desk.items[0].cache_path
        assert path is not None
        desk.courier.gathering.reject(path)
        desk.until(lambda: path in desk.gone)
        assert not os.path.exists(path)
    server.serve("/feed", page(rss("a.png"), fields=[("ETag", '"2"')]))
    with feed_desk(tmp_path, feed, allow=server.authority) as desk:
        desk.settle()
        assert len(server.seen("/a.png")) == 1


def test_without_a_mirror_images_are_named_and_none_is_fetched(
    tmp_path: Path, server: FeedServer
) -> None:
    feed = server.serve("/feed", page(rss("a.png", "http://10.1.2.3/b.png", "c.png")))
    with feed_desk(tmp_path, feed, allow=server.authority, mirrored=False) as desk:
        desk.settle()
        assert [item.url for item in desk.items] == [server.url("/a.png"), server.url("/c.png")]
        assert desk.reasons == [("http://10.1.2.3/b.png", "ssrf-blocked")]
    assert [seen.path for seen in server.seen()] == ["/feed"]
