"""Wikimedia's featured content."""

from reading import read_json, urls


def test_the_picture_of_the_day_at_full_size() -> None:
    feed = {
        "tfa": {"title": "An article"},
        "image": {
            "title": "File:Fog.jpg",
            "thumbnail": {"source": "https://upload.example/640px-Fog.jpg", "width": 640},
            "image": {"source": "https://upload.example/Fog.jpg", "width": 6000, "height": 4000},
            "artist": {"text": "A. Painter"},
            "license": {"type": "CC BY-SA 4.0"},
            "description": {"text": "Fog on a hill", "lang": "en"},
        },
    }
    reading = read_json(feed)
    assert urls(reading) == ["https://upload.example/Fog.jpg"]
    (item,) = reading.items
    assert (item.title, item.author, item.license) == (
        "Fog on a hill",
        "A. Painter",
        "CC BY-SA 4.0",
    )
    assert (item.width, item.height) == (6000, 4000)
