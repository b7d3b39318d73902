"""What is read from XMP packets, as other programs write them, and from hostile ones."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.workers.library.xmp import Opinion, read_xmp, tidy
from xmp_packets import ATTRIBUTES, ELEMENTS


def test_rating_and_keywords_are_read_and_nothing_else() -> None:
    assert read_xmp(ATTRIBUTES) == Opinion(4, ("Summer", "lake"))


@pytest.mark.parametrize(
    ("said", "rating"),
    [(b"5", 5), (b"3.0", 3), (b"0", 0), (b"-1", 0), (b"99", 5), (b"inf", 0), (b"many", 0)],
)
def test_a_rating_is_nought_to_five_stars(said: bytes, rating: int) -> None:
    assert read_xmp(ELEMENTS % said).rating == rating


def test_padding_around_a_packet_is_no_part_of_it() -> None:
    assert read_xmp(b"\x00\n " + ELEMENTS % b"2" + b" \n" * 2000 + b"\x00").rating == 2


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<",
        b"no xml",
        b"\xff\xfe",
        ATTRIBUTES[:400],
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
        b"<x>&lol9;</x>",
        b"<a>" * (1 << 19),
    ],
)
def test_what_is_no_packet_is_refused(packet: bytes) -> None:
    began_s = time.monotonic()
    with pytest.raises(ValueError, match="XMP"):
        read_xmp(packet)
    assert time.monotonic() - began_s < 20, "nothing expands"


@settings(max_examples=200)
@given(st.binary(max_size=300), st.integers(0, len(ATTRIBUTES)), st.integers(0, 40))
def test_whatever_the_bytes_it_is_an_opinion_or_a_refusal(
    noise: bytes, at: int, length: int
) -> None:
    try:
        opinion = read_xmp(ATTRIBUTES[:at] + noise + ATTRIBUTES[at + length :])
    except ValueError:
        return
    assert 0 <= opinion.rating <= 5
    assert all(word and len(word) <= 128 for word in opinion.keywords)


def test_keywords_are_bounded_and_told_apart() -> None:
    assert tidy(["a", " a", "", "b" * 500]) == ("a", "b" * 128)
    assert len(tidy(map(str, range(10_000)))) == 256
