"""The assets of an Immich server: a random choice, a search, or an album."""

import re
from typing import Final
from urllib.parse import urlsplit

from stillframe.contracts.feeds import DropReason, FeedKind
from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import get, items, pixels, text

# It becomes part of an address: nothing else may.
_ID: Final = re.compile(r"[0-9a-fA-F-]{32,40}")


def recognises(document: Json, about: About) -> bool:
    """Say whether a person has said so."""
    del document
    return about.source.kind is FeedKind.IMMICH


def read(document: Json, about: About) -> Found:
    """Return the photos, as files that every decoder reads."""
    assets = items(document) or items(document, "assets") or items(document, "assets", "items")
    parts = urlsplit(about.url)
    site = f"{parts.scheme}://{parts.netloc}"
    return Found((_entry(asset, site) for asset in assets), title=text(document, "albumName"))


def _entry(asset: Json, site: str) -> Entry:
    name, number = text(asset, "originalFileName"), text(asset, "id")
    if text(asset, "type") != "IMAGE" or get(asset, "isTrashed") or not _ID.fullmatch(number):
        return Entry(title=name, left_out=DropReason.NO_IMAGE)
    exif = get(asset, "exifInfo")
    full = f"{site}/api/assets/{number}/thumbnail?size=fullsize"
    return Entry(
        (Picture(full, 0, pixels(exif, "exifImageWidth"), pixels(exif, "exifImageHeight")),),
        title=text(exif, "description") or name,
        when=text(asset, "localDateTime") or text(asset, "fileCreatedAt"),
    )
