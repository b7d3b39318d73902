"""Which of an item's pictures is the one to show."""

import pytest

from reading import URL, about
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.choice import chosen, judged, whole
from stillframe.workers.feedparse.document import Entry, Picture


def reason(url: str, **fields: int) -> str | None:
    found = judged(Picture(url, 0, fields.get("width"), fields.get("height")), about())
    return found.reason.value if found.reason else None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("a.jpg", "https://site.example/feeds/a.jpg"),
        ("/a.jpg", "https://site.example/a.jpg"),
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("?id=1.jpg", URL + "?id=1.jpg"),
        (" http://h.example/a.jpg\n", "http://h.example/a.jpg"),
    ],
)
def test_an_address_is_made_whole(written: str, address: str) -> None:
    assert judged(Picture(written), about()).url == address
    assert whole(written, URL) == address


def test_a_base_of_its_own_goes_before_the_documents() -> None:
    assert judged(Picture("a.jpg", base="https://b.example/x/"), about()).url == (
        "https://b.example/x/a.jpg"
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("javascript:alert(1)", "bad-scheme"),
        ("data:image/png;base64,AAAA", "bad-scheme"),
        ("file:///etc/passwd", "bad-scheme"),
        ("ftp://h.example/a.jpg", "bad-scheme"),
        ("http://user:pw@h.example/a.jpg", "bad-url"),
        ("http:///a.jpg", "bad-url"),
        ("http://[::1/a.jpg", "bad-url"),
        ("http://h.example/" + "a" * 5000, "bad-url"),
        ("http://h.example/a\x00.jpg", "bad-url"),
        ("http://h.example/a.svg", "not-image"),
        ("http://ad.doubleclick.net/a.jpg", "tracker"),
        ("http://feeds.feedburner.com/~r/x/~4/y", "tracker"),
        ("http://h.example/favicon.ico", "tracker"),
        ("http://h.example/wp/emoji/1f600.png", "tracker"),
        ("http://h.example/avatar/5.jpg", "tracker"),
        ("http://h.example/1x1.gif", "tracker"),
        ("http://h.example/favicon-32x32.png", "tracker"),
        ("http://h.example/me_avatar.png", "tracker"),
        ("http://h.example/icons/fog.png", "tracker"),
        ("http://h.example/google-pixel-9-camera.jpg", None),
        ("http://h.example/avatar-the-film.jpg", None),
        ("http://h.example/blank-canvas.jpg", None),
        ("http://h.example/a.jpg?icon=1", None),
        ("http://notdoubleclick.net/a.jpg", None),
        ("http://h.example/iconic-harbour.jpg", None),
        ("http://h.example/pixelated.jpg", None),
        ("http://h.example/a.jpg", None),
    ],
)
def test_what_an_address_gives_away(url: str, why: str | None) -> None:
    assert reason(url) == why


@pytest.mark.parametrize(
    ("size", "why"),
    [
        ({"width": 1, "height": 1}, "tracker"),
        ({"width": 2}, "tracker"),
        ({"width": 1, "height": 3000}, None),
        ({"width": 499, "height": 300}, "too-small"),
        ({"width": 300, "height": 500}, None),
        ({"width": 500}, None),
        ({}, None),
    ],
)
def test_what_a_size_gives_away(size: dict[str, int], why: str | None) -> None:
    assert reason("http://h.example/a.jpg", **size) == why


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("https://live.staticflickr.com/1/2_a_m.jpg", "https://live.staticflickr.com/1/2_a_b.jpg"),
        (
            "https://www.bing.com/th?id=OHR.A_1366x768.jpg&rf=x",
            "https://www.bing.com/th?id=OHR.A_UHD.jpg",
        ),
        (
            "https://upload.wikimedia.org/wikipedia/commons/thumb/6/6e/A.jpg/330px-A.jpg",
            "https://upload.wikimedia.org/wikipedia/commons/6/6e/A.jpg",
        ),
    ],
)
def test_a_small_form_stands_for_the_large_one_of_unknown_size(small: str, large: str) -> None:
    found = judged(Picture(small, 0, 240, 160), about())
    assert (found.url, found.reason, found.width, found.height) == (large, None, None, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://evilbing.com/th?id=OHR.A_1366x768.jpg",
        "https://x.example/live.staticflickr.com/2_a_m.jpg",
        "https://upload.wikimedia.org.x.example/wikipedia/commons/thumb/6/6e/A.jpg/330px-A.jpg",
    ],
)
def test_only_the_places_themselves_are_known_to_keep_one(url: str) -> None:
    assert judged(Picture(url), about()).url == url


def test_a_thousand_pictures_of_one_item_are_not_all_looked_at() -> None:
    bad = [Picture(f"javascript:{n}") for n in range(1000)]
    assert chosen(Entry((*bad[:40], Picture("a.jpg"))), about()).reason is None
    assert chosen(Entry((*bad, Picture("a.jpg"))), about()).reason is DropReason.BAD_SCHEME


def pick(*pictures: Picture) -> tuple[str, str | None]:
    found = chosen(Entry(pictures, link="https://site.example/1"), about())
    return found.url.rpartition("/")[2], found.reason.value if found.reason else None


def test_what_the_document_means_most_is_taken_and_then_the_largest() -> None:
    big, small = Picture("big", 5, 4000, 3000), Picture("small", 1, 800, 600)
    assert pick(big, small) == ("small", None)
    assert pick(Picture("a", 1, 800, 600), Picture("b", 1, 900, 700)) == ("b", None)


def test_what_will_not_do_leaves_its_place_to_the_next() -> None:
    assert pick(Picture("dot", 0, 1, 1), Picture("real", 5)) == ("real", None)


def test_where_none_will_do_the_first_says_why() -> None:
    assert pick(Picture("x.svg", 0), Picture("dot", 5, 1, 1)) == ("x.svg", "not-image")
    assert pick() == ("1", "no-image")
    assert pick(Picture("  ")) == ("1", "no-image")


def test_an_item_that_leaves_itself_out_is_left_out() -> None:
    entry = Entry((Picture("a.jpg"),), link="l", left_out=DropReason.NO_IMAGE)
    assert chosen(entry, about()).reason is DropReason.NO_IMAGE


@pytest.mark.parametrize("url", ["javascript:x", "mailto:a@b", "http://[", "", "http://h/\x1b"])
def test_only_addresses_of_the_web_are_whole(url: str) -> None:
    assert whole(url, "" if not url else URL) in ("", URL)
    assert not whole(url, "").startswith(("javascript", "mailto"))
