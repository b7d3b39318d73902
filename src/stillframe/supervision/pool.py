"""One kind of worker, alive: its child, its ledger, its arena.

Role: performs what `restart` and `ledger` decide for one `WorkerSpec`. Counterpart:
`supervision.supervisor` calls it from its thread, and nobody else does.

Guarantees:
- A slot is given back only after its lease ended, its writer answered, or its writer was reaped.
- What a dying worker managed to answer still counts; the rest goes to the next one.
- A worker that breaks the contract, oversleeps its start or overruns a task is killed, and from
  then on gets nothing more: the next request waits for the next worker.
"""

import contextlib
import random
import selectors
from collections.abc import Callable
from dataclasses import replace
from typing import IO, Any, Final

import msgspec

from stillframe.contracts.control import (
    Configure,
    Failed,
    Hello,
    LogLevel,
    LogRecord,
    Ready,
    Stop,
    ToWorker,
)
from stillframe.contracts.errors import ContractError
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import WIRE_VERSION, Failure, Response
from stillframe.contracts.wire import FromWorkerMessage
from stillframe.supervision import events
from stillframe.supervision.events import (
    Completed,
    Event,
    Logged,
    RefusalSource,
    Refused,
    WorkerChanged,
    WorkerState,
)
from stillframe.supervision.ledger import Ending, InFlight, Ledger, Ticket
from stillframe.supervision.process import Child
from stillframe.supervision.restart import Deaths, GiveUp, after_death
from stillframe.supervision.spec import WorkerSpec
from stillframe.transport.arena import Arena, Lease
from stillframe.transport.backlog import DropReason
from stillframe.transport.channel import Channel, ChannelClosedError, ChannelFullError

_NS_PER_S: Final = 1_000_000_000
# A full channel is rare (one task in flight): look again soon rather than watch for writability.
_RESEND_NS: Final = 20_000_000
_STDERR_LINE_CAP_CHARS: Final = 500
# Read at once from a worker that lives, so that one that never stops talking cannot keep this
# thread from the others and from its own deadline.
_MESSAGES_AT_ONCE: Final = 64
# More than a socket's buffer holds: all that a dead worker can have left.
_MESSAGES_LEFT_CAP: Final = 4096

Spawn = Callable[[WorkerSpec, Arena | None], Child]


