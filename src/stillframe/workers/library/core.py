"""What the library worker decides: which names are photos, and where a page ends.

Role: pure. Counterpart: `workers.library.io` walks the folders.
"""

import errno
from typing import Final

from stillframe.contracts.caps import LIBRARY_CAP_BYTES
from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.library import FoundPhoto, SkippedFolder
from stillframe.workers.confinement.roots import OUTSIDE

# By name only, to leave videos and documents unopened; the image worker goes by content.
_SUFFIXES: Final = frozenset(
    (b"jpg", b"jpeg", b"jpe", b"jfif", b"png", b"webp", b"avif", b"gif", b"tif", b"tiff")
)
# What MessagePack and the two numbers add to a path, at most.
_ENTRY_OVERHEAD_BYTES: Final = 32
# The page shares its message with the root's path and the common fields.
_PAGE_BYTES: Final = LIBRARY_CAP_BYTES - 16 * 1024


def looks_like_photo(name: bytes) -> bool:
    """Say whether a file's name has a photo's suffix; hidden files are nobody's photos."""
    if name.startswith(b"."):
        return False
    _, dot, suffix = name.rpartition(b".")
    return bool(dot) and suffix.lower() in _SUFFIXES


def folder_fault(error: OSError | ValueError, *, outside: bool = False) -> Fault:
    """Return why a folder cannot be listed; a ValueError says that no path has such bytes.

    `outside` says that the sandbox refused it, and not its owner.
    """
    if isinstance(error, ValueError):
        return Fault(kind=FaultKind.BAD_REQUEST, detail=f"cannot list: {error}")
    kinds = {
        errno.ENOENT: FaultKind.NOT_FOUND,
        errno.EACCES: FaultKind.NOT_READABLE,
        errno.EPERM: FaultKind.NOT_READABLE,
        errno.ENOTDIR: FaultKind.NOT_A_FILE,
    }
    kind = kinds.get(error.errno or 0, FaultKind.IO_ERROR)
    why = OUTSIDE if outside else error.strerror or error
    return Fault(kind=kind, detail=f"cannot list: {why}")


class Page:
    """A page being filled: photos and skipped folders up to a number and a size."""

    def __init__(self, max_items: int) -> None:
        self._max_items = max_items
        self._room_bytes = _PAGE_BYTES
        self.photos: list[FoundPhoto] = []
        self.skipped: list[SkippedFolder] = []

    def add(self, item: FoundPhoto | SkippedFolder) -> bool:
        """Add an item if there is room; else say False, and it opens the next page."""
        if isinstance(item, FoundPhoto):
            size_bytes = len(item.path) + _ENTRY_OVERHEAD_BYTES
        else:
            size_bytes = len(item.path) + len(item.error.detail) * 4 + 2 * _ENTRY_OVERHEAD_BYTES
        if len(self.photos) + len(self.skipped) >= self._max_items or size_bytes > self._room_bytes:
            return False
        self._room_bytes -= size_bytes
        if isinstance(item, FoundPhoto):
            self.photos.append(item)
        else:
            self.skipped.append(item)
        return True
