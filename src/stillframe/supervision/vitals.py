"""What the kernel knows of a process: processor time, memory, what it waits for.

Role: the reading; nothing is decided here. Counterpart: `supervision.health` judges,
`supervision.metrics` reports.

Guarantees: only reads `/proc` and a clock, which no worker can delay; a process that is gone is
None.
"""

import os
import platform
import time
from dataclasses import dataclass
from typing import Final

# How Linux makes a clock's number from a process's: its total processor time, in nanoseconds.
_CPUCLOCK_SCHED: Final = 2
_RUNNABLE: Final = "R"
_DISK_SLEEP: Final = "D"
_SLEEPING: Final = "S"
_RESIDENT_FIELD: Final = 1

# Calls that end when a disk or a share answers. A share by way of FUSE lets its reader sleep like
# anybody else, so that only the call tells a slow share from a deadlock.
_FILE_CALLS: Final = {
    # read, open, stat, fstat, lstat, pread64, readv, getdents, getdents64, openat, newfstatat,
    # preadv, statx, openat2
    "x86_64": frozenset({0, 2, 4, 5, 6, 17, 19, 78, 217, 257, 262, 295, 332, 437}),
    # openat, getdents64, read, readv, pread64, preadv, newfstatat, fstat, statx, openat2
    "aarch64": frozenset({56, 61, 63, 65, 67, 69, 79, 80, 291, 437}),
}


@dataclass(frozen=True)
class Vitals:
    """A process at one moment."""

    cpu_ns: int
    memory_bytes: int
    """Resident, shared memory included."""
    excused: bool
    """It waits for a processor or for a file."""


def read_vitals(pid: int) -> Vitals | None:
    """Return the vitals of a process; None if it is gone.

    Source: proc(5), clock_getcpuclockid(3).
    """
    try:
        return Vitals(cpu_ns(pid), _memory_bytes(pid), _is_excused(pid))
    except OSError:
        return None


def cpu_ns(pid: int) -> int:
    """Return the processor time that a process has used, all threads together.

    Raises:
        OSError: if there is no such process.
    """
    return time.clock_gettime_ns(~pid << 3 | _CPUCLOCK_SCHED)


def _memory_bytes(pid: int) -> int:
    pages = int(_read(pid, "statm").split()[_RESIDENT_FIELD])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _is_excused(pid: int) -> bool:
    # A decoder works, and waits, in threads of its own, while the first one waits for them.
    return any(_waits(pid, f"task/{thread}/") for thread in os.listdir(f"/proc/{pid}/task"))


def _waits(pid: int, thread: str) -> bool:
    try:
        # The name in parentheses may hold anything; the state follows it.
        state = _read(pid, f"{thread}stat").rpartition(")")[2].split()[0]
        if state != _SLEEPING:
            return state in (_RUNNABLE, _DISK_SLEEP)
        number = _read(pid, f"{thread}syscall").split()[0]
    except (PermissionError, FileNotFoundError, ProcessLookupError):
        # A host that does not let us look: then stillness is all there is. Or the thread has ended.
        return False
    return number.isdecimal() and int(number) in _FILE_CALLS.get(platform.machine(), frozenset())


def _read(pid: int, name: str) -> str:
    with open(f"/proc/{pid}/{name}", encoding="ascii", errors="replace") as file:
        return file.read()
