"""Who works for a pool: processes at work, perhaps one that stands by, and what follows a death.

Role: performs what `restart` and `relief` decide, and holds the state that people see.
Counterpart: `supervision.pool` has the requests; each `supervision.worker` tells what it does.

Guarantees:
- At most `WorkerSpec.processes` are at work, and one stands by.
- All deaths count against one budget: where it is spent, nobody works on.
- A death is settled with the pool before another process may be given anything.
- Whatever the standby does, the one at work is not touched by it.
"""

import random
import selectors
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from stillframe.contracts.control import Accompany, LogLevel, LogRecord, SettingsSlice
from stillframe.contracts.messages import Response
from stillframe.supervision.events import Event, Logged, WorkerChanged, WorkerState
from stillframe.supervision.ledger import Fate
from stillframe.supervision.metrics import PoolMetrics
from stillframe.supervision.process import Child, Lent, Program
from stillframe.supervision.quarantine import Quarantine
from stillframe.supervision.relief import Relief
from stillframe.supervision.restart import Deaths, GiveUp, after_death
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.worker import Phase, Worker


@dataclass(frozen=True)
class Site:
    """What all pools of a supervisor share.

    Attributes:
        spawn: starts a process of a spec.
        launch: starts a program of somebody else's, whose output goes into a descriptor.
        emit: hands an event to the interface.
        quarantine: the inputs that no worker is given.
        wall_s: the time of day, in seconds since the epoch.
    """

    rng: random.Random
    spawn: Callable[[WorkerSpec, Lent], Child]
    launch: Callable[[Sequence[str], int], Program]
    selector: selectors.BaseSelector
    emit: Callable[[Event], None]
    quarantine: Quarantine
    wall_s: Callable[[], float]


class Employer(Protocol):
    """What the staff tells the pool that it works for."""

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""

    def on_able(self, now_ns: int) -> None:
        """Hand out work: somebody may be able to take it."""

    def on_answer(self, worker: Worker, response: Response, now_ns: int) -> None:
        """Take the answer of a process at work."""

    def on_wish(self, wish: Accompany, now_ns: int) -> None:
        """Take what a process at work wishes of its companion."""

    def on_stray(self) -> None:
        """Count an answer that nobody waits for."""

    def on_lost(self, worker: Worker, fate: Fate, how: str, cause: str, now_ns: int) -> None:
        """Settle the task of a process that is gone."""

    def on_failed(self, detail: str, now_ns: int) -> None:
        """Refuse what waits: nobody will work until something changes."""


