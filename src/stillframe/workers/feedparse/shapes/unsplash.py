"""Unsplash's photos and searches."""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import get, has_objects, items, pixels, text

# As large as a screen wants it; the whole picture is many times that.
_SIZE: Final = {"w": "3840", "q": "85", "fm": "jpg", "fit": "max"}


def _photos(document: Json) -> list[Json]:
    return items(document) if isinstance(document, list) else items(document, "results")


def recognises(document: Json, about: About) -> bool:
    """Say whether its photos come in several sizes, a raw one among them."""
    del about
    photos = _photos(document)
    return has_objects(photos) and bool(text(photos[0], "urls", "raw"))


def read(document: Json, about: About) -> Found:
    """Return the photos."""
    del about
    return Found(map(_entry, _photos(document)), title="Unsplash")


def _entry(photo: Json) -> Entry:
    size = pixels(photo, "width"), pixels(photo, "height")
    raw = text(photo, "urls", "raw")
    return Entry(
        (Picture(_for_a_screen(raw), 0, *size), Picture(text(photo, "urls", "full"), 1, *size)),
        title=text(photo, "description") or text(photo, "alt_description"),
        when=text(photo, "created_at"),
        author=text(photo, "user", "name"),
        license="Unsplash",
        link=text(get(photo, "links"), "html"),
    )


def _for_a_screen(raw: str) -> str:
    try:
        parts = urlsplit(raw)
    except ValueError:
        return ""
    query = dict(parse_qsl(parts.query)) | _SIZE
    return urlunsplit(parts._replace(query=urlencode(query))) if parts.netloc else ""
