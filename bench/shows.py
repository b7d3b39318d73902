"""Shows in processes of their own, and their frames in numbers.

Role: plays what is ordered and sums up what was seen. Counterpart: `bench.show_child` is the
process; the benches that play shows compare.
"""

import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bench import table
from bench.show_child import Order, Seen

# Beyond the time that a show plays.
_CHILD_TIMEOUT_S: Final = 60


def play(order: Order, environ: Mapping[str, str]) -> Seen:
    """Play one show.

    Raises:
        RuntimeError: if it fails, with what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.show_child", msgspec.json.encode(order).decode()],
        env=environ,
        capture_output=True,
        text=True,
        timeout=order.play_s + _CHILD_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"a show of {order.load} failed: {done.stderr[-2000:]}")
    seen = msgspec.json.decode(done.stdout.splitlines()[-1], type=Seen)
    if not seen.intervals_ms:
        raise RuntimeError(f"a show of {order.load} presented nothing: {done.stderr[-2000:]}")
    return seen


def percentile_ms(intervals_ms: Sequence[float], fraction: float) -> float:
    """Return a percentile of whole milliseconds, each taken as spread over its millisecond."""
    counts = Counter(intervals_ms)
    wanted, below = len(intervals_ms) * fraction, 0
    for interval_ms in sorted(counts):
        if below + counts[interval_ms] >= wanted:
            return interval_ms - 0.5 + (wanted - below) / counts[interval_ms]
        below += counts[interval_ms]
    return max(intervals_ms)


def measures(shows: Sequence[Seen]) -> dict[str, float]:
    """Return the medians over some shows of the same kind, by metric."""
    return {
        "interval_p99_ms": statistics.median(percentile_ms(s.intervals_ms, 0.99) for s in shows),
        "interval_p50_ms": statistics.median(percentile_ms(s.intervals_ms, 0.5) for s in shows),
        "interval_max_ms": statistics.median(max(s.intervals_ms) for s in shows),
        "gui_stall_ms_max": statistics.median(s.gui_stall_ms_max for s in shows),
        "settled_stall_ms_max": statistics.median(s.settled_stall_ms_max for s in shows),
    }


def garbage_rows(shows: Sequence[Seen]) -> list[table.Row]:
    """Return how long Python's collector holds a show up, and would if nothing were frozen."""
    frozen, whole = (statistics.median(s.gc_full_ms[which] for s in shows) for which in (0, 1))
    longest = max(s.gc_pause_ms_max for s in shows)
    return [
        table.Row("garbage", "full_collection_ms", "ms", frozen, {"not_frozen": whole}),
        table.Row("garbage", "settled_pause_max_ms", "ms", longest),
    ]
