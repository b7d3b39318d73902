"""An interface process without an interface: supervises workers until it is killed.

Writes out its workers' process numbers when both are at work: one busy for ever, one idle.
"""

import os
import sys

from crew import Crew, unruly_request, unruly_spec
from stillframe.contracts.wire import PROTOCOLS
from stillframe.supervision.events import Submit, WorkerState
from stillframe.supervision.spec import WorkerSpec


def main() -> None:
    """Start the crew and wait for the end."""
    library = WorkerSpec(
        name="library", module="stillframe.workers.library", protocol=PROTOCOLS["library"]
    )
    crew = Crew([unruly_spec(), library])
    crew.supervisor.start()
    ready = crew.until(
        lambda: found if len(found := crew.changes(WorkerState.READY)) == 2 else None
    )
    gate = sys.argv[1]
    crew.supervisor.post(Submit(unruly_request(1, f"once:hang:{gate}"), b"key"))
    crew.until(lambda: os.path.exists(gate))
    sys.stdout.write(" ".join(str(change.pid) for change in ready) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
