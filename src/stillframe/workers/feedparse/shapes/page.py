"""HTML: a plain index of a folder, which web servers make, or a page for people."""

import contextlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import ITEMS_CAP, About, Entry, Found, Picture

_BEGINS: Final = re.compile(
    # Nothing is looked at twice: comments can be divided among these in too many ways.
    rb"\s*+(?><\?xml[^>]*>\s*)?(?><!--.*?-->\s*)*+<(!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_BYTES: Final = 4096
_IMAGES: Final = (
    *(".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".jxl", ".gif", ".tif", ".tiff", ".bmp"),
)
_FEED_TYPES: Final = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/json",
    "application/rdf+xml",
)
_LINKS_CAP: Final = 10 * ITEMS_CAP


def is_html(body: bytes) -> bool:
    """Say whether a body begins as a page does."""
    return _BEGINS.match(body[:_HEAD_BYTES]) is not None


class _Page(HTMLParser):
    """Collects links, feeds and the title."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.feeds: list[str] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of what leads somewhere."""
        said = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._in_title = True
        elif tag == "a" and said.get("href") and len(self.links) < _LINKS_CAP:
            self.links.append(said["href"])
        elif tag == "link" and _is_feed(said):
            self.feeds.append(said["href"])

    def handle_endtag(self, tag: str) -> None:
        """Take note of where the title ends."""
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        """Take the title."""
        if self._in_title and not self.title:
            self.title = data.strip()


def _is_feed(said: dict[str, str]) -> bool:
    kind, address = said.get("type", "").strip().lower(), said.get("href", "")
    # WordPress names each page's own data in the same way.
    other = "stylesheet" in said.get("rel", "").lower() or "/wp-json/" in address
    return bool(address) and kind in _FEED_TYPES and not other


def read(body: bytes, about: About) -> Found:
    """Return a folder's images; of a page for people, the feeds that it names."""
    del about
    page = _Page()
    # Of a declaration that it cannot make out, the parser says so in this way.
    with contextlib.suppress(AssertionError):
        page.feed(body.decode("utf-8", "replace"))
    if page.title.lower().startswith(("index of", "directory listing")):
        return Found(_entries(page.links), title=page.title)
    return Found(
        feeds=tuple(dict.fromkeys(page.feeds)),
        title=page.title,
        problem=DropReason.HTML_NOT_FEED,
        detail="it is a page for people" + (", which names feeds" if page.feeds else ""),
    )


def _entries(links: list[str]) -> Iterator[Entry]:
    for link in links:
        path = link.partition("?")[0]
        if path.lower().endswith(_IMAGES):
            yield Entry((Picture(link),), title=unquote(path.rpartition("/")[2]))
