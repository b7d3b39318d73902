"""The pipe that a kind of worker reads, and the program that writes into it.

Role: keeps one program running as a worker wishes. Counterpart: the worker says `Accompany`, and
finds the pipe's other end in `Start`; `supervision.restart` decides how soon an end is followed by
a start.

Guarantees:
- At most one program runs; the next is started after the one before was reaped.
- Both ends of the pipe are held here: worker and program may each die, and none sees an end of it.
- An end that nobody asked for is a death, and waits as a worker's does. A worker that changes its
  mind is obeyed at once, but starts no more than one program in `_APART_NS`.
- What becomes of the program never becomes a worker's failure.
"""

import contextlib
import os
import selectors
from typing import Final

from stillframe.contracts.control import LogLevel, LogRecord
from stillframe.supervision.events import Logged
from stillframe.supervision.metrics import Allowance
from stillframe.supervision.process import Program
from stillframe.supervision.restart import Deaths, RestartAt, after_death
from stillframe.supervision.spec import Companion
from stillframe.supervision.staff import Site
from stillframe.supervision.times import ns

_APART_NS: Final = 100_000_000
_LINE_CAP_CHARS: Final = 500
_LINES_CAP: Final = 20
_LINES_INTERVAL_NS: Final = 1_000_000_000


class Accompaniment:
    """One companion of one kind of worker. Used from the supervisor's thread."""

    def __init__(self, worker: str, companion: Companion, site: Site) -> None:
        """Begin with no program.

        Raises:
            OSError: if the system cannot give us a pipe.
        """
        self._worker, self._companion, self._site = worker, companion, site
        self.pipe, self._writer = os.pipe2(os.O_CLOEXEC)
        self._wish = ""
        self._program: Program | None = None
        self._argument = ""  # what it runs with
        self._dismissed = self._stopped = False
        self._begun_ns: int | None = None
        self._due_ns: int | None = None
        self._deaths = Deaths()
        self._allowance = Allowance(cap=_LINES_CAP, interval_ns=_LINES_INTERVAL_NS)

    @property
    def gone(self) -> bool:
        """Whether no program is left."""
        return self._program is None

    def want(self, argument: str, now_ns: int, *, anew: bool = False) -> None:
        """Have the program run with an argument; with an empty one, not at all."""
        if self._stopped:
            return
        self._wish = argument
        if self._program is not None:
            if anew or argument != self._argument:
                self._dismissed = True
                self._program.kill()
        elif not argument:
            self._due_ns = None
        elif self._due_ns is None:
            self._due_ns = self._soonest_ns(now_ns)

    def stop(self) -> None:
        """End the program, and start no other."""
        self._wish, self._due_ns = "", None
        self._stopped = self._dismissed = True
        if self._program is not None:
            self._program.kill()

    def close(self) -> None:
        """Kill what is left, and let go of the pipe."""
        if self._program is not None:
            self._program.kill()
        os.close(self.pipe)
        os.close(self._writer)

    def next_ns(self) -> int | None:
        """Return when `tick` has something to do, if nothing else happens before."""
        return self._due_ns

    def tick(self, now_ns: int) -> None:
        """Start the program if its time has come."""
        if self._due_ns is None or now_ns < self._due_ns:
            return
        self._due_ns, self._begun_ns, self._dismissed = None, now_ns, False
        self._argument = self._wish
        command = self._companion.command(self._argument)
        try:
            self._program = self._site.launch(command, self._writer)
        except (OSError, ValueError) as error:  # no such program, or a word that no command holds
            self._after_death(f"cannot start {command[0]}: {error}", now_ns)
            return
        self._site.selector.register(self._program.pidfd, selectors.EVENT_READ, self._on_exit)
        self._site.selector.register(self._program.stderr, selectors.EVENT_READ, self._on_stderr)

    # What the program does.

    def _on_stderr(self, now_ns: int) -> None:
        if self._program is None:
            return
        lines = self._program.read_stderr()
        if lines is None:
            self._forget(self._program)
            return
        for line in lines:
            if self._allowance.admit(now_ns):
                self._say(line[:_LINE_CAP_CHARS])

    def _on_exit(self, now_ns: int) -> None:
        program = self._program
        how = program.reap() if program is not None else None
        if program is None or how is None:
            return
        self._on_stderr(now_ns)
        self._forget(program)
        with contextlib.suppress(KeyError, ValueError):
            self._site.selector.unregister(program.pidfd)
        program.close()
        self._program = None
        if not self._dismissed:
            self._after_death(f"{self._companion.argv[0]} ended: {how}", now_ns)
        elif self._wish:
            self._due_ns = self._soonest_ns(now_ns)

    def _after_death(self, cause: str, now_ns: int) -> None:
        """Say so, and set the time of the next start."""
        budget = self._companion.budget
        self._deaths, verdict = after_death(self._deaths, now_ns, budget, self._site.rng)
        if isinstance(verdict, RestartAt):
            at_ns = verdict.at_ns
        else:
            at_ns = now_ns + ns(budget.backoff_cap_s)
            cause = f"{cause}; {verdict.deaths} times in {verdict.window_s:g} s: it waits"
        self._say(cause)
        self._due_ns = max(at_ns, self._soonest_ns(now_ns)) if self._wish else None

    def _soonest_ns(self, now_ns: int) -> int:
        return now_ns if self._begun_ns is None else max(now_ns, self._begun_ns + _APART_NS)

    def _forget(self, program: Program) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._site.selector.unregister(program.stderr)

    def _say(self, text: str) -> None:
        record = LogRecord(level=LogLevel.WARNING, event=text)
        self._site.emit(Logged(self._worker, 0, record))
