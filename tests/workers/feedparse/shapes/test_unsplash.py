"""Unsplash's photos."""

import pytest

from reading import read_json

PHOTO = {
    "width": 6000,
    "height": 4000,
    "created_at": "2026-11-02T10:00:00-05:00",
    "alt_description": "fog on a hill",
    "urls": {
        "raw": "https://images.unsplash.com/photo-1?ixid=abc",
        "full": "https://images.unsplash.com/photo-1?q=100",
    },
    "user": {"name": "A. Painter"},
    "links": {"html": "https://unsplash.com/photos/1"},
}


@pytest.mark.parametrize("document", [[PHOTO], {"total": 1, "results": [PHOTO]}])
def test_the_raw_photo_is_asked_for_at_a_screens_size(document: object) -> None:
    (item,) = read_json(document).items
    assert item.url.startswith("https://images.unsplash.com/photo-1?")
    assert {"ixid=abc", "w=3840"} <= set(item.url.partition("?")[2].split("&"))
    assert (item.title, item.author) == ("fog on a hill", "A. Painter")
