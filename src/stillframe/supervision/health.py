"""Whether a worker that does not beat is busy or hung.

Role: the decision, pure. Counterpart: `supervision.vitals` sees, `supervision.worker` looks once an
interval and kills what hangs.

Guarantees:
- One beat clears every suspicion.
- A worker that uses processor time, waits for a processor, or waits for a file is never hung: it
  has until its task's deadline. A restart policy that kills the slow is worse than none.
- What counts is looks of ours in a row, not time gone by: a supervisor that was itself stopped for
  a while suspects nobody for it.
"""

import enum
from dataclasses import dataclass


class Verdict(enum.Enum):
    """What a look found."""

    ALIVE = "alive"
    BUSY = "busy"
    HUNG = "hung"


@dataclass(frozen=True)
class Sight:
    """What was seen of a worker.

    Attributes:
        beats: its heartbeat's counter.
        cpu_ns: processor time that its process has used.
        excused: it could not have used any: it waits for a processor or for a file.
    """

    beats: int
    cpu_ns: int
    excused: bool = False


@dataclass(frozen=True)
class Suspicion:
    """What earlier looks have left: the last sight, and how long it has been still."""

    last: Sight | None = None
    missed: int = 0
    """Looks in a row without a beat."""
    quiet: int = 0
    """Looks in a row without a beat, without processor time and without an excuse."""


def look(suspicion: Suspicion, sight: Sight, missed_cap: int) -> tuple[Suspicion, Verdict]:
    """Return the suspicion after a look, and the verdict: hung after `missed_cap` quiet looks."""
    last = suspicion.last
    if last is None or sight.beats != last.beats:
        return Suspicion(sight), Verdict.ALIVE
    still = sight.cpu_ns == last.cpu_ns and not sight.excused
    missed, quiet = suspicion.missed + 1, suspicion.quiet + 1 if still else 0
    if quiet >= missed_cap:
        verdict = Verdict.HUNG
    elif missed >= missed_cap:
        verdict = Verdict.BUSY
    else:
        verdict = Verdict.ALIVE
    return Suspicion(sight, missed, quiet), verdict
