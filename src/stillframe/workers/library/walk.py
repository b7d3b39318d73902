"""Walking folders.

Role: lists a tree, folder by folder. Counterpart: `workers.library.index` notes what is listed.

Guarantees:
- Every folder is entered once, whatever links point to it; every path is below the root.
- Memory is bounded by the open folders on the way down, not by the library.
- A folder that cannot be listed is reported and passed over; a walk never fails half-way.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stillframe.contracts.caps import PATH_CAP_BYTES
from stillframe.contracts.library import FoundPhoto, SkippedFolder
from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.confinement.roots import lies_outside
from stillframe.workers.library.core import folder_fault, is_system_folder, looks_like_photo

_FARTHEST_NS: Final = 2**63 - 1

Seen = set[tuple[int, int]]
"""Device and inode of the folders that were entered."""


@dataclass(frozen=True)
class Listing:
    """The photos that lie right in one folder, in the order of their names."""

    folder: bytes
    mtime_ns: int
    photos: tuple[FoundPhoto, ...]


def walk(root: bytes, sandbox: Sandbox | None = None) -> Iterator[Listing | SkippedFolder]:
    """Yield every folder from `root` down, in name order; `root` may be one file."""
    try:
        status = os.stat(root)
    except (OSError, ValueError) as error:
        yield SkippedFolder(path=root, error=folder_fault(error))
        return
    if stat.S_ISREG(status.st_mode):
        yield Listing(os.path.dirname(root), 0, (_found(root, status),))
        return
    yield from walk_below(root, {(status.st_dev, status.st_ino)}, sandbox)


def walk_below(
    folder: bytes, seen: Seen, sandbox: Sandbox | None
) -> Iterator[Listing | SkippedFolder]:
    """Yield a folder and every one below it that was not `seen`."""
    pending = [folder]
    while pending:
        listed, subfolders = list_folder(pending.pop(), seen, sandbox)
        yield listed
        pending.extend(reversed(subfolders))


def list_folder(
    folder: bytes, seen: Seen, sandbox: Sandbox | None
) -> tuple[Listing | SkippedFolder, list[bytes]]:
    """Return what lies right in a folder, and the folders in it that were not `seen`."""
    try:
        # A folder may be listed and still not be entered: no file in it would be seen.
        mtime_ns = _carried(os.stat(os.path.join(folder, b".")).st_mtime_ns)
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        outside = error.errno == errno.EACCES and lies_outside(folder, sandbox)
        return SkippedFolder(path=folder, error=folder_fault(error, outside=outside)), []
    photos, subfolders = [], []
    for entry in entries:
        found = _inspect(entry, seen)
        if found is True:
            subfolders.append(entry.path)
        elif found:
            photos.append(found)
    return Listing(folder, mtime_ns, tuple(photos)), subfolders


def _inspect(entry: "os.DirEntry[bytes]", seen: Seen) -> FoundPhoto | bool:
    """Return a photo, True for a folder not entered before, or False for anything else."""
    if len(entry.path) > PATH_CAP_BYTES or entry.name.startswith(b"."):
        return False
    try:
        if entry.is_dir():
            if is_system_folder(entry.name):
                return False
            status = entry.stat()
            identity = (status.st_dev, status.st_ino)
            unseen = identity not in seen
            seen.add(identity)
            return unseen
        if looks_like_photo(entry.name) and entry.is_file():
            return _found(entry.path, entry.stat())
    except OSError:
        pass  # vanished between listing and looking, or a link in a circle: nothing to show
    return False


def _found(path: bytes, status: os.stat_result) -> FoundPhoto:
    return FoundPhoto(path, status.st_size, _carried(status.st_mtime_ns))


def _carried(time_ns: int) -> int:
    """Return a time cut to what messages carry; some file systems keep more bits of it."""
    return max(-_FARTHEST_NS, min(time_ns, _FARTHEST_NS))
