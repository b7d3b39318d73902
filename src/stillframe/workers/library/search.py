"""Finding out what folders hold, and what changes in them, beside the answering of questions.

Role: one thread for each root, and one that reads headers; all of them fill the index. Counterpart:
`workers.library.io` answers from it meanwhile.

Guarantees:
- A root that hangs, such as a share whose server is gone, holds up no other root and no answer.
- What changes while a root is being walked is found too.
- A root that cannot be watched is walked anew from time to time, and after every loss of events.
"""

import collections
import functools
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from stillframe.contracts.errors import Fault, FaultError, FaultKind
from stillframe.contracts.library import SkippedFolder
from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.library.core import is_system_folder
from stillframe.workers.library.facts import Header
from stillframe.workers.library.index import Index
from stillframe.workers.library.selection import Selection
from stillframe.workers.library.walk import Listing, list_folder, walk, walk_below

# A walk needs little; the system's own size for a stack, times the roots, is charged to our limit.
_STACK_BYTES: Final = 1 << 20
# A thread and a watch for each of these; folders beyond take turns, and are not watched.
_WATCHED_ROOTS_CAP: Final = 16
# What the system does not tell of (shares, lost events) is found by looking again.
_REWALK_S: Final = 3600.0
_UNWATCHED_REWALK_S: Final = 300.0
# Each step wakes a thread, and a photo may wait for a few of them.
_STEP_MS, _QUIET_MS, _POLL_MS = 200, 1000, 1000
# Where photos are known, the first of them is decoded before the disk and a core are kept busy.
_HEAD_START_S: Final = 0.5
_HEADERS_AT_ONCE: Final = 16
_IDLE_S: Final = 1.0
# A root that was not heard of for so long is no longer waited for; what it has comes later.
_PATIENCE_S: Final = 10.0
_SKIPPED_CAP: Final = 256


@dataclass
class _Root:
    """One root, and how far it has been walked."""

    id: int
    path: bytes
    heard_s: float
    walk: int = 0
    walked: bool = False
    refused: bool = False


