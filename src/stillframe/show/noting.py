"""What the log is told of a show's engine.

Role: from events to lines. Counterpart: `show.runtime` has the events, `show.journal` the log.
"""

import math
from types import MappingProxyType
from typing import Final

from stillframe.contracts.control import LogLevel
from stillframe.contracts.images import ImageRequest
from stillframe.show.journal import Journal
from stillframe.show.lines import Value
from stillframe.supervision.events import Logged, WorkerChanged, WorkerState
from stillframe.transport.arena import Lease

# What a change of a worker's state is to a person; the others are plain news.
_LEVELS: Final = MappingProxyType(
    {WorkerState.BACKOFF: LogLevel.WARNING, WorkerState.FAILED: LogLevel.ERROR}
)


def latency(journal: Journal, request: ImageRequest, lease: Lease) -> None:
    """Note how long a frame took, from asking for it to its last pixel."""
    latency_ms = (lease.header.ts_ns - request.ts_req_ns) / 1e6
    journal.note(
        "PERF",
        "frame",
        worker=request.worker,
        pid=lease.header.producer_pid,
        seq=request.seq,
        generation=lease.grant.generation,
        latency_under_ms=1 << max(0, math.ceil(math.log2(max(latency_ms, 1)))),
    )


def record(journal: Journal, event: Logged) -> None:
    """Note what a worker has said."""
    said = event.record
    words: dict[str, Value] = {
        "seq": said.seq,
        "generation": said.generation,
        "duration_ms": said.duration_ns / 1e6,
        "reason": said.reason,
    }
    known = {name: value for name, value in words.items() if value}
    journal.note(
        "HEALTH", said.event, level=said.level, worker=event.worker, pid=event.pid, **known
    )


def worker(journal: Journal, event: WorkerChanged) -> None:
    """Note that a worker is in another state."""
    journal.note(
        "HEALTH",
        "worker",
        level=_LEVELS.get(event.state, LogLevel.INFO),
        worker=event.worker,
        state=event.state.value,
        pid=event.pid,
        restarts=event.restarts,
        cause=event.cause,
    )
