"""Frame times without Python in the frame: read from Qt's own log.

Role: the render thread logs each frame it presents; the interface's thread logs where a motion
begins and ends; both go to one pipe, in one order, with one clock. Counterpart: the supervisor
thread feeds what it reads from the pipe.

Guarantees:
- The render thread never waits: the pipe's writing end does not block, and a full pipe loses
  lines, not frames.
- Only frames between a motion's beginning and end make intervals: a screen at rest draws nothing.
- Lines that are not about frames are passed on, whole up to a length that no warning has.
- How the bytes were cut into pieces makes no difference.
"""

import collections
import faulthandler
import fcntl
import os
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Final

MOTION_CATEGORY: Final = "stillframe.motion"
BEGIN: Final = "begin"
END: Final = "end"

_LOOP_CATEGORY: Final = "qt.scenegraph.time.renderloop"
_PATTERN: Final = "%{time process} %{category} %{message}"
_RULES: Final = f"{_LOOP_CATEGORY}=true;{MOTION_CATEGORY}=true"
# Seconds since the process began, the category, the message.
_LINE: Final = re.compile(rb"\s*(\d{1,9})\.(\d{3}) (\S+) (.*)")
_PRESENTED: Final = b"syncAndRender: frame rendered"
# Room for some seconds of log while the supervisor thread is busy elsewhere.
_PIPE_BYTES: Final = 1 << 20
_READ_BYTES: Final = 1 << 16
# Counted by the millisecond, which is as fine as Qt's log is, so that weeks of frames take no more
# memory than this allows.
_LONGEST_INTERVAL_MS: Final = 60_000
# What a longer line says after this is cut off.
_LONGEST_LINE_BYTES: Final = 4096


def enable(environ: MutableMapping[str, str]) -> None:
    """Ask Qt, before it is loaded, to log its frames; rules that are set already stay."""
    rules = [rule for rule in (environ.get("QT_LOGGING_RULES", ""), _RULES) if rule]
    environ["QT_LOGGING_RULES"] = ";".join(rules)
    environ["QT_MESSAGE_PATTERN"] = _PATTERN
    environ["QT_FORCE_STDERR_LOGGING"] = "1"


class StderrTap:
    """Puts a pipe in the place of this process's standard error, where Qt writes its log."""

    def __init__(self) -> None:
        """Put the pipe there. What Python says, and how it crashes, still goes to the real one."""
        self.read_fd, write_fd = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        fcntl.fcntl(self.read_fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.stderr_fd = os.dup(2)
        os.dup2(write_fd, 2)
        os.close(write_fd)
        # A pipe that its own process reads is no place for the reason why it does not any more.
        self._python = sys.stderr
        sys.stderr = open(self.stderr_fd, "w", buffering=1, errors="replace", closefd=False)  # noqa: SIM115
        if not faulthandler.is_enabled():
            faulthandler.enable(self.stderr_fd)

    def read(self) -> bytes:
        """Return what has been written since the last call; empty if nothing was."""
        try:
            return os.read(self.read_fd, _READ_BYTES)
        except BlockingIOError:
            return b""

    def restore(self) -> None:
        """Put the real standard error back."""
        os.dup2(self.stderr_fd, 2)
        sys.stderr = self._python


class FrameLog:
    """Counts frames and measures intervals from the log's bytes."""

    def __init__(self, other: Callable[[str], None]) -> None:
        """Begin; `other` gets each line that is not about frames."""
        self.presented = 0
        self.intervals_ms: collections.Counter[int] = collections.Counter()
        self._other = other
        self._rest = b""
        self._moving = False
        self._last_ms: int | None = None

    def feed(self, data: bytes) -> None:
        """Take bytes as they come; a line may come in pieces."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:_LONGEST_LINE_BYTES]
        for line in lines:
            self._take(line[:_LONGEST_LINE_BYTES])

    def _take(self, line: bytes) -> None:
        match = _LINE.fullmatch(line)
        if match is None:
            self._pass_on(line)
            return
        seconds, milliseconds, category, message = match.groups()
        if category == _LOOP_CATEGORY.encode():
            if _PRESENTED in message:
                self._frame(int(seconds) * 1000 + int(milliseconds))
        elif category == MOTION_CATEGORY.encode():
            self._moving = message == BEGIN.encode()
            self._last_ms = None
        else:
            self._pass_on(category + b" " + message)

    def _frame(self, at_ms: int) -> None:
        self.presented += 1
        if self._moving:
            if self._last_ms is not None:
                interval_ms = max(0, min(at_ms - self._last_ms, _LONGEST_INTERVAL_MS))
                self.intervals_ms[interval_ms] += 1
            self._last_ms = at_ms

    def _pass_on(self, line: bytes) -> None:
        text = line.decode("utf-8", "backslashreplace").strip()
        if text:
            self._other(text)
