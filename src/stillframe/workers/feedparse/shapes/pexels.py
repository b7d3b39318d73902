"""Pexels' searches and curated photos."""

from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import has_objects, items, pixels, text


def recognises(document: Json, about: About) -> bool:
    """Say whether its photos come in several sizes, the original among them."""
    del about
    return has_objects(document, "photos") and bool(text(document, "photos", 0, "src", "original"))


def read(document: Json, about: About) -> Found:
    """Return the photos."""
    del about
    return Found(map(_entry, items(document, "photos")), title="Pexels")


def _entry(photo: Json) -> Entry:
    size = pixels(photo, "width"), pixels(photo, "height")
    return Entry(
        (
            Picture(text(photo, "src", "original"), 0, *size),
            Picture(text(photo, "src", "large2x"), 1),
        ),
        title=text(photo, "alt"),
        author=text(photo, "photographer"),
        license="Pexels",
        link=text(photo, "url"),
    )
