"""JSON Feed, https://jsonfeed.org/version/1.1."""

from collections.abc import Iterator

from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.markup import pictures_in
from stillframe.workers.feedparse.values import items, text, when


def recognises(document: Json, about: About) -> bool:
    """Say whether it names the standard's version."""
    del about
    return "jsonfeed.org/version/" in text(document, "version")


def read(document: Json, about: About) -> Found:
    """Return the items."""
    del about
    return Found(map(_entry, items(document, "items")), title=text(document, "title"))


def _entry(item: Json) -> Entry:
    return Entry(
        tuple(_pictures(item)),
        title=text(item, "title") or text(item, "summary"),
        when=when(item, "date_published") or when(item, "date_modified"),
        author=text(item, "authors", 0, "name") or text(item, "author", "name"),
        link=text(item, "url"),
    )


def _pictures(item: Json) -> Iterator[Picture]:
    for attachment in items(item, "attachments"):
        if text(attachment, "mime_type").startswith("image/"):
            yield Picture(text(attachment, "url"), 1)
    yield Picture(text(item, "image"), 0)
    yield Picture(text(item, "banner_image"), 2)
    yield from pictures_in(text(item, "content_html"), 5)
