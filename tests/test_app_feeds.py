"""Whole shows with feeds, on a real server and a real screen."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_server import FeedServer, page
from photos import shipped
from shows import playing
from virtual_screen import VirtualScreen

QUICK = ("--interval", "2", "--transition-duration", "0.2")
NAMES = ("coffee.png", "chelsea.png", "rocket.jpg", "astronaut.png")


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as served:
        for name in NAMES:
            served.serve(f"/{name}", page(shipped(name).read_bytes()))
        items = "".join(f'<item><enclosure url="/{n}" type="image/png"/></item>' for n in NAMES)
        served.serve("/feed", page(f"<rss><channel>{items}</channel></rss>".encode()))
        yield served


def test_a_feed_is_shown_its_worker_may_die_and_its_photos_stay_for_the_next_show(
    tmp_path: Path, server: FeedServer, screen: VirtualScreen
) -> None:
    words = ("--feed", server.url("/feed"), "--allow-host", server.authority, *QUICK)
    with playing(tmp_path, screen, *words) as show:
        line = show.wait_for("worker=feeds state=ready")
        pid = int(line.split("pid=")[1].split()[0])
        show.wait_for("/feeds/")
        os.kill(pid, signal.SIGKILL)
        show.wait_for("worker=feeds state=ready")
        show.wait_for("/feeds/")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
        assert show.report()["workers"]["feeds"]["restarts"] == 1
    with FeedServer() as nobody:
        gone = nobody.url("/feed")
    words = ("--feed", gone, "--allow-host", nobody.authority, *QUICK)
    with playing(tmp_path, screen, *words) as show:
        assert "/feeds/" in show.wait_for("[SHOW] transition photo=/")
        show.wait_for("no network")
        assert "/feeds/" in show.wait_for("[SHOW] transition photo=/")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
