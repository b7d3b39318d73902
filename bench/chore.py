"""What every worker of `bench.recover` is asked to do.

Role: one function, in a module that costs nothing to import, because peers import it in each new
process. Counterpart: `bench.tasks` does it for ours.
"""

import os
import time


def chore(work_ms: int) -> int:
    """Rest for so long, and return the number of the process that did.

    It rests rather than works, so that two of them at once take no longer on a busy machine.
    """
    time.sleep(work_ms / 1e3)
    return os.getpid()
