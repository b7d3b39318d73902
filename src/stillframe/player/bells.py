"""What wakes Qt's event loop from outside: the supervisor's events and the system's signals.

Role: two descriptors that Qt watches. Counterpart: the supervisor thread rings the bell; the
kernel delivers SIGINT and SIGTERM.

Guarantees: ringing never blocks; a signal ends the show even while the loop sleeps.
"""

import contextlib
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

from PySide6.QtCore import QSocketNotifier


class Bell:
    """Calls back on Qt's thread after it was rung, once for any number of rings."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._notifier = QSocketNotifier(self._fd, QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._on_readable)

    def ring(self) -> None:
        """Wake Qt's thread; callable from any thread."""
        with contextlib.suppress(OSError):  # full of rings, or closed: nobody need hear this one
            os.eventfd_write(self._fd, 1)

    def close(self) -> None:
        """Stop listening."""
        self._notifier.setEnabled(False)
        fd, self._fd = self._fd, -1
        os.close(fd)

    def _on_readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._fd)
        self._call()


class Interruptions:
    """While entered, SIGINT and SIGTERM call back on Qt's thread instead of ending the process."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._on_readable)

    @property
    def descriptor(self) -> int:
        """Can be read when a signal has come that Qt's thread has not taken yet."""
        return self._reader.fileno()

    def __enter__(self) -> Self:
        self._before_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _on_readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(64)
        self._call()


def _ignore(number: int, frame: FrameType | None) -> None:
    """Take a signal in Python's name, so that its number is written to the wake-up descriptor."""
