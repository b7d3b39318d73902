"""A long show, watched from outside: its screen, its log, its own words, and its processes.

Role: collects what is seen. Counterpart: `bench.soak` has it look, and makes of it what
`bench.soak_verdict` judges.

Guarantees: nothing is asked of the show but its status; each process is noted by its own number,
so that no line is drawn through two lives.
"""

import contextlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.soak_observed import INTERFACE, Book, Dark, Life, Skip, Store
from bench.soak_processes import sight_of, workers_of
from bench.soak_world import BLACK
from stillframe.contracts.status import ShowStatus, WorkerStatus
from stillframe.remote.client import Client, RemoteError

# How many slots of each kind may be in use for good: the table that plays and the next one, a body
# that is read; of photos, those in the cache, and one for each decoder.
_KEPT: Final = {"transitions": 2, "feeds": 1}
_DECODERS: Final = 2
_CACHED: Final = "images"
_KIB: Final = 1024
# Heartbeats, and what was heard last.
_SMALL_PAGES_KIB: Final = 1024


@dataclass
class Log:
    """The show's log, line by line as it comes."""

    path: Path
    shown: list[str] = field(default_factory=list)
    """Photos, in order."""
    skipped: list[Skip] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    effect: str = ""
    """The transition that was begun last."""
    first_drawn_s: dict[str, float] = field(default_factory=dict)
    _read: int = 0

    def look(self, now_s: float) -> None:
        """Take the lines that are new."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + bool(whole)
        for line in whole.splitlines():
            with contextlib.suppress(ValueError):
                said = json.loads(line)
                if isinstance(said, dict) and said.get("tag") == "SHOW":
                    self._take(said, now_s)

    def _take(self, said: dict[str, Any], now_s: float) -> None:
        match said:
            case {"event": "transition", "photo": photo, "by": effect}:
                self.shown.append(photo)
                self.effect = effect
                self.first_drawn_s.setdefault(f"transition {effect}", now_s)
            case {"event": "visualizer", "style": style}:
                self.styles.append(style)
                self.first_drawn_s.setdefault(f"style {style}", now_s)
            case {"event": "skipped", "photo": photo, "reason": reason}:
                self.skipped.append(Skip(photo, reason))


@dataclass
class _Kept:
    memory_kib: list[tuple[float, float]] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)


@dataclass
class Watch:
    """What was seen so far."""

    log: Log
    looks: int = 0
    dark: list[Dark] = field(default_factory=list)
    still_s: float = 0.0
    """The longest time without another photo."""
    last: ShowStatus | None = None
    cache_bytes: int = 0
    """The most that decoded photos ever took."""
    shared_kib: float = 0.0
    """The most shared memory that the interface had in its pages."""
    _lives: dict[tuple[str, int], _Kept] = field(default_factory=lambda: defaultdict(_Kept))
    _used: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Slots, by kind, at each question; `_beyond` leaves out those of cached photos."""
    _beyond: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _photos: int = 0
    _changed_s: float | None = None

    def look(self, now_s: float, brightness: float) -> None:
        """Note what the log and the screen are like, of 255."""
        self.log.look(now_s)
        self.looks += 1
        if brightness < BLACK:
            self.dark.append(Dark(now_s, brightness, self.log.effect))

    def ask(self, pid: int, folder: Path, now_s: float) -> None:
        """Ask the show, and the kernel about its processes."""
        with contextlib.suppress(RemoteError), Client.to(folder) as client:
            self._take(client.status(), now_s)
        for name, each in ((INTERFACE, pid), *workers_of(pid)):
            self._note(name, each, now_s)

    def _take(self, status: ShowStatus, now_s: float) -> None:
        self.last = status
        self.cache_bytes = max(self.cache_bytes, status.cache.used_bytes)
        for worker in status.workers:
            if worker.arena:
                free = worker.arena.stages.get("free", 0)
                self._used[worker.name].append(worker.arena.slot_count - free)
                cached = status.cache.entries if worker.name == _CACHED else 0
                self._beyond[worker.name].append(self._used[worker.name][-1] - cached)
        if status.photos_shown != self._photos or self._changed_s is None:
            self._photos, self._changed_s = status.photos_shown, now_s
        self.still_s = max(self.still_s, now_s - self._changed_s)

    def _note(self, name: str, pid: int, now_s: float) -> None:
        sight = sight_of(pid)
        if sight is None:
            return
        if name == INTERFACE:
            self.shared_kib = max(self.shared_kib, sight.shared_kib)
        kept = self._lives[name, pid]
        kept.memory_kib.append((now_s, sight.own_kib))
        kept.files.append(sight.files)
        kept.threads.append(sight.threads)

    @property
    def lives(self) -> tuple[Life, ...]:
        """Every process that was seen."""
        return tuple(
            Life(name, pid, kept.memory_kib, kept.files, kept.threads)
            for (name, pid), kept in self._lives.items()
        )

    @property
    def books(self) -> tuple[Book, ...]:
        """What became of the requests, by the last status."""
        return tuple(map(book_of, self.last.workers)) if self.last else ()

    @property
    def stores(self) -> tuple[Store, ...]:
        """What is bounded, by all that was said."""
        if self.last is None:
            return ()
        arenas = {worker.name: worker.arena for worker in self.last.workers if worker.arena}
        total_kib = sum(it.slot_count * it.slot_bytes for it in arenas.values()) / _KIB
        return (
            *(self._slots(name, arena.slot_count) for name, arena in arenas.items()),
            Store("cache, bytes", self.cache_bytes, self.last.cache.cap_bytes),
            Store("shared memory, KiB", self.shared_kib, total_kib + _SMALL_PAGES_KIB),
        )

    def _slots(self, name: str, slot_count: int) -> Store:
        beyond = self._beyond[name]
        late_least = min(beyond[-(len(beyond) // 3 or 1) :])
        kept = _KEPT.get(name, _DECODERS)
        return Store(f"{name}, slots", max(self._used[name]), slot_count, late_least, kept)


def book_of(worker: WorkerStatus) -> Book:
    """Return what became of the requests to one kind of worker."""
    return Book(
        worker.name,
        asked=worker.asked,
        answered=worker.completed + sum(worker.refused.values()) + sum(worker.dropped.values()),
        open=worker.queued + worker.in_flight,
        overdue=worker.overdue,
        twice=worker.stale,
    )
