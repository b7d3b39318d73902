"""What the library worker decides: which names are photos, and how much a page holds.

Role: pure. Counterpart: `workers.library.walk` lists the folders, `io` answers with the pages.
"""

import errno
from typing import Final

from stillframe.contracts.caps import LIBRARY_CAP_BYTES
from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.library import FoundPhoto, SkippedFolder
from stillframe.workers.confinement.roots import OUTSIDE

# By name only, to leave videos and documents unopened; the image worker goes by content.
_SUFFIXES: Final = frozenset(
    b"jpg jpeg jpe jfif png apng webp avif avifs heic heif hif jxl gif tif tiff bmp dib".split()
    # Of cameras: Adobe, Canon, Nikon, Sony, Fujifilm, Olympus, Panasonic, Pentax, Samsung, Epson.
    + b"dng crw cr2 cr3 nef nrw arw srf sr2 raf orf rw2 raw pef srw erf".split()
)
# What systems and storage boxes keep beside a person's files: thumbnails and what was deleted.
_SYSTEM_FOLDERS: Final = frozenset(
    (
        b"$recycle.bin",
        b"system volume information",
        b"lost+found",
        b"@eadir",
        b"#recycle",
        b"__macosx",
        b"found.000",
    )
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


def is_system_folder(name: bytes) -> bool:
    """Say whether a folder is kept by a system and not by a person."""
    return name.lower() in _SYSTEM_FOLDERS


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
    """An answer being filled: items up to a number and a size."""

    def __init__(self, max_items: int) -> None:
        """Prepare for `max_items`, and for as many bytes as a message has."""
        self._max_items = max_items
        self._room_bytes = _PAGE_BYTES
        self.photos: list[FoundPhoto] = []
        self.gone: list[bytes] = []
        self.skipped: list[SkippedFolder] = []

    def add(self, item: FoundPhoto | SkippedFolder | bytes) -> bool:
        """Add an item, a path that is gone included, if there is room; else say False."""
        size_bytes = _size_bytes(item)
        count = len(self.photos) + len(self.gone) + len(self.skipped)
        if count >= self._max_items or size_bytes > self._room_bytes:
            return False
        self._room_bytes -= size_bytes
        if isinstance(item, FoundPhoto):
            self.photos.append(item)
        elif isinstance(item, SkippedFolder):
            self.skipped.append(item)
        else:
            self.gone.append(item)
        return True


def _size_bytes(item: FoundPhoto | SkippedFolder | bytes) -> int:
    if isinstance(item, FoundPhoto):
        return len(item.path) + len(item.rank) + _ENTRY_OVERHEAD_BYTES
    if isinstance(item, SkippedFolder):
        return len(item.path) + len(item.error.detail) * 4 + 2 * _ENTRY_OVERHEAD_BYTES
    return len(item) + _ENTRY_OVERHEAD_BYTES
