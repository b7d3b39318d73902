"""A pool's counters and processes, put together for people to read.

Role: reads, decides nothing. Counterpart: `contracts.status` is what comes out of it.
"""

import collections
from collections.abc import Sequence
from dataclasses import dataclass

from stillframe.contracts.counters import Durations
from stillframe.contracts.histogram import BUCKETS
from stillframe.contracts.status import ArenaStatus, ProcessStatus, WorkerStatus
from stillframe.supervision.events import WorkerState
from stillframe.supervision.metrics import PoolMetrics, percentiles
from stillframe.supervision.staff import Staff
from stillframe.supervision.times import seconds
from stillframe.supervision.vitals import Vitals
from stillframe.supervision.worker import Worker
from stillframe.transport.arena import Arena

_NEVER_RAN = Vitals(cpu_ns=0, memory_bytes=0, excused=False)
_NOTHING_DONE = Durations(counts=(0,) * BUCKETS, max_ns=0)


@dataclass(frozen=True)
class QueueNow:
    """How much a pool has to do."""

    waiting: int
    cap: int
    in_flight: int
    overdue: int
    quarantined: int


def worker_status(
    staff: Staff, metrics: PoolMetrics, queue: QueueNow, arena: Arena | None, now_ns: int
) -> WorkerStatus:
    """Return how one kind of worker is doing."""
    first, *others = (_process(worker, now_ns) for worker in staff.at_work or (None,))
    standby = staff.standby
    ready = next((worker.ready for worker in staff.at_work if worker.ready), None)
    return WorkerStatus(
        name=staff.spec.name,
        state=staff.state.value,
        pid=first.pid,
        uptime_s=first.uptime_s,
        standby=standby.phase.value if standby else "",
        restarts=metrics.restarts,
        causes=dict(metrics.causes.counts),
        last_cause=metrics.last_cause,
        queued=queue.waiting,
        queue_cap=queue.cap,
        in_flight=queue.in_flight,
        overdue=queue.overdue,
        asked=metrics.asked,
        completed=metrics.completed,
        refused=dict(metrics.refused.counts),
        dropped=dict(metrics.dropped.counts),
        stale=metrics.stale,
        latency=metrics.latency.percentiles(),
        handling=percentiles(_together([worker.child.durations() for worker in staff.at_work])),
        cpu_s=first.cpu_s,
        memory_bytes=first.memory_bytes,
        others=tuple(others),
        quarantined=queue.quarantined,
        layers=ready.layers if ready else (),
        arena=_arena_status(arena),
    )


def _process(worker: Worker | None, now_ns: int) -> ProcessStatus:
    vitals = (worker.child.vitals() if worker else None) or _NEVER_RAN
    return ProcessStatus(
        state=worker.phase.value if worker else WorkerState.ABSENT.value,
        pid=worker.pid if worker else 0,
        uptime_s=seconds(now_ns - worker.born_ns) if worker else 0.0,
        cpu_s=seconds(vitals.cpu_ns),
        memory_bytes=vitals.memory_bytes,
    )


def _together(all_durations: Sequence[Durations]) -> Durations:
    """Return what several processes counted, as if one had."""
    counts = [sum(bucket) for bucket in zip(*(it.counts for it in all_durations), strict=True)]
    return Durations(
        counts=tuple(counts) or _NOTHING_DONE.counts,
        max_ns=max((it.max_ns for it in all_durations), default=0),
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
