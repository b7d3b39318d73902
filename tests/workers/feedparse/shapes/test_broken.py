"""What is not well-formed is read as far as it goes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import channel, read, urls


def test_a_feed_that_is_cut_off_gives_what_came() -> None:
    whole = channel(*(f'<enclosure url="/{n}.jpg" type="image/jpeg"/>' for n in range(3)))
    cut = whole[: whole.index("/2.jpg")]
    assert urls(read(cut)) == [f"https://site.example/{n}.jpg" for n in range(2)]


def test_an_ampersand_alone_and_an_unknown_entity_are_borne() -> None:
    body = channel('<title>Fish & chips &nbsp;</title><enclosure url="/a.jpg" type="image/jpeg"/>')
    (item,) = read(body).items
    assert item.title == "Fish & chips"


def test_media_and_pictures_in_text_are_found_too() -> None:
    media = '<media:content url="https://a.example/m.jpg" medium="image" width="900" height="600"/>'
    text = "<description>& &lt;img src='https://a.example/d.jpg'&gt;</description>"
    assert urls(read(channel(media + "<title>&</title>", text))) == [
        "https://a.example/m.jpg",
        "https://a.example/d.jpg",
    ]


def test_what_is_mended_is_read_with_all_that_it_says() -> None:
    groups = "".join(
        f'<media:group><media:content url="/{n}.jpg" type="image/jpeg"/></media:group>'
        for n in "ab"
    )
    reading = read(channel(f"<title>&#xD83D;&#xDE00; &eacute; & \x01</title>{groups}"))
    assert urls(reading) == ["https://site.example/a.jpg", "https://site.example/b.jpg"]
    assert {item.title for item in reading.items} == {"é &"}


# Each of them makes feedparser fail, in another way each.
FAILING = [
    "<rss><item><georss:point>1</georss:point></x>",
    "<rss><textInput><title>x</title></x>",
    "<rss><item><media:rating>x</media:rating></x>",
    "<?xml version='1.0' encoding='undefined'?><rss></x>",
    "<?xml version='1.0' encoding='punycode'?><rss>\xff</x>",
]


@pytest.mark.parametrize("body", FAILING)
def test_whatever_becomes_of_it_there_a_reading_comes_back(body: str) -> None:
    reading = read(body)
    assert reading.problem in (None, "not-feed")
    assert reading.items == ()


def test_no_entity_is_put_where_it_is_named() -> None:
    declared = '<!DOCTYPE & [<!entity a "' + "x" * 90_000 + '">]>'
    reading = read(f"{declared}<rss><item><title>{'&a;' * 10_000}</title></x>")
    assert (reading.problem, reading.items) == ("not-feed", ())


WORDS = st.sampled_from(
    (
        *("rss", "channel", "item", "entry", "feed", "title", "link", "author", "description"),
        *("content:encoded", "media:group", "media:content", "media:thumbnail", "media:rating"),
        *("enclosure", "guid", "pubDate", "dc:date", "image", "url", "textInput", "georss:point"),
    )
)
VALUES = st.sampled_from(
    (
        *("http://[", "/a.jpg", "&#xD800;", "&#99999999999;", "&#x;", "&nbsp;", "&", "<", "]]>"),
        *("<![", "<!--", "<![CDATA[", "<!DOCTYPE x [", "\x00", "é", "image/png", "base64", "xhtml"),
        *("Mon, 99 Feb 2026 99:99:99 +9999", "0000-00-00", "1 2 3", "a@a.a", "9" * 400),
    )
)
ATTRIBUTES = st.sampled_from(("href", "url", "type", "rel", "xml:base", "mode", "width", "xmlns"))


@st.composite
def soup(draw: st.DrawFn) -> str:
    """Draw what looks like a feed from afar."""
    parts: list[str] = []
    for _ in range(draw(st.integers(1, 14))):
        name = draw(WORDS)
        said = "".join(
            f" {attribute}={quote}{value}{quote}"
            for attribute, value, quote in draw(
                st.lists(st.tuples(ATTRIBUTES, VALUES, st.sampled_from(("'", '"', ""))), max_size=2)
            )
        )
        parts += [f"<{name}{said}>", draw(VALUES), *([f"</{name}>"] if draw(st.booleans()) else [])]
    return "".join(parts)


@settings(max_examples=200)
@given(soup())
def test_any_soup(inside: str) -> None:
    for body in (f"<rss><channel><item>{inside}", f"<feed>{inside}</feed>"):
        reading = read(body)
        assert all(item.url.startswith("http") for item in reading.items)


def test_words_in_brackets_are_no_feed() -> None:
    assert read("<hello>world").problem == "not-feed"


@pytest.mark.parametrize("name", ["pubDate", "published", "updated"])
def test_the_time_of_an_item_is_kept(name: str) -> None:
    item = f'<{name}>2026-11-02T10:00:00Z</{name}><enclosure url="/a.jpg" type="image/png"/>'
    (found,) = read(channel(item + "<unclosed>")).items
    assert found.ts_s == 1_793_613_600
