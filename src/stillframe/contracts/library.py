"""The library worker's requests and results.

Role: folder trees in, pages of photos out, and afterwards what changes in them. Counterpart:
`workers.library`. What is known of a root comes page by page (`Scan`); what is found, changed and
gone since then, in all roots of a show, in one chain of questions (`Follow`). So each request has
exactly one answer and no message is large.
"""

import enum
from typing import Annotated

import msgspec

from stillframe.contracts.caps import (
    PATIENCE_CAP_MS,
    SCAN_PAGE_CAP_ITEMS,
    SHOWN_CAP_ITEMS,
    TALLY_CAP_ITEMS,
)
from stillframe.contracts.errors import Fault
from stillframe.contracts.images import Path
from stillframe.contracts.messages import Count, Request, Response, Text

Rank = Annotated[bytes, msgspec.Meta(max_length=256)]


class Order(enum.StrEnum):
    """In which order the photos of folders are shown."""

    SHUFFLE = "shuffle"
    """At random; all are shown before any is shown again."""
    TAKEN = "taken"
    """By the time of capture, the oldest first."""
    NAME = "name"
    """By path; numbers in names count as numbers."""
    NEWEST = "newest"
    """By the time of change of the file, the newest first."""
    ON_THIS_DAY = "on-this-day"
    """Those captured on this day of the year, the oldest first."""


class Orientation(enum.StrEnum):
    """Which way a photo lies, its EXIF orientation applied."""

    ANY = "any"
    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


class FoundPhoto(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A file that looks like a photo: path, size in bytes, modification time in ns.

    `seen` says that it was shown already in this round of a shuffled show. `rank` is its place
    among the others: bytes that compare as the order wants; empty in a shuffled show.
    """

    path: Path
    size_bytes: Count
    mtime_ns: int
    seen: bool = False
    rank: Rank = b""


class SkippedFolder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder that could not be listed, and why."""

    path: Path
    error: Fault


Photos = Annotated[tuple[FoundPhoto, ...], msgspec.Meta(max_length=SCAN_PAGE_CAP_ITEMS)]
Paths = Annotated[tuple[Path, ...], msgspec.Meta(max_length=SCAN_PAGE_CAP_ITEMS)]
PageItems = Annotated[int, msgspec.Meta(ge=1, le=SCAN_PAGE_CAP_ITEMS)]
SkippedFolders = Annotated[tuple[SkippedFolder, ...], msgspec.Meta(max_length=SCAN_PAGE_CAP_ITEMS)]


class Scan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="scan"):
    """The page of what is known of `root` (a folder or one file) that follows `cursor`.

    A cursor of 0 starts over, and has the root walked and watched from then on; any other is what
    the page before returned.
    """

    root: Path
    cursor: Count = 0
    max_items: PageItems = SCAN_PAGE_CAP_ITEMS


class ScanPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="page"):
    """One page; `next_cursor` 0 means that no more is known of this root yet."""

    root: Path
    photos: Photos = ()
    next_cursor: Count = 0


class Follow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="follow"):
    """What has changed in all roots since `cursor`; 0 is when the worker was started.

    The answer waits for up to `patience_ms` if nothing has. `shown` are photos that came on screen
    since the last question; `round_over` says that all were, and a new round has begun.
    """

    cursor: Count = 0
    patience_ms: Annotated[int, msgspec.Meta(ge=0, le=PATIENCE_CAP_MS)] = 0
    shown: Annotated[tuple[Path, ...], msgspec.Meta(max_length=SHOWN_CAP_ITEMS)] = ()
    round_over: bool = False
    max_items: PageItems = SCAN_PAGE_CAP_ITEMS


class Changes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="changes"):
    """Photos that were found or have changed, and paths that are no photos of this show any more.

    `searching` says that a root is still being walked for the first time, or that photos wait for
    something that is being read from them.
    """

    photos: Photos = ()
    gone: Paths = ()
    skipped: SkippedFolders = ()
    searching: bool = False
    next_cursor: Count = 0


class Survey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="survey"):
    """What the index holds of the roots that were scanned, in numbers."""


class Tally(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A name and how many photos have it."""

    name: Text
    photos: Count


Tallies = Annotated[tuple[Tally, ...], msgspec.Meta(max_length=TALLY_CAP_ITEMS)]


class Numbers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="numbers"):
    """The index in numbers; capture times are seconds since 1970 as the camera's clock had it."""

    photos: Count
    folders: Count
    size_bytes: Count
    described: Count
    """Photos whose header has been read."""
    broken: Count
    """Photos whose header could not be read."""
    thinned: Count
    """Photos that are left out as parts of a burst."""
    with_place: Count
    first_taken_s: int | None = None
    last_taken_s: int | None = None
    formats: Tallies = ()
    cameras: Tallies = ()
    searching: bool = False


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="check"):
    """Have the headers of up to `max_items` photos after `cursor` read anew; 0 starts over.

    What they say replaces what the index had of them.
    """

    cursor: Count = 0
    max_items: PageItems = 64


class BrokenPhoto(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A photo whose header cannot be read, and why."""

    path: Path
    error: Fault


class Checked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="checked"):
    """How many were read, and which are broken; `next_cursor` 0 means that all were read."""

    checked: Count
    broken: Annotated[tuple[BrokenPhoto, ...], msgspec.Meta(max_length=SCAN_PAGE_CAP_ITEMS)] = ()
    next_cursor: Count = 0


class LibraryRequest(Request, frozen=True, kw_only=True, tag="library.request"):
    """One question."""

    ask: Scan | Follow | Survey | Check


class LibraryResult(Response, frozen=True, kw_only=True, tag="library.result"):
    """Its answer: a page, changes, numbers, or what was checked."""

    told: ScanPage | Changes | Numbers | Checked
