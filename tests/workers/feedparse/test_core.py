"""From bytes to a reading, whatever the bytes."""

import itertools
import json
import math
import time
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reading import NOW_S, about, channel, drops, long_s, read, read_json, urls
from stillframe.contracts.caps import READING_CAP_BYTES
from stillframe.contracts.feedparse import FeedParseResult
from stillframe.contracts.feeds import FeedKind, JsonFields, Reading
from stillframe.contracts.wire import PROTOCOLS
from stillframe.workers.feedparse import core
from stillframe.workers.feedparse.core import moment_s
from stillframe.workers.feedparse.document import Entry, Found, Picture

SAMPLES = [
    channel(
        '<title>A</title><enclosure url="/a.jpg" type="image/jpeg"/>',
        '<media:group><media:content url="b.jpg" width="900" height="600"/></media:group>',
        "<description>&lt;img src='c.jpg' srcset='d.jpg 900w'&gt;</description>",
        more="<ttl>60</ttl><skipHours><hour>3</hour></skipHours>",
    ).encode(),
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="a.jpg"/></entry></feed>',
    json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"image": "a"}]}).encode(),
    json.dumps({"kind": "Listing", "data": {"children": [{"data": {"url": "a.jpg"}}]}}).encode(),
    json.dumps({"images": [{"urlbase": "/a", "startdate": "20261102"}]}).encode(),
    json.dumps({"items": [{"media": {"m": "a_m.jpg"}, "author": '("x")'}]}).encode(),
    json.dumps({"data": [{"path": "a", "dimension_x": 5, "dimension_y": 5}]}).encode(),
    json.dumps([{"urls": {"raw": "https://a/b"}, "width": 9}]).encode(),
    json.dumps({"photos": [{"src": {"original": "a"}}]}).encode(),
    json.dumps({"media_type": "image", "date": "2026-11-02", "url": "a"}).encode(),
    json.dumps({"image": {"image": {"source": "a"}}}).encode(),
    b"<opml><body><outline xmlUrl='https://a.example'/></body></opml>",
    b"<!doctype html><title>Index of /</title><a href='a.jpg'>a</a>",
    b"<d:multistatus xmlns:d='DAV:'><d:response><d:href>a</d:href></d:response></d:multistatus>",
]
KINDS: list[dict[str, Any]] = [
    {},
    {"kind": FeedKind.IMMICH},
    {"kind": FeedKind.JSON, "fields": JsonFields(items="items[]", url="image")},
]


def keeps_its_bounds(reading: Reading) -> None:
    """What holds for every reading: it is a valid message, and no larger than allowed."""
    encoded = msgspec.msgpack.encode(reading)
    assert msgspec.msgpack.decode(encoded, type=Reading) == reading
    assert len(encoded) <= READING_CAP_BYTES
    assert all(drop.url.isprintable() for drop in reading.dropped)
    assert len(reading.dropped) <= 64
    assert len({item.url for item in reading.items}) == len(reading.items)
    for item in reading.items:
        assert 631_152_000 <= item.ts_s <= NOW_S + 86400
        assert 300 <= item.ttl_s <= 30 * 86400
        assert item.url.startswith(("http://", "https://"))
        assert (item.priority, item.cache_path) == (50, None)


@given(st.binary(max_size=400), st.sampled_from(KINDS))
def test_any_bytes(body: bytes, kind: dict[str, Any]) -> None:
    keeps_its_bounds(read(body, **kind))


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.data(), st.sampled_from(KINDS))
def test_documents_with_some_bytes_changed(
    sample: bytes, data: st.DataObject, kind: dict[str, Any]
) -> None:
    body = bytearray(sample)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from(["set", "cut", "twice"])):
            case "set":
                body[at] = data.draw(st.integers(0, 255))
            case "cut":
                del body[at : at + data.draw(st.integers(1, 20))]
            case _:
                body[at:at] = body[at : at + 30]
        if not body:
            break
    keeps_its_bounds(read(bytes(body), **kind))


