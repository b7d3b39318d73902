"""The list of feeds."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.feeds import FeedKind, FeedSource, JsonFields
from stillframe.settings import SettingError
from stillframe.settings.feed_list import read_feeds, with_feeds, without_feed

FILE = "feeds.toml"
A, B = "https://a.example/feed", "https://b.example/feed"
LIST = f"""# what I follow
[[feed]]
url = "{A}"  # the best
weight = 90

[[feed]]
url = "{B}"
name = "B"
"""


def test_a_list_is_read_in_its_order() -> None:
    assert read_feeds(LIST, FILE) == (
        FeedSource(url=A, weight=90),
        FeedSource(url=B, name="B"),
    )
    assert read_feeds(None, FILE) == read_feeds("", FILE) == read_feeds("feed = []", FILE) == ()


def test_everything_that_a_feed_can_say() -> None:
    text = f"""[[feed]]
url = "{A}"
kind = "json"
key = "secret"
[feed.fields]
items = "photos[]"
url = "src"
"""
    (feed,) = read_feeds(text, FILE)
    assert (feed.kind, feed.key) == (FeedKind.JSON, "secret")
    assert feed.fields == JsonFields(items="photos[]", url="src")
    assert read_feeds(with_feeds(None, [feed], FILE), FILE) == (feed,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "feeds.toml"),
        ("feeds = 1", r"\[\[feed\]\]"),
        ("feed = 1", r"\[\[feed\]\]"),
        ("[[feed]]\nname = 'x'", "feed 1: .*url"),
        (f"[[feed]]\nurl = '{A}'\n[[feed]]\nurl = 5", "feed 2: .*str"),
        (f"[[feed]]\nurl = '{A}'\nweight = 101", "feed 1: .*100"),
        (f"[[feed]]\nurl = '{A}'\nkind = 'gopher'", "feed 1: .*gopher"),
        (f"[[feed]]\nurl = '{A}'\nwieght = 5", "feed 1: .*wieght"),
        (f"[[feed]]\nurl = '{A}'\n[[feed]]\nurl = '{A}'", "more than once"),
        ("".join(f"[[feed]]\nurl = '{A}{n}'\n" for n in range(201)), "201 feeds .* at most 200"),
        (
            "".join(f"[[feed]]\nurl = '{A}{n}{'x' * 4000}'\n" for n in range(20)),
            "at most .* 65536 bytes",
        ),
    ],
)
def test_a_list_that_is_refused_says_where_and_why(text: str, said: str) -> None:
    with pytest.raises(SettingError, match=said) as caught:
        read_feeds(text, FILE)
    assert FILE in str(caught.value)


def test_adding_keeps_what_a_person_has_written() -> None:
    edited = with_feeds(LIST, [FeedSource(url="https://c.example/", name="C")], FILE)
    assert edited.startswith(LIST.rstrip("\n"))
    assert [feed.url for feed in read_feeds(edited, FILE)] == [A, B, "https://c.example/"]


def test_what_is_there_is_not_added_again() -> None:
    edited = with_feeds(LIST, [FeedSource(url=A), FeedSource(url="c"), FeedSource(url="c")], FILE)
    assert [feed.url for feed in read_feeds(edited, FILE)] == [A, B, "c"]
    assert read_feeds(edited, FILE)[0].weight == 90


def test_removing_takes_one_and_leaves_the_rest() -> None:
    edited = without_feed(LIST, A, FILE)
    assert read_feeds(edited, FILE) == (FeedSource(url=B, name="B"),)
    assert without_feed(edited, B, FILE).count("url") == 0
    with pytest.raises(SettingError, match="no feed https://other"):
        without_feed(LIST, "https://other", FILE)


@given(st.text(max_size=200))
def test_whatever_the_text(text: str) -> None:
    try:
        feeds = read_feeds(text, FILE)
    except SettingError:
        return
    assert read_feeds(with_feeds(text, [FeedSource(url="x:y")], FILE), FILE)[: len(feeds)] == feeds


URLS = st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=6)


@given(URLS, st.text(max_size=20))
def test_what_is_added_is_read_again(urls: list[str], name: str) -> None:
    feeds = [FeedSource(url=url, name=name) for url in urls]
    text = with_feeds(None, feeds, FILE)
    tomllib.loads(text)
    assert read_feeds(text, FILE) == tuple(feeds)
