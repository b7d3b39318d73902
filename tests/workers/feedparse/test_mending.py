"""Slips that leave no doubt what was meant."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.feedparse.markup import tree_of
from stillframe.workers.feedparse.mending import mended


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Fish & chips", "Fish & chips"),
        ("a&b;c", "a&b;c"),
        ("a=1&b=2&amp;c=3", "a=1&b=2&c=3"),
        ("caf&eacute;&nbsp;&euro;", "caf\u00e9\u00a0\u20ac"),
        ("&lt;&gt;&quot;&apos;&amp;", "<>\"'&"),
        ("&#65;&#x42;&#0067;", "ABC"),
        ("&#xD83D;&#xDE00;!", "!"),
        ("&#55357;&#56832;!", "!"),
        ("&#0;&#1;&#x1f;&#xFFFF;&#99999999999;", ""),
        ("&#x;&#;&;&", "&#x;&#;&;&"),
        ("a\x00\x08\x0bb\tc\nd", "ab\tc\nd"),
        ("<![CDATA[?a=1&b=2 &nbsp; \x01]]>&amp;", "?a=1&b=2 &nbsp; &"),
        ("&NotEqualTilde;", "\u2242\u0338"),
    ],
)
def test_what_was_written_becomes_what_was_meant(written: str, meant: str) -> None:
    assert (tree_of(mended(f"<a>{written}</a>".encode())).text or "") == meant


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1251"])
def test_letters_stay_in_their_encoding(encoding: str) -> None:
    letter = {"iso-8859-1": "\u00f6", "windows-1251": "\u0436"}[encoding]
    body = f'<?xml version="1.0" encoding="{encoding}"?><a>{letter} & &ouml;</a>'.encode(encoding)
    assert tree_of(mended(body)).text == f"{letter} & \u00f6"


def test_a_body_of_two_bytes_a_character_is_left_alone() -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        body = "<a>&nbsp;</a>".encode(encoding)
        assert mended(body) == body


def test_a_literal_text_that_never_ends_is_taken_to_the_end() -> None:
    assert mended(b"<a><![CDATA[ & \x02 <![CDATA[ &") == b"<a><![CDATA[ &  <![CDATA[ &"


@given(st.text(alphabet="<a>&;#x3Dbn\x01 ]![CDAT\"'=/"))
def test_what_is_well_formed_stays_as_it_is(inside: str) -> None:
    body = f"<a>{inside}</a>".encode()
    try:
        ET.fromstring(body)  # noqa: S314 - ours
    except ET.ParseError:
        mended(body)
    else:
        assert ET.tostring(ET.fromstring(mended(body))) == ET.tostring(ET.fromstring(body))  # noqa: S314 - ours
