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
from bench.frame_marks import Late
from bench.orders import Order, Seen

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
        timeout=order.play_s + order.patience_s + _CHILD_TIMEOUT_S,
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
        "own_work_ms_max": statistics.median(s.own_work_ms_max for s in shows),
        "supervisor_ms_a_second": statistics.median(s.supervisor_share * 1000 for s in shows),
    }


def garbage_rows(shows: Sequence[Seen]) -> list[table.Row]:
    """Return how long Python's collector held undisturbed shows up, and what a full one costs.

    Args:
        shows: those that collected at their end; what they did before was undisturbed.
    """
    timed = [show.gc_full_ms for show in shows if show.gc_full_ms is not None]
    frozen, whole = (statistics.median(each[which] for each in timed) for which in (0, 1))
    rows = [
        table.Row("garbage", f"generation_{number}_pause_max_ms", "ms", longest)
        for number in range(3)
        if (longest := max(show.gc_longest_ms[number] for show in shows))
    ]
    row = table.Row("garbage", "full_collection_ms", "ms", frozen, {"not_frozen": whole})
    return [*rows, row]


def late_rows(shows: Sequence[Seen]) -> list[table.Row]:
    """Return what the interface's thread did while it was late.

    Qt has it wait until the render thread, which may be drawing the frame before, takes the next
    one over; a busy machine has no processor for it; the rest would be our own work.
    """
    lates = [late for show in shows for late in show.lates]
    if not lates:
        return []
    longest = max(lates, key=lambda late: late.late_ms)
    return [
        table.Row("late", "longest_ms", "ms", longest.late_ms, _did([longest])),
        table.Row("late", "total_ms", "ms", sum(it.late_ms for it in lates), _did(lates)),
        table.Row("late", "longest_work_ms", "ms", max(it.worked_ms for it in lates)),
    ]


def _did(lates: Sequence[Late]) -> dict[str, float]:
    return {
        "in_qt_handover": sum(late.in_qt_ms for late in lates),
        "no_processor": sum(late.queued_ms for late in lates),
        "own_work": sum(late.worked_ms for late in lates),
    }
