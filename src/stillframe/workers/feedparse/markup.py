"""Careful looks at XML and HTML: trees of bounded size, and the pictures in a piece of a page.

Role: pure. Counterpart: the readers of markup in `shapes`.

Guarantees: no address in a document is ever opened, no entity of a document's own is expanded; a
tree is no deeper and no element has more attributes than a bound that honest documents never meet.
"""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import Picture, UnreadableError

# Deeper trees cost the stack of whoever frees them; OPML folders and XHTML stay below 50.
_DEPTH_CAP: Final = 200
_ATTRIBUTES_CAP: Final = 100
# Ten for each of a thousand items: beyond, the rest of a document is not looked at.
_ELEMENTS_CAP: Final = 200_000
# As much of one item's page as is searched for pictures.
_PAGE_CAP_CHARS: Final = 64 * 1024
_FIELD_CAP_CHARS: Final = 8 * 1024
_TAG: Final = re.compile(r"<(img|source|picture|/picture)\b([^<>]{0,8192})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""([a-zA-Z][a-zA-Z0-9-]{0,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_ANY_TAG: Final = re.compile(r"<[^<>]{0,8192}>")
_SPACES: Final = re.compile(r"\s+")
_LAZY: Final = ("data-src", "data-original", "data-lazy-src", "data-full-url", "src")
_SRCSETS: Final = ("srcset", "data-srcset")
_ENTRY: Final = re.compile(r"\s*([^\s,][^\s]*)(?:\s+([0-9.]{1,8})([wx]))?\s*,?")
_SRCSET_CAP: Final = 50


class _Bounded(ET.TreeBuilder):
    """Builds a tree, and stops at one that is too deep or too wide."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def start(self, tag: str, attrs: Mapping[str, str], /) -> ET.Element:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEPTH_CAP:
            _refuse(f"more than {_DEPTH_CAP} elements one in the other")
        if len(attrs) > _ATTRIBUTES_CAP:
            _refuse(f"an element with {len(attrs)} attributes, {_ATTRIBUTES_CAP} are the most")
        if self._elements > _ELEMENTS_CAP:
            _refuse(f"more than {_ELEMENTS_CAP} elements")
        return super().start(tag, dict(attrs))

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Pass over what a document says of its own kind."""


def _refuse(cause: str) -> NoReturn:
    raise UnreadableError(DropReason.NOT_FEED, cause)


def tree_of(body: bytes) -> ET.Element:
    """Return the tree of an XML document.

    Raises:
        ET.ParseError: if it is not well-formed.
        UnreadableError: if it is hostile.
    """
    if b"<!ENTITY" in body[:_PAGE_CAP_CHARS]:
        _refuse("it declares entities of its own")
    parser = ET.XMLParser(target=_Bounded())  # noqa: S314 - bounded above, and expat bounds the rest
    try:
        parser.feed(body)
        tree: ET.Element = parser.close()
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise ET.ParseError(str(error)) from error
    return tree


def local(tag: object) -> str:
    """Return an element's name without its namespace, in lower case."""
    return str(tag).rpartition("}")[2].lower()


def namespace(tag: object) -> str:
    """Return an element's namespace, in lower case."""
    return str(tag).rpartition("}")[0].removeprefix("{").lower()


def plain(markup: str) -> str:
    """Return a text for one line: no tags, no entities, no control characters, one space each."""
    bare = html.unescape(_ANY_TAG.sub(" ", html.unescape(markup[:_FIELD_CAP_CHARS])))
    shown = "".join(c if c.isprintable() else " " for c in _SPACES.sub(" ", bare))
    return _SPACES.sub(" ", shown).strip()[:1024].strip()


def pictures_in(page: str, tier: int, base: str = "") -> Iterator[Picture]:
    """Yield the pictures in a piece of a page, in its order."""
    inside: list[Picture] = []
    for match in _TAG.finditer(page[:_PAGE_CAP_CHARS]):
        name = match[1].lower()
        if name in ("picture", "/picture"):
            inside.clear()
            continue
        said = _attributes(match[2])
        found = list(_of_tag(said, tier, base))
        if name == "source":
            inside += found
        else:
            # All stand for one picture; the largest that says its size is chosen later.
            yield from _one_of((*inside, *found))
            inside.clear()


def _one_of(pictures: tuple[Picture, ...]) -> Iterator[Picture]:
    sized = [picture for picture in pictures if picture.width]
    if sized:
        yield max(sized, key=lambda picture: picture.width or 0)
    elif pictures:
        yield pictures[-1]


def _of_tag(said: dict[str, str], tier: int, base: str) -> Iterator[Picture]:
    width, height = _side(said.get("width", "")), _side(said.get("height", ""))
    for name in _SRCSETS:
        for number, match in enumerate(_ENTRY.finditer(said.get(name, ""))):
            if number >= _SRCSET_CAP:
                break
            wide = match[3] == "w" and match[2] is not None and match[2].isdigit()
            scale = float(match[2]) if match[3] == "x" and _is_number(match[2]) else None
            side = int(match[2]) if wide else (int(width * scale) if width and scale else None)
            yield Picture(match[1], tier, width=side, base=base)
    for name in _LAZY:
        if said.get(name):
            yield Picture(said[name], tier, width=width, height=height, base=base)
            return


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = next((part for part in match.groups()[1:] if part is not None), "")
        found.setdefault(match[1].lower(), html.unescape(value).strip())
    return found


def _side(written: str) -> int | None:
    digits = written.strip().removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else None  # noqa: PLR2004 - a picture's side


def _is_number(written: str | None) -> bool:
    return written is not None and written.replace(".", "", 1).isdigit()
