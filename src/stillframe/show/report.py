"""What a show did, in numbers.

Role: the report that `--report` writes. Counterpart: `show.runtime` counts what the engine did,
the player's frame log measures what the render thread presented.
"""

import collections
import os
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from stillframe.contracts.images import Pool

_NS_PER_S: Final = 1_000_000_000


class FrameIntervals(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds between frames that the render thread presented while something moved."""

    p50: float
    p99: float
    max: float

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> "FrameIntervals | None":
        """Summarise how often each interval came, or None if nothing moved.

        A percentile is the shortest interval that so many of a hundred do not exceed.
        """
        if not counts:
            return None
        return cls(p50=percentile(counts, 50), p99=percentile(counts, 99), max=max(counts))


def percentile(counts: Mapping[int, int], percent: int) -> int:
    """Return the smallest value that `percent` of a hundred counted ones do not exceed."""
    total, seen = sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen * 100 >= total * percent:
            return value
    raise ValueError("nothing was counted")


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
    transitions_played: dict[str, int]
    transition_fallbacks: dict[str, int]
    """How often a crossfade played instead, by reason."""
    workers: dict[str, WorkerReport]


class Tally:
    """The counts of a show in progress."""

    def __init__(self) -> None:
        self.photos_shown = 0
        self.shown: collections.Counter[Pool] = collections.Counter()
        self.transitions = 0
        self.first_photo_ms: float | None = None
        self.skipped: collections.Counter[str] = collections.Counter()
        self.dropped: collections.Counter[str] = collections.Counter()
        self.played: collections.Counter[str] = collections.Counter()
        self.fallbacks: collections.Counter[str] = collections.Counter()
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
        intervals_ms: Mapping[int, int] = MappingProxyType({}),
        gui_stall_ms_max: float | None = None,
    ) -> Report:
        """Return the report, with what the player measured: intervals by how often they came."""
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
            transitions_played=dict(self.played),
            transition_fallbacks=dict(self.fallbacks),
            workers=self.workers,
        )


def process_age_ms() -> float:
    """Return how long ago this process was started, by the kernel's account."""
    with open("/proc/self/stat", encoding="ascii", errors="replace") as stat:
        # The name in parentheses may hold anything; the fields after it are numbers.
        fields = stat.read().rpartition(")")[2].split()
    started_ticks = int(fields[19])
    started_ns = started_ticks * _NS_PER_S // os.sysconf("SC_CLK_TCK")
    return (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - started_ns) / 1e6
