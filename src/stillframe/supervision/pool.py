"""One kind of worker, alive: its requests, its frames, and the staff that works on them.

Role: performs what `ledger` and `quarantine` decide for one `WorkerSpec`. Counterpart:
`supervision.supervisor` calls it from its thread, and nobody else does; `supervision.staff` has the
processes.

Guarantees:
- A slot is given back only after its lease ended, its writer answered, or its writer was reaped.
- What a dying worker managed to answer still counts; the rest goes to the next one.
- A worker that overruns a task is killed.
- Where several work, each has a task of its own, and the death of one costs the others nothing.
- Workers die of one input at most `Limits.attempts` times; then it is quarantined.
"""

from typing import Final

import msgspec

from stillframe.contracts.control import Accompany, LogLevel, LogRecord
from stillframe.contracts.errors import ContractError, SlotHeaderError, StaleSlotError
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import Failure, Request, Response
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.contracts.status import WorkerStatus
from stillframe.supervision import events
from stillframe.supervision.companion import Accompaniment
from stillframe.supervision.events import (
    Completed,
    Dropped,
    Logged,
    QuarantineChanged,
    RefusalSource,
    Refused,
    WorkerState,
)
from stillframe.supervision.ledger import Ending, Fate, InFlight, Ledger, Ticket
from stillframe.supervision.metrics import OverflowNotice, PoolMetrics
from stillframe.supervision.process import Lent
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.staff import Site, Staff
from stillframe.supervision.status import QueueNow, worker_status
from stillframe.supervision.times import ns, seconds
from stillframe.supervision.worker import Worker
from stillframe.transport.arena import Arena, ArenaView, Lease
from stillframe.transport.backlog import DropReason
from stillframe.transport.channel import ChannelClosedError, ChannelFullError
from stillframe.transport.latest import Latest, LatestReader

# A full channel is rare (one task in flight): look again soon rather than watch for writability.
_RESEND_NS: Final = 20_000_000
# How processes are asked to end by people and their systems.
_ASKED_TO_END: Final = frozenset(f"signal {number}" for number in (1, 2, 3, 15))
# A task that overran its deadline was work, not waiting, if it took this share in processor time.
_BUSY_SHARE: Final = 0.5


