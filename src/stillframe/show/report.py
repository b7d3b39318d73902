"""What a show did, in numbers.

Role: the report that `--report` writes. Counterpart: `show.runtime` counts what the engine did,
the player's frame log measures what the render thread presented.
"""

import collections
import statistics
from collections.abc import Sequence

import msgspec


class FrameIntervals(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds between frames that the render thread presented while something moved."""

    p50: float
    p99: float
    max: float

    @classmethod
    def of(cls, intervals_ms: Sequence[float]) -> "FrameIntervals | None":
        """Summarise, or None if nothing moved."""
        if not intervals_ms:
            return None
        ordered = sorted(intervals_ms)
        return cls(
            p50=statistics.median(ordered),
            p99=ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
            max=ordered[-1],
        )


class WorkerReport(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of worker: how often it died, and what was loaded in its process."""

    restarts: int
    packages: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole show. A field is None where nothing was measured."""

    photos_shown: int
    transitions: int
    frames_presented: int | None
    frame_interval_ms: FrameIntervals | None
    gui_stall_ms_max: float | None
    first_photo_ms: float | None
    worker_restarts: int
    skipped: dict[str, int]
    dropped: dict[str, int]
    workers: dict[str, WorkerReport]


class Tally:
    """The counts of a show in progress."""

    def __init__(self) -> None:
        self.photos_shown = 0
        self.transitions = 0
        self.first_photo_ms: float | None = None
        self.skipped: collections.Counter[str] = collections.Counter()
        self.dropped: collections.Counter[str] = collections.Counter()
        self.workers: dict[str, WorkerReport] = {}

    def worker(self, name: str, *, restarts: int, packages: tuple[str, ...]) -> None:
        """Note a worker's state; its packages stay known after it is gone."""
        known = self.workers.get(name)
        kept = packages or (known.packages if known else ())
        self.workers[name] = WorkerReport(restarts=restarts, packages=kept)

    def report(
        self,
        *,
        frames_presented: int | None = None,
        intervals_ms: Sequence[float] = (),
        gui_stall_ms_max: float | None = None,
    ) -> Report:
        """Return the report, with what the player measured."""
        return Report(
            photos_shown=self.photos_shown,
            transitions=self.transitions,
            frames_presented=frames_presented,
            frame_interval_ms=FrameIntervals.of(intervals_ms),
            gui_stall_ms_max=gui_stall_ms_max,
            first_photo_ms=self.first_photo_ms,
            worker_restarts=sum(worker.restarts for worker in self.workers.values()),
            skipped=dict(self.skipped),
            dropped=dict(self.dropped),
            workers=self.workers,
        )
