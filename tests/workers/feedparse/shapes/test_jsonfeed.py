"""JSON Feed."""

from reading import read_json, urls

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Fog",
    "items": [
        {
            "id": "1",
            "title": "One",
            "url": "https://site.example/1",
            "image": "one.jpg",
            "banner_image": "banner.jpg",
            "date_published": "2026-11-02T10:00:00+01:00",
            "authors": [{"name": "A. Painter"}],
        },
        {"attachments": [{"url": "/two.mp3", "mime_type": "audio/mpeg"}]},
        {"attachments": [{"url": "/three.jpg", "mime_type": "image/jpeg"}]},
        {"content_html": "<p><img src='/four.jpg'></p>"},
        {"banner_image": "https://cdn.example/five.jpg"},
    ],
}


def test_items_have_pictures_in_several_places() -> None:
    reading = read_json(FEED)
    assert urls(reading) == [
        "https://site.example/feeds/one.jpg",
        "https://site.example/three.jpg",
        "https://site.example/four.jpg",
        "https://cdn.example/five.jpg",
    ]
    first = reading.items[0]
    assert (first.title, first.author, first.ts_s) == ("One", "A. Painter", 1_793_610_000)
    assert reading.title == "Fog"


def test_the_older_form_names_one_author() -> None:
    item = {"image": "/a.jpg", "author": {"name": "B"}}
    feed = {"version": "https://jsonfeed.org/version/1", "items": [item]}
    assert read_json(feed).items[0].author == "B"