KEYS = [
    *("items", "image", "images", "urlbase", "data", "children", "kind", "url", "media", "m"),
    *("path", "dimension_x", "urls", "raw", "photos", "src", "original", "media_type", "date"),
    *("version", "source", "preview", "assets", "id", "type", "authors", "content_html"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=25,
)


@given(JSON, st.sampled_from(KINDS))
@example({"kind": "Listing", "data": {"children": [None, 5, [], {"data": []}]}}, {})
@example({"version": "jsonfeed.org/version/", "items": {"a": 1}}, {})
def test_any_json_made_of_the_words_that_readers_look_for(
    document: object, kind: dict[str, Any]
) -> None:
    keeps_its_bounds(read_json(document, **kind))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"hello", "not-feed"),
        (bytes(range(256)), "not-feed"),
        (b"{}", "not-feed"),
        (b'{"a": [}', "bad-json"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-feed"),
        (b"<!doctype html><p>Log in", "html-not-feed"),
        (b"<hello/>", "not-feed"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body: bytes, problem: str) -> None:
    reading = read(body)
    assert reading.problem == problem
    assert reading.items == ()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"<rss>" + b"<a>" * 100_000,
        b"<rss><channel>" + b"<item/>" * 100_000 + b"</channel></rss>",
        b"<rss><channel><item><title>" + b"x" * 3_900_000 + b"</title></item></channel></rss>",
        b"<rss><channel><item><author>a@a." + b"a." * 16_000 + b"!</author></item></channel></rss>",
        b"<rss><item " + b" ".join(b'a%d="1"' % n for n in range(40_000)) + b"/></rss>",
        b'{"version": "https://jsonfeed.org/version/1", "title": "' + b"x" * 3_900_000 + b'"}',
        json.dumps({"version": "jsonfeed.org/version/1", "items": [{}] * 200_000}).encode(),
    ],
)
def test_hostile_documents_cost_less_than_two_seconds(body: bytes) -> None:
    began_s = time.process_time()
    keeps_its_bounds(read(body))
    assert time.process_time() - began_s < long_s()


NESTED = b"<item><description>"
GROUP = '<media:group><media:content url="a:.jpg"/></media:group>'


@pytest.mark.parametrize(
    "body",
    [
        # Comments before a page may be told apart in two to the fortieth ways.
        b"<!---->" * 40 + b"<rss/>",
        # Each page holds all that follow.
        b"<rss>" + NESTED * 98 + b"<p/>" * 190_000 + b"</description></item>" * 98 + b"</rss>",
        # One item is as many as it has groups.
        channel(GROUP * 60_000).encode(),
        json.dumps(
            {
                "kind": "Listing",
                "data": {
                    "children": [
                        {
                            "data": {
                                "gallery_data": {"items": [{"media_id": "a"}] * 450},
                                "media_metadata": {"a": {"s": {"u": "a:b"}}},
                            }
                        }
                    ]
                    * 400
                },
            }
        ).encode(),
        b"<html>" + b"<![" * 1_000_000,
        b"<html>" + b"<a " * 1_000_000,
        b"jsonFlickrFeed(" + b"[" * 1_000_000,
        b"<rss>" + b"&" * 1_000_000,
        b"<rss>" + b"<![CDATA[" * 400_000,
        b"<rss>" + b"\x01" * 4_000_000,
        b"<rss " + b"xmlns=' " * 400_000,
    ],
)
def test_what_looks_small_is_not_worked_at_for_long(body: bytes) -> None:
    began_s = time.process_time()
    reading = read(body)
    keeps_its_bounds(reading)
    assert reading.items == ()
    assert time.process_time() - began_s < long_s()


def test_a_person_s_paths_lead_to_no_more_than_is_looked_at() -> None:
    fields = JsonFields(items="items[]", url="image[]")
    began_s = time.process_time()
    document = {"items": [{"image": ["a:b"] * 500}] * 500}
    assert read_json(document, kind=FeedKind.JSON, fields=fields).items == ()
    assert time.process_time() - began_s < long_s()


@pytest.mark.parametrize(
    "item",
    [
        '<enclosure url="http://a/\x85b\u202e.jpg" type="image/png"/>',
        '<enclosure url="http://h:22222222/a.jpg" type="image/png"/>',
        '<enclosure url="http://\uff03/a.jpg" type="image/png"/>',
        "<link>http://a/&#xD800;.jpg</link><title>&#xDFFF; & x</title>",
        f'<enclosure url="javascript:{"x" * 5000}" type="image/png"/>',
    ],
)
@pytest.mark.parametrize("end", ["", "<unclosed>"])
def test_what_is_refused_can_be_sent_and_printed(item: str, end: str) -> None:
    keeps_its_bounds(read(channel(item + end)))


