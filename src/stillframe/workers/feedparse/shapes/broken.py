"""Feeds that are not well-formed: feedparser makes the best of them.

What is well-formed is not given to it, for it takes many times as long, mixes a gallery's groups,
and needs seconds for some short documents.
"""

import io
import re
from collections.abc import Iterator
from typing import Final

import feedparser

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import (
    ITEMS_CAP,
    About,
    Entry,
    Found,
    Json,
    Picture,
    UnreadableError,
)
from stillframe.workers.feedparse.markup import pictures_in
from stillframe.workers.feedparse.shapes import rss
from stillframe.workers.feedparse.values import items, pixels, text

_ENTITY: Final = re.compile(rb"<!\s{0,64}ENTITY", re.IGNORECASE)
# What feedparser fails with on documents that nobody wrote by hand: a place without coordinates,
# an encoding that Python keeps for itself, an element that closes what was never open.
_FAILURES: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError),
    ValueError,
)


def read(body: bytes, about: About) -> Found:
    """Return what can be made out.

    Raises:
        UnreadableError: `not-feed` if that is nothing.
    """
    if _ENTITY.search(body):
        # feedparser puts a short entity's long text wherever it is named.
        raise UnreadableError(DropReason.NOT_FEED, "it declares entities of its own")
    try:
        # A stream: a text that looks like an address or a path would be opened.
        document = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": about.content_type, "content-location": about.url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FAILURES as error:
        why = f"nobody can make it out ({type(error).__name__})"
        raise UnreadableError(DropReason.NOT_FEED, why) from error
    if not document.version and not document.entries:
        why = document.get("bozo_exception", "nothing of a feed is in it")
        raise UnreadableError(DropReason.NOT_FEED, f"{why}")
    # Plain ones: feedparser's own look for other keys than they are asked for, and complain of it.
    entries = (_entry(dict(entry)) for entry in document.entries[:ITEMS_CAP])
    return Found(entries, title=text(document.feed, "title"))


def _entry(entry: Json) -> Entry:
    return Entry(
        tuple(_pictures(entry)),
        title=text(entry, "title"),
        when=text(entry, "published") or text(entry, "updated"),
        author=text(entry, "author"),
        license=text(entry, "rights"),
        link=text(entry, "link"),
    )


def _pictures(entry: Json) -> Iterator[Picture]:
    for media in items(entry, "media_content"):
        if text(media, "medium") == "image" or text(media, "type").startswith("image/"):
            size = pixels(media, "width"), pixels(media, "height")
            yield Picture(text(media, "url"), rss.MEDIA, *size)
    for link in items(entry, "links"):
        if text(link, "rel") == "enclosure" and text(link, "type").startswith("image/"):
            yield Picture(text(link, "href"), rss.ENCLOSED)
    for content in (*items(entry, "content"), {"value": text(entry, "summary")}):
        yield from pictures_in(text(content, "value"), rss.IN_PAGE)
    for small in items(entry, "media_thumbnail"):
        yield Picture(text(small, "url"), rss.SMALL)
