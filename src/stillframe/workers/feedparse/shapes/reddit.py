"""Reddit's listings as JSON; its Atom form is read as Atom."""

import html
from collections.abc import Iterator

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import get, items, pixels, text, when


def recognises(document: Json, about: About) -> bool:
    """Say whether it is a listing; a page of comments is a list that begins with one."""
    del about
    return text(_listing(document), "kind") == "Listing"


def _listing(document: Json) -> Json:
    return get(document, 0) if isinstance(document, list) else document


def read(document: Json, about: About) -> Found:
    """Return the posts."""
    del about
    posts = items(_listing(document), "data", "children")
    return Found(entry for post in posts for entry in _entries(get(post, "data")))


def _entries(post: Json) -> Iterator[Entry]:
    """Yield a post's pictures; each of a gallery is an item of its own."""
    title, author = text(post, "title"), text(post, "author")
    moment, link = when(post, "created_utc"), "https://www.reddit.com" + text(post, "permalink")
    if get(post, "over_18") or get(post, "removed_by_category") or get(post, "spoiler"):
        yield Entry(link=link, left_out=DropReason.NO_IMAGE)
        return
    gallery = tuple(_gallery(post))
    for pictures in gallery or (tuple(_single(post)),):
        yield Entry(pictures, title=title, when=moment, author=author, link=link)


def _gallery(post: Json) -> Iterator[tuple[Picture, ...]]:
    media = get(post, "media_metadata")
    for item in items(post, "gallery_data", "items"):
        full = get(media, text(item, "media_id"), "s")
        if text(full, "u"):
            address = html.unescape(text(full, "u"))
            yield (Picture(address, 0, pixels(full, "x"), pixels(full, "y")),)


def _single(post: Json) -> Iterator[Picture]:
    source = get(post, "preview", "images", 0, "source")
    width, height = pixels(source, "width"), pixels(source, "height")
    if get(post, "is_self"):
        return
    for name in ("url_overridden_by_dest", "url"):
        address = text(post, name)
        if address.partition("?")[0].lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".gif")):
            yield Picture(address, 0, width, height)
    yield Picture(html.unescape(text(source, "url")), 1, width, height)