def test_a_reading_of_the_longest_words_keeps_its_bounds() -> None:
    wide = "\U0001f5bc" * 1024
    address = "https://a.example/" + "a" * 4000
    feeds = "".join(f"<outline xmlUrl='{address}{n}'/>" for n in range(300))
    keeps_its_bounds(read(f"<opml><title>{wide}</title><body>{feeds}</body></opml>"))
    items = [
        f"<title>{wide}</title><dc:creator>{wide}</dc:creator><media:license>{wide}</media:license>"
        f'<enclosure type="image/png" url="/{n}{"u" * 3900}"/>'
        for n in range(60)
    ]
    bad = [f'<enclosure type="image/png" url="j:{n}{"u" * 3900}"/>' for n in range(80)]
    reading = read(channel(*items, *bad, more=f"<title>{wide}</title>"), name=wide[:200])
    keeps_its_bounds(reading)
    assert reading.items
    assert reading.dropped


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_feed_is_known_in_every_encoding(encoding: str) -> None:
    body = channel("<title>Höhe</title><guid>http://a.example/b.jpg</guid>")
    body = body.replace("?>", f' encoding="{encoding.removesuffix("-sig")}"?>', 1)
    assert read(body.encode(encoding)).items[0].title == "Höhe"


def test_a_feed_for_scripts_is_one() -> None:
    document = {"items": [{"media": {"m": "https://live.staticflickr.com/1/2_a_m.jpg"}}]}
    body = f"jsonFlickrFeed({json.dumps(document)})"
    assert urls(read(body)) == ["https://live.staticflickr.com/1/2_a_b.jpg"]


def test_a_document_without_end_is_told_to_its_500th_entry() -> None:
    looked_at = itertools.count()
    endless = (Entry((Picture(f"{n}.jpg"),)) for n in looked_at)
    assert len(core._told(Found(endless), about()).items) == 100
    assert next(looked_at) == 500


def test_a_reading_holds_no_more_than_its_message() -> None:
    items = [
        f'<title>{"t" * 1000}</title><enclosure type="image/png" url="/{n}{"u" * 3000}.png"/>'
        for n in range(300)
    ]
    reading = read(channel(*items))
    keeps_its_bounds(reading)
    assert 5 < len(reading.items) < 30
    assert ("over-limit") in {reason for _, reason in drops(reading)}
    asked = FeedParseResult(
        seq=1,
        correlation_id=1,
        worker="feedparse",
        ts_req_ns=1,
        deadline_ns=1,
        ts_res_ns=1,
        reading=reading,
    )
    assert PROTOCOLS["feedparse"].from_worker("feedparse").encode(asked)


def test_items_beyond_what_is_wanted_are_named() -> None:
    reading = read(channel(*(f'<enclosure type="image/png" url="/{n}"/>' for n in range(120))))
    assert len(reading.items) == 100
    assert [reason for _, reason in drops(reading)] == ["over-limit"] * 20


def test_an_image_comes_once() -> None:
    item = '<enclosure type="image/png" url="/a"/>'
    reading = read(channel(item, item))
    assert len(urls(reading)) == 1
    assert drops(reading) == [("https://site.example/a", "duplicate")]


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("2026-11-02T10:00:00Z", 1_793_613_600),
        ("2026-11-02", 1_793_577_600),
        ("2026-11-02T10:00:00.123+01:00", 1_793_610_000.123),
        ("Mon, 02 Nov 2026 10:00:00 GMT", 1_793_613_600),
        ("02 Nov 2026 10:00 EST", 1_793_631_600),
        (1_793_613_600, 1_793_613_600),
        (1_793_613_600_000, 1_793_613_600),
        ("1793613600", 1_793_613_600),
        ("Thu, 01 Jan 1970 00:00:00 GMT", NOW_S),
        ("1763-01-01", NOW_S),
        ("9999-12-31T23:59:59Z", NOW_S),
        (NOW_S + 86399, NOW_S + 86399),
        (NOW_S + 86401, NOW_S),
        (-1.0, NOW_S),
        (math.nan, NOW_S),
        (math.inf, NOW_S),
        ("NaN", NOW_S),
        ("1e999", NOW_S),
        ("", NOW_S),
        ("yesterday", NOW_S),
        ("x" * 5000, NOW_S),
    ],
)
def test_a_time_is_one_that_can_be(when: str | float, found: float) -> None:
    assert moment_s(when, NOW_S) == pytest.approx(found)


@given(st.text(max_size=70) | st.floats())
def test_any_time(when: str | float) -> None:
    assert 631_152_000 <= moment_s(when, NOW_S) <= NOW_S + 86400
