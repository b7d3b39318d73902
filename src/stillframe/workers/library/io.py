"""The library worker's edges: walking folders.

Role: performs a scan page by page. Counterpart: `contracts.library` describes the pages.

Guarantees:
- Every folder is entered once, whatever links point to it; every path is below the root.
- Memory is bounded by the open folders on the way down, not by the library.
- A folder that cannot be listed is reported and passed over; a scan never fails half-way.
"""

import errno
import os
import stat
import time
from collections.abc import Iterator
from typing import ClassVar, Final, Self

from stillframe.contracts.caps import PATH_CAP_BYTES
from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.library import FoundPhoto, ScanRequest, ScanResult, SkippedFolder
from stillframe.contracts.messages import echo
from stillframe.contracts.sandbox import Sandbox
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.workers.confinement.roots import lies_outside
from stillframe.workers.handler import Handler
from stillframe.workers.library.core import Page, folder_fault, looks_like_photo

# Scans that were begun and not finished; a show has a handful of roots.
_OPEN_SCANS_CAP: Final = 64
_FARTHEST_NS: Final = 2**63 - 1

Item = FoundPhoto | SkippedFolder


class _Scan:
    """A walk in progress, and the item that did not fit the page before."""

    def __init__(self, root: bytes, sandbox: Sandbox | None) -> None:
        self.root = root
        self.items = walk(root, sandbox)
        self.left_over: Item | None = None


class LibraryHandler(Handler[ScanRequest, ScanResult]):
    """Walks folders and answers page by page."""

    name: ClassVar[str] = "library"
    protocol: ClassVar[Protocol] = PROTOCOLS["library"]

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self._sandbox = sandbox
        self._scans: dict[int, _Scan] = {}
        self._last_cursor = 0

    @classmethod
    def start(cls, start: Start) -> Self:
        """Nothing to load: the standard library walks."""
        return cls(start.sandbox)

    def handle(self, request: ScanRequest) -> ScanResult:
        """Return one page.

        Raises:
            FaultError: `bad-request` for a cursor that this process did not give out, which is
                what a cursor from before a restart is: start over with 0.
        """
        scan = self._continue_scan(request)
        page = Page(request.max_items)
        complete = _fill(page, scan)
        next_cursor = 0
        if not complete:
            self._last_cursor += 1
            next_cursor = self._last_cursor
            self._scans[next_cursor] = scan
        return ScanResult(
            **echo(request, time.monotonic_ns()),
            root=request.root,
            photos=tuple(page.photos),
            skipped=tuple(page.skipped),
            next_cursor=next_cursor,
        )

    def _continue_scan(self, request: ScanRequest) -> _Scan:
        if request.cursor == 0:
            while len(self._scans) >= _OPEN_SCANS_CAP:
                del self._scans[next(iter(self._scans))]
            return _Scan(request.root, self._sandbox)
        scan = self._scans.pop(request.cursor, None)
        if scan is None or scan.root != request.root:
            raise FaultError(
                FaultKind.BAD_REQUEST, f"no scan has cursor {request.cursor}; start over with 0"
            )
        return scan


def _fill(page: Page, scan: _Scan) -> bool:
    """Move items from the walk to the page; True when the walk has ended."""
    if scan.left_over is not None:
        page.add(scan.left_over)
        scan.left_over = None
    for item in scan.items:
        if not page.add(item):
            scan.left_over = item
            return False
    return True


def walk(root: bytes, sandbox: Sandbox | None = None) -> Iterator[Item]:
    """Yield every photo below `root`, folder by folder in name order; `root` may be one file."""
    try:
        status = os.stat(root)
    except (OSError, ValueError) as error:
        yield SkippedFolder(path=root, error=folder_fault(error))
        return
    if stat.S_ISREG(status.st_mode):
        yield _found(root, status)
        return
    seen = {(status.st_dev, status.st_ino)}
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            os.stat(os.path.join(folder, b"."))  # may be listed, but not entered: no file is seen
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            outside = error.errno == errno.EACCES and lies_outside(folder, sandbox)
            yield SkippedFolder(path=folder, error=folder_fault(error, outside=outside))
            continue
        subfolders = []
        for entry in entries:
            found = _inspect(entry, seen)
            if found is True:
                subfolders.append(entry.path)
            elif found:
                yield found
        pending.extend(reversed(subfolders))


def _inspect(entry: "os.DirEntry[bytes]", seen: set[tuple[int, int]]) -> FoundPhoto | bool:
    """Return a photo, True for a folder not entered before, or False for anything else."""
    if len(entry.path) > PATH_CAP_BYTES or entry.name.startswith(b"."):
        return False
    try:
        if entry.is_dir():
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
    # Some file systems keep times of more than 64 bits in ns, which no message carries.
    mtime_ns = max(-_FARTHEST_NS, min(status.st_mtime_ns, _FARTHEST_NS))
    return FoundPhoto(path, status.st_size, mtime_ns)
