"""The tie between a worker and its parent: when the parent goes, the worker goes.

Role: what a child does about its own life, first thing. Counterpart: `supervision.process` starts
it and tells it the parent's process number.

Guarantees: three independent ends - the kernel's parent-death signal, the end of the channel, and
a parent that is no longer ours.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def tie_to_parent(parent_pid: int) -> bool:
    """Ask the kernel to kill us when the thread that started us dies.

    Returns:
        False if the parent is already gone, in which case there is nobody to work for.
    """
    # Ctrl-C reaches the terminal's whole process group; ending is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have died before the line above took effect.
    return os.getppid() == parent_pid
