"""A program of our own that is sent once: it says a few lines, and ends or is killed.

Role: performs errands, one after the other. Counterpart: `events.Errand` says what, and
`events.ErrandEnded` what came of it; `supervision.process` starts it.

Guarantees:
- Every errand ends: by itself, past its time, or with the show; then nothing of it is left.
- A busy machine is not mistaken for an endless program: who has had little of the processor gets
  more time, up to a limit.
- Whatever it writes, so much is kept and no more.
"""

import collections
import contextlib
import os
import selectors
from collections.abc import Callable
from typing import Final

from stillframe.supervision.events import Errand, ErrandEnded, Event
from stillframe.supervision.process import Program
from stillframe.supervision.times import ns
from stillframe.supervision.vitals import cpu_ns

_SAID_CAP_BYTES: Final = 4096
_COMPLAINT_CAP_CHARS: Final = 500
_LOOK_AGAIN_NS: Final = 250_000_000
# Who has not had so much of the processor in its time has hardly begun.
_HARDLY_BEGUN_NS: Final = 1_000_000_000
_TIMES_LONGER: Final = 4

Launch = Callable[[Errand, int], Program]
"""Starts an errand's program, whose output goes into a descriptor."""


class _Running:
    """A program on its way."""

    def __init__(self, errand: Errand, program: Program, reader: int, now_ns: int) -> None:
        self.errand, self.program, self.reader = errand, program, reader
        self.since_ns, self.used_ns = now_ns, 0
        self.said, self.complaint = bytearray(), ""
        self.begun = self.late = self.stopped = False

    def hear(self, now_ns: int) -> bool:
        """Take what it says; False if it will say no more."""
        try:
            data = os.read(self.reader, _SAID_CAP_BYTES)
        except BlockingIOError:
            return True
        self.said += data[: _SAID_CAP_BYTES - len(self.said)]
        if not self.begun and b"\n" in self.said:
            self.begun, self.since_ns, self.used_ns = True, now_ns, self.cpu_ns()
        return bool(data)

    def cpu_ns(self) -> int:
        """Return what it has had of the processor."""
        try:
            return cpu_ns(self.program.pid)
        except OSError:
            return 0

    def is_late(self, now_ns: int) -> bool:
        """Say whether it has had its time."""
        errand = self.errand
        allowed_ns = ns(errand.work_s if self.begun else errand.start_s)
        passed_ns = now_ns - self.since_ns
        if passed_ns < allowed_ns:
            return False
        had_ns = self.cpu_ns() - self.used_ns
        return had_ns >= _HARDLY_BEGUN_NS or passed_ns >= _TIMES_LONGER * allowed_ns


class Errands:
    """The errands of one supervisor. Used from its thread."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        launch: Launch,
        emit: Callable[[Event], None],
    ) -> None:
        self._selector, self._launch, self._emit = selector, launch, emit
        self._waiting: collections.deque[Errand] = collections.deque()
        self._running: _Running | None = None

    @property
    def gone(self) -> bool:
        """Whether no program is left."""
        return self._running is None

    def submit(self, errand: Errand, now_ns: int) -> None:
        """Send a program, when those before it are back."""
        self._waiting.append(errand)
        self._begin(now_ns)

    def stop(self) -> None:
        """End what runs, and begin nothing more."""
        while self._waiting:
            self._emit(ErrandEnded(self._waiting.popleft(), stopped=True))
        if self._running is not None:
            self._running.stopped = True
            self._running.program.kill()

    def close(self) -> None:
        """Kill what is left."""
        if self._running is not None:
            self._running.program.kill()

    def next_ns(self, now_ns: int) -> int | None:
        """Return when `tick` wants to look again."""
        return None if self._running is None else now_ns + _LOOK_AGAIN_NS

    def tick(self, now_ns: int) -> None:
        """Kill what is past its time."""
        running = self._running
        if running is not None and not running.late and running.is_late(now_ns):
            running.late = True
            running.program.kill()

    def _begin(self, now_ns: int) -> None:
        while self._running is None and self._waiting:
            errand = self._waiting.popleft()
            reader, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            os.set_blocking(writer, True)
            try:
                program = self._launch(errand, writer)
            except OSError as error:
                os.close(reader)
                self._emit(ErrandEnded(errand, how=f"cannot be started: {error}"))
                continue
            finally:
                os.close(writer)
            self._running = _Running(errand, program, reader, now_ns)
            self._selector.register(reader, selectors.EVENT_READ, self._on_said)
            self._selector.register(program.stderr, selectors.EVENT_READ, self._on_stderr)
            self._selector.register(program.pidfd, selectors.EVENT_READ, self._on_exit)

    def _on_said(self, now_ns: int) -> None:
        if self._running is not None and not self._running.hear(now_ns):
            self._leave(self._running.reader)

    def _on_stderr(self, now_ns: int) -> None:
        del now_ns
        running = self._running
        if running is None:
            return
        lines = running.program.read_stderr()
        if lines is None:
            self._leave(running.program.stderr)
        elif lines:
            running.complaint = lines[-1][:_COMPLAINT_CAP_CHARS]

    def _on_exit(self, now_ns: int) -> None:
        running = self._running
        how = running.program.reap() if running is not None else None
        if running is None or how is None:
            return
        running.hear(now_ns)
        self._on_stderr(now_ns)
        for descriptor in (running.reader, running.program.stderr, running.program.pidfd):
            self._leave(descriptor)
        os.close(running.reader)
        running.program.close()
        self._running = None
        self._emit(
            ErrandEnded(
                running.errand,
                said=running.said.decode("utf-8", "replace"),
                begun=running.begun,
                late=running.late,
                stopped=running.stopped,
                how=how,
                complaint=running.complaint,
            )
        )
        self._begin(now_ns)

    def _leave(self, descriptor: object) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(descriptor)  # type: ignore[arg-type]
