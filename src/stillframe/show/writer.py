"""Writing that nobody waits for.

Role: one thread that does what would block: a disk has one such thread, a terminal its own.
Counterpart: `show.journal` posts lines, `show.quarantine_file` the contents of a file.

Guarantees:
- `post` and `keep` return at once and take no lock: an append to a bounded deque or a store in a
  dict, which CPython makes atomic, and a write to an eventfd.
- At most `JOBS_CAP` jobs wait. One more drops the oldest, and `lost` counts it.
- Of what is kept by name only the newest is written. A flood of jobs does not hold it up.
- `close` does what is left, and gives up after a time: a stuck disk is left behind.
"""

import collections
import contextlib
import itertools
import os
import select
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

# What a stuck terminal or disk may cost in memory.
JOBS_CAP: Final = 1000
# Each name is a file of ours; there are a handful.
NAMES_CAP: Final = 16
CLOSE_TIMEOUT_S: Final = 1.0
_NS_PER_S: Final = 1_000_000_000

Job = Callable[[], object]
"""Called on the writer's thread. It may block there; an `OSError` of it is passed over."""


class Duty(Protocol):
    """Somebody with work to do at a time, or at the end; called on the writer's thread."""

    def rest(self, now_ns: int) -> int | None:
        """Do what is due while nothing waits; return when there is more, by the same clock."""

    def end(self) -> None:
        """Do what was put off."""


class Writer:
    """A bounded queue of jobs and the thread that does them."""

    def __init__(self, name: str) -> None:
        """Start the thread `name`."""
        self._numbers = itertools.count(1)
        self._jobs: collections.deque[tuple[int, Job]] = collections.deque(maxlen=JOBS_CAP)
        self._newest: dict[str, Job] = {}
        self._duties: tuple[Duty, ...] = ()
        self._last_number = self._taken = 0
        self._closing = False
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        # Closed when neither the thread nor anybody who could post is left to use its number.
        weakref.finalize(self, os.close, self._wake_fd).atexit = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def attend(self, duty: Duty) -> None:
        """Let `duty` have its turns from now on."""
        self._duties = (*self._duties, duty)

    def post(self, job: Job) -> None:
        """Do this soon, in order."""
        self._jobs.append((next(self._numbers), job))
        self._wake()

    def keep(self, name: str, job: Job) -> None:
        """Do this soon, in place of what was to be kept by this name and is not yet written.

        Raises:
            ValueError: if there are too many names.
        """
        if name not in self._newest and len(self._newest) >= NAMES_CAP:
            raise ValueError(f"{name!r} is a name too many: at most {NAMES_CAP} are kept at once")
        self._newest[name] = job
        self._wake()

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Do what is left; for shutdown only. False if that takes longer and is left behind."""
        self._closing = True
        self._wake()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # On the writer's thread from here on.

    @property
    def lost(self) -> int:
        """How many jobs were dropped so far."""
        return self._last_number - self._taken

    def _run(self) -> None:
        while True:
            closing = self._closing  # read first: what was posted before the end is done
            while self._jobs or self._newest:
                self._step()
            if closing:
                break
            self._wait()
        for duty in self._duties:
            duty.end()

    def _step(self) -> None:
        with contextlib.suppress(IndexError):  # nothing is posted
            number, job = self._jobs.popleft()
            # Two threads that post at once may do so out of order.
            self._last_number, self._taken = max(self._last_number, number), self._taken + 1
            _perform(job)
        with contextlib.suppress(KeyError):  # nothing is kept
            _perform(self._newest.popitem()[1])

    def _wait(self) -> None:
        now_ns = time.monotonic_ns()
        times_ns = [at_ns for duty in self._duties if (at_ns := duty.rest(now_ns)) is not None]
        timeout_s = max(0.0, (min(times_ns) - now_ns) / _NS_PER_S) if times_ns else None
        select.select([self._wake_fd], [], [], timeout_s)
        with contextlib.suppress(BlockingIOError):  # it was the time that woke us
            os.eventfd_read(self._wake_fd)

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it is full of wake-ups: one is enough
            os.eventfd_write(self._wake_fd, 1)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, wholly or not at all; only its owner may read it.

    Raises:
        OSError: it could not be written; what was there is still there, and nothing beside it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            # A name that points to blocks which a power cut kept from the disk is an empty file.
            os.fsync(descriptor)
        os.replace(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):  # it has its right name now
            os.unlink(name)


def _perform(job: Job) -> None:
    with contextlib.suppress(OSError):
        job()
