"""Careful looks at XML and HTML."""

import contextlib
import time
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading import long_s
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import UnreadableError
from stillframe.workers.feedparse.markup import (
    joined,
    local,
    namespace,
    pictures_in,
    plain,
    tree_of,
)

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10 if n > 1 else b"&lol;" * 10)
        for n in range(1, 10)
    )
    + b"]><rss>&lol9;</rss>"
)
QUADRATIC = (
    b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 50_000 + b'">]><rss>' + b"&a;" * 50_000 + b"</rss>"
)


# The first half of a document, by so much that nothing is seen of what follows.
PADDED = b"<?xml version='1.0'?><!--" + b"x" * 200_000 + b"-->"
SWOLLEN = (
    b'<!DOCTYPE r [<!ENTITY a "'
    + b"x" * 900_000
    + b'">]><rss><title>'
    + b"&a;" * 90
    + b"</title></rss>"
)


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS,
        PADDED + LAUGHS.partition(b"?>")[2],
        PADDED + SWOLLEN,
        SWOLLEN.decode().encode("utf-16"),
        b"\xfe\xff" + SWOLLEN.decode().encode("utf-16-be"),
        SWOLLEN.decode().encode("utf-16-le"),
        # A name of a megabyte, once for each element or attribute.
        b'<rss xmlns:a="' + b"x" * 1_000_000 + b'">' + b"<a:b/>" * 100_000 + b"</rss>",
        b"<rss xmlns:a = 'x\"" + b"x" * 1_000_000 + b"'>" + b"<a:b/>" * 100_000 + b"</rss>",
        b'<rss xmlns:a="' + b"x" * 1_000_000 + b'" ' + b' a:b="" a:c=""' * 9 + b"/>",
        b"<rss xmlns:" + b"a" * 300 + b"='x'/>",
        b"<rss xmlns:a" + b" " * 100 + b"='x'/>",
        b"<r>" + b"<b/>" * 300 + b"<a>" * 200 + b"</a>" * 200 + b"</r>",
        b"<rss>" + b"<a b='' c='' d=''/>" * 50_001 + b"</rss>",
        QUADRATIC,
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
        b'<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><rss/>',
        b"<a>" * 201 + b"</a>" * 201,
        b"<a>" * 100_000,
        b"<rss><item " + b" ".join(b'a%d="1"' % n for n in range(40_000)) + b"/></rss>",
        b"<rss>" + b"<a/>" * 200_001 + b"</rss>",
    ],
)
def test_a_hostile_tree_is_refused_at_once(body: bytes) -> None:
    began_s = time.process_time()
    with pytest.raises(UnreadableError) as caught:
        tree_of(body)
    assert caught.value.reason is DropReason.NOT_FEED
    assert time.process_time() - began_s < long_s()


def test_a_large_tree_is_borne() -> None:
    body = b"<r>" + b"<a b=''/>" * 99_000 + b"<a>" * 150 + b"</a>" * 150 + b"</r>"
    assert len(tree_of(body)) == 99_001


def test_a_word_in_the_text_declares_nothing() -> None:
    text = '<![CDATA[<!DOCTYPE r [<!ENTITY a "b">]>]]>'
    assert (tree_of(f"<rss>{text}</rss>".encode()).text or "").startswith("<!DOCTYPE")


def test_a_namespace_as_long_as_any_is_borne() -> None:
    space = "http://" + "n" * 200
    assert tree_of(f'<a xmlns="{space}"/>'.encode()).tag == f"{{{space}}}a"


def test_a_document_type_that_only_names_itself_is_borne() -> None:
    body = (
        b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" '
        b'"http://127.0.0.1:9/rss-0.91.dtd"><rss version="0.91"/>'
    )
    assert tree_of(body).get("version") == "0.91"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"]
)
def test_the_encodings_of_the_web_are_read(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert tree_of((head + "<a>Höhe</a>").encode(encoding)).text == "Höhe"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe<",
        b"\xff\xfe\x00\xd8<\x00",
        b"<a>",
        b"<a></b>",
        b"<a>&nbsp;</a>",
        b'<?xml version="1.0" encoding="x-odd"?><a/>',
    ],
)
def test_what_is_not_well_formed_is_said_so(body: bytes) -> None:
    with pytest.raises(ET.ParseError):
        tree_of(body)


@given(st.binary(max_size=300))
def test_whatever_the_bytes_a_tree_or_a_refusal(body: bytes) -> None:
    with contextlib.suppress(ET.ParseError, UnreadableError):
        tree_of(b"<" + body)


@pytest.mark.parametrize(
    ("base", "address", "whole"),
    [
        ("https://a.example/x/y", "z", "https://a.example/x/z"),
        ("https://a.example/x/y", "", "https://a.example/x/y"),
        ("https://a.example/x/y", "http://[", "https://a.example/x/y"),
        ("https://a.example/x/y", "//b]/", "https://a.example/x/y"),
    ],
)
def test_a_base_that_is_none_is_passed_over(base: str, address: str, whole: str) -> None:
    assert joined(base, address) == whole


