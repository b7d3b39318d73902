"""Wikimedia's featured content."""

import pytest

from reading import read, read_json, urls
from stillframe.workers.feedparse.shapes.wikimedia import original

AT = "https://upload.wikimedia.org/wikipedia/commons"


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


@pytest.mark.parametrize("ending", ["tif", "webm", "svg", "PDF"])
def test_what_no_frame_shows_leaves_its_place_to_the_small_form(ending: str) -> None:
    picture = {
        "image": {"source": f"{AT}/6/6e/A.{ending}", "width": 9000, "height": 9000},
        "thumbnail": {"source": f"{AT}/thumb/6/6e/A.{ending}/640px-A.{ending}.jpg", "width": 640},
    }
    assert urls(read_json({"image": picture})) == [
        f"{AT}/thumb/6/6e/A.{ending}/640px-A.{ending}.jpg"
    ]


def test_the_atom_form_gives_the_picture_itself() -> None:
    page = (
        '<div class="mw-parser-output"><span typeof="mw:File"><a href="/wiki/File:Fog_(Ä).jpg" '
        'class="mw-file-description" title="Fog"><img alt="Fog" decoding="async" width="350" '
        'src="//upload.wikimedia.org/wikipedia/commons/thumb/6/6e/Fog_%28%C3%84%29.jpg/'
        '500px-Fog_%28%C3%84%29.jpg" height="283" class="mw-file-element" srcset="'
        "//upload.wikimedia.org/wikipedia/commons/thumb/6/6e/Fog_%28%C3%84%29.jpg/"
        '960px-Fog_%28%C3%84%29.jpg 1.5x" data-file-width="5184"/></a></span></div>'
    )
    escaped = page.replace("&", "&amp;").replace("<", "&lt;")
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Picture of the day</title>'
        "<entry><title>Picture of the day for April 23</title>"
        '<link rel="alternate" type="text/html" href="https://commons.wikimedia.org/x"/>'
        f'<updated>2026-04-23T00:00:00Z</updated><summary type="html">{escaped}</summary>'
        "</entry></feed>"
    )
    (item,) = read(body).items
    assert item.url == f"{AT}/6/6e/Fog_%28%C3%84%29.jpg"
    assert item.ts_s == 1_776_902_400


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (f"{AT}/thumb/6/6e/A.jpg/330px-A.jpg?utm_source=x", f"{AT}/6/6e/A.jpg"),
        (f"{AT}/thumb/6/6e/A.JPEG/330px-A.JPEG", f"{AT}/6/6e/A.JPEG"),
        (f"{AT}/thumb/6/6e/A.tif/330px-A.tif.jpg", f"{AT}/thumb/6/6e/A.tif/330px-A.tif.jpg"),
        (f"{AT}/6/6e/A.jpg", f"{AT}/6/6e/A.jpg"),
        ("https://x.example/thumb/6/6e/A.jpg/1px", "https://x.example/thumb/6/6e/A.jpg/1px"),
    ],
)
def test_only_a_small_form_of_a_photo_has_an_original(address: str, found: str) -> None:
    assert original(address) == found