class Search:
    """All that goes on in the background."""

    def __init__(
        self, index: Index, selection: Selection, sandbox: Sandbox | None, *, in_turn: bool
    ) -> None:
        """Prepare; no thread is started yet. `in_turn` walks one root after the other."""
        self._index, self._selection, self._sandbox = index, selection, sandbox
        # Only replaced whole, so that every thread may look at them.
        self._roots: tuple[_Root, ...] = ()
        self._rest: tuple[_Root, ...] = ()
        self._watched = _WATCHED_ROOTS_CAP if in_turn else 0
        self._skipped: collections.deque[SkippedFolder] = collections.deque(maxlen=_SKIPPED_CAP)
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self.lost: sqlite3.Error | None = None
        """Why the index cannot be used any more; nothing is found from then on."""
        threading.stack_size(_STACK_BYTES)

    def add(self, path: bytes) -> int:
        """Begin to walk and watch a root, once; return its number in the index.

        One file is looked at right here.
        """
        number = self._index.root(path)
        if number in self.roots:
            return number
        root = _Root(number, path, time.monotonic())
        if not self._roots:
            self._start(self._read_headers)
        self._roots += (root,)
        if not os.path.isdir(path):
            self._walk(root)
            return root.id
        if self._watched < _WATCHED_ROOTS_CAP:
            self._watched += 1
            self._start(functools.partial(self._keep, root))
        else:
            first = not self._rest
            self._rest += (root,)
            if first:
                self._start(self._keep_rest)
        return root.id

    @property
    def roots(self) -> tuple[int, ...]:
        """The numbers of all roots."""
        return tuple(root.id for root in self._roots)

    @property
    def searching(self) -> bool:
        """Whether more may be found that was there all the time."""
        now_s = time.monotonic()
        walking = any(
            not root.walked and now_s - root.heard_s < _PATIENCE_S for root in self._roots
        )
        return walking or (self._selection.needs_header and self._index.any_unread(self.roots))

    def wait_for_first(self, root: int, photos: int, timeout_s: float) -> None:
        """Wait until so many photos of a root are known, or it is walked, or time is up."""
        end_s = time.monotonic() + timeout_s
        while not self._is_walked(root) and self._index.count(root, photos) < photos:
            left_s = end_s - time.monotonic()
            if left_s <= 0 or self.lost is not None:
                return
            self.wait(left_s)

    def _is_walked(self, number: int) -> bool:
        return any(root.walked for root in self._roots if root.id == number)

    def take_skipped(self) -> SkippedFolder | None:
        """Return a folder that could not be listed, None if there is none."""
        return self._skipped.popleft() if self._skipped else None

    def put_back(self, skipped: SkippedFolder) -> None:
        """Return one that did not fit the answer."""
        self._skipped.appendleft(skipped)

    def wait(self, timeout_s: float) -> None:
        """Wait until something has changed, or time is up."""
        with self._changed:
            self._changed.wait(timeout_s)

    def close(self) -> None:
        """Have every thread end soon; nobody waits for one that hangs."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    def _start(self, target: Callable[[], None]) -> None:
        threading.Thread(target=self._until_lost, args=(target,), daemon=True).start()

    def _until_lost(self, target: Callable[[], None]) -> None:
        """Run a thread until the index cannot be used any more, and say so."""
        try:
            target()
        except sqlite3.Error as error:
            if not self._stop.is_set():
                self.lost = error
                self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    # Folders.

    def _keep(self, root: _Root) -> None:
        """Walk a root, and follow what happens in it for good."""
        if self._index.count(root.id, 1):
            self._stop.wait(_HEAD_START_S)
        while not self._stop.is_set():
            self._walk(root)
            end_s = time.monotonic() + _REWALK_S
            try:
                while not self._stop.is_set() and time.monotonic() < end_s:
                    self._watch(root, end_s)
            except FileNotFoundError:  # a folder is gone, or the root
                self._stop.wait(_IDLE_S if os.path.isdir(root.path) else _UNWATCHED_REWALK_S)
            except (OSError, RuntimeError):
                # No watches are left, or a name is no text: all is looked at anew.
                self._stop.wait(_UNWATCHED_REWALK_S)

    def _keep_rest(self) -> None:
        """Walk roots that have no thread of their own, each as soon as it is there."""
        while not self._stop.is_set():
            end_s = time.monotonic() + _UNWATCHED_REWALK_S
            for root in self._rest:
                self._walk(root)
            while time.monotonic() < end_s and all(root.walked for root in self._rest):
                if self._stop.wait(_IDLE_S):
                    return

    def _walk(self, root: _Root) -> None:
        root.walk = self._index.begin_walk(root.id)
        self._take_in(root, walk(root.path, self._sandbox), root.walk)
        if self._stop.is_set():
            return
        self._index.end_walk(root.id, root.walk)
        if not (root.walked or root.refused or self._index.count(root.id, 1)):
            fault = Fault(kind=FaultKind.EMPTY, detail="no photos found")
            self._skipped.append(SkippedFolder(path=root.path, error=fault))
        root.walked = True
        self._tell()

    def _take_in(self, root: _Root, found: Iterable[Listing | SkippedFolder], number: int) -> None:
        for item in found:
            if self._stop.is_set():
                return
            root.heard_s = time.monotonic()
            if isinstance(item, SkippedFolder):
                root.refused |= item.path == root.path
                self._skipped.append(item)
            elif not self._index.take(root.id, item, number):
                continue
            self._tell()

    def _watch(self, root: _Root, end_s: float) -> None:
        """Look at each folder that something happens in, until there are others to be watched.

        Each folder is named, because what watches whole trees would follow every link out of them.
        """
        from watchfiles import watch  # noqa: PLC0415 - not before the first photo

        folders, begun = self._folders(root), False
        for changes in watch(
            *folders,
            recursive=False,
            watch_filter=None,
            debounce=_QUIET_MS,
            step=_STEP_MS,
            rust_timeout=_POLL_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        ):
            if self._stop.is_set() or time.monotonic() >= end_s:
                return
            if begun:
                self._look_at(root, {os.fsencode(path) for _, path in changes})
            else:
                begun = True
                self._catch_up(root)
            if self._folders(root) != folders:
                return

    def _folders(self, root: _Root) -> list[str]:
        """Return the folders of a root that can be watched: those whose names are text."""
        names = (path.decode("utf-8", "replace") for path, _ in self._index.folders(root.id))
        return [name for name in names if "\N{REPLACEMENT CHARACTER}" not in name]

    def _look_at(self, root: _Root, paths: set[bytes]) -> None:
        """Note what became of these paths, and what their folders hold now."""
        paths = {path for path in paths if _is_visible(path, root.path)}
        for path in paths:
            if os.path.isdir(path):
                self._take_in(root, walk_below(path, set(), self._sandbox), root.walk)
            elif not os.path.lexists(path):
                self._index.lose_below(root.id, path)  # if it was a folder
        for folder in {os.path.dirname(path) for path in paths if path != root.path}:
            if os.path.isdir(folder):
                listed, _ = list_folder(folder, set(), self._sandbox)
                self._take_in(root, (listed,), root.walk)
        self._tell()

    def _catch_up(self, root: _Root) -> None:
        """Look at what changed between the walk and the beginning of the watch."""
        for folder, mtime_ns in self._index.folders(root.id):
            try:
                changed = os.stat(folder).st_mtime_ns != mtime_ns
            except OSError:
                changed = True
            if changed:
                self._look_at(root, {folder})

    # Headers.

    def _read_headers(self) -> None:
        """Read what is unread, once every root has been walked or if the show waits for it."""
        while not (self._selection.needs_header or all(root.walked for root in self._roots)):
            self.wait(_IDLE_S)
            if self._stop.is_set():
                return
        read_header = header_reader()
        while not self._stop.is_set():
            todo = self._index.unread(self.roots, _HEADERS_AT_ONCE)
            for photo in todo:
                if self._stop.is_set():
                    return
                try:
                    said: Header | str = read_header(photo.path)
                except FaultError as error:
                    said = str(error)
                self._index.describe(photo.id, said, tell=self._selection.hears_of_headers)
            if todo:
                self._tell()
            else:
                self.wait(_IDLE_S)


def header_reader() -> Callable[[bytes], Header]:
    """Load what reads headers, which takes longer than all that comes before the first photo."""
    from stillframe.workers.library.header import (  # noqa: PLC0415 - as it says
        read_header,
        set_up,
    )

    set_up()
    return read_header


def _is_visible(path: bytes, root: bytes) -> bool:
    """Say whether a walk from the root would come by a path."""
    inside = path[len(root) :].split(b"/")
    return not any(name.startswith(b".") or is_system_folder(name) for name in inside)
