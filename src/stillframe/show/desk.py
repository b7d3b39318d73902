"""What a running show says of itself to other processes, and what it takes from them.

Role: the desk behind the control socket. Counterpart: `remote.server` calls it on the supervisor's
thread; `show.runtime` publishes what it says, and `app` performs what it takes, on Qt's thread.

Guarantees: no locks. What crosses the two threads is a frozen value that is replaced whole, or an
append to a bounded deque.
"""

import collections
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from stillframe import __version__
from stillframe.contracts.remote import Intent
from stillframe.contracts.sandbox import LayerState
from stillframe.contracts.status import (
    CacheStatus,
    Percentiles,
    PoolCounts,
    ShowStatus,
    WorkerStatus,
)
from stillframe.show.report import percentile
from stillframe.supervision import events
from stillframe.supervision.events import Command, WorkerState

# More than a person can want at once; the oldest wish is forgotten.
_INTENTS_CAP: Final = 64
_NOTES_CAP: Final = 16
_NO_PHOTOS: Final = PoolCounts()
_NO_CACHE: Final = CacheStatus(entries=0, used_bytes=0, cap_bytes=0)


@dataclass(frozen=True)
class ShowView:
    """The show at one moment, as Qt's thread sees it."""

    photo: str = ""
    paused: bool = False
    photos_shown: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    cache: CacheStatus = _NO_CACHE
    pools: PoolCounts = _NO_PHOTOS
    shown: PoolCounts = _NO_PHOTOS
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """What the desk needs of the supervisor."""

    def post(self, command: Command) -> None:
        """Hand over a command."""

    def status(self) -> tuple[WorkerStatus, ...]:
        """Return how every worker is doing; on the supervisor's thread."""


class ShowDesk:
    """Knows how the show is, and passes on what people want of it."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        *,
        view: Callable[[], ShowView],
        intervals_ms: Callable[[], Mapping[int, int]],
        wake: Callable[[], None],
        leaving: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            engine: the supervisor, which does not exist yet.
            view: what Qt's thread has published last.
            intervals_ms: how often each frame interval came; kept by the supervisor's thread.
            wake: has Qt's thread call `take`; callable from any thread.
            leaving: told that the end is wanted, whether or not Qt's thread will hear of it.
        """
        self._engine, self._view = engine, view
        self._intervals_ms, self._wake = intervals_ms, wake
        self._leaving = leaving
        self._begun_s = time.monotonic()
        self._intents: collections.deque[Intent] = collections.deque(maxlen=_INTENTS_CAP)

    def take(self) -> Intent | None:
        """Return what a person wants, oldest first; on Qt's thread."""
        try:
            return self._intents.popleft()
        except IndexError:
            return None

    # On the supervisor's thread.

    def status(self) -> ShowStatus:
        """Return how the show is."""
        view, workers = self._view(), self._engine().status()
        return ShowStatus(
            version=__version__,
            pid=os.getpid(),
            uptime_s=time.monotonic() - self._begun_s,
            photo=view.photo[:1024],
            paused=view.paused,
            photos_shown=view.photos_shown,
            skipped=dict(view.skipped),
            pools=view.pools,
            shown=view.shown,
            cache=view.cache,
            frame_interval=_percentiles(self._intervals_ms()),
            notes=(*view.notes, *notes(workers))[:_NOTES_CAP],
            workers=workers,
        )

    def act(self, intent: Intent) -> None:
        """Have Qt's thread do what a person wants."""
        self._intents.append(intent)
        self._wake()
        if intent is Intent.QUIT:
            self._leaving()

    def restart(self, worker: str) -> None:
        """Replace a worker's process.

        Raises:
            ValueError: if there is no such worker.
        """
        self._engine().post(events.Restart(worker))

    def pardon(self) -> None:
        """Forget every quarantined input."""
        engine = self._engine()
        for worker in engine.status():
            engine.post(events.Pardon(worker.name))


def notes(workers: Iterable[WorkerStatus]) -> Iterable[str]:
    """Yield what a person should know of the workers, a sentence each."""
    for worker in workers:
        if worker.state == WorkerState.FAILED:
            what = f"the {worker.name} worker has failed: {worker.last_cause}"
            yield f"{what[:900]}; `stillframe restart {worker.name}` starts it again"
        for layer in worker.layers:
            if layer.state is LayerState.BROKEN:
                yield f"{worker.name}: {layer.layer} does not hold: {layer.detail[:900]}"
        if worker.quarantined:
            yield f"{worker.name}: {worker.quarantined} quarantined; see `stillframe quarantine`"


def _percentiles(counts: Mapping[int, int]) -> Percentiles:
    if not counts:
        return Percentiles(count=0, p50_ms=0.0, p99_ms=0.0, max_ms=0.0)
    return Percentiles(
        count=sum(counts.values()),
        p50_ms=percentile(counts, 50),
        p99_ms=percentile(counts, 99),
        max_ms=max(counts),
    )
