"""Wikimedia's featured content, `feed/featured/YYYY/MM/DD`: the picture of the day."""

import re
from typing import Final

from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import get, pixels, text

# Forms of a picture for pages; the picture itself lies beside them.
_THUMB: Final = re.compile(
    r"^(https?://upload\.wikimedia\.org/[a-z]+/[a-z-]+)/thumb"
    r"(/[0-9a-f]/[0-9a-f]{2}/[^/?]+\.(?:jpe?g|png|webp|gif))/[^/]+$",
    re.IGNORECASE,
)
# What the files of Commons also are: films, drawings, and scans of a hundred megabytes.
_FOR_NO_FRAME: Final = re.compile(
    r"\.(svg|tiff?|pdf|djvu|xcf|web[ma]|og[agv]|mpe?g)$", re.IGNORECASE
)


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
            tier + 2 * bool(_FOR_NO_FRAME.search(text(picture, name, "source"))),
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


def original(address: str) -> str:
    """Return the address of the picture that one of Wikimedia's small forms is of."""
    return _THUMB.sub(r"\1\2", address)
