"""What a body is about, and what was found in it, before anything is chosen.

Role: the values between `core`, the readers in `shapes` and `choice`. Counterpart: each reader
turns one kind of document into a `Found`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from stillframe.contracts.feeds import DropReason, FeedSource

# As many items as are looked at; real feeds have a tenth.
ITEMS_CAP = 500


class UnreadableError(Exception):
    """A body is not what it should be; the reason, and a sentence for people."""

    def __init__(self, reason: DropReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class About:
    """What is known of a body beside its bytes; as in a `FeedParseRequest`."""

    source: FeedSource
    url: str
    content_type: str
    max_items: int
    ttl_hint_s: float
    priority: int
    now_s: float


@dataclass(frozen=True)
class Picture:
    """An address that may be an item's image.

    Attributes:
        url: as it is written; may be relative.
        tier: how much the document means it to be the image: 0 is most.
        width, height: in pixels, as far as the document says; None for unknown.
        base: what a relative address starts from, where it is not the document's own.
    """

    url: str
    tier: int = 0
    width: int | None = None
    height: int | None = None
    base: str = ""


@dataclass(frozen=True)
class Entry:
    """One item; `when` is as it is written, a date in any form or seconds since the epoch."""

    pictures: tuple[Picture, ...] = ()
    title: str = ""
    when: str | float = ""
    author: str = ""
    license: str = ""
    link: str = ""
    left_out: DropReason | None = None
    """Why the item itself says that it is none for us."""


@dataclass(frozen=True)
class Found:
    """What one document holds."""

    entries: Iterable[Entry] = ()
    title: str = ""
    ttl_s: float | None = None
    update_period_s: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    feeds: tuple[str, ...] = ()
    problem: DropReason | None = None
    detail: str = field(default="", compare=False)


Parsed_contra = TypeVar("Parsed_contra", contravariant=True)


class Shape(Protocol[Parsed_contra]):
    """A reader of one kind of document, which has been parsed to JSON's values or to a tree."""

    def recognises(self, document: Parsed_contra, about: About) -> bool:
        """Say whether a document is of this kind."""

    def read(self, document: Parsed_contra, about: About) -> Found:
        """Return what it holds; whatever is missing or of another type is passed over."""


Json = Any
"""What JSON can be: the readers look before they take."""
