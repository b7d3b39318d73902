"""Which of a feed's candidates are fetched."""

import pytest

from stillframe.contracts.feeds import DropReason, FeedSource, ImageMetadata, PriorityPolicy
from stillframe.workers.feeds.choice import Known, choose, metered, rank, weight_of
from stillframe.workers.feeds.problem import FetchError

POLICY = PriorityPolicy(default_weight=40, max_items_per_feed=3)


def item(url: str, *, priority: int = 50, ts_s: float = 0.0) -> ImageMetadata:
    return ImageMetadata(
        url=url, title="", ts_s=ts_s, priority=priority, ttl_s=60.0, source="https://f.example/"
    )


def known(*, in_feed: str = "", elsewhere: str = "", refused: str = "") -> Known:
    def refuse(url: str) -> None:
        if url in refused:
            raise FetchError(DropReason.SSRF_BLOCKED, "private")

    return Known(in_feed=lambda u: u in in_feed, elsewhere=lambda u: u in elsewhere, refuse=refuse)


def chosen(urls: str, **what: str) -> tuple[str, list[tuple[str, str]]]:
    found = choose(tuple(map(item, urls)), POLICY, known(**what))
    return "".join(one.url for one in found.items), [(d.url, d.reason.value) for d in found.dropped]


def test_no_feed_takes_more_than_its_share() -> None:
    assert chosen("abcde") == ("abc", [("d", "over-limit"), ("e", "over-limit")])


def test_what_is_there_already_is_neither_taken_nor_left_out() -> None:
    assert chosen("abcde", in_feed="ace") == ("bd", [])


def test_an_image_comes_once_within_a_feed_and_across_feeds() -> None:
    assert chosen("aab") == ("ab", [("a", "duplicate")])
    assert chosen("ab", elsewhere="a") == ("b", [("a", "duplicate")])


def test_what_may_not_be_asked_is_named_and_takes_no_place() -> None:
    assert chosen("abcd", refused="b") == ("acd", [("b", "ssrf-blocked")])


@pytest.mark.parametrize(
    ("url", "weight"),
    [
        ("https://www.bing.com/x", 95),
        ("https://api.unsplash.com/x", 90),
        ("https://flickr.com/x", 90),
        ("https://commons.wikimedia.org/x", 85),
        ("https://apod.nasa.gov/x", 75),
        ("https://wallhaven.cc/x", 72),
        ("https://old.reddit.com/r/x", 10),
        ("https://notbing.com/x", 40),
        ("https://a.example/?bing.com", 40),
        ("https://bing.com.evil.example/", 40),
    ],
)
def test_well_known_places_have_a_weight_of_their_own(url: str, weight: int) -> None:
    assert weight_of(FeedSource(url=url), POLICY) == weight


def test_a_persons_word_goes_before_all_others() -> None:
    assert weight_of(FeedSource(url="https://bing.com", weight=0), POLICY) == 0


def test_the_heavier_come_first_and_then_the_newer() -> None:
    items = [item("a", priority=10, ts_s=9.0), item("b", ts_s=1.0), item("c", ts_s=2.0)]
    assert [one.url for one in sorted(items, key=rank)] == ["c", "b", "a"]


def test_a_parser_cannot_say_what_its_items_weigh_or_where_they_lie() -> None:
    said = ImageMetadata(
        url="a", title="", ts_s=0.0, priority=100, ttl_s=1.0, source="s", cache_path=b"/etc/passwd"
    )
    found = metered(said, 7)
    assert (found.priority, found.cache_path) == (7, None)
