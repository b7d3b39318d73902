"""How long Python's collector of garbage holds a process up.

Role: notes each collection of this process, and what a full one costs with and without the objects
that were frozen. Counterpart: `bench.show_child` plays a show under it.

Guarantees: nothing but the collector's own callbacks is used; `full_collection_ms` holds the
process up itself, so it comes last: what it collects is not noted, and nothing is noted after it.
"""

import gc
import time
from typing import Literal


class GcPauses:
    """The collections from when `note` is among `gc.callbacks`, by generation."""

    def __init__(self) -> None:
        self.counts = [0, 0, 0]
        self.longest_ms = [0.0, 0.0, 0.0]
        self._began_ns = 0

    def note(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        """Take the beginning of a collection, or its end."""
        now_ns = time.perf_counter_ns()
        if phase == "start":
            self._began_ns = now_ns
        else:
            generation, pause_ms = info["generation"], (now_ns - self._began_ns) / 1e6
            self.counts[generation] += 1
            self.longest_ms[generation] = max(self.longest_ms[generation], pause_ms)


def full_collection_ms() -> tuple[float, float]:
    """Return what a full collection takes now, and what it would if nothing were frozen."""
    gc.callbacks.clear()  # these are none of the process's own
    frozen = _timed_ms()
    gc.unfreeze()
    whole = _timed_ms()
    gc.freeze()
    return frozen, whole


def _timed_ms() -> float:
    began_ns = time.perf_counter_ns()
    gc.collect()
    return (time.perf_counter_ns() - began_ns) / 1e6
