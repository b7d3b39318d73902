"""Wikimedia's featured content, `feed/featured/YYYY/MM/DD`: the picture of the day."""

from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import get, pixels, text


def recognises(document: Json, about: About) -> bool:
    """Say whether it has a picture of the day."""
    del about
    return bool(text(document, "image", "image", "source"))


def read(document: Json, about: About) -> Found:
    """Return the picture of the day."""
    del about
    picture = get(document, "image")
    found = tuple(
        Picture(
            text(picture, name, "source"),
            tier,
            pixels(picture, name, "width"),
            pixels(picture, name, "height"),
        )
        for tier, name in enumerate(("image", "thumbnail"))
    )
    entry = Entry(
        found,
        title=text(picture, "description", "text") or text(picture, "title"),
        author=text(picture, "artist", "text"),
        license=text(picture, "license", "type"),
        link=text(picture, "file_page"),
    )
    return Found((entry,), title="Wikimedia picture of the day")
