"""How a show and its workers are doing, in numbers.

Role: what `stillframe status` and `stillframe top` show. Counterpart: `supervision.metrics` fills
in the workers, `remote` carries it to another process.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.messages import Count, Text, WorkerName
from stillframe.contracts.sandbox import LayerReports

Word = Annotated[str, msgspec.Meta(max_length=64)]
Counts = Annotated[dict[Word, Count], msgspec.Meta(max_length=64)]


class Percentiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Milliseconds, of `count` measurements; from a histogram whose buckets double."""

    count: Count
    p50_ms: float
    p99_ms: float
    max_ms: float


class ArenaStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shared memory of one kind of worker."""

    slot_count: Count
    slot_bytes: Count
    stages: Counts
    """How many slots are in each stage."""


class ProcessStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One process of a kind of which several work."""

    state: Word
    pid: Count
    uptime_s: float
    cpu_s: float
    memory_bytes: Count


class WorkerStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of worker, now."""

    name: WorkerName
    state: Word
    pid: Count
    """Of the one that has been at work longest; 0 without a process."""
    uptime_s: float
    standby: Word
    """The state of the one kept warm; empty if the spec wants none."""
    restarts: Count
    causes: Counts
    """How its processes died, and how often."""
    last_cause: Text
    queued: Count
    queue_cap: Count
    in_flight: Count
    overdue: Count
    """How many of those that wait or are in flight should have had their answer by now."""
    asked: Count
    """How many requests ever came: each waits, is in flight, or had one of the answers below."""
    completed: Count
    refused: Counts
    """By reason."""
    dropped: Counts
    """By reason."""
    stale: Count
    """Answers and frames that came for a request which was settled already."""
    latency: Percentiles
    """From the request to its answer."""
    handling: Percentiles
    """From when a worker had it to its answer, by the worker's own clock."""
    cpu_s: float
    """Processor time of that process."""
    memory_bytes: Count
    """Resident, shared memory included."""
    others: Annotated[tuple[ProcessStatus, ...], msgspec.Meta(max_length=16)] = ()
    """Those that work beside it."""
    quarantined: Count
    layers: LayerReports
    arena: ArenaStatus | None


class CacheStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The decoded photos that the show holds."""

    entries: Count
    used_bytes: Count
    cap_bytes: Count


class PoolCounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many photos a show has to draw from, by where they come from."""

    local: Count = 0
    feed: Count = 0


class ShowStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A running show, now."""

    version: Word
    pid: Count
    uptime_s: float
    photo: Text
    paused: bool
    photos_shown: Count
    skipped: Counts
    pools: PoolCounts
    """Photos that may be shown."""
    shown: PoolCounts
    """Photos that were shown."""
    cache: CacheStatus
    frame_interval: Percentiles
    """Between frames presented while something moved."""
    notes: Annotated[tuple[Text, ...], msgspec.Meta(max_length=16)]
    """What a person should know: a worker that failed, a sandbox layer that is broken."""
    workers: Annotated[tuple[WorkerStatus, ...], msgspec.Meta(max_length=16)]
