"""The CPU time of other processes, to the nanosecond.

Role: one small function. Counterpart: the benches ask it about workers, which are not their
children to wait for.
"""

import time


def process_cpu_s(pid: int) -> float:
    """Return the CPU time of a living process, user and system, all its threads together.

    Finer than /proc/PID/stat, which counts hundredths of a second. A `pid` of 0 has taken none.

    Raises:
        OSError: if there is no such process.
    """
    clock = ~pid << 3 | 2  # how Linux numbers the clock of a process: clock_getcpuclockid(3)
    return time.clock_gettime(clock) if pid else 0.0


def thread_cpu_s(tid: int) -> float:
    """Return the CPU time of a thread of this process, by its kernel number.

    Raises:
        OSError: if there is no such thread.
    """
    return time.clock_gettime(~tid << 3 | 6)  # the same, of a thread alone
