"""Flickr's public feeds as JSON."""

import re
from typing import Final

from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import has_objects, items, text

# The feeds name a picture of 240 pixels; the same with a "b" has 1024.
_SMALL: Final = re.compile(r"_[mstn](\.[a-z]{3,4})$")
_AUTHOR: Final = re.compile(r'\("(.*)"\)')


def recognises(document: Json, about: About) -> bool:
    """Say whether its first item has a picture of medium size."""
    del about
    return has_objects(document, "items") and bool(text(document, "items", 0, "media", "m"))


def read(document: Json, about: About) -> Found:
    """Return the photos at their largest public size."""
    del about
    return Found(map(_entry, items(document, "items")), title=text(document, "title"))


def _entry(item: Json) -> Entry:
    named = _AUTHOR.search(text(item, "author"))
    return Entry(
        (Picture(large(text(item, "media", "m"))),),
        title=text(item, "title"),
        when=text(item, "published"),
        author=named[1] if named else text(item, "author"),
        link=text(item, "link"),
    )


def large(address: str) -> str:
    """Return the address of the size of 1024 pixels of one of Flickr's photos."""
    return _SMALL.sub(r"_b\1", address)
