"""Careful looks at XML and HTML: trees of bounded size, and the pictures in a piece of a page.

Role: pure. Counterpart: the readers of markup in `shapes`.

Guarantees: no address in a document is ever opened, no entity of a document's own is expanded; a
tree is no deeper and no element has more attributes than a bound that honest documents never meet.
"""

import contextlib
import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn
from urllib.parse import urljoin
from xml.parsers import expat

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import Picture, UnreadableError

# Deeper trees cost the stack of whoever frees them; OPML folders and XHTML stay below 50.
_DEPTH_CAP: Final = 200
_ATTRIBUTES_CAP: Final = 100
# With attributes; a hundred for each of a thousand items and more.
_ELEMENTS_CAP: Final = 200_000
# As much of one item's page as is searched for pictures.
_PAGE_CAP_CHARS: Final = 64 * 1024
_FIELD_CAP_CHARS: Final = 8 * 1024
# A quoted text may hold what ends a tag; an odd quote is borne.
_TAG: Final = re.compile(
    r"""<(img|source|/?picture|/?a)\b"""
    r"""((?:[^<>"']|"[^"<]{0,8192}+"|'[^'<]{0,8192}+')*+(?:["'][^<>]{0,8192}+)?)>""",
    re.IGNORECASE,
)
_IMAGE_NAME: Final = re.compile(r"\.(jpe?g|png|webp|avif|heic|jxl)$", re.IGNORECASE)
# Pages about a file, which wikis and code hosts give the file's own name.
_ABOUT_A_FILE: Final = re.compile(r"/(wiki|blob)/|(^|/)(file|image):", re.IGNORECASE)
# The name of a namespace stands in the tree once for each element in it. Nobody's has 256 bytes,
# and with one of a megabyte a short document fills any memory.
_LONG_NAMESPACE: Final = re.compile(
    rb"""xmlns[^\s=<>"']{0,256}+(?:[^\s=<>"']|\s{0,64}+(?:\s|=\s{0,64}+(?:\s|"""
    rb""""[^"<]{256}|'[^'<]{256})))"""
)
_ATTRIBUTE: Final = re.compile(
    r"""([a-zA-Z][a-zA-Z0-9-]{0,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_ANY_TAG: Final = re.compile(r"<[^<>]{0,8192}>")
_SPACES: Final = re.compile(r"\s+")
_LAZY: Final = ("data-src", "data-original", "data-lazy-src", "data-full-url", "src")
_SRCSETS: Final = ("srcset", "data-srcset")
_ENTRY: Final = re.compile(r"\s*([^\s,][^\s]*)(?:\s+([0-9.]{1,8})([wx]))?\s*,?")
_SRCSET_CAP: Final = 50
# How XML in two bytes a character begins, with a mark of their order or without.
_UTF_16: Final = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}


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
        self._elements += len(attrs)
        if self._elements > _ELEMENTS_CAP:
            _refuse(f"more than {_ELEMENTS_CAP} elements and attributes")
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
    encoding = None
    if body[:2] in _UTF_16:
        # So that what is looked for below is found as it is written there.
        try:
            body, encoding = body.decode(_UTF_16[body[:2]]).encode(), "utf-8"
        except UnicodeDecodeError as error:
            raise ET.ParseError(str(error)) from error
    if b"<!ENTITY" in body:
        _check_prologue(body, encoding)
    if _LONG_NAMESPACE.search(body):
        _refuse("it names a namespace at a length that no namespace has")
    parser = ET.XMLParser(target=_Bounded(), encoding=encoding)  # noqa: S314 - bounded, here and there
    try:
        parser.feed(body)
        tree: ET.Element = parser.close()
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise ET.ParseError(str(error)) from error
    return tree


def _check_prologue(body: bytes, encoding: str | None) -> None:
    """Refuse a document that declares entities; in its text the word may stand.

    An entity of a few bytes may stand for megabytes, which expat allows up to a hundredfold.
    """
    declared: list[str] = []
    parser = expat.ParserCreate(encoding)

    def note(name: str, *_: object) -> None:
        declared.append(name)

    def stop(*_: object) -> None:
        parser.EntityDeclHandler = None
        raise _PrologueIsOverError

    parser.EntityDeclHandler = note
    parser.StartElementHandler = stop
    with contextlib.suppress(_PrologueIsOverError, expat.ExpatError, ValueError, LookupError):
        parser.Parse(body, True)
    if declared:
        _refuse("it declares entities of its own")


class _PrologueIsOverError(Exception):
    """The first element has begun."""


def joined(base: str, address: str) -> str:
    """Return an address from where it starts; one that is no address at all is passed over."""
    try:
        return urljoin(base, address)
    except ValueError:
        return base


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
    behind = ""
    for match in _TAG.finditer(page[:_PAGE_CAP_CHARS]):
        name = match[1].lower()
        if name in ("picture", "/picture"):
            inside.clear()
            continue
        said = _attributes(match[2])
        if name in ("a", "/a"):
            behind = _picture_behind(said.get("href", ""))
            continue
        found = list(_of_tag(said, tier, base))
        if name == "source":
            inside += found
        elif behind:
            # What is shown is a small form of it.
            yield Picture(behind, tier, base=base)
            inside.clear()
        else:
            # All stand for one picture; the largest that says its size is chosen later.
            yield from _one_of((*inside, *found))
            inside.clear()


def _picture_behind(href: str) -> str:
    """Return where a link leads if that is a picture; empty otherwise."""
    is_image = _IMAGE_NAME.search(re.split("[?#]", href, maxsplit=1)[0]) is not None
    return href if is_image and not _ABOUT_A_FILE.search(href) else ""


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
            yield Picture(match[1].rstrip(","), tier, width=side, base=base)
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
