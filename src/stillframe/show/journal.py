"""The log: structured lines, throttled, written by one thread that nobody waits for.

Role: where every part of the interface process says what happened. Counterpart: standard error,
or wherever `write` puts a line.

Guarantees:
- `note` never blocks and takes no lock: it appends to a bounded deque and may drop the oldest.
- The same line is written once an interval, with how often it came; the show's own, each time.
- A line is one line of printable characters, whatever a file name or a worker says.
"""

import collections
import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# A stuck terminal must not cost memory: beyond this the oldest lines are dropped.
LINES_CAP: Final = 1000
THROTTLE_NS: Final = 5_000_000_000
# What the show itself does is written each time: a person who steps back sees the same photo again.
SHOW: Final = "SHOW"
# How many different events are remembered for throttling.
_EVENTS_CAP: Final = 256


@dataclass(frozen=True)
class Line:
    """One thing that happened. `tag` is PERF, HEALTH or SHOW; `event` is what repeats."""

    tag: str
    event: str
    fields: tuple[tuple[str, str | int | float], ...] = ()

    def text(self) -> str:
        """Return the line as it is written."""
        words = " ".join(f"{name}={_quoted(value)}" for name, value in self.fields)
        return f"[{self.tag}] {_escaped(self.event)} {words}".rstrip()


class Throttle:
    """Lets one event through an interval, and counts the others. Pure."""

    def __init__(self, interval_ns: int = THROTTLE_NS) -> None:
        self._interval_ns = interval_ns
        self._last: collections.OrderedDict[str, tuple[int, int]] = collections.OrderedDict()

    def admit(self, line: Line, now_ns: int) -> str | None:
        """Return the text to write, or None to hold the line back."""
        text = line.text()
        if line.tag == SHOW:
            return text
        written_ns, held = self._last.get(text, (None, 0))
        if written_ns is not None and now_ns - written_ns < self._interval_ns:
            self._last[text] = (written_ns, held + 1)
            return None
        self._last[text] = (now_ns, 0)
        self._last.move_to_end(text)
        if len(self._last) > _EVENTS_CAP:
            self._last.popitem(last=False)
        return f"{text} repeated={held}" if held else text


class Journal:
    """A bounded queue of lines and the thread that writes them."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """Prepare; `write` gets whole lines, on the journal's own thread, and may block there."""
        self._write = write
        self._lines: collections.deque[Line] = collections.deque(maxlen=LINES_CAP)
        self._throttle = Throttle()
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def note(self, tag: str, event: str, **fields: str | float) -> None:
        """Write this line soon."""
        self._lines.append(Line(tag, event, tuple(fields.items())))
        with contextlib.suppress(BlockingIOError):
            os.eventfd_write(self._wake_fd, 1)

    def close(self, timeout_s: float = 1.0) -> None:
        """Write what is left; for shutdown only. A stuck terminal is left behind."""
        self._closing = True
        with contextlib.suppress(BlockingIOError):
            os.eventfd_write(self._wake_fd, 1)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._closing or self._lines:
            if not self._lines:
                select.select([self._wake_fd], [], [])
                os.eventfd_read(self._wake_fd)
            while self._lines:
                line = self._lines.popleft()
                text = self._throttle.admit(line, time.monotonic_ns())
                if text is not None:
                    with contextlib.suppress(OSError):  # the terminal is gone: nobody reads
                        self._write(text)


def _quoted(value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    plain = text and text.isprintable() and not set(text) & {" ", '"', "="}
    return text if plain else '"' + _escaped(text.translate(_QUOTED)) + '"'


def _escaped(text: str) -> str:
    """Spell out what is not printable: it could forge a line or steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


_QUOTED: Final = str.maketrans({'"': '\\"', "\\": "\\\\"})
