"""Bing's picture of the day, in its three forms."""

from reading import channel, drops, read, read_json, urls

URL = "https://www.bing.com/HPImageArchive.aspx?format=js"
FULL = "https://www.bing.com/th?id=OHR.Fog_EN-US1_UHD.jpg"


def test_as_json() -> None:
    images = [
        {
            "startdate": "20261102",
            "urlbase": "/th?id=OHR.Fog_EN-US1",
            "url": "/th?id=OHR.Fog_EN-US1_1920x1080.jpg&rf=x",
            "copyright": "Fog (© A. Painter)",
            "title": "Fog",
            "wp": True,
        },
        {"urlbase": "/th?id=OHR.NotForWalls", "url": "/x", "wp": False},
    ]
    reading = read_json({"images": images, "tooltips": {}}, URL)
    assert urls(reading) == [FULL]
    (item,) = reading.items
    assert (item.title, item.license, item.ts_s) == ("Fog", "Fog (© A. Painter)", 1_793_577_600)
    assert drops(reading) == [("/x", "no-image")]


def test_as_xml() -> None:
    image = (
        "<image><startdate>20261102</startdate><urlBase>/th?id=OHR.Fog_EN-US1</urlBase>"
        "<copyright>A. Painter</copyright></image>"
    )
    body = f"<images>{image}<tooltips><loadMessage/></tooltips></images>"
    assert urls(read(body, URL)) == [FULL]


def test_as_rss_the_small_form_becomes_the_large_one() -> None:
    small = "https://www.bing.com/th?id=OHR.Fog_EN-US1_1366x768.jpg&amp;rf=x"
    assert urls(read(channel(f"<link>{small}</link>"), URL)) == [FULL]
    item = f'<enclosure url="{small}" type="image/jpeg"/>'
    assert urls(read(channel(item), URL)) == [FULL]


def test_other_lists_of_images_are_not_bings() -> None:
    assert read_json({"images": [{"src": "/a.jpg"}]}, URL).problem == "not-feed"
