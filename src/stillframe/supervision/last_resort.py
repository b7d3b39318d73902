"""The end of a process whose interface does not answer any more.

Role: a thread that waits until the end is wanted and then, if it does not come, brings it about.
Counterpart: `app` says when the end is wanted, by whatever way, and when it has come.

Guarantees: a driver that holds the interface's thread for ever does not hold this one; it acts once
at most, and never after `disarm`. It takes nothing from the descriptor that it watches.
"""

import contextlib
import os
import select
import threading
from collections.abc import Callable
from typing import Final

_FOR_EVER: Final = None


class LastResort:
    """Acts where an end that is wanted does not come."""

    def __init__(self, grace_s: float, act: Callable[[], object]) -> None:
        """Prepare.

        Args:
            grace_s: how long an end that is wanted may take.
            act: called on a thread of our own when it has not come by then.
        """
        self._grace_s, self._act = grace_s, act
        self._wanted, self._come = (os.eventfd(0, os.EFD_CLOEXEC) for _ in range(2))
        self._thread = threading.Thread(target=self._run, name="last-resort", daemon=True)
        self._watched: int | None = None
        self._wanted_in_s: float | None = _FOR_EVER

    def start(self, *, watched: int | None = None, wanted_in_s: float | None = _FOR_EVER) -> None:
        """Begin to wait.

        Args:
            watched: a descriptor; once it can be read, the end is wanted.
            wanted_in_s: when it is wanted in any case.
        """
        self._watched, self._wanted_in_s = watched, wanted_in_s
        self._thread.start()

    def want(self) -> None:
        """Say that the end is wanted; callable from any thread, and more than once."""
        self._write(self._wanted)

    def disarm(self) -> None:
        """Say that the end has come as it should; returns when it is certain that nobody acts."""
        self._write(self._come)
        self._write(self._wanted)
        if self._thread.is_alive():
            self._thread.join()
        wanted, self._wanted = self._wanted, -1
        come, self._come = self._come, -1
        for descriptor in (wanted, come):
            if descriptor >= 0:
                os.close(descriptor)

    def _run(self) -> None:
        watched = () if self._watched is None else (self._watched,)
        select.select((self._wanted, *watched), (), (), self._wanted_in_s)
        come, _, _ = select.select((self._come,), (), (), self._grace_s)
        if not come:
            self._act()

    def _write(self, descriptor: int) -> None:
        with contextlib.suppress(OSError, ValueError):  # disarmed before
            os.eventfd_write(descriptor, 1)