class Staff:
    """The processes of one kind of worker. Used from the supervisor's thread."""

    def __init__(
        self,
        spec: WorkerSpec,
        site: Site,
        *,
        lent: Lent,
        metrics: PoolMetrics,
        employer: Employer,
    ) -> None:
        """Begin with nobody."""
        self.spec, self._site, self._lent = spec, site, lent
        self._metrics, self._employer = metrics, employer
        self.state = WorkerState.ABSENT
        # Who is at work, longest first; and what becomes of its task, should it die now.
        self._at_work: dict[Worker, Fate] = {}
        self.standby: Worker | None = None
        self._deaths = Deaths()
        self._relief = Relief(spec.budget, site.rng, wanted=spec.standby)
        self._backoff_ns: int | None = None  # when those are started who are missing
        self._failure = ""

    @property
    def gone(self) -> bool:
        """Whether no process is left."""
        return not self._at_work and self.standby is None

    @property
    def at_work(self) -> tuple[Worker, ...]:
        """The processes at work, whatever phase they are in; who has been so longest is first."""
        return tuple(self._at_work)

    @property
    def able(self) -> tuple[Worker, ...]:
        """The processes that may be given a request now."""
        if self.state is not WorkerState.READY:
            return ()
        return tuple(worker for worker in self._at_work if worker.can_work)

    def configure(self, settings: SettingsSlice, now_ns: int) -> None:
        """Keep settings for the next start, tell who runs, start anew after a failure."""
        self.spec = replace(self.spec, settings=settings)
        for worker in self._workers():
            worker.configure(settings)
        if self.state is WorkerState.FAILED:
            self._rearm()
            self.start(now_ns)

    def restart(self, now_ns: int) -> None:
        """Replace the processes at work, and start anew after a failure."""
        self._rearm()
        if self.state is WorkerState.STOPPING:
            return
        for worker in self.at_work:
            self.dismiss(worker, "a restart was asked for", Fate.KEEP)
        if len(self._at_work) < self.spec.processes:
            self.start(now_ns)

    def start(self, now_ns: int) -> None:
        """Start whoever is missing; a system that cannot is treated like a worker that died."""
        self._backoff_ns = None
        try:
            while len(self._at_work) < self.spec.processes:
                self._at_work[self._hire(now_ns)] = Fate.RETRY
        except OSError as error:
            self._after_death("no process", f"cannot start a process: {error}", now_ns)
            return
        self._enter(self._at_best())

    def dismiss(self, worker: Worker, cause: str, fate: Fate) -> None:
        """Kill a process at work, and say what becomes of its task."""
        if not worker.doomed:
            self._at_work[worker] = fate
            worker.kill(cause)

    def ask_to_stop(self, now_ns: int) -> None:
        """Have everybody finish and end."""
        self._relief.forget()
        self._backoff_ns = None
        self._enter(WorkerState.ABSENT if self.gone else WorkerState.STOPPING)
        for worker in self._workers():
            worker.ask_to_stop(now_ns)

    def close(self) -> None:
        """Kill whoever is left."""
        for worker in self._workers():
            worker.child.kill()

    def next_ns(self) -> int | None:
        """Return when `tick` has something to do, if nothing else happens before."""
        times = [self._backoff_ns, self._relief.next_ns(idle=self._employer.idle)]
        times += [worker.next_ns() for worker in self._workers()]
        return min((t for t in times if t is not None), default=None)

    def tick(self, now_ns: int) -> None:
        """Do what is due."""
        for worker in self._workers():
            worker.tick(now_ns)
        relief_ns = self._relief.next_ns(idle=self._employer.idle)
        if relief_ns is not None and now_ns >= relief_ns:
            self._hire_standby(now_ns)
        if self._backoff_ns is not None and now_ns >= self._backoff_ns:
            self.start(now_ns)

    # What the processes do.

    def on_ready(self, worker: Worker, now_ns: int) -> None:
        """Put a warm worker to work, or let it stand by."""
        if worker.child.start_message.settings != self.spec.settings:  # they came meanwhile
            worker.configure(dict(self.spec.settings))
        if worker in self._at_work:
            self._enter(WorkerState.READY, about=worker)
            if self.standby is None:
                self._relief.want(now_ns)
            self._employer.on_able(now_ns)

    def on_heard(self, worker: Worker, now_ns: int) -> None:
        """Have the next request sent."""
        if worker in self._at_work:
            self._employer.on_able(now_ns)

    def on_answer(self, worker: Worker, response: Response, now_ns: int) -> None:
        """Pass on what one at work has answered; nobody else was asked anything."""
        if worker in self._at_work:
            self._employer.on_answer(worker, response, now_ns)
        else:
            self._employer.on_stray()

    def on_wish(self, worker: Worker, wish: Accompany, now_ns: int) -> None:
        """Pass on what one at work wishes; who stands by has nothing to do."""
        if worker in self._at_work:
            self._employer.on_wish(wish, now_ns)

    def on_gone(self, worker: Worker, how: str, cause: str, now_ns: int) -> None:
        """Settle a death: the task in hand, then who goes on."""
        if worker is self.standby:
            self.standby = None
            self._after_standby(how, cause, now_ns)
            return
        fate = self._at_work.pop(worker)
        self._employer.on_lost(worker, fate, how, cause, now_ns)
        if self.state is WorkerState.STOPPING:
            self._stopped(now_ns)
        elif self.state is WorkerState.FAILED:
            self._employer.on_failed(self._failure, now_ns)  # its task was put back
        elif fate is Fate.KEEP:
            self._succeed(now_ns, cause, now_ns)
        else:
            self._after_death(how, cause, now_ns)

    def _after_standby(self, how: str, cause: str, now_ns: int) -> None:
        if self.state is WorkerState.STOPPING:
            self._stopped(now_ns)
        elif self.state is not WorkerState.FAILED:
            self._metrics.died(how, cause)
            more = "" if self._relief.died(now_ns) else "; no other is started"
            self._say(LogRecord(level=LogLevel.WARNING, event=f"standby died{more}", reason=cause))

    def _stopped(self, now_ns: int) -> None:
        if self.gone:
            self._enter(WorkerState.ABSENT)
            if not self._employer.idle:  # a request met it on its way out
                self.start(now_ns)

    def _after_death(self, how: str, cause: str, now_ns: int) -> None:
        self._metrics.died(how, cause)
        self._deaths, verdict = after_death(self._deaths, now_ns, self.spec.budget, self._site.rng)
        if not isinstance(verdict, GiveUp):
            self._succeed(verdict.at_ns, cause, now_ns)
            return
        detail = f"{verdict.deaths} deaths in {verdict.window_s:g} s; the last: {cause}"
        self._failure, self._backoff_ns = detail, None
        self._relief.forget()
        if self.standby is not None:
            self.standby.kill(detail)
        for other in self.at_work:
            self.dismiss(other, detail, Fate.KEEP)
        self._employer.on_failed(detail, now_ns)
        self._enter(WorkerState.FAILED, cause=detail)

    def _succeed(self, at_ns: int, cause: str, now_ns: int) -> None:
        """Have the standby take over at once, or start another process at its time."""
        heir = self.standby
        if heir is None or heir.doomed:  # a doomed one is not buried yet
            # Where another waits already, both are started with the first: the budget counts both.
            self._backoff_ns = at_ns if self._backoff_ns is None else min(at_ns, self._backoff_ns)
            self._enter(self._at_best(), cause=cause)
            self._employer.on_able(now_ns)  # whoever is left goes on with what was in hand
            return
        self._at_work[heir], self.standby = Fate.RETRY, None
        heir.child.yield_to_others(on=False)
        self._enter(self._at_best(), cause=cause, about=heir)
        self._relief.want(at_ns)
        self._employer.on_able(now_ns)

    def _hire(self, now_ns: int) -> Worker:
        child = self._site.spawn(self.spec, self._lent)
        watching = self._site.selector
        return Worker(self.spec, child, owner=self, selector=watching, log=self._log, now_ns=now_ns)

    def _hire_standby(self, now_ns: int) -> None:
        self._relief.forget()
        if self.standby is not None or self.state is not WorkerState.READY:
            return  # the next one that is ready asks again
        try:
            self.standby = self._hire(now_ns)
        except OSError as error:
            self._after_standby("no process", f"cannot start a process: {error}", now_ns)
            return
        self.standby.child.yield_to_others(on=True)

    def _rearm(self) -> None:
        self._deaths = Deaths()
        self._relief.rearm()

    def _workers(self) -> tuple[Worker, ...]:
        return (*self._at_work, *(() if self.standby is None else (self.standby,)))

    def _at_best(self) -> WorkerState:
        """Return the state of whoever at work has come furthest."""
        if not self._at_work:
            return WorkerState.BACKOFF
        warm = any(worker.phase is Phase.READY for worker in self._at_work)
        return WorkerState.READY if warm else WorkerState.STARTING

    def _enter(self, state: WorkerState, *, cause: str = "", about: Worker | None = None) -> None:
        """Be in a state, and say so; of `about` it is told what it has loaded, if it is ready."""
        self.state = state
        about_or_first = about or next(iter(self._at_work), None)
        pid = about_or_first.pid if about_or_first else 0
        changed = WorkerChanged(self.spec.name, state, pid, self._metrics.restarts, cause)
        ready = about.ready if about else None
        if ready is not None:
            changed = replace(
                changed, packages=ready.packages, layers=ready.layers, lacks=ready.lacks
            )
        self._site.emit(changed)

    def _log(self, pid: int, record: LogRecord) -> None:
        self._site.emit(Logged(self.spec.name, pid, record))

    def _say(self, record: LogRecord) -> None:
        self._log(0, record)
