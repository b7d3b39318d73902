"""Wallhaven's search, `api/v1/search`."""

from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import has_objects, items, pixels, text


def recognises(document: Json, about: About) -> bool:
    """Say whether its results have paths and sizes."""
    del about
    first = ("data", 0)
    return has_objects(document, "data") and bool(
        text(document, *first, "path") and text(document, *first, "dimension_x")
    )


def read(document: Json, about: About) -> Found:
    """Return the results."""
    del about
    return Found(map(_entry, items(document, "data")), title="Wallhaven")


def _entry(item: Json) -> Entry:
    size = pixels(item, "dimension_x"), pixels(item, "dimension_y")
    return Entry(
        (Picture(text(item, "path"), 0, *size),),
        title=text(item, "id"),
        when=text(item, "created_at").replace(" ", "T"),
        author=text(item, "uploader", "username"),
        link=text(item, "url"),
    )
