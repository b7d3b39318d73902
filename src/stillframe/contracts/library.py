"""The library worker's request and result.

Role: a folder tree in, pages of photos out. Counterpart: `workers.library`. A scan is a chain of
requests, so that each has exactly one answer and no message is large.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.caps import SCAN_PAGE_CAP_ITEMS
from stillframe.contracts.errors import Fault
from stillframe.contracts.images import Path
from stillframe.contracts.messages import Count, Request, Response


class FoundPhoto(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A file that looks like a photo: path, size in bytes, modification time in ns."""

    path: Path
    size_bytes: Count
    mtime_ns: int


class SkippedFolder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder that could not be listed, and why."""

    path: Path
    error: Fault


class ScanRequest(Request, frozen=True, kw_only=True, tag="library.request"):
    """The page of photos below `root` (a folder or one file) that follows `cursor`.

    A cursor of 0 starts over; any other is what the page before returned.
    """

    root: Path
    cursor: Count = 0
    max_items: Annotated[int, msgspec.Meta(ge=1, le=SCAN_PAGE_CAP_ITEMS)] = SCAN_PAGE_CAP_ITEMS


class ScanResult(Response, frozen=True, kw_only=True, tag="library.result"):
    """One page; `next_cursor` 0 means that the scan is complete."""

    root: Path
    photos: Annotated[tuple[FoundPhoto, ...], msgspec.Meta(max_length=SCAN_PAGE_CAP_ITEMS)]
    skipped: Annotated[tuple[SkippedFolder, ...], msgspec.Meta(max_length=SCAN_PAGE_CAP_ITEMS)]
    next_cursor: Count
