"""RSS 0.9x to 2.0, RSS 1.0 and Atom, with Media RSS in any of them."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from stillframe.workers.feedparse.document import ITEMS_CAP, About, Entry, Found, Picture
from stillframe.workers.feedparse.markup import joined, local, namespace, pictures_in
from stillframe.workers.feedparse.values import pixels

_ROOTS: Final = ("rss", "rdf", "feed")
_MEDIA: Final = "search.yahoo.com/mrss"
_XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_RDF_RESOURCE: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
# How much each place means to hold the picture; 0 is most.
GROUP, LINKED, MEDIA, ENCLOSED, NAMED, IN_PAGE, LINK, SMALL = range(8)
_IMAGE_NAMES: Final = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".jxl")
# Reddit puts the picture of a post there.
_LINKED_IN_PAGE: Final = re.compile(r'<a href="([^"]{1,4096})">\[link\]</a>')
_NO_KINDS: Final = ("", "application/octet-stream", "binary/octet-stream")
_PAGES: Final = frozenset(("description", "encoded", "summary", "content"))
# As much of one item's page as is searched: pages may lie in each other.
_PAGE_CAP_ELEMENTS: Final = 2000
_TITLE_CAP_PARTS: Final = 50
# The first of each of these that is there counts.
_TITLES: Final = ("title", "media:title")
_AUTHORS: Final = ("author", "creator", "media:credit")
_LICENSES: Final = ("license", "media:license", "rights", "copyright", "media:copyright")
_TIMES: Final = ("pubdate", "published", "issued", "date", "updated", "modified", "created")
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS_S: Final = {
    "hourly": 3600.0,
    "daily": 86400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}


def recognises(document: ET.Element, about: About) -> bool:
    """Say whether it is a feed of one of the old kinds."""
    del about
    return local(document.tag) in _ROOTS


def read(document: ET.Element, about: About) -> Found:
    """Return the items, and what the feed says of its own pace."""
    channel = next((part for part in document if local(part.tag) == "channel"), document)
    items = (e for e in document.iter() if local(e.tag) in ("item", "entry"))
    base = joined(about.url, document.get(_XML_BASE, ""))
    said = {local(part.tag): _text(part) for part in channel}
    return Found(
        (entry for item in islice(items, ITEMS_CAP) for entry in _entries(item, base)),
        title=said.get("title", ""),
        ttl_s=_minutes_s(said.get("ttl", "")),
        update_period_s=_period_s(said),
        skip_hours=tuple(_hours(channel)),
        skip_days=tuple(_days(channel)),
    )


def _entries(item: ET.Element, base: str) -> Iterator[Entry]:
    """Yield an item; one with several groups of pictures is as many items."""
    base = joined(base, item.get(_XML_BASE, ""))
    said: dict[str, str] = {}
    groups: list[tuple[Picture, ...]] = []
    loose: list[Picture] = []
    for part in item:
        name = local(part.tag)
        if name == "group" and _MEDIA in namespace(part.tag):
            group = tuple(_group(part, base))
            groups += [group] if group else []
            _note(said, part)
        else:
            loose += _loose(part, name, base)
            _note(said, (part,))
    entry = Entry(
        tuple(loose),
        title=_first(said, _TITLES),
        when=_first(said, _TIMES),
        author=_first(said, _AUTHORS),
        license=_first(said, _LICENSES),
        link=said.get("link", "") or said.get("guid", ""),
    )
    if not groups:
        yield entry
    for group in groups:
        # What stands outside stands in for a group only where there is one alone.
        pictures = (*group, *loose) if len(groups) == 1 else group
        yield Entry(pictures, entry.title, entry.when, entry.author, entry.license, entry.link)


def _note(said: dict[str, str], parts: Iterable[ET.Element]) -> None:
    for part in parts:
        name, value = local(part.tag), _text(part)
        if _MEDIA in namespace(part.tag):
            name = f"media:{name}"
        elif name == "link" and part.get("rel") == "license":
            name, value = "license", part.get("href", "")
        if value:
            said.setdefault(name, value)


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if name in said), "")


def _text(part: ET.Element) -> str:
    """Return an element's own text; of a person its name, of a link its address."""
    name = local(part.tag)
    if name == "link" and part.get("href"):
        return part.get("href", "") if part.get("rel", "alternate") == "alternate" else ""
    if name == "license":
        return part.get("href") or part.get(_RDF_RESOURCE) or (part.text or "").strip()
    if name == "title" and len(part):  # XHTML
        return " ".join(islice(part.itertext(), _TITLE_CAP_PARTS)).strip()
    if name == "author":
        named = next((one.text for one in part if local(one.tag) == "name"), None)
        return (named or part.text or "").strip()
    return (part.text or "").strip()


