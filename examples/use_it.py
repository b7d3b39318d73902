"""An interface that offloads its work: it draws on, whatever the worker does.

Role: starts the worker of `prime_worker.py`, asks, and looks once a frame for what has come.
Counterpart: `stillframe.supervision`. Kill the worker while it runs: each answer still comes, once.

    python examples/use_it.py
"""

import os
import random
import time
from pathlib import Path

from prime_worker import PRIMES, PrimeRequest, PrimeResult
from stillframe.supervision import events
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.supervisor import Supervisor

FRAME_S = 1 / 60
PATIENCE_NS = 60_000_000_000
NUMBERS = (10**3, 10**6, 10**9, 10**14, 2 * 10**14, 3 * 10**14)


def main() -> None:
    """Ask for some primes, and draw until all have come."""
    supervisor = Supervisor(
        [WorkerSpec(name="primes", module="prime_worker", protocol=PRIMES)],
        notify=lambda: None,  # a toolkit with a loop of its own is woken here; this one looks
        rng=random.Random(),
        # A worker's module is found as any module is; this one is no installed package.
        environ={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    supervisor.start()
    for number in NUMBERS:
        supervisor.post(events.Submit(request(supervisor.next_seq(), number), key=b"%d" % number))
    answered, longest_s, drawn_s = 0, 0.0, time.monotonic()
    while answered < len(NUMBERS):
        while (event := supervisor.take()) is not None:
            answered += show(event)
        time.sleep(FRAME_S)  # here an interface draws
        now_s = time.monotonic()
        longest_s, drawn_s = max(longest_s, now_s - drawn_s), now_s
    supervisor.stop()
    supervisor.join(timeout_s=5)
    print(f"the longest frame took {longest_s * 1e3:.0f} ms")


def request(seq: int, number: int) -> PrimeRequest:
    """Make a request: what every request carries, and what is asked."""
    now_ns = time.monotonic_ns()
    return PrimeRequest(
        seq=seq,
        correlation_id=0,
        worker="primes",
        ts_req_ns=now_ns,
        deadline_ns=now_ns + PATIENCE_NS,
        above=number,
    )


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
