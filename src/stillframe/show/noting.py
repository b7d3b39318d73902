"""What the log is told of a show.

Role: from events to lines. Counterpart: `show.runtime` and `app` have the events, `show.journal`
the log.
"""

import math
from types import MappingProxyType
from typing import Final

from stillframe.contracts.control import LogLevel
from stillframe.contracts.images import ImageRequest
from stillframe.show.journal import Journal
from stillframe.show.lines import Value
from stillframe.supervision.events import Logged, WorkerChanged, WorkerState
from stillframe.transitions.dropped import Dropped
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


def unplayable(journal: Journal, name: str, cause: str) -> None:
    """Note that the screen cannot play a transition."""
    _warn(journal, "transition cannot be played", transition=name, cause=cause)


def refused(journal: Journal, file: str, cause: str) -> None:
    """Note that a person's own transition is not taken."""
    _warn(journal, "transition cannot be taken", file=file, cause=cause)


def untried(journal: Journal, file: Dropped, cause: str) -> None:
    """Note that nothing is known of a person's own transition."""
    _warn(journal, "transition could not be tried", transition=file.transition.id, cause=cause)


def silence(journal: Journal, cause: str) -> None:
    """Note that a show that should hear music does not."""
    _warn(journal, "nothing is heard", cause=cause)


def qt(journal: Journal, line: str) -> None:
    """Note what Qt has said on standard error."""
    journal.note("HEALTH", "qt", level=LogLevel.WARNING, line=line)


def _warn(journal: Journal, event: str, **fields: Value) -> None:
    journal.note("SHOW", event, level=LogLevel.WARNING, **fields)
