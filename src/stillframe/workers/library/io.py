"""The library worker's edges: questions in, answers from the index out.

Role: keeps an index of the photos of all folders, and answers from it. Counterpart:
`contracts.library` describes the questions; `workers.library.search` fills the index meanwhile.

Guarantees:
- An answer never waits for a disk that the photos lie on, except about a single file.
- An index that cannot be used is replaced by one in memory; whoever asks is told to start over.
"""

import datetime as dt
import random
import sqlite3
import time
from collections.abc import Iterator
from typing import ClassVar, Final, Self

import msgspec

from stillframe.contracts.control import Start
from stillframe.contracts.errors import Fault, FaultError, FaultKind
from stillframe.contracts.library import (
    BrokenPhoto,
    Changes,
    Check,
    Checked,
    Follow,
    FoundPhoto,
    LibraryRequest,
    LibraryResult,
    Numbers,
    Scan,
    ScanPage,
    SkippedFolder,
    Survey,
)
from stillframe.contracts.messages import echo
from stillframe.contracts.sandbox import Sandbox
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.workers.database import Opened, set_aside
from stillframe.workers.handler import Handler
from stillframe.workers.library import schema
from stillframe.workers.library.core import Page
from stillframe.workers.library.facts import Header
from stillframe.workers.library.index import Index
from stillframe.workers.library.search import Search, header_reader
from stillframe.workers.library.selection import LibrarySettings, select

# Scans that were begun and not finished; a show has a handful of roots.
_OPEN_SCANS_CAP: Final = 64
# Enough to begin a show with in any order; what is not found in this time comes as a change.
_FIRST_PHOTOS: Final = 64
_FIRST_S: Final = 0.1


class _Scan:
    """The pages of one root, and what did not fit the last one."""

    def __init__(self, root: bytes, pages: Iterator[list[FoundPhoto]]) -> None:
        self.root = root
        self.photos = (photo for page in pages for photo in page)
        self.left_over: FoundPhoto | None = None


