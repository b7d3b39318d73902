"""Any JSON, by the paths that a person gives."""

from reading import read_json, urls
from stillframe.contracts.feeds import FeedKind, JsonFields

FIELDS = JsonFields(
    items="result.photos[]",
    url="src.large",
    title="name",
    ts="day",
    author="by.name",
    license="rights",
    width="w",
    height="h",
)
DOCUMENT = {
    "result": {
        "photos": [
            {
                "src": {"large": "/a.jpg"},
                "name": "A",
                "day": 1_793_610_000_000,
                "by": {"name": "P"},
                "rights": "CC0",
                "w": "4000",
                "h": 3000,
            },
            {"src": {}, "name": "none"},
            "not an object",
            {"src": {"large": ["no text"]}},
        ]
    }
}


def test_each_field_is_found_by_its_path() -> None:
    reading = read_json(DOCUMENT, kind=FeedKind.JSON, fields=FIELDS)
    (item,) = reading.items
    assert item.url == "https://site.example/a.jpg"
    assert (item.title, item.author, item.license) == ("A", "P", "CC0")
    assert (item.width, item.height, item.ts_s) == (4000, 3000, 1_793_610_000)
    assert len(reading.dropped) == 3


def test_lists_of_lists_and_lists_of_addresses() -> None:
    pages = {"pages": [{"images": ["/1.jpg", "/2.jpg"]}, {"images": ["/3.jpg"]}]}
    fields = JsonFields(items="pages[].images[]")
    assert urls(read_json(pages, kind=FeedKind.JSON, fields=fields)) == [
        f"https://site.example/{n}.jpg" for n in (1, 2, 3)
    ]


def test_paths_that_lead_nowhere_find_nothing() -> None:
    for path in ("nothing", "result[]", "result.photos.x.y", "[][]", "..", "result.photos[].src[]"):
        fields = JsonFields(items=path, url="url")
        assert urls(read_json(DOCUMENT, kind=FeedKind.JSON, fields=fields)) == []
