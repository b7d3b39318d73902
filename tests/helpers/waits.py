"""Counts what a thread calls that waits: for a lock, a pipe, a process, a clock or a disk."""

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType, FrameType
from typing import Any

# Where the interpreter keeps what waits; a `with lock` is seen as it lets go of the lock.
_WAITING_TYPES = ("lock", "RLock", "epoll", "poll", "SimpleQueue", "socket")
_WAITING_MODULES = ("select", "posix", "io", "_io", "_socket", "_posixsubprocess")
# One write of eight bytes to a counter, and what only looks at this process.
_HARMLESS = ("posix.eventfd_write", "posix.getpid", "posix.fspath", "SimpleQueue.put")


@contextmanager
def counted_waits() -> Iterator[Counter[str]]:
    """Yield a count of this thread's calls that may wait, by name; it grows as they are made."""
    found: Counter[str] = Counter()

    def look(frame: FrameType, event: str, called: Any) -> None:
        del frame
        if event == "c_call" and (name := _waiting_name(called)):
            found[name] += 1

    # What others have left to the collector would be closed in this thread's name.
    gc.collect()
    gc.disable()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(None)
        gc.enable()


def _waiting_name(called: BuiltinFunctionType) -> str:
    """Return the name of what may wait; empty for what cannot."""
    module, name = called.__module__ or "", called.__qualname__
    full = f"{module}.{name}" if module else name
    waits = name.partition(".")[0] in _WAITING_TYPES or module in _WAITING_MODULES
    return full if (waits or full == "time.sleep") and full not in _HARMLESS else ""
