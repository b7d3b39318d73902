"""How many files, sockets and counters this process has open."""

import gc
import os


def open_descriptors() -> int:
    """Return how many there are, once what other tests have left to the collector is closed."""
    gc.collect()
    return len(os.listdir("/proc/self/fd"))