class LibraryHandler(Handler[LibraryRequest, LibraryResult]):
    """Answers from the index, and has it filled."""

    name: ClassVar[str] = "library"
    protocol: ClassVar[Protocol] = PROTOCOLS["library"]

    def __init__(self, settings: LibrarySettings, sandbox: Sandbox | None) -> None:
        self._settings, self._sandbox = settings, sandbox
        self._selection = select(settings, dt.date.today())  # noqa: DTZ011 - a person's day
        self._scans: dict[int, _Scan] = {}
        self._last_cursor = 0

    @classmethod
    def start(cls, start: Start) -> Self:
        """Take the settings; nothing is opened yet.

        Raises:
            ValueError: if the settings are not ours.
        """
        return cls(msgspec.convert(start.settings, LibrarySettings), start.sandbox)

    def warm_up(self) -> None:
        """Open the index; only now, for it is bytes from a disk too."""
        self._begin(schema.open_index(self._settings.index))

    def _begin(self, opened: Opened) -> None:
        # The order of photos needs no secrecy.
        self._index = Index(opened.database, random.Random())  # noqa: S311
        self._search = Search(
            self._index, self._selection, self._sandbox, in_turn=self._settings.steady
        )
        self._began_at = self._index.last_seq()
        self._notes = [opened.note] if opened.note else []
        self._scans.clear()

    def handle(self, request: LibraryRequest) -> LibraryResult:
        """Answer one question.

        Raises:
            FaultError: `bad-request` for a cursor that this process did not give out, which is
                what one from before a restart is, and after the index was lost: scan again.
        """
        try:
            if self._search.lost is not None:
                raise self._search.lost
            told = self._answer(request.ask)
        except sqlite3.Error as error:
            self._replace_index(error)
            raise FaultError(
                FaultKind.BAD_REQUEST, f"the index was lost ({error}): scan again"
            ) from error
        return LibraryResult(**echo(request, time.monotonic_ns()), told=told)

    def close(self) -> None:
        """Have the search end, and close the index."""
        self._search.close()
        self._index.close()

    def _answer(
        self, ask: Scan | Follow | Survey | Check
    ) -> ScanPage | Changes | Numbers | Checked:
        match ask:
            case Scan():
                return self._scan(ask)
            case Follow():
                return self._follow(ask)
            case Survey():
                return self._index.numbers(
                    self._search.roots,
                    self._settings.burst_photos,
                    searching=self._search.searching,
                )
            case Check():
                return self._check(ask)

    def _replace_index(self, error: sqlite3.Error) -> None:
        """Go on in memory; a file that turned out to be damaged is kept aside."""
        self.close()
        path = self._settings.index
        note = f"the index {path or 'in memory'} failed: {error}: this show remembers no more"
        if path and not isinstance(error, sqlite3.OperationalError):
            try:
                set_aside(path)
            except OSError as cannot:
                note += f"; it cannot be kept aside: {cannot}"
        self._begin(Opened(schema.open_index("").database, note))

    # What is known.

    def _scan(self, ask: Scan) -> ScanPage:
        scan = self._continue_scan(ask)
        page = Page(ask.max_items)
        complete = _fill(page, scan)
        next_cursor = 0
        if not complete:
            self._last_cursor += 1
            next_cursor = self._last_cursor
            self._scans[next_cursor] = scan
        return ScanPage(root=ask.root, photos=tuple(page.photos), next_cursor=next_cursor)

    def _continue_scan(self, ask: Scan) -> _Scan:
        if ask.cursor == 0:
            while len(self._scans) >= _OPEN_SCANS_CAP:
                del self._scans[next(iter(self._scans))]
            root = self._search.add(ask.root)
            if not self._settings.steady:
                self._search.wait_for_first(root, _FIRST_PHOTOS, _FIRST_S)
            return _Scan(ask.root, self._index.pages(root, self._selection, ask.max_items))
        scan = self._scans.pop(ask.cursor, None)
        if scan is None or scan.root != ask.root:
            raise FaultError(
                FaultKind.BAD_REQUEST, f"no scan has cursor {ask.cursor}; start over with 0"
            )
        return scan

    # What changes.

    def _follow(self, ask: Follow) -> Changes:
        roots = self._search.roots
        if not roots:
            raise FaultError(FaultKind.BAD_REQUEST, "no root was scanned yet: scan one first")
        if ask.shown or ask.round_over:
            self._index.note_shown(roots, ask.shown, round_over=ask.round_over)
        after = ask.cursor or self._began_at
        end_s = time.monotonic() + ask.patience_ms / 1000
        while True:
            searching = self._search.searching  # asked first: what is found meanwhile still comes
            changes = self._changes_after(after, ask.max_items, searching=searching)
            left_s = end_s - time.monotonic()
            waits = self._settings.steady and searching and len(changes.photos) < ask.max_items
            if left_s <= 0:
                return Changes(searching=True, next_cursor=after) if waits else changes
            if changes.skipped or (changes.next_cursor != after and not waits):
                return changes
            self._search.wait(left_s)

    def _changes_after(self, after: int, max_items: int, *, searching: bool) -> Changes:
        page = Page(max_items)
        for note in self._notes:
            where = self._settings.index.encode() or b"index"
            page.add(SkippedFolder(path=where, error=Fault(kind=FaultKind.IO_ERROR, detail=note)))
        self._notes = []
        while (skipped := self._search.take_skipped()) is not None:
            if not page.add(skipped):
                self._search.put_back(skipped)
                break
        cursor = after
        for change in self._index.changes(self._search.roots, self._selection, after, max_items):
            if not page.add(change.path if change.photo is None else change.photo):
                break
            cursor = change.seq
        return Changes(
            photos=tuple(page.photos),
            gone=tuple(page.gone),
            skipped=tuple(page.skipped),
            searching=searching or cursor != after,
            next_cursor=cursor,
        )

    # What a person asks.

    def _check(self, ask: Check) -> Checked:
        photos = self._index.photos_after(self._search.roots, ask.cursor, ask.max_items)
        read_header, broken = header_reader(), []
        for photo in photos:
            try:
                said: Header | str = read_header(photo.path)
            except FaultError as error:
                broken.append(BrokenPhoto(path=photo.path, error=error.fault))
                said = str(error)
            self._index.describe(photo.id, said, tell=self._selection.hears_of_headers)
        next_cursor = photos[-1].id if len(photos) == ask.max_items else 0
        return Checked(checked=len(photos), broken=tuple(broken), next_cursor=next_cursor)


def _fill(page: Page, scan: _Scan) -> bool:
    """Move photos from the index to the page; True when there are no more."""
    if scan.left_over is not None:
        page.add(scan.left_over)
        scan.left_over = None
    for photo in scan.photos:
        if not page.add(photo):
            scan.left_over = photo
            return False
    return True
