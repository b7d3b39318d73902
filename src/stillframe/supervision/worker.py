"""One worker process, from its start to its burial.

Role: carries one `Child` through its life - starting, ready, stopping, doomed, gone - and judges
its health. Counterpart: a `supervision.pool` owns it, hears what it says, and decides what follows
its death.

Guarantees:
- A worker that breaks the contract, oversleeps its start, or hangs is killed, and from then on
  gets nothing more. So is one that talks without end; until then it is heard only as often as the
  screen bears.
- `Owner.on_gone` comes once, after the process was reaped and all that it had said was heard.
"""

import contextlib
import enum
import selectors
from collections.abc import Callable
from typing import IO, Any, Final, Protocol

from stillframe.contracts.control import (
    Accompany,
    Configure,
    Failed,
    Hello,
    LogLevel,
    LogRecord,
    Ready,
    SettingsSlice,
    Stop,
    ToWorker,
)
from stillframe.contracts.errors import ContractError
from stillframe.contracts.messages import WIRE_VERSION, Request, Response
from stillframe.contracts.wire import FromWorkerMessage
from stillframe.supervision.health import Sight, Suspicion, Verdict, look
from stillframe.supervision.metrics import Allowance
from stillframe.supervision.patience import Patience
from stillframe.supervision.process import Child
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.times import ns
from stillframe.transport.channel import Channel, ChannelClosedError, ChannelFullError

_STDERR_LINE_CAP_CHARS: Final = 500
# Read at once from a worker that lives, so that one that never stops talking cannot keep this
# thread from the others and from its own deadline.
_MESSAGES_AT_ONCE: Final = 64
# A worker that talks without end must fill neither our memory nor the log.
_RECORDS_CAP: Final = 200
_RECORDS_INTERVAL_NS: Final = 1_000_000_000
# More than a socket's buffer holds: all that a dead worker can have left.
_MESSAGES_LEFT_CAP: Final = 4096


