"""Whole shows with feeds, on a real server and a real screen."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_server import FeedServer, page
from photos import shipped
from shows import STILLFRAME, Show, environment, playing
from stillframe.show.gathering import NO_NETWORK
from virtual_screen import VirtualScreen

QUICK = ("--interval", "2", "--transition-duration", "0.2")
NAMES = ("coffee.png", "chelsea.png", "rocket.jpg", "astronaut.png")


def rss(*names: str) -> bytes:
    items = "".join(f'<item><enclosure url="/{n}" type="image/png"/></item>' for n in names)
    return f"<rss><channel>{items}</channel></rss>".encode()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as served:
        for name in NAMES:
            served.serve(f"/{name}", page(shipped(name).read_bytes()))
        served.serve("/feed", page(rss(*NAMES)))
        yield served


def next_shown(show: Show) -> str:
    """Return the path of the photo that comes on screen next."""
    return show.wait_for("[SHOW] transition photo=").split("photo=")[1].split()[0]


def quit_show(show: Show) -> None:
    show.process.send_signal(signal.SIGTERM)
    assert show.finish() == 0


def said_of(home: Path) -> str:
    """Return what another process is told of the running show."""
    status = [STILLFRAME, "status"]
    return subprocess.run(
        status, env=environment(home), capture_output=True, text=True, timeout=30, check=True
    ).stdout


def test_a_feed_is_shown_its_worker_may_die_and_its_photos_stay_for_the_next_show(
    tmp_path: Path, server: FeedServer, screen: VirtualScreen
) -> None:
    words = ("--feed", server.url("/feed"), "--allow-host", server.authority, *QUICK)
    with playing(tmp_path, screen, *words) as show:
        line = show.wait_for("worker=feeds state=ready")
        pid = int(line.split("pid=")[1].split()[0])
        while "/feeds/" not in next_shown(show):
            pass  # a scene: the first photo is still on its way
        os.kill(pid, signal.SIGKILL)
        show.wait_for("worker=feeds state=ready")
        assert {"/feeds/" in next_shown(show) for _ in range(3)} == {True}
        assert NO_NETWORK not in said_of(tmp_path)
        quit_show(show)
        assert show.report()["workers"]["feeds"]["restarts"] == 1
    with FeedServer() as nobody:
        gone = nobody.url("/feed")
    words = ("--feed", gone, "--allow-host", nobody.authority, *QUICK)
    with playing(tmp_path, screen, *words) as show:
        assert "/feeds/" in next_shown(show)
        show.wait_for("no network")
        assert said_of(tmp_path).count(NO_NETWORK) == 1
        assert "/feeds/" in next_shown(show)
        quit_show(show)


def test_a_feed_of_which_nothing_can_be_shown_leaves_the_screen_to_the_scenes(
    tmp_path: Path, server: FeedServer, screen: VirtualScreen
) -> None:
    server.serve("/broken.png", page(shipped("coffee.png").read_bytes()[:2000]))
    server.serve("/feed", page(rss("broken.png")))
    words = ("--feed", server.url("/feed"), "--allow-host", server.authority, *QUICK)
    with playing(tmp_path, screen, *words) as show:
        assert "/feeds/" in show.wait_for("[SHOW] skipped")
        assert {"/scenes/" in next_shown(show) for _ in range(2)} == {True}
        quit_show(show)
    with playing(tmp_path, screen, *words) as show:
        assert {"/scenes/" in next_shown(show) for _ in range(2)} == {True}
        quit_show(show)
        assert show.report()["skipped"] == {}
    assert len(server.seen("/broken.png")) == 1, "it is known as broken"