def test_a_name_has_a_space_and_a_local_part() -> None:
    tag = "{http://Search.Yahoo.com/mrss/}Content"
    assert (local(tag), namespace(tag)) == ("content", "http://search.yahoo.com/mrss/")
    assert (local("Item"), namespace("Item")) == ("item", "")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a  <b>b</b>\n c", "a b c"),
        ("&lt;i&gt;x&lt;/i&gt; &amp; y", "x & y"),
        ("&amp;amp;", "&"),
        ("\x1b[2Ja\u202eb\ud800", "[2Ja b"),
        ("<img src=x onerror=alert(1)>", ""),
        ("x" * 5000, "x" * 1024),
    ],
)
def test_a_title_is_one_plain_line(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_no_more_of_a_field_is_looked_at_than_a_title_needs() -> None:
    assert plain(" " * 9_000 + "late") == ""
    page = "<img src=a.jpg>" + " " * 70_000 + "<img src=late.jpg>"
    assert [picture.url for picture in pictures_in(page, 0)] == ["a.jpg"]


@given(st.text())
def test_no_title_can_steer_a_terminal_or_break_a_message(markup: str) -> None:
    found = plain(markup)
    assert all(character.isprintable() for character in found)
    assert len(found.encode()) <= 4 * 1024


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<img src="a.jpg">', [("a.jpg", None)]),
        ("<IMG SRC=a.jpg WIDTH=900 HEIGHT=600>", [("a.jpg", 900)]),
        ("<img width='600px' src='a.jpg'/>", [("a.jpg", 600)]),
        ('<img src="s.jpg" srcset="s.jpg 400w, l.jpg 2400w, m.jpg 1200w">', [("l.jpg", 2400)]),
        ('<img src="s.jpg" width="500" srcset="b.jpg 2x, s.jpg 1x">', [("b.jpg", 1000)]),
        ('<img src="blank.gif" data-src="real.jpg">', [("real.jpg", None)]),
        ('<img src="a.jpg?x=1&amp;y=2">', [("a.jpg?x=1&y=2", None)]),
        (
            '<picture><source srcset="w.webp 3000w"><img src="s.jpg"></picture><img src="b.jpg">',
            [("w.webp", 3000), ("b.jpg", None)],
        ),
        ('<img alt="a > b" src="a.jpg">', [("a.jpg", None)]),
        ("<img alt='\"' src=a.jpg>", [("a.jpg", None)]),
        ('<img src=a.jpg alt=5">', [("a.jpg", None)]),
        ('<img alt="src=b.jpg" src="a.jpg">', [("a.jpg", None)]),
        ('<img srcset="a.jpg, b.jpg 2x">', [("b.jpg", None)]),
        ('<img srcset="a.jpg 100w, w_900,h_600/b.jpg 900w">', [("w_900,h_600/b.jpg", 900)]),
        (
            '<a href="/s1600/a.jpg"><img src="/s320/a.jpg" width="320"></a><img src="b.jpg">',
            [("/s1600/a.jpg", None), ("b.jpg", None)],
        ),
        ('<a href="a.PNG?x=1#y"><img src="s.jpg"></a>', [("a.PNG?x=1#y", None)]),
        ('<a href="/wiki/File:A.jpg"><img src="s.jpg"></a>', [("s.jpg", None)]),
        ('<a href="/o/r/blob/main/a.jpg"><img src="s.jpg"></a>', [("s.jpg", None)]),
        ('<a href="/page"><img src="s.jpg"></a>', [("s.jpg", None)]),
        ('<a href="a.jpg">a picture</a>', []),
        ('<abbr href="a.jpg"><img src="s.jpg"></abbr>', [("s.jpg", None)]),
        ('<picture><source srcset="x.webp"></picture><img src="b.jpg">', [("b.jpg", None)]),
        ("<p>none</p><imgx src=a.jpg>", []),
        ("<img>", []),
    ],
)
def test_the_pictures_of_a_page(page: str, found: list[tuple[str, int | None]]) -> None:
    assert [(picture.url, picture.width) for picture in pictures_in(page, 0)] == found


@pytest.mark.parametrize(
    "page",
    [
        "<img " * 20_000,
        "<img src=" * 20_000,
        '<img srcset="' + "a 1w," * 50_000 + '">',
        "<img " + "a=" * 30_000,
        "<source>" * 10_000,
        '<img "' * 10_000,
        "<a \"<a '" * 7_000,
        "<a href=x.jpg><img>" * 3_000,
        "<img srcset='" + " " * 8_000 + "'>",
    ],
)
def test_a_hostile_page_costs_little(page: str) -> None:
    began_s = time.process_time()
    assert len(list(pictures_in(page, 0))) < 10_000
    assert time.process_time() - began_s < long_s()


@given(st.text(alphabet="<>imgsourcepicture/ =\"'&;,0123456789wx\n"))
def test_whatever_the_page(page: str) -> None:
    for picture in pictures_in(page, 3, "https://b.example/"):
        assert (picture.tier, picture.base) == (3, "https://b.example/")
