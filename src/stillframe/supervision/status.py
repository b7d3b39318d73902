"""A pool's counters and processes, put together for people to read.

Role: reads, decides nothing. Counterpart: `contracts.status` is what comes out of it.
"""

import collections
from dataclasses import dataclass

from stillframe.contracts.counters import Durations
from stillframe.contracts.histogram import BUCKETS
from stillframe.contracts.status import ArenaStatus, WorkerStatus
from stillframe.supervision.metrics import PoolMetrics, percentiles
from stillframe.supervision.staff import Staff
from stillframe.supervision.times import seconds
from stillframe.supervision.vitals import Vitals
from stillframe.transport.arena import Arena

_NEVER_RAN = Vitals(cpu_ns=0, memory_bytes=0, excused=False)
_NOTHING_DONE = Durations(counts=(0,) * BUCKETS, max_ns=0)


@dataclass(frozen=True)
class QueueNow:
    """How much a pool has to do."""

    waiting: int
    cap: int
    in_flight: int
    quarantined: int


def worker_status(
    staff: Staff, metrics: PoolMetrics, queue: QueueNow, arena: Arena | None, now_ns: int
) -> WorkerStatus:
    """Return how one kind of worker is doing."""
    worker, standby = staff.active, staff.standby
    vitals = (worker.child.vitals() if worker else None) or _NEVER_RAN
    ready = worker.ready if worker else None
    return WorkerStatus(
        name=staff.spec.name,
        state=staff.state.value,
        pid=worker.pid if worker else 0,
        uptime_s=seconds(now_ns - worker.born_ns) if worker else 0.0,
        standby=standby.phase.value if standby else "",
        restarts=metrics.restarts,
        causes=dict(metrics.causes.counts),
        last_cause=metrics.last_cause,
        queued=queue.waiting,
        queue_cap=queue.cap,
        in_flight=queue.in_flight,
        completed=metrics.completed,
        refused=dict(metrics.refused.counts),
        dropped=dict(metrics.dropped.counts),
        stale=metrics.stale,
        latency=metrics.latency.percentiles(),
        handling=percentiles(worker.child.durations() if worker else _NOTHING_DONE),
        cpu_s=seconds(vitals.cpu_ns),
        memory_bytes=vitals.memory_bytes,
        quarantined=queue.quarantined,
        layers=ready.layers if ready else (),
        arena=_arena_status(arena),
    )


def _arena_status(arena: Arena | None) -> ArenaStatus | None:
    if arena is None:
        return None
    stages = collections.Counter(stage.value for stage in arena.stages())
    return ArenaStatus(
        slot_count=arena.shape.slot_count,
        slot_bytes=arena.shape.slot_bytes,
        stages=dict(stages),
    )
