"""The child processes of `bench.ipc`: one of ours without a supervisor, and the peers'.

Role: starts them and ends them. Counterpart: `bench.round_trips` and `bench.handoffs` speak with
them.

Guarantees: a child that is yielded is ready for its first request; none is left afterwards.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from bench import echo
from bench.supervised import ANSWER_S, environment
from stillframe.contracts.control import Hello, Ready
from stillframe.contracts.wire import PROTOCOLS
from stillframe.supervision.process import Child, Lent
from stillframe.supervision.spec import Limits, WorkerSpec
from stillframe.transport.arena import Arena

# As no program with threads may fork: `multiprocessing` starts a Python of its own for each child.
SPAWN: Final = multiprocessing.get_context("spawn")


def echo_spec(limits: Limits) -> WorkerSpec:
    """Return the spec of `bench.echo`."""
    protocol = PROTOCOLS["images"]
    return WorkerSpec(name=echo.NAME, module="bench.echo", protocol=protocol, limits=limits)


@contextmanager
def echo_child(arena: Arena | None) -> Iterator[Child]:
    """Yield a child that runs the product's worker loop, with nobody between it and the caller.

    It has no niceness, as the peers' children have none.
    """
    child = Child(echo_spec(Limits(niceness=0)), Lent(arena), environment())
    try:
        _expect(child, Hello)
        child.channel.send(child.start_message)
        _expect(child, Ready)
        yield child
    finally:
        child.kill()
        while child.reap() is None:
            time.sleep(0.001)
        child.close()


@contextmanager
def process(target: Callable[..., None], *args: object) -> Iterator[int]:
    """Yield the number of a process that runs a function; it is killed at the end."""
    child = SPAWN.Process(target=target, args=args, daemon=True)
    child.start()
    try:
        yield child.pid or 0
    finally:
        child.kill()
        child.join()


def _expect(child: Child, kind: type[Hello | Ready]) -> None:
    if not child.channel.wait(ANSWER_S):
        raise RuntimeError(f"no {kind} from the child in {ANSWER_S:g} s")
    message = child.channel.receive()
    if not isinstance(message, kind):
        raise RuntimeError(f"the child said {message}")  # noqa: TRY004 - no type of ours is wrong
