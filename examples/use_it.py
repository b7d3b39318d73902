"""An interface that offloads its work: it draws on, whatever the worker does.

Role: starts the worker of `prime_worker.py`, asks, and looks once a frame for what has come.
Counterpart: `stillframe.supervision`. Kill the worker while it runs: each answer still comes, once.

    python examples/use_it.py
"""

import time
from pathlib import Path

from prime_worker import PRIMES, PrimeRequest, PrimeResult
from stillframe.supervision import events
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.supervisor import Supervisor

FRAME_S = 1 / 60
NUMBERS = (10**3, 10**6, 10**9, 10**14, 2 * 10**14, 3 * 10**14)


def main() -> None:
    """Ask for some primes, and draw until all have come."""
    primes = WorkerSpec(
        name="primes",
        module="prime_worker",
        protocol=PRIMES,
        python_path=(str(Path(__file__).parent),),  # it is no installed package
        standby=True,
    )
    answered, longest_s, drawn_s = 0, 0.0, time.monotonic()
    with Supervisor([primes]) as supervisor:
        for number in NUMBERS:
            request = PrimeRequest(**supervisor.asking("primes", within_s=60), above=number)
            supervisor.post(events.Submit(request))
        while answered < len(NUMBERS):
            while (event := supervisor.take()) is not None:
                answered += show(event)
            time.sleep(FRAME_S)  # here an interface draws
            now_s = time.monotonic()
            longest_s, drawn_s = max(longest_s, now_s - drawn_s), now_s
    print(f"the longest frame took {longest_s * 1e3:.0f} ms")


def show(event: events.Event) -> bool:
    """Print what has come; return whether it ends a request."""
    match event:
        case events.Completed(request=PrimeRequest(above=above), response=PrimeResult(prime=prime)):
            print(f"the first prime above {above} is {prime}", flush=True)
        case events.Refused(detail=why) | events.Dropped(reason=why):
            print(f"not done: {why}", flush=True)
        case events.WorkerChanged(state=state, pid=pid, cause=cause):
            print(f"worker {pid}: {state}{cause and f' ({cause})'}", flush=True)
    return isinstance(event, events.Outcome)


if __name__ == "__main__":
    main()
