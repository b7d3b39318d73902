"""The commands that a person types.

Role: the way in from the console script. Counterpart: `cli.main` has the commands.

Guarantees: from here on a signal ends the process with status 0 and no traceback, even while the
rest is being imported; a show that runs takes its signals itself.
"""

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    from stillframe.cli.main import run

    run()


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing is begun that needs an end, and workers end with their parent."""
    del number, frame
    os._exit(0)