class Phase(enum.Enum):
    """Where a process is in its life."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


class Owner(Protocol):
    """What a worker tells the pool that it belongs to."""

    def on_ready(self, worker: "Worker", now_ns: int) -> None:
        """Note that it is warm."""

    def on_answer(self, worker: "Worker", response: Response, now_ns: int) -> None:
        """Take its answer."""

    def on_heard(self, worker: "Worker", now_ns: int) -> None:
        """Go on: all that it has said for now was passed on."""

    def on_wish(self, worker: "Worker", wish: Accompany, now_ns: int) -> None:
        """Take what it wishes of its companion."""

    def on_gone(self, worker: "Worker", how: str, cause: str, now_ns: int) -> None:
        """Settle its death: `how` is a word or two for counting, `cause` the whole story."""


class Worker:
    """One process and what is known of it. Used from the supervisor's thread."""

    def __init__(
        self,
        spec: WorkerSpec,
        child: Child,
        *,
        owner: Owner,
        selector: selectors.BaseSelector,
        log: Callable[[int, LogRecord], None],
        now_ns: int,
    ) -> None:
        """Watch a child that has just been started; `log` gets its process number too."""
        self.spec, self.child, self.born_ns = spec, child, now_ns
        self._owner, self._selector, self._write_log = owner, selector, log
        self._allowance = Allowance(cap=_RECORDS_CAP, interval_ns=_RECORDS_INTERVAL_NS)
        self._patience = Patience()
        self._deaf_until_ns: int | None = None  # when what it says is read again
        self._awaited = 0  # answers to requests that it was given
        self.phase = Phase.STARTING
        self.ready: Ready | None = None
        self.doomed = False  # it is ending, by our doing or its own, but is not reaped yet
        self._killed = ""  # why, in a word
        self._cause = ""  # why we killed it, or what it said of its end
        self._last_words = ""  # on its standard error
        self._suspicion = Suspicion()
        self._look_ns: int | None = None
        # When the present phase has lasted too long.
        self._due_ns: int | None = now_ns + ns(spec.deadlines.start_s)
        selector.register(child.pidfd, selectors.EVENT_READ, self.on_exit)
        self._listen()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self.child.pid

    @property
    def can_work(self) -> bool:
        """Whether it may be given a request."""
        return self.phase is Phase.READY and not self.doomed

    def send(self, request: Request) -> None:
        """Give it a request.

        Raises:
            ContractError: if no wire carries it.
            ChannelFullError: if it has to wait.
            ChannelClosedError: if nobody is there any more.
        """
        self.child.channel.send(request)
        self._awaited += 1

    def configure(self, settings: SettingsSlice) -> None:
        """Tell it new settings, unless it is still to get them with its start."""
        if self.can_work:
            self._tell(Configure(settings=settings))

    def ask_to_stop(self, now_ns: int) -> None:
        """Have it finish and end; `tick` kills it when it does not."""
        self.phase, self._look_ns = Phase.STOPPING, None
        self._due_ns = now_ns + ns(self.spec.shutdown.wait_s)
        self._tell(Stop())

    def kill(self, cause: str) -> None:
        """Kill it for a cause; the first cause stands."""
        if not self.doomed:
            self.doomed, self._cause = True, cause
            self._killed = cause.partition(":")[0]
            self.child.kill()

    def next_ns(self) -> int | None:
        """Return when `tick` has something to do, if nothing else happens before."""
        times = (self._due_ns, self._deaf_until_ns, None if self.doomed else self._look_ns)
        return min((t for t in times if t is not None), default=None)

    def tick(self, now_ns: int) -> None:
        """Do what is due."""
        if self._deaf_until_ns is not None and now_ns >= self._deaf_until_ns:
            self._deaf_until_ns = None
            if not self.doomed:
                self._listen()
        if self._look_ns is not None and now_ns >= self._look_ns and not self.doomed:
            self._look(now_ns)
        if self._due_ns is None or now_ns < self._due_ns:
            return
        self._due_ns = None
        if self.doomed:
            self._cause = self._cause or "closed its channel and did not end"
            self.child.kill()
        elif self.phase is Phase.STARTING:
            self.kill(f"not ready in {self.spec.deadlines.start_s:g} s")
        elif self.phase is Phase.STOPPING:
            self.kill(f"did not stop in {self.spec.shutdown.wait_s:g} s")

    # What the process does.

    def on_channel(self, now_ns: int, at_most: int = _MESSAGES_AT_ONCE) -> None:
        """Read what it has sent; what is left is still there at the next call."""
        try:
            for _ in range(at_most):
                if self._deaf_until_ns is not None and not self.doomed:
                    break
                message = self.child.channel.receive()
                if message is None:
                    break
                self._note_chatter(message, now_ns)
                self._hear(message, now_ns)
        except ChannelClosedError:
            self._forget(self.child.channel)
            if not self.doomed:
                # It ends by itself, and how is worth knowing; it has as long as if it were asked.
                self.doomed = True
                self._due_ns = now_ns + ns(self.spec.shutdown.wait_s)
        except ContractError as error:
            self._forget(self.child.channel)
            self.kill(f"broke the contract: {error}")
        self._owner.on_heard(self, now_ns)

    def on_stderr(self, now_ns: int) -> None:
        """Pass on what it wrote to its standard error: the end may say why it died."""
        lines = self.child.read_stderr()
        if lines is None:
            self._forget(self.child.stderr)
        for line in lines or ():
            self._last_words = line[:_STDERR_LINE_CAP_CHARS]
            self._bear(now_ns)
            self._log(LogRecord(level=LogLevel.WARNING, event=self._last_words), now_ns)

    def on_exit(self, now_ns: int) -> None:
        """Bury it: hear its late answers, then tell the owner."""
        how = self.child.reap()
        if how is None:
            return
        self.doomed = True
        self.on_channel(now_ns, _MESSAGES_LEFT_CAP)
        self.on_stderr(now_ns)
        self._forget(self.child.channel, self.child.pidfd, self.child.stderr)
        self.child.close()
        cause = ": ".join(filter(None, (how, self._cause or self._last_words)))
        self._owner.on_gone(self, self._killed or how, cause, now_ns)

    def _hear(self, message: FromWorkerMessage, now_ns: int) -> None:
        match message:
            case Hello() if (message.worker, message.version) == (self.spec.name, WIRE_VERSION):
                self._tell(self.child.start_message)
            case Hello():
                said = f"{message.worker} version {message.version}"
                self.kill(f"speaks for {said}, not {self.spec.name} {WIRE_VERSION}")
            case Ready() if self.phase is Phase.STARTING:
                self.phase, self.ready, self._due_ns = Phase.READY, message, None
                self._look_ns = self._next_look_ns(now_ns)
                self._owner.on_ready(self, now_ns)
            case Failed(error=fault):
                self._cause = f"{fault.kind}: {fault.detail}"
            case LogRecord():
                self._log(message, now_ns)
            case Accompany():
                self._owner.on_wish(self, message, now_ns)
            case Response():
                self._owner.on_answer(self, message, now_ns)

    def _note_chatter(self, message: FromWorkerMessage, now_ns: int) -> None:
        """Count what nobody asked for."""
        if isinstance(message, Response) and self._awaited:
            self._awaited -= 1
        else:
            self._bear(now_ns)

    def _bear(self, now_ns: int) -> None:
        """Bear with one thing that nobody asked for; not read from, a process that floods waits."""
        self._patience.hear(now_ns)
        if self._patience.worn_out:
            self.kill("talks without end")
        elif self._deaf_until_ns is None and not self.doomed:
            self._deaf_until_ns = self._patience.deaf_until_ns()
            if self._deaf_until_ns is not None:
                self._forget(self.child.channel, self.child.stderr)

    def _log(self, record: LogRecord, now_ns: int) -> None:
        if not self._allowance.admit(now_ns):
            return
        if self._allowance.held_back:
            said = f"{self._allowance.held_back} more lines came too fast"
            self._allowance.held_back = 0
            self._write_log(self.pid, LogRecord(level=LogLevel.WARNING, event=said))
        self._write_log(self.pid, record)

    def _look(self, now_ns: int) -> None:
        """Judge its health; the kernel is asked only about one that does not beat."""
        self._look_ns = self._next_look_ns(now_ns)
        beats = self.child.heartbeat().beats
        sight = Sight(beats, cpu_ns=-1)
        if self._suspicion.last is not None and beats == self._suspicion.last.beats:
            vitals = self.child.vitals()
            if vitals is None:
                return  # it has just died, which is seen elsewhere
            sight = Sight(beats, vitals.cpu_ns, vitals.excused)
        beat = self.spec.heartbeat
        self._suspicion, verdict = look(self._suspicion, sight, beat.missed)
        if verdict is Verdict.HUNG:
            self.kill(f"hung: still for {self._suspicion.quiet * beat.interval_s:g} s")

    def _next_look_ns(self, now_ns: int) -> int:
        """Return the next multiple of the interval: one wake-up serves all workers."""
        interval_ns = ns(self.spec.heartbeat.interval_s)
        return (now_ns // interval_ns + 1) * interval_ns

    def _tell(self, message: ToWorker) -> None:
        try:
            self.child.channel.send(message)
        except (ChannelFullError, ChannelClosedError, ContractError) as error:
            self.kill(f"cannot be told anything: {error}")

    def _listen(self) -> None:
        self._selector.register(self.child.channel, selectors.EVENT_READ, self.on_channel)
        self._selector.register(self.child.stderr, selectors.EVENT_READ, self.on_stderr)

    def _forget(self, *watched: Channel[Any, Any] | IO[bytes] | int) -> None:
        """Stop watching; what has ended already was forgotten then."""
        for source in watched:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(source)
