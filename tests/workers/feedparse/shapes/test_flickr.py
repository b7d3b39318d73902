"""Flickr's public feeds."""

import pytest

from reading import channel, read, read_json, urls
from stillframe.workers.feedparse.shapes.flickr import large

BASE = "https://live.staticflickr.com/65535/5_abc"


def test_the_medium_size_becomes_the_large_one() -> None:
    item = {
        "title": "Fog",
        "link": "https://www.flickr.com/photos/x/5/",
        "media": {"m": f"{BASE}_m.jpg"},
        "published": "2026-11-02T10:00:00Z",
        "author": 'nobody@flickr.com ("A. Painter")',
    }
    reading = read_json({"title": "Uploads", "items": [item]})
    assert urls(reading) == [f"{BASE}_b.jpg"]
    (found,) = reading.items
    assert (found.author, found.ts_s) == ("A. Painter", 1_793_613_600)


def test_the_same_in_the_other_forms_of_the_feed() -> None:
    item = f"<description>&lt;img src='{BASE}_m.jpg' width='640' height='480'&gt;</description>"
    assert urls(read(channel(item))) == [f"{BASE}_b.jpg"]


@pytest.mark.parametrize(
    ("address", "larger"),
    [("x_m.jpg", "x_b.jpg"), ("x_b.jpg", "x_b.jpg"), ("x.jpg", "x.jpg"), ("m_m/x", "m_m/x")],
)
def test_only_the_small_ending_is_changed(address: str, larger: str) -> None:
    assert large(address) == larger


def test_apostrophes_as_flickr_writes_them_and_the_call_around_them() -> None:
    item = f'{{"title": "It\\\'s fog", "media": {{"m": "{BASE}_m.jpg"}}}}'
    body = f'jsonFlickrFeed({{"title": "Anne\\\'s", "items": [{item}]}})'
    reading = read(body)
    assert (reading.title, reading.items[0].title) == ("Anne's", "It's fog")


def test_a_small_form_with_its_size_is_not_too_small() -> None:
    item = f"<description>&lt;img src='{BASE}_m.jpg' width='240' height='160'&gt;</description>"
    assert urls(read(channel(item))) == [f"{BASE}_b.jpg"]
