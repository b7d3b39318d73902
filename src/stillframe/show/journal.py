"""The log: structured lines, throttled, written by threads that nobody waits for.

Role: where every part of the interface process says what happened. Counterpart: standard error,
or wherever `write` puts a line, and the log file.

Guarantees:
- `note` never blocks and takes no lock: it appends to bounded queues that may drop their oldest
  line, and say how many they lost.
- The terminal and the disk have a thread each: one that is stuck holds up neither the other nor
  the show.
- The same line is written once an interval, with how often it came; the show's own, each time.
"""

import contextlib
import functools
import os
import select
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from stillframe.contracts.control import LogLevel
from stillframe.show import lines
from stillframe.show.lines import Form, Line, Throttle, Value
from stillframe.show.log_file import LogFile
from stillframe.show.writer import CLOSE_TIMEOUT_S, JOBS_CAP, Writer

LINES_CAP: Final = JOBS_CAP

_Print = Callable[[str, int], object]
"""Writes a line's text; told the time in ns, by the monotonic clock."""


class Journal:
    """Takes lines, and has them written to a terminal and, if `keep_in` was called, to a file."""

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        least: LogLevel = LogLevel.DEBUG,
        form: Form = lines.text,
    ) -> None:
        """Begin.

        Args:
            write: gets whole lines, on a thread of their own, and may block there.
            least: the least level that is written.
            form: how a line looks on the terminal.
        """
        self._least = least
        self._terminal = Writer("terminal")
        self._to_terminal = _Outlet(self._terminal, form, lambda text, _: write(text))
        self._outlets: tuple[_Outlet, ...] = (self._to_terminal,)

    def keep_in(self, file: LogFile, disk: Writer, form: Form) -> None:
        """Write every line from now on to a file too, on the thread of the disk.

        Close `disk` before this journal: what it complains of in the end goes to the terminal.
        """
        to_file = _Outlet(
            disk,
            form,
            lambda text, now_ns: file.write(text, now_ns, self._say),
            close=file.close,
        )
        self._outlets = (*self._outlets, to_file)

    def note(
        self, tag: str, event: str, *, level: LogLevel = LogLevel.INFO, **fields: Value
    ) -> None:
        """Write this line soon."""
        if not lines.matters(level, self._least):
            return
        said = tuple((name, lines.short(value)) for name, value in fields.items())
        line = Line(tag, event, said, level, time.time_ns())
        for outlet in self._outlets:
            outlet.take(line)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Write what is left; for shutdown only. A stuck terminal is left behind."""
        self._terminal.close(timeout_s)

    def _say(self, line: Line) -> None:
        """Write a line about the file, which is of no use in the file."""
        self._to_terminal.take(replace(line, at_ns=time.time_ns()))


def print_to(descriptor: int) -> Callable[[str], None]:
    """Return what writes whole lines to a descriptor, and waits until they are taken."""

    def write(text: str) -> None:
        data = text.encode("utf-8", "backslashreplace") + b"\n"
        while data:
            try:
                data = data[os.write(descriptor, data) :]
            except BlockingIOError:  # whoever shares the terminal has made it so
                select.select([], [descriptor], [])

    return write


class _Outlet:
    """One of the places where lines go: a writer's thread, a throttle, a form."""

    def __init__(
        self,
        writer: Writer,
        form: Form,
        print_line: _Print,
        close: Callable[[], object] = lambda: None,
    ) -> None:
        self._writer, self._form, self._print, self._close = writer, form, print_line, close
        self._throttle = Throttle()
        self._lost_said = 0
        writer.attend(self)

    def take(self, line: Line) -> None:
        """Have a line written."""
        self._writer.post(functools.partial(self._write, line))

    def rest(self, now_ns: int) -> int | None:
        """Write what stands for lines that were held back or lost."""
        self._put(self._throttle.due(now_ns), now_ns)
        self._say_lost(now_ns)
        return self._throttle.next_ns()

    def end(self) -> None:
        """Write all that was held back."""
        now_ns = time.monotonic_ns()
        self._say_lost(now_ns)
        self._put(self._throttle.end(), now_ns)
        self._close()

    def _write(self, line: Line) -> None:
        now_ns = time.monotonic_ns()
        self._put(self._throttle.admit(line, now_ns), now_ns)

    def _say_lost(self, now_ns: int) -> None:
        lost = self._writer.lost - self._lost_said
        if lost > 0:
            self._lost_said += lost
            fields = (("count", lost),)
            line = Line("HEALTH", "lines lost", fields, LogLevel.WARNING, time.time_ns())
            self._put((line,), now_ns)

    def _put(self, ready: tuple[Line, ...], now_ns: int) -> None:
        for line in ready:
            with contextlib.suppress(OSError):  # the terminal is gone: nobody reads
                self._print(self._form(line), now_ns)
