"""What becomes of the work when a worker is killed, and how soon there is a result again.

Role: kills workers with SIGKILL, and looks at what their callers see. Counterpart: `bench.pools`
holds ours and the peers; they take turns.

Cases: in `standby`, ours has a second process that is warm and waits, and the peers have two
processes at work; in `cold`, everybody has one. Each trial has a fresh pool, warmed up:

    next_result_ms  the worker at rest is killed and a task of no length asked for at once, and
                    again of a new pool if the pool was broken: from the kill to a good result
    tasks_answered  of 8 tasks of 20 ms, with the worker killed in the first: how many ended with a
                    good result without being asked for again
    next_of_8_ms    the same trial: from the kill to the next good result, with the 20 ms of its
                    task; where none was left, of the tasks asked for again
"""

import functools
import importlib.util
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from bench import pools, rounds, table
from bench.pools import Pool
from bench.rounds import turned

_QUICK_S: Final = 50.0
_FULL_ROUNDS: Final = 40
_TASKS, _TASK_MS = 8, 20
# After which the first task is in the middle.
_INTO_THE_FIRST_S: Final = 0.01
_OURS: Final = "ours"

Maker = Callable[[], AbstractContextManager[Pool]]


@dataclass
class Found:
    """What the trials of one pool in one case have shown."""

    next_result_ms: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    next_of_8_ms: list[float] = field(default_factory=list)


_METRICS: Final[tuple[tuple[str, str, Callable[[Found], list[float]]], ...]] = (
    ("next_result_ms", "ms", lambda found: found.next_result_ms),
    ("tasks_answered", f"of {_TASKS}", lambda found: found.answered),
    ("next_of_8_ms", "ms", lambda found: found.next_of_8_ms),
)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    pace = rounds.parse("recover", __doc__, arguments, quick_s=_QUICK_S)
    notes = [
        "ours: the product's defaults; in `cold` the wait before the restart is 0 to 0.1 s by lot",
        "process_pool, pebble: forked from a server that has all imported; loky: started afresh",
        "in `standby` a task can be answered by the peers' second process, which was not killed",
    ]
    cases = {"standby": _contenders(2, standby=True), "cold": _contenders(1, standby=False)}
    for name in ("loky", "pebble"):
        if importlib.util.find_spec(name) is None:
            notes.append(f"left out: {name}: it is not installed")
            for makers in cases.values():
                del makers[name]
    found = {(case, name): Found() for case, makers in cases.items() for name in makers}
    for number in pace.rounds(_FULL_ROUNDS):
        for case, makers in cases.items():
            for name in turned(makers, number):
                _try(found[case, name], makers[name])
        done = number + 1
    rows = [row for case, makers in cases.items() for row in _rows(case, list(makers), found)]
    table.show("recover", rows, notes=[*notes, f"trials of each kind: {done}"])
    return 0


def _contenders(workers: int, *, standby: bool) -> dict[str, Maker]:
    return {
        _OURS: functools.partial(pools.ours, standby=standby),
        "process_pool": functools.partial(pools.process_pool, workers),
        "loky": functools.partial(pools.loky, workers),
        "pebble": functools.partial(pools.pebble, workers),
    }


def _try(found: Found, make: Maker) -> None:
    with make() as pool:
        found.next_result_ms.append(_kill_at_rest(pool))
    with make() as pool:
        answered, next_ms = _kill_at_work(pool)
    found.answered.append(answered)
    found.next_of_8_ms.append(next_ms)


def _kill_at_rest(pool: Pool) -> float:
    began_s = time.perf_counter()
    os.kill(pool.victim, signal.SIGKILL)
    pool.submit(0)
    while not pool.collect():
        pool.renew()
        pool.submit(0)
    return (time.perf_counter() - began_s) * 1e3


def _kill_at_work(pool: Pool) -> tuple[int, float]:
    """Return how many tasks ended well, and the time from the kill to the next that did."""
    for _ in range(_TASKS):
        pool.submit(_TASK_MS)
    time.sleep(_INTO_THE_FIRST_S)
    began_s = time.perf_counter()
    os.kill(pool.victim, signal.SIGKILL)
    answered, next_s = 0, 0.0
    for _ in range(_TASKS):
        if pool.collect():
            answered += 1
            next_s = next_s or time.perf_counter()
    while not next_s:
        pool.renew()
        pool.submit(_TASK_MS)
        next_s = time.perf_counter() if pool.collect() else 0.0
    return answered, (next_s - began_s) * 1e3


def _rows(case: str, names: list[str], found: Mapping[tuple[str, str], Found]) -> list[table.Row]:
    rows = []
    for metric, unit, measure in _METRICS:
        medians = {name: statistics.median(measure(found[case, name])) for name in names}
        rows.append(table.Row(case, metric, unit, medians.pop(_OURS), medians))
    return rows


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
