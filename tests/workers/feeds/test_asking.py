"""How each kind of feed is asked, and who sees a key."""

import base64

import msgspec
import pytest

from stillframe.contracts.feeds import FeedKind, FeedSource
from stillframe.workers.feeds.asking import ask_of, image_ask_of, secrets_for
from stillframe.workers.feeds.fetch import Validators

KNOWN = Validators(etag='"a"', url="https://a.example/f")


def source(url: str = "https://a.example/f", **fields: object) -> FeedSource:
    return msgspec.convert({"url": url, **fields}, FeedSource)


def test_a_feed_is_got_with_what_is_known_of_it() -> None:
    ask = ask_of(source(), "https://b.example/moved", KNOWN)
    assert (ask.method, ask.url, ask.validators) == ("GET", "https://b.example/moved", KNOWN)
    assert ask.found_in == "", "a person gave it"
    assert ask.accept.index("rss") < ask.accept.index("*/*;q=0.1")
    assert (ask.total_s, ask.cap_bytes) == (30, 4 * 1024 * 1024)


def test_an_image_is_asked_for_as_one_and_on_a_feeds_word() -> None:
    ask = image_ask_of(source(), "https://b.example/i.jpg")
    assert (ask.accept, ask.found_in) == ("image/*", "https://a.example/f")
    assert (ask.total_s, ask.cap_bytes) == (120, 32 * 1024 * 1024)
    assert ask.headers == {}


def test_a_share_is_listed() -> None:
    ask = ask_of(source(kind="webdav", key="anna:pass word"), "https://a.example/f", KNOWN)
    assert ask.method == "PROPFIND"
    assert ask.headers["Depth"] == "1"
    assert ask.validators is None
    scheme, _, coded = ask.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(coded)) == ("Basic", b"anna:pass word")
    assert b"getcontenttype" in ask.content


def test_immich_is_asked_for_a_random_choice_or_an_album() -> None:
    random = ask_of(source("https://i.example/api/search/random", kind="immich", key="k"), "", None)
    assert random.method == "POST"
    assert msgspec.json.decode(random.content)["type"] == "IMAGE"
    url = "https://i.example/api/albums/123"
    album = ask_of(source(url, kind="immich", key="k"), url, None)
    assert (album.method, album.headers) == ("GET", {"x-api-key": "k"})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"url": "https://api.unsplash.com/x"}, {"Authorization": "Client-ID k"}),
        ({"url": "https://wallhaven.cc/api"}, {"X-API-Key": "k"}),
        ({"url": "https://api.pexels.com/v1"}, {"Authorization": "k"}),
        ({"url": "https://immich.example/", "kind": FeedKind.IMMICH}, {"x-api-key": "k"}),
    ],
)
def test_each_kind_of_server_sees_a_key_in_its_own_way(
    fields: dict[str, object], expected: dict[str, str]
) -> None:
    feed = source(**{"key": "k", **fields})  # type: ignore[arg-type]
    assert secrets_for(feed, feed.url + "/more") == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://b.example/f",
        "http://a.example/f",
        "https://a.example:8443/f",
        "https://a.example.evil/f",
        "https://evil/?https://a.example/f",
    ],
)
def test_a_key_goes_to_its_own_host_alone(url: str) -> None:
    assert secrets_for(source(key="k"), url) == {}
    assert secrets_for(source(), "https://a.example/f") == {}