class Pool:
    """The workers of one kind, their requests and their frames."""

    def __init__(self, spec: WorkerSpec, site: Site, view: ArenaView | None = None) -> None:
        """Begin with nobody; `view` is the memory of another kind that this one reads."""
        self.spec, self._site = spec, site
        self._arena = Arena(spec.arena) if spec.arena else None
        self._latest = Latest(spec.latest) if spec.latest else None
        self._ledger = Ledger(
            cap=spec.limits.backlog,
            attempts=spec.limits.attempts,
            task_ns=ns(spec.deadlines.task_s),
        )
        self._metrics, self._overflow = PoolMetrics(), OverflowNotice()
        self._companion = Accompaniment(spec.name, spec.companion, site) if spec.companion else None
        pipe = self._companion.pipe if self._companion else None
        lent = Lent(self._arena or view, self._latest, pipe)
        self._staff = Staff(spec, site, lent=lent, metrics=self._metrics, employer=self)
        self._idle_end_ns: int | None = None  # when a worker with nothing to do is ended
        self._resend_ns: int | None = None  # when to look again at a channel that was full

    @property
    def gone(self) -> bool:
        """Whether no process is left."""
        return self._staff.gone and (self._companion is None or self._companion.gone)

    def view(self) -> ArenaView:
        """Return the frames' memory for a kind of worker that reads it.

        Raises:
            ValueError: if this kind has none.
        """
        if self._arena is None:
            raise ValueError(f"the {self.spec.name} worker has no frames that others could read")
        return self._arena.view()

    def latest(self) -> LatestReader:
        """Return a reader of what this kind publishes.

        Raises:
            ValueError: if it publishes nothing.
        """
        if self._latest is None:
            raise ValueError(f"the {self.spec.name} worker publishes nothing")
        return self._latest.reader()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do and nothing being done."""
        return self._ledger.idle

    # What the interface asks for.

    def submit(self, command: events.Submit, now_ns: int) -> None:
        """Take a request on, or refuse it: this worker has failed, or dies of the input."""
        self._metrics.asked += 1
        if self._refuse_quarantined(command.request, command.input):
            return
        if self._staff.state is WorkerState.FAILED:
            detail = f"the {self.spec.name} worker has failed too often; it is not running"
            self._refuse(command.request, "worker-failed", detail)
            return
        # A request without a key is known by its number, which no other has.
        key = b"#%d" % command.request.seq if command.key is None else command.key
        ticket = Ticket(command.request, key, command.urgency, command.input)
        self._end_all(self._ledger.submit(ticket), now_ns)
        if self._staff.state is WorkerState.ABSENT:
            self._staff.start(now_ns)
        self._pump(now_ns)

    def cancel(self, key: bytes, now_ns: int) -> None:
        """Forget a waiting request."""
        self._end_all(self._ledger.cancel(key), now_ns)

    def release(self, grant: SlotGrant, now_ns: int) -> None:
        """End a lease; its slot may serve a request that waited for one."""
        if self._arena is not None:
            self._arena.give_back(grant)
            self._pump(now_ns)

    def configure(self, command: events.Configure, now_ns: int) -> None:
        """Keep settings for the next start, tell running workers, re-arm a failed one."""
        self._staff.configure(dict(command.settings), now_ns)

    def restart(self, now_ns: int) -> None:
        """Replace the process, and re-arm a worker that has failed."""
        self._staff.restart(now_ns)

    def pardon(self) -> None:
        """Forget every quarantined input of this kind."""
        if self._site.quarantine.pardon(self.spec.name):
            self._site.emit(QuarantineChanged(self._site.quarantine.entries()))

    def start(self, now_ns: int) -> None:
        """Start the worker before anything is asked of it."""
        self._staff.start(now_ns)

    def stop(self, now_ns: int) -> None:
        """Ask the workers to end. Their requests are dropped."""
        self._end_all(self._ledger.drop_all(DropReason.STOPPED), now_ns)
        self._staff.ask_to_stop(now_ns)
        if self._companion is not None:
            self._companion.stop()

    def close(self) -> None:
        """Kill what is left and free the memory."""
        self._staff.close()
        if self._companion is not None:
            self._companion.close()
        if self._arena is not None:
            self._arena.close()
        if self._latest is not None:
            self._latest.close()

    # What time brings.

    def next_ns(self) -> int | None:
        """Return when `tick` has something to do, if nothing else happens before."""
        times = [self._staff.next_ns(), self._idle_end_ns, self._resend_ns]
        times += [task.overdue_ns for _, task in self._timed()]
        times += [self._companion.next_ns()] if self._companion else []
        return min((t for t in times if t is not None), default=None)

    def tick(self, now_ns: int) -> None:
        """Do what is due."""
        for worker, task in self._timed():
            if now_ns >= task.overdue_ns:
                self._end_overrun(worker, task)
        self._staff.tick(now_ns)
        if self._companion is not None:
            self._companion.tick(now_ns)
        if self._resend_ns is not None and now_ns >= self._resend_ns:
            self._resend_ns = None
            self._pump(now_ns)
        if self._idle_end_ns is not None and now_ns >= self._idle_end_ns:
            self._idle_end_ns = None
            if self._ledger.idle and self._staff.state is WorkerState.READY:
                self._staff.ask_to_stop(now_ns)
            elif self._staff.state is WorkerState.READY:
                self._rest(now_ns)  # something waits for a slot

    def _timed(self) -> list[tuple[Worker, InFlight]]:
        """Return the tasks that time runs against: a dying worker's is settled already."""
        at_work = self._staff.at_work
        tasks = self._ledger.in_flight
        return [(it, tasks[it.pid]) for it in at_work if it.pid in tasks and not it.doomed]

    def _end_overrun(self, worker: Worker, task: InFlight) -> None:
        limit_s = self.spec.deadlines.task_s
        cause = f"deadline: no answer in {limit_s:g} s"
        used_ns = worker.child.cpu_ns() - task.cpu_ns
        if used_ns >= _BUSY_SHARE * ns(limit_s):  # it was work: the next time would be no shorter
            self._condemn(task.ticket.input, f"{cause}, {seconds(used_ns):.1f} s of them work")
        self._staff.dismiss(worker, cause, Fate.REFUSE)

    # What the staff does.

    def on_able(self, now_ns: int) -> None:
        """Hand out work."""
        self._pump(now_ns)

    def on_wish(self, wish: Accompany, now_ns: int) -> None:
        """Have the companion run, or end; a worker without one wishes in vain."""
        if self._companion is not None:
            self._companion.want(wish.argument, now_ns, anew=wish.anew)

    def on_stray(self) -> None:
        """Count an answer that nobody waits for."""
        self._metrics.stale += 1

    def on_answer(self, worker: Worker, response: Response, now_ns: int) -> None:
        """Settle the request that it is the answer to."""
        task = self._ledger.answered(worker.pid, response.seq)
        if task is None:
            self.on_stray()
            return
        request = task.ticket.request
        self._metrics.latency.add(now_ns - request.ts_req_ns)
        if isinstance(response, Failure):
            self._free(task.grant)
            kind, said = response.error.kind.value, response.error.detail
            refused = Refused(request, kind, said, RefusalSource.WORKER, response.error)
            self._end(refused, now_ns)
            return
        try:
            lease = self._lease(task, response)
        except ContractError as error:
            self._metrics.stale += isinstance(error, StaleSlotError)
            self._free(task.grant)
            detail = f"the worker's answer was not to be trusted: {error}"
            self._refuse(request, "bad-answer", detail)
            worker.kill(f"broke the contract: {error}")
            return
        self._metrics.completed += 1
        self._site.emit(Completed(request, response, lease))

    def on_lost(self, worker: Worker, fate: Fate, how: str, cause: str, now_ns: int) -> None:
        """Settle the task of a process that is gone: nobody writes into its slot any more.

        An input is not to blame where somebody asked the process to end, as `pkill` does.
        """
        task = self._ledger.in_flight.get(worker.pid)
        self._free(task.grant if task else None)
        reason = "deadline" if fate is Fate.REFUSE else "worker-died"
        loss = self._ledger.worker_lost(worker.pid, fate, reason, cause)
        if loss.spent is not None and how not in _ASKED_TO_END:
            self._condemn(loss.spent.input, cause)
        self._end_all(loss.endings, now_ns)

    def on_failed(self, detail: str, now_ns: int) -> None:
        """Refuse what waits."""
        if self._companion is not None:
            self._companion.want("", now_ns)
        self._end_all(self._ledger.refuse_all("worker-failed", detail), now_ns)

    # What people want to know.

    def status(self, now_ns: int) -> WorkerStatus:
        """Return how this kind of worker is doing."""
        queue = QueueNow(
            waiting=self._ledger.waiting,
            cap=self.spec.limits.backlog,
            in_flight=len(self._ledger.in_flight),
            overdue=self._ledger.overdue(now_ns),
            quarantined=self._site.quarantine.count(self.spec.name),
        )
        return worker_status(self._staff, self._metrics, queue, self._arena, now_ns)

    # Small acts.

    def _pump(self, now_ns: int) -> None:
        """Send the next requests, for as long as a worker is able and a slot is free."""
        for worker in self._staff.able:
            if worker.pid not in self._ledger.in_flight:
                self._hand_out(worker, now_ns)

    def _hand_out(self, worker: Worker, now_ns: int) -> None:
        """Give a worker the next request, or let it rest."""
        ticket, grant = None, None
        if self._ledger.waiting:
            grant = self._arena.reserve(worker.pid) if self._arena else None
            # Without a slot, every one is read or pinned: the next release comes back here.
            if grant is not None or self._arena is None:
                ticket = self._take(now_ns)
        if ticket is not None:
            self._dispatch(worker, ticket, grant, now_ns)
            return
        self._free(grant)
        if self._idle_end_ns is None:
            self._rest(now_ns)

    def _take(self, now_ns: int) -> Ticket | None:
        """Take the next request; of its input, workers may have died while it waited."""
        while True:
            ticket, expired = self._ledger.take(now_ns)
            self._end_all(expired, now_ns)
            if ticket is None or not self._refuse_quarantined(ticket.request, ticket.input):
                return ticket

    def _refuse_quarantined(self, request: Request, about: WorkerInput | None) -> bool:
        """Refuse a request if its input is quarantined; say whether it is."""
        entry = self._site.quarantine.find(self.spec.name, about)
        if entry is None:
            return False
        self._refuse(request, "quarantined", entry.reason)
        return True

    def _dispatch(
        self, worker: Worker, ticket: Ticket, grant: SlotGrant | None, now_ns: int
    ) -> None:
        request = ticket.request
        if grant is not None:
            request = msgspec.structs.replace(request, slot=grant)
        try:
            worker.send(request)
        except ContractError as error:
            self._free(grant)
            self._refuse(ticket.request, "bad-request", str(error))
            self._resend_ns = now_ns
        except (ChannelFullError, ChannelClosedError):
            self._free(grant)
            self._end_all(self._ledger.untake(ticket), now_ns)
            self._resend_ns = now_ns + _RESEND_NS
        else:
            self._idle_end_ns = None
            self._ledger.sent(worker.pid, ticket, now_ns, grant, worker.child.cpu_ns())

    def _rest(self, now_ns: int) -> None:
        idle_s = self.spec.shutdown.idle_s
        self._idle_end_ns = None if idle_s is None else now_ns + ns(idle_s)

    def _lease(self, task: InFlight, response: Response) -> Lease | None:
        """Lease the frame that an answer speaks of, if it speaks of one.

        Raises:
            ContractError: if the answer names another slot, or its header lies.
        """
        if self._arena is None or task.grant is None:
            return None
        if not response.payload_size_bytes:  # it had nothing to put there
            self._arena.give_back(task.grant)
            return None
        said = getattr(response, "slot", task.grant)  # an answer need not repeat its slot
        if said != task.grant:
            raise SlotHeaderError(task.grant.index, f"the answer is about {said}, not {task.grant}")
        return self._arena.lease(task.grant, seq=response.seq)

    def _free(self, grant: SlotGrant | None) -> None:
        if self._arena is not None and grant is not None:
            self._arena.give_back(grant)

    def _condemn(self, condemned: WorkerInput | None, reason: str) -> None:
        """Quarantine an input: no worker is given it again."""
        if condemned is None:
            return
        at_s, name = self._site.wall_s(), self.spec.name
        self._site.quarantine.add(
            Quarantined(worker=name, input=condemned, reason=reason[:1024], at_s=at_s)
        )
        self._site.emit(QuarantineChanged(self._site.quarantine.entries()))

    def _refuse(self, request: Request, reason: str, detail: str) -> None:
        self._metrics.refused.add(reason)
        self._site.emit(Refused(request, reason, detail, RefusalSource.SUPERVISOR))

    def _end(self, ending: Ending, now_ns: int) -> None:
        """Count how a request ended, and pass it on."""
        if isinstance(ending, Dropped):
            self._metrics.dropped.add(ending.reason.value)
            if ending.reason is DropReason.OVERFLOW:
                self._note_overflow(now_ns)
        else:
            self._metrics.refused.add(ending.reason)
        self._site.emit(ending)

    def _end_all(self, endings: tuple[Ending, ...], now_ns: int) -> None:
        for ending in endings:
            self._end(ending, now_ns)

    def _note_overflow(self, now_ns: int) -> None:
        dropped = self._overflow.count(now_ns)
        if dropped:
            reason = f"{dropped} more than the {self.spec.limits.backlog} that may wait"
            record = LogRecord(level=LogLevel.WARNING, event="overflow", reason=reason)
            self._site.emit(Logged(self.spec.name, 0, record))
