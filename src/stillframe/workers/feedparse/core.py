"""From the bytes of a body to what may be shown of it.

Role: pure: which kind of document it is, what it holds, and how much of that is told. Counterpart:
`shapes` has a reader for each kind, `choice` picks an item's picture.

Guarantees: whatever the bytes, a `Reading` comes back (but for want of memory), no larger than
`READING_CAP_BYTES`; times and spans in it lie within their bounds.
"""

import datetime as dt
import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Final

import msgspec

from stillframe.contracts.caps import FEEDS_CAP, READING_CAP_BYTES
from stillframe.contracts.feeds import DroppedItem, DropReason, ImageMetadata, Reading
from stillframe.workers.feedparse import choice
from stillframe.workers.feedparse.document import (
    ITEMS_CAP,
    About,
    Entry,
    Found,
    Json,
    Shape,
    UnreadableError,
)
from stillframe.workers.feedparse.markup import plain, tree_of
from stillframe.workers.feedparse.mending import mended
from stillframe.workers.feedparse.shapes import (
    bing,
    broken,
    flickr,
    generic,
    immich,
    jsonfeed,
    nasa,
    opml,
    page,
    pexels,
    reddit,
    rss,
    unsplash,
    wallhaven,
    webdav,
    wikimedia,
)
from stillframe.workers.feedparse.values import decode, is_call

_JSON: Final[tuple[Shape[Json], ...]] = (
    *(immich, generic, jsonfeed, reddit, bing, wikimedia, flickr, wallhaven, unsplash, pexels),
    nasa,
)
_XML: Final[tuple[Shape[ET.Element], ...]] = (rss, bing, webdav, opml)
_DROPS_CAP: Final = 64
# A quarter of a reading is for what is left out, at most: items come first.
_DROPS_CAP_BYTES: Final = READING_CAP_BYTES // 4
# The title and the detail, four bytes a character, and the names of the fields.
_HEAD_CAP_BYTES: Final = 6 * 1024
# Photography is older, the web is not; a wrong clock is wrong by hours.
_EARLIEST_S: Final = dt.datetime(1990, 1, 1, tzinfo=dt.UTC).timestamp()
_LATEST_AHEAD_S: Final = 86400.0
# In milliseconds such a number is a time of our days, in seconds it is not.
_MILLISECONDS_FROM: Final = 1e11
_SHORTEST_TTL_S: Final = 300.0
_LONGEST_TTL_S: Final = 30 * 86400.0
_XML_BEGINS: Final = (b"<", b"\x00<", b"\xff\xfe", b"\xfe\xff")
_JSON_BEGINS: Final = (b"{", b"[")


def read(body: bytes, about: About) -> Reading:
    """Return what a body holds."""
    try:
        return _told(_found(body, about), about)
    except UnreadableError as error:
        return Reading(problem=error.reason, detail=plain(error.detail)[:200])


def _found(body: bytes, about: About) -> Found:
    """Recognise the kind of document by its beginning, whatever its server calls it.

    Raises:
        UnreadableError: if it is of no kind that is read.
    """
    bare = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare:
        raise UnreadableError(DropReason.EMPTY, f"there is nothing in {len(body)} bytes")
    if bare.startswith(_JSON_BEGINS) or is_call(bare):
        return _by_shape(_JSON, decode(bare), about, "JSON")
    if page.is_html(bare):
        return page.read(body, about)
    if bare.startswith(_XML_BEGINS):
        return _xml(bare, about)
    if "json" in about.content_type.lower():
        raise UnreadableError(DropReason.BAD_JSON, "it begins like no JSON")
    raise UnreadableError(DropReason.NOT_FEED, "it is neither XML, JSON nor HTML")


def _xml(body: bytes, about: About) -> Found:
    try:
        return _by_shape(_XML, tree_of(body), about, "XML")
    except ET.ParseError:
        body = mended(body)
    try:
        return _by_shape(_XML, tree_of(body), about, "XML")
    except ET.ParseError:
        return broken.read(body, about)


def _by_shape(shapes: tuple[Shape[Any], ...], document: Any, about: About, what: str) -> Found:  # noqa: ANN401 - what the shapes read
    for shape in shapes:
        if shape.recognises(document, about):
            return shape.read(document, about)
    raise UnreadableError(DropReason.NOT_FEED, f"it is {what} of no kind that is known")


