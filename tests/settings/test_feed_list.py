"""The list of feeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.feeds import FeedKind, FeedSource, JsonFields
from stillframe.settings import SettingError
from stillframe.settings.feed_list import read_feeds, without_secret

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


@pytest.mark.parametrize(
    ("url", "address", "key"),
    [
        ("https://ada:sesame@a.example:81/f?x=1#y", "https://a.example:81/f?x=1#y", "ada:sesame"),
        ("https://ada:p%40ss@a.example/", "https://a.example/", "ada:p@ss"),
        ("https://a@b:c@a.example/", "https://a.example/", "a@b:c"),
        ("https://ada@a.example/", "https://a.example/", "ada:"),
        ("https://a.example/@ada", "https://a.example/@ada", ""),
        ("https://[:::/", "https://[:::/", ""),
        ("", "", ""),
    ],
)
def test_a_secret_is_taken_out_of_an_address(url: str, address: str, key: str) -> None:
    assert without_secret(url) == (address, key)


def test_a_secret_in_an_address_of_the_list_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingError, match=r"feed 1: .* key = ") as refused:
        read_feeds('[[feed]]\nurl = "https://ada:sesame@a.example/"', FILE)
    assert "sesame" not in str(refused.value)


def test_whatever_a_file_holds_is_a_line_and_no_traceback() -> None:
    for text in ("feed = " + "[" * 20_000, "feed = " + "9" * 5000, "[[" + "a." * 20_000 + "b]]"):
        with pytest.raises(SettingError, match=FILE):
            read_feeds(text, FILE)


@given(st.text(max_size=200))
def test_whatever_the_text(text: str) -> None:
    try:
        feeds = read_feeds(text, FILE)
    except SettingError:
        return
    assert feeds == (), "no such text holds one"
