"""What people say of a photo in XMP: rating and keywords.

Role: pure; from a packet of XML to two values. Counterpart: `workers.library.header` finds it.

Guarantees: hostile bytes give nothing or a `ValueError`, in time linear to their number; entities
are never expanded.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# Real packets have 3 to 60 KB, most of it padding; edit histories can be long.
_PACKET_CAP_BYTES: Final = 1 << 20
_KEYWORDS_CAP: Final = 256
_WORD_CAP_CHARS: Final = 128
_RATING_CAP: Final = 5

_RATING: Final = "{http://ns.adobe.com/xap/1.0/}Rating"
_SUBJECT: Final = "{http://purl.org/dc/elements/1.1/}subject"
_ITEM: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"


@dataclass(frozen=True)
class Opinion:
    """A rating of 0 to 5 stars (rejected counts as 0), and keywords as they were written."""

    rating: int = 0
    keywords: tuple[str, ...] = ()


def read_xmp(packet: bytes) -> Opinion:
    """Return what a packet says.

    Raises:
        ValueError: if it is no XML that we care to read.
    """
    if len(packet) > _PACKET_CAP_BYTES:
        raise ValueError(f"an XMP packet of {len(packet)} bytes, over {_PACKET_CAP_BYTES}")
    text = packet.strip(b"\x00 \r\n\t")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ValueError("an XMP packet that declares entities")
    try:
        root = ET.fromstring(text)  # noqa: S314 - nothing is left that could expand
    except ET.ParseError as error:
        raise ValueError(f"XMP: {error}") from error
    words = (item.text or "" for subject in root.iter(_SUBJECT) for item in subject.iter(_ITEM))
    return Opinion(_rating(root), tidy(words))


def tidy(words: Iterable[str]) -> tuple[str, ...]:
    """Return keywords without blanks, repetitions and what is far too long."""
    kept = dict.fromkeys(word.strip()[:_WORD_CAP_CHARS] for word in words)
    return tuple(word for word in kept if word)[:_KEYWORDS_CAP]


def stars(value: float) -> int:
    """Return a rating as whole stars; -1 is how programs write "rejected"."""
    return max(0, min(int(value), _RATING_CAP))


def _rating(root: ET.Element) -> int:
    for element in root.iter():
        said = element.get(_RATING) or (element.text if element.tag == _RATING else None)
        if said:
            try:
                return stars(float(said))
            except (ValueError, OverflowError):
                return 0
    return 0