def _told(found: Found, about: About) -> Reading:
    """Return what is told of a document, within the bounds of a message."""
    ttl_s = _clamped_ttl_s(found.ttl_s if found.ttl_s is not None else about.ttl_hint_s)
    items: list[ImageMetadata] = []
    dropped: list[DroppedItem] = []
    seen: set[str] = set()
    room_bytes = READING_CAP_BYTES - _HEAD_CAP_BYTES - _DROPS_CAP_BYTES
    # Some documents make many of one item.
    for entry in islice(found.entries, ITEMS_CAP):
        verdict = choice.chosen(entry, about)
        reason, item = verdict.reason, None
        if reason is None and verdict.url in seen:
            reason = DropReason.DUPLICATE
        if reason is None:
            item = _item(entry, verdict, about, ttl_s)
            room_bytes -= len(msgspec.msgpack.encode(item))
            if len(items) >= about.max_items or room_bytes < 0:
                reason = DropReason.OVER_LIMIT
        if reason is not None or item is None:
            reason = reason or DropReason.NO_IMAGE
            dropped.append(DroppedItem(url=_shown(verdict.url), reason=reason))
            continue
        seen.add(verdict.url)
        items.append(item)
    return Reading(
        items=tuple(items),
        dropped=tuple(_within(dropped)),
        title=plain(found.title),
        feed_ttl_s=None if found.ttl_s is None else _clamped_ttl_s(found.ttl_s),
        update_period_s=found.update_period_s,
        skip_hours=tuple(sorted(set(found.skip_hours))),
        skip_days=tuple(sorted(set(found.skip_days))),
        feeds=tuple(_feeds(found, about, room_bytes)),
        problem=found.problem,
        detail=found.detail[:200],
    )


def _item(entry: Entry, verdict: choice.Verdict, about: About, ttl_s: float) -> ImageMetadata:
    return ImageMetadata(
        url=verdict.url,
        title=plain(entry.title),
        ts_s=moment_s(entry.when, about.now_s),
        priority=about.priority,
        ttl_s=ttl_s,
        source=about.source.url,
        author=plain(entry.author)[:256],
        license=plain(entry.license)[:256] or None,
        width=verdict.width,
        height=verdict.height,
    )


def _within(dropped: list[DroppedItem]) -> Iterator[DroppedItem]:
    room_bytes = _DROPS_CAP_BYTES
    for one in dropped[:_DROPS_CAP]:
        room_bytes -= len(msgspec.msgpack.encode(one))
        if room_bytes < 0:
            return
        yield one


def _shown(address: str) -> str:
    """Return an address that was refused, so that it can be sent and printed."""
    return "".join(filter(str.isprintable, address[:1024]))


def _feeds(found: Found, about: About, room_bytes: int) -> Iterator[str]:
    seen: set[str] = set()
    for address in found.feeds:
        whole = choice.whole(address, about.url)
        room_bytes -= len(whole.encode()) + 3
        if room_bytes < 0 or len(seen) >= FEEDS_CAP:
            return
        if whole and whole not in seen:
            seen.add(whole)
            yield whole


def moment_s(when: str | float, now_s: float) -> float:
    """Return a time as seconds since the epoch; one that cannot be, or that is none, is now."""
    found_s = when if isinstance(when, float | int) else _written_s(when.strip())
    if found_s is not None and math.isfinite(found_s):
        if found_s >= _MILLISECONDS_FROM:
            found_s /= 1000
        if _EARLIEST_S <= found_s <= now_s + _LATEST_AHEAD_S:
            return float(found_s)
    return now_s


def _written_s(when: str) -> float | None:
    """Return a date as seconds; as the web writes them, or as mail does."""
    if not when or len(when) > 64:  # noqa: PLR2004 - twice the longest form
        return None
    for parse in (dt.datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(when)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=dt.UTC)
            return moment.timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    try:
        return float(when)
    except ValueError:
        return None


def _clamped_ttl_s(ttl_s: float) -> float:
    if math.isnan(ttl_s):
        return _SHORTEST_TTL_S
    return min(max(ttl_s, _SHORTEST_TTL_S), _LONGEST_TTL_S)
