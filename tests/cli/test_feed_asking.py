"""A conversation with feed workers of a command's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_server import FeedServer, hang, page
from photos import shipped
from stillframe.cli.feed_asking import Looked, feeds_in, look_at, refresh_all, survey
from stillframe.contracts.feeds import (
    DroppedItem,
    DropReason,
    FeedSource,
    FeedState,
)
from stillframe.settings import Settings, load

FEED = b'<rss><channel><item><enclosure url="/a.png" type="image/png"/></item></channel></rss>'


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as served:
        served.serve("/a.png", page(shipped("coffee.png").read_bytes()))
        yield served


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))


def settings_for(server: FeedServer) -> Settings:
    variables = {"STILLFRAME_FEEDS_ALLOW_HOSTS": server.authority}
    return load(file_text="", file_name="", environ=variables, flags={})


def test_a_look_names_and_fetches_nothing_and_a_refresh_fetches(server: FeedServer) -> None:
    source = FeedSource(url=server.serve("/feed", page(FEED)))
    looked = look_at((source,), settings_for(server), within_s=30)
    assert [item.url for item in looked.taken] == [server.url("/a.png")]
    assert server.seen("/a.png") == []
    done = refresh_all((source,), settings_for(server), within_s=30)
    assert [item.url for item in done.taken] == [server.url("/a.png")]
    assert len(server.seen("/a.png")) == 1
    (health,) = survey((source,), settings_for(server))
    assert (health.state, health.images) == (FeedState.OK, 1)
    assert len(server.seen("/feed")) == 2, "to say how it is, nobody is asked"


def test_it_ends_in_time_whatever_the_server_does(server: FeedServer) -> None:
    source = FeedSource(url=server.serve("/feed", hang))
    looked = look_at((source,), settings_for(server), within_s=0)
    assert looked.taken == []


def test_a_problem_is_that_of_the_feed_and_not_of_an_item() -> None:
    looked = Looked()
    looked.dropped = [
        DroppedItem(url="https://a/1.jpg", reason=DropReason.TRACKER),
        DroppedItem(url="https://a", reason=DropReason.HTTP_ERROR, detail="503"),
    ]
    assert looked.problem_of("https://a") == "http-error: 503"
    assert looked.reason_of("https://a") is DropReason.HTTP_ERROR
    assert looked.problem_of("https://b") == ""
    assert looked.reason_of("https://b") is None


def test_a_file_that_is_no_list_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.opml").write_bytes(b"\xff\xd8\xff no list")
    assert feeds_in(tmp_path / "x.opml") == ()