class Pool:
    """The worker of one kind, its requests and its frames."""

    def __init__(
        self,
        spec: WorkerSpec,
        *,
        rng: random.Random,
        spawn: Spawn,
        selector: selectors.BaseSelector,
        emit: Callable[[Event], None],
    ) -> None:
        self.spec = spec
        self._rng, self._spawn, self._selector, self._emit = rng, spawn, selector, emit
        self._arena = Arena(spec.arena) if spec.arena else None
        self._ledger = Ledger(
            cap=spec.limits.backlog,
            attempts=spec.limits.attempts,
            task_ns=_ns(spec.deadlines.task_s),
        )
        self._child: Child | None = None
        self._state = WorkerState.ABSENT
        self._deaths = Deaths()
        self._restarts = 0
        self._due_ns: int | None = None  # when the present state has lasted too long
        self._resend_ns: int | None = None  # when to look again at a channel that was full
        self._doomed = False  # the child is ending, by our doing or its own, but is not reaped yet
        self._cause = ""  # why we killed it, or what it said of its end
        self._last_words = ""  # on its standard error
        self._retry = True

    @property
    def gone(self) -> bool:
        """Whether no process is left."""
        return self._child is None

    # What the interface asks for.

    def submit(self, command: events.Submit, now_ns: int) -> None:
        """Take a request on, or refuse it if this worker has failed."""
        if self._state is WorkerState.FAILED:
            self._emit(self._refusal(command, "worker-failed"))
            return
        self._emit_all(self._ledger.submit(Ticket(command.request, command.key, command.urgency)))
        if self._state is WorkerState.ABSENT:
            self.start(now_ns)
        self._pump(now_ns)

    def cancel(self, key: bytes) -> None:
        """Forget a waiting request."""
        self._emit_all(self._ledger.cancel(key))

    def release(self, grant: SlotGrant, now_ns: int) -> None:
        """End a lease; its slot may serve a request that waited for one."""
        if self._arena is not None:
            self._arena.give_back(grant)
            self._pump(now_ns)

    def configure(self, command: events.Configure, now_ns: int) -> None:
        """Keep settings for the next start, tell a running worker, re-arm a failed one."""
        self.spec = replace(self.spec, settings=command.settings)
        if self._state is WorkerState.FAILED:
            self._deaths = Deaths()
            self.start(now_ns)
        elif self._child is not None and self._state is WorkerState.READY:
            self._send_control(self._child, Configure(settings=dict(command.settings)))

    def start(self, now_ns: int) -> None:
        """Start the worker; a system that cannot is treated like a worker that died."""
        self._cause, self._last_words, self._retry, self._doomed = "", "", True, False
        try:
            self._child = self._spawn(self.spec, self._arena)
        except OSError as error:
            self._after_death(f"cannot start a process: {error}", now_ns)
            return
        child = self._child
        self._selector.register(child.channel, selectors.EVENT_READ, self.on_channel)
        self._selector.register(child.pidfd, selectors.EVENT_READ, self.on_exit)
        self._selector.register(child.stderr, selectors.EVENT_READ, self.on_stderr)
        self._enter(WorkerState.STARTING, now_ns + _ns(self.spec.deadlines.start_s))

    def stop(self, now_ns: int) -> None:
        """Ask the worker to end; `tick` kills it when it does not. Its requests are dropped."""
        self._emit_all(self._ledger.drop_all(DropReason.STOPPED))
        if self._child is None:
            self._enter(WorkerState.ABSENT)
            return
        self._ask_to_stop(self._child, now_ns)

    def close(self) -> None:
        """Kill what is left and free the memory."""
        if self._child is not None:
            self._child.kill()
        if self._arena is not None:
            self._arena.close()

    # What time brings.

    def next_ns(self) -> int | None:
        """Return when `tick` has something to do, if nothing else happens before."""
        task = self._ledger.in_flight
        overdue_ns = task.overdue_ns if task and not self._doomed else None
        times = (self._due_ns, self._resend_ns, overdue_ns)
        return min((t for t in times if t is not None), default=None)

    def tick(self, now_ns: int) -> None:
        """Do what is due."""
        task, child = self._ledger.in_flight, self._child
        overdue = task is not None and now_ns >= task.overdue_ns
        if child is not None and overdue and not self._doomed:
            self._retry = False
            self._kill(child, f"deadline: no answer in {self.spec.deadlines.task_s:g} s")
        if self._resend_ns is not None and now_ns >= self._resend_ns:
            self._resend_ns = None
            self._pump(now_ns)
        if self._due_ns is None or now_ns < self._due_ns:
            return
        self._due_ns = None
        match self._state:
            case _ if child is not None and self._doomed:
                child.kill()  # it closed its channel, but lives
            case WorkerState.STARTING if child is not None:
                self._kill(child, f"not ready in {self.spec.deadlines.start_s:g} s")
            case WorkerState.STOPPING if child is not None:
                self._kill(child, f"did not stop in {self.spec.shutdown.wait_s:g} s")
            case WorkerState.BACKOFF:
                self.start(now_ns)
            case WorkerState.READY if child is not None and self._ledger.idle:
                self._ask_to_stop(child, now_ns)
            case WorkerState.READY:
                self._due_ns = self._idle_ns(now_ns)  # something waits for a slot

    # What the worker does.

    def on_channel(self, now_ns: int, at_most: int = _MESSAGES_AT_ONCE) -> None:
        """Read what the worker has sent; what is left is still there at the next call."""
        child = self._child
        if child is None:
            return
        try:
            for _ in range(at_most):
                message = child.channel.receive()
                if message is None:
                    break
                self._on_message(child, message, now_ns)
        except ChannelClosedError:
            self._forget(child.channel)
            if not self._doomed:
                # It ends by itself, and how is worth knowing; it has as long as if it were asked.
                self._doomed = True
                self._due_ns = now_ns + _ns(self.spec.shutdown.wait_s)
        except ContractError as error:
            self._forget(child.channel)
            self._kill(child, f"broke the contract: {error}")
        self._pump(now_ns)

    def on_stderr(self, now_ns: int) -> None:
        """Pass on what the worker wrote to its standard error: the end may say why it died."""
        del now_ns
        child = self._child
        if child is None:
            return
        lines = child.read_stderr()
        if lines is None:
            self._forget(child.stderr)
        for line in lines or ():
            self._last_words = line[:_STDERR_LINE_CAP_CHARS]
            record = LogRecord(level=LogLevel.WARNING, event=self._last_words)
            self._emit(Logged(self.spec.name, child.pid, record))

    def on_exit(self, now_ns: int) -> None:
        """Settle a death: late answers first, then the task in hand, then the next start."""
        child = self._child
        if child is None or (how := child.reap()) is None:
            return
        self._doomed = True
        self.on_channel(now_ns, _MESSAGES_LEFT_CAP)
        self.on_stderr(now_ns)
        stopping = self._state is WorkerState.STOPPING
        cause = ": ".join(filter(None, (how, self._cause or self._last_words)))
        task = self._ledger.in_flight
        self._give_back(task)
        reason = "worker-died" if self._retry else "deadline"
        self._forget(child.channel, child.pidfd, child.stderr)
        child.close()
        self._child = None
        self._emit_all(self._ledger.worker_lost(reason, cause, retry=self._retry))
        if stopping:
            self._enter(WorkerState.ABSENT)
            if self._ledger.waiting:
                self.start(now_ns)
        else:
            self._after_death(cause, now_ns)

    def _on_message(self, child: Child, message: FromWorkerMessage, now_ns: int) -> None:
        match message:
            case Hello() if (message.worker, message.version) == (self.spec.name, WIRE_VERSION):
                self._send_control(child, child.start_message)
            case Hello():
                said = f"{message.worker} version {message.version}"
                self._kill(child, f"speaks for {said}, not {self.spec.name} {WIRE_VERSION}")
            case Ready():
                self._become_ready(message, now_ns)
            case Failed(error=fault):
                self._cause = f"{fault.kind}: {fault.detail}"
            case LogRecord():
                self._emit(Logged(self.spec.name, child.pid, message))
            case Response():
                self._on_answer(child, message)

    def _become_ready(self, ready: Ready, now_ns: int) -> None:
        if self._state is not WorkerState.STARTING or self._child is None:
            return
        self._enter(WorkerState.READY, self._idle_ns(now_ns), ready=ready)
        if self._child.start_message.settings != self.spec.settings:  # they came meanwhile
            self._send_control(self._child, Configure(settings=dict(self.spec.settings)))

    def _on_answer(self, child: Child, response: Response) -> None:
        task = self._ledger.answered(response.seq)
        if task is None:
            return  # the answer to a request that was settled before
        request = task.ticket.request
        if isinstance(response, Failure):
            self._give_back(task)
            fault = response.error
            self._emit(
                Refused(request, fault.kind.value, fault.detail, RefusalSource.WORKER, fault)
            )
            return
        try:
            lease = self._lease(task, response)
        except ContractError as error:
            self._give_back(task)
            detail = f"the worker's answer was not to be trusted: {error}"
            self._emit(Refused(request, "bad-answer", detail, RefusalSource.SUPERVISOR))
            self._kill(child, f"broke the contract: {error}")
            return
        self._emit(Completed(request, response, lease))

    def _lease(self, task: InFlight, response: Response) -> Lease | None:
        if self._arena is None or task.grant is None:
            return None
        return self._arena.lease(task.grant, seq=response.seq)

    # Small acts.

    def _pump(self, now_ns: int) -> None:
        """Send the next request if the worker is ready and a slot is free."""
        child = self._child
        if child is None or self._state is not WorkerState.READY or self._doomed:
            return
        if self._ledger.in_flight:
            return
        ticket, grant = None, None
        if self._ledger.waiting:
            grant = self._arena.reserve(child.pid) if self._arena else None
            # Without a slot, every one is read or pinned: the next release comes back here.
            if grant is not None or self._arena is None:
                ticket, expired = self._ledger.take(now_ns)
                self._emit_all(expired)
        if ticket is not None:
            self._dispatch(child, ticket, grant, now_ns)
            return
        self._free(grant)
        if self._due_ns is None:
            self._due_ns = self._idle_ns(now_ns)

    def _dispatch(self, child: Child, ticket: Ticket, grant: SlotGrant | None, now_ns: int) -> None:
        request = ticket.request
        if grant is not None:
            request = msgspec.structs.replace(request, slot=grant)
        try:
            child.channel.send(request)
        except ContractError as error:
            self._free(grant)
            self._emit(Refused(ticket.request, "bad-request", str(error), RefusalSource.SUPERVISOR))
            self._resend_ns = now_ns
        except (ChannelFullError, ChannelClosedError):
            self._free(grant)
            self._emit_all(self._ledger.untake(ticket))
            self._resend_ns = now_ns + _RESEND_NS
        else:
            self._due_ns = None
            self._ledger.sent(ticket, now_ns, grant)

    def _after_death(self, cause: str, now_ns: int) -> None:
        self._restarts += 1
        self._deaths, verdict = after_death(self._deaths, now_ns, self.spec.budget, self._rng)
        if isinstance(verdict, GiveUp):
            detail = f"{verdict.deaths} deaths in {verdict.window_s:g} s; the last: {cause}"
            self._emit_all(self._ledger.refuse_all("worker-failed", detail))
            self._enter(WorkerState.FAILED, cause=detail)
        else:
            self._enter(WorkerState.BACKOFF, verdict.at_ns, cause=cause)

    def _enter(
        self,
        state: WorkerState,
        due_ns: int | None = None,
        *,
        cause: str = "",
        ready: Ready | None = None,
    ) -> None:
        self._state, self._due_ns = state, due_ns
        pid = self._child.pid if self._child else 0
        packages, layers = (ready.packages, ready.layers) if ready else ((), ())
        self._emit(
            WorkerChanged(self.spec.name, state, pid, self._restarts, cause, packages, layers)
        )

    def _ask_to_stop(self, child: Child, now_ns: int) -> None:
        self._send_control(child, Stop())
        self._enter(WorkerState.STOPPING, now_ns + _ns(self.spec.shutdown.wait_s))

    def _send_control(self, child: Child, message: ToWorker) -> None:
        try:
            child.channel.send(message)
        except (ChannelFullError, ChannelClosedError, ContractError) as error:
            self._kill(child, f"cannot be told anything: {error}")

    def _kill(self, child: Child, cause: str) -> None:
        if not self._doomed:
            self._doomed, self._cause = True, cause
            child.kill()

    def _idle_ns(self, now_ns: int) -> int | None:
        idle_s = self.spec.shutdown.idle_s
        return None if idle_s is None else now_ns + _ns(idle_s)

    def _give_back(self, task: InFlight | None) -> None:
        self._free(task.grant if task else None)

    def _free(self, grant: SlotGrant | None) -> None:
        if self._arena is not None and grant is not None:
            self._arena.give_back(grant)

    def _refusal(self, command: events.Submit, reason: str) -> Refused:
        detail = f"the {self.spec.name} worker has failed too often; it is not running"
        return Refused(command.request, reason, detail, RefusalSource.SUPERVISOR)

    def _emit_all(self, endings: tuple[Ending, ...]) -> None:
        for ending in endings:
            self._emit(ending)

    def _forget(self, *watched: Channel[Any, Any] | IO[bytes] | int) -> None:
        """Stop watching; what has ended already was forgotten then."""
        for source in watched:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(source)


def _ns(seconds: float) -> int:
    return round(seconds * _NS_PER_S)
