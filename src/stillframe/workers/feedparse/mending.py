"""Slips that make a feed no XML, and that leave no doubt what was meant.

Role: pure; a body that was refused, as it should have been. Counterpart: `core` reads it once more,
and gives what is still no XML to `shapes.broken`.

Guarantees: one look at each byte, whatever the bytes; what is well-formed stays as it is.
"""

import html
import re
from typing import Final

# What cannot stand in XML at all, and references, but for those in text that is taken literally.
_SLIPS: Final = re.compile(
    rb"<!\[CDATA\[(?:.*?\]\]>|.*)|[\x00-\x08\x0b\x0c\x0e-\x1f]+|&(#?[0-9A-Za-z]{1,31};)?",
    re.DOTALL,
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OF_XML: Final = (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;")
_AMPERSAND: Final = b"&amp;"


def mended(body: bytes) -> bytes:
    """Return a body without control characters, its references such as XML has."""
    # In UTF-16 every other byte is such a character.
    return body if b"\x00" in body[:4] else _SLIPS.sub(_mend, body)


def _mend(found: re.Match[bytes]) -> bytes:
    whole, reference = found[0], found[1]
    if not whole.startswith(b"&"):
        return _CONTROL.sub(b"", whole)
    if reference is None:
        return _AMPERSAND
    if reference in _OF_XML:
        return whole
    text = html.unescape(whole.decode("ascii"))
    if text == whole.decode("ascii"):
        return _AMPERSAND + reference  # nobody's name
    # Half a character, which is how some programs write what lies beyond 65,535, is lost.
    kept = (ord(c) for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffd\ufffe\uffff"))
    return b"".join(b"&#%d;" % number for number in kept)
