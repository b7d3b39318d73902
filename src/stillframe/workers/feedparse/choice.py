"""Which of an item's pictures is the one to show, if any is.

Role: pure. Counterpart: the readers in `shapes` name all that may be pictures; `core` makes what
remains into metadata. Whether an address may be asked is decided where it is asked.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from stillframe.contracts.caps import URL_CAP_CHARS
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import About, Entry, Picture
from stillframe.workers.feedparse.shapes import bing, flickr, wikimedia

# Of one item: the best that is among them, where honest items name ten.
_LOOKED_AT_CAP: Final = 50
# On the long side: less is a thumbnail on any screen.
_SMALLEST_PX: Final = 500
_TRACKER_PX: Final = 2
_TRACKERS: Final = re.compile(
    r"(^|\.)(doubleclick\.net|pixel\.wp\.com|stats\.wordpress\.com|feedburner\.com|feedsportal\.com"
    r"|google-analytics\.com|scorecardresearch\.com|quantserve\.com|pheedo\.com)$"
)
# A folder's or a file's whole name: a photo of a telephone called Pixel is none.
_ICONS: Final = re.compile(
    r"/(favicons?|gravatar|avatars?|emojis?|smile?ys?|smilies|spacer|pixel|1x1|blank|transparent"
    r"|clear|icons?)(/|\.[a-z]{3,4}$|$)"
    r"|/(favicon|apple-touch-icon)[^/]*$|[_-](icon|avatar|spacer)\.[a-z]{3,4}$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Verdict:
    """A picture under its whole address, or why it is none."""

    url: str
    reason: DropReason | None = None
    width: int | None = None
    height: int | None = None


def chosen(entry: Entry, about: About) -> Verdict:
    """Return the picture that the document means most, and of several forms the largest.

    Where none will do, the reason is that of the one which it means most.
    """
    if entry.left_out is not None:
        return Verdict(entry.link, entry.left_out)
    first: Verdict | None = None
    pictures = (picture for picture in entry.pictures if picture.url.strip())
    ranked = sorted(pictures, key=lambda one: (one.tier, -_area(one)))
    for picture in ranked[:_LOOKED_AT_CAP]:
        verdict = judged(picture, about)
        if verdict.reason is None:
            return verdict
        first = first or verdict
    return first or Verdict(entry.link, DropReason.NO_IMAGE)


def _area(picture: Picture) -> int:
    return (picture.width or 1) * (picture.height or 1)


def judged(picture: Picture, about: About) -> Verdict:
    """Return a picture under its whole address, or why it will not do."""
    written = picture.url.strip()
    try:
        address = urljoin(picture.base or about.url, written)
        parts = urlsplit(address)
        host, names_a_person = parts.hostname or "", "@" in parts.netloc
    except ValueError:
        return Verdict(written, DropReason.BAD_URL)
    larger, reason = _larger(address, host), None
    if parts.scheme not in ("http", "https"):
        reason = DropReason.BAD_SCHEME
    elif not host or names_a_person or len(address) > URL_CAP_CHARS or not address.isprintable():
        reason = DropReason.BAD_URL
    elif _is_tracker(picture, host, parts.path):
        reason = DropReason.TRACKER
    elif parts.path.lower().endswith((".svg", ".svgz")):
        reason = DropReason.NOT_IMAGE
    elif larger == address and _is_small(picture):
        reason = DropReason.TOO_SMALL
    if reason is not None:
        return Verdict(address, reason)
    if larger != address:
        return Verdict(larger)
    return Verdict(address, None, picture.width, picture.height)


def _is_tracker(picture: Picture, host: str, path: str) -> bool:
    sides = [side for side in (picture.width, picture.height) if side is not None]
    dot = bool(sides) and max(sides) <= _TRACKER_PX
    return dot or _TRACKERS.search(host) is not None or _ICONS.search(path) is not None


def _is_small(picture: Picture) -> bool:
    long_side = max(picture.width or 0, picture.height or 0)
    return 0 < long_side < _SMALLEST_PX


def _larger(address: str, host: str) -> str:
    """Return the larger form of a picture of which a place is known to keep one."""
    if host.endswith(".staticflickr.com"):
        return flickr.large(address)
    if host.endswith(".bing.com"):
        return bing.full_size(address)
    if host == "upload.wikimedia.org":
        return wikimedia.original(address)
    return address


def whole(address: str, base: str) -> str:
    """Return an address of the web in full; empty for any other."""
    try:
        found = urljoin(base, address.strip())
        usable = urlsplit(found).scheme in ("http", "https") and len(found) <= URL_CAP_CHARS
    except ValueError:
        return ""
    return found if usable and found.isprintable() else ""
