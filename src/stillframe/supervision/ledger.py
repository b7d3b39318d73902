"""Who asked for what, and what became of it.

Role: the exactly-once book of one kind of worker, pure: time is an argument, nothing is sent from
here. Counterpart: `supervision.pool` performs what the ledger decides.

A process is known by its number: between its start and its burial no other has it.

Guarantees:
- Every submitted ticket leaves by exactly one outcome: settled by the caller with an answer, or
  returned here as `Refused` or `Dropped`.
- A task whose worker died goes to the next worker, ahead of the others, until its attempts are
  spent. Tasks not yet started are never lost to a death.
- A key, and an input, is in one process's hands at a time: what kills one cannot kill two at once.
- An answer that is not for the task in its sender's hands is nobody's, and says so.
"""

import enum
from dataclasses import dataclass, replace

from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import Request
from stillframe.contracts.quarantine import WorkerInput
from stillframe.supervision.events import Dropped, RefusalSource, Refused
from stillframe.transport.backlog import Backlog, DropReason, Urgency

Ending = Refused | Dropped


@dataclass(frozen=True)
class Ticket:
    """A request with its key, what it is about, and how many workers have been lost on it."""

    request: Request
    key: bytes
    urgency: Urgency
    input: WorkerInput | None = None
    losses: int = 0


@dataclass(frozen=True)
class InFlight:
    """The task in a worker's hands."""

    ticket: Ticket
    overdue_ns: int
    """When its worker has taken too long."""
    grant: SlotGrant | None
    cpu_ns: int = 0
    """Processor time that its worker had used before."""


class Fate(enum.Enum):
    """What becomes of the task whose worker died."""

    RETRY = "retry"
    """It may be to blame: the next worker, until its attempts are spent."""
    KEEP = "keep"
    """It is not to blame: the next worker, and no attempt is counted."""
    REFUSE = "refuse"
    """Another worker would fare no better."""


@dataclass(frozen=True)
class Loss:
    """What follows for the tasks of a worker that died."""

    endings: tuple[Ending, ...] = ()
    spent: Ticket | None = None
    """The ticket whose attempts are spent: workers die of it."""


class Ledger:
    """The book of one kind of worker, with one task in flight for each of its processes."""

    def __init__(self, *, cap: int, attempts: int, task_ns: int) -> None:
        """Open an empty book.

        Args:
            cap: how many tickets may wait.
            attempts: how many workers one ticket may cost.
            task_ns: how long one task may take.
        """
        self._backlog: Backlog[bytes, Ticket] = Backlog(cap)
        self._attempts = attempts
        self._task_ns = task_ns
        self.in_flight: dict[int, InFlight] = {}
        """By the number of the process that has it in hand."""

    @property
    def waiting(self) -> int:
        """How many tickets wait."""
        return len(self._backlog)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do and nothing being done."""
        return not self.in_flight and not self._backlog

    def overdue(self, now_ns: int) -> int:
        """Return how many should have had their answer by now: in hand too long, or waiting."""
        in_hand = sum(task.overdue_ns <= now_ns for task in self.in_flight.values())
        return in_hand + sum(ticket.request.deadline_ns <= now_ns for ticket in self._backlog)

    def submit(self, ticket: Ticket) -> tuple[Ending, ...]:
        """Enter a ticket; return what had to leave for it."""
        dropped = self._backlog.push(ticket.key, ticket, ticket.urgency)
        return tuple(Dropped(d.item.request, d.reason) for d in dropped)

    def cancel(self, key: bytes) -> tuple[Ending, ...]:
        """Drop a waiting ticket; a task in flight is left to finish."""
        return tuple(Dropped(d.item.request, d.reason) for d in self._backlog.cancel(key))

    def take(self, now_ns: int) -> tuple[Ticket | None, tuple[Ending, ...]]:
        """Take the next ticket to send, and return those whose time has passed meanwhile."""
        expired: list[Ending] = []
        while (ticket := self._backlog.pop(self._may_start)) is not None:
            if ticket.request.deadline_ns > now_ns:
                return ticket, tuple(expired)
            expired.append(Dropped(ticket.request, DropReason.EXPIRED))
        return None, tuple(expired)

    def untake(self, ticket: Ticket) -> tuple[Ending, ...]:
        """Put back a ticket that could not be sent."""
        dropped = self._backlog.push_front(ticket.key, ticket)
        return tuple(Dropped(d.item.request, d.reason) for d in dropped)

    def sent(
        self, pid: int, ticket: Ticket, now_ns: int, grant: SlotGrant | None, cpu_ns: int = 0
    ) -> None:
        """Note that a process has the ticket now, and the processor time it had used by then."""
        self.in_flight[pid] = InFlight(ticket, now_ns + self._task_ns, grant, cpu_ns)

    def answered(self, pid: int, seq: int) -> InFlight | None:
        """Close a process's task if `seq` is its own; None for anybody else's answer."""
        task = self.in_flight.get(pid)
        if task is None or task.ticket.request.seq != seq:
            return None
        return self.in_flight.pop(pid)

    def worker_lost(self, pid: int, fate: Fate, reason: str, detail: str) -> Loss:
        """Note that a process died with its task; `reason` and `detail` are for a refusal."""
        task = self.in_flight.pop(pid, None)
        if task is None:
            return Loss()
        if fate is Fate.KEEP:
            return Loss(self.untake(task.ticket))
        ticket = replace(task.ticket, losses=task.ticket.losses + 1)
        refusal = (Refused(ticket.request, reason, detail, RefusalSource.SUPERVISOR),)
        if fate is Fate.REFUSE:
            return Loss(refusal)
        if ticket.losses < self._attempts:
            return Loss(self.untake(ticket))
        return Loss(refusal, ticket)

    def refuse_all(self, reason: str, detail: str) -> tuple[Ending, ...]:
        """End everything that waits: there is no worker, and there will be none."""
        return tuple(
            Refused(d.item.request, reason, detail, RefusalSource.SUPERVISOR)
            for d in self._backlog.clear()
        )

    def drop_all(self, reason: DropReason) -> tuple[Ending, ...]:
        """End everything, the tasks in flight included: we are stopping."""
        tickets = [task.ticket for task in self.in_flight.values()]
        tickets += [d.item for d in self._backlog.clear()]
        self.in_flight.clear()
        return tuple(Dropped(ticket.request, reason) for ticket in tickets)

    def _may_start(self, ticket: Ticket) -> bool:
        """Say whether nobody has the same in hand."""
        busy = [task.ticket for task in self.in_flight.values()]
        return not any(
            ticket.key == it.key or (it.input is not None and ticket.input == it.input)
            for it in busy
        )