def _group(group: ET.Element, base: str) -> Iterator[Picture]:
    for part in group:
        yield from _media(part, GROUP, base)


def _media(part: ET.Element, tier: int, base: str) -> Iterator[Picture]:
    name, address = local(part.tag), part.get("url", "")
    width, height = pixels(part.get("width")), pixels(part.get("height"))
    if name == "content" and address:
        kind, medium = part.get("type", ""), part.get("medium", "")
        if medium == "image" or (not medium and _is_meant(kind, address)):
            yield Picture(address, tier, width, height, base)
        for inner in part:
            yield from _media(inner, tier, base)
    elif name == "thumbnail" and address:
        yield Picture(address, SMALL, width, height, base)


def _loose(part: ET.Element, name: str, base: str) -> Iterator[Picture]:
    """Yield the pictures of one part of an item."""
    base = joined(base, part.get(_XML_BASE, ""))
    if _MEDIA in namespace(part.tag):
        yield from _media(part, MEDIA, base)
    elif name == "link":
        yield from _linked(part, base)
    elif name == "enclosure":
        address = part.get("url", "")
        if _is_meant(part.get("type", ""), address):
            yield Picture(address, ENCLOSED, base=base)
    elif name in ("url", "image"):
        inner = next((one.text or "" for one in part if local(one.tag) == "url"), part.text or "")
        # An image is one whatever its address; an address alone may be of anything.
        if name == "image" or _is_image(inner):
            yield Picture(inner.strip(), NAMED, base=base)
    elif name in _PAGES:
        yield from _in_page(part, base)
    elif name == "guid" and _is_image(part.text or ""):
        yield Picture((part.text or "").strip(), LINK, base=base)


def _linked(part: ET.Element, base: str) -> Iterator[Picture]:
    address = part.get("href", "") or (part.text or "").strip()
    if part.get("rel") == "enclosure":
        if _is_meant(part.get("type", ""), address):
            yield Picture(address, LINKED, base=base)
    elif _is_image(address):
        yield Picture(address, LINK, base=base)


def _in_page(part: ET.Element, base: str) -> Iterator[Picture]:
    """Yield the pictures of a piece of a page, which is text or, as XHTML, more of the tree."""
    page = part.text or ""
    for match in _LINKED_IN_PAGE.finditer(page[:65536]):
        if _is_image(match[1]):
            yield Picture(match[1].replace("&amp;", "&"), LINKED, base=base)
    yield from pictures_in(page, IN_PAGE, base)
    for inner in islice(part.iter(), _PAGE_CAP_ELEMENTS):
        if local(inner.tag) == "img":
            size = pixels(inner.get("width")), pixels(inner.get("height"))
            yield Picture(inner.get("src", ""), IN_PAGE, *size, base)


def _is_meant(kind: str, address: str) -> bool:
    """Say whether something of a kind is an image; of one without, or of any, its name says it."""
    kind = kind.strip().lower()
    return kind.startswith("image") or (kind in _NO_KINDS and _is_image(address))


def _is_image(address: str) -> bool:
    """Say whether an address ends as an image's name does, or one of what it asks for does."""
    parts = re.split("[?&]", address.strip().lower()[:4096])
    return any(part.endswith(_IMAGE_NAMES) for part in parts)


def _minutes_s(written: str) -> float | None:
    return float(written[:9]) * 60 if written.isascii() and written.isdigit() else None


def _period_s(said: dict[str, str]) -> float | None:
    period_s = _PERIODS_S.get(said.get("updateperiod", "").lower())
    often = said.get("updatefrequency", "") or "1"
    if period_s is None or not (often.isascii() and often.isdigit()) or int(often[:6]) == 0:
        return None
    return period_s / int(often[:6])


def _hours(channel: ET.Element) -> Iterator[int]:
    for hour in _of(channel, "skiphours"):
        if hour.isascii() and hour.isdigit() and int(hour[:3]) <= 24:  # noqa: PLR2004 - RSS 0.92 has it
            yield int(hour[:3]) % 24


def _days(channel: ET.Element) -> Iterator[int]:
    for day in _of(channel, "skipdays"):
        if day.lower() in _WEEKDAYS:
            yield _WEEKDAYS.index(day.lower())


def _of(channel: ET.Element, name: str) -> set[str]:
    lists = (part for part in channel if local(part.tag) == name)
    return {(one.text or "").strip() for part in lists for one in part}
