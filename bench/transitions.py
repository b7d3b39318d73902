"""What each transition costs: a frame of it, what is baked for it, how it begins and goes on.

Role: draws every transition with the product's own scene, in turns with a crossfade, bakes its
table as for a 4K screen, and plays it in a show that is held up. Counterpart: `bench.frame_costs`
draws, `workers.transitions` bakes, `bench.show_child` plays.

Metrics: `frame_cost` is the processor time of the whole process, render thread and software GL
included, for drawing and reading one picture half way, beside a crossfade of the same round;
`bake_p99_ms` and `payload_bytes` of those that have a table; `first_frame_ratio` the longest of the
first frame and the way to it by the median of the others, where nothing throttles to a display;
`frames_in_stall` what is presented while Python is held up for 500 ms in the middle.

`--only NAME,NAME` measures those alone.

Guarantees: what draws does so in a process of its own, on a screen that outlives it: what is
measured is software GL. One show plays every transition in its turn, `--full` several such shows;
what was not ready in time, or not presented before the show ended, is named.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bench import rounds, table
from bench.frame_costs import FRAME_PX, Drawn, DrawOrder, bake_request
from bench.frame_marks import Motion
from bench.orders import WINDOW_PX, Order
from bench.sample_photos import small_photos
from bench.shows import play
from bench.table import Row
from stillframe.contracts.pixels import Size
from stillframe.transitions.declared import crossfade
from stillframe.transitions.model import Transition
from stillframe.transitions.registry import BUILT_IN
from stillframe.workers.transitions.core import baked
from virtual_screen import VirtualScreen

_UHD: Final = Size(3840, 2160)
# At least one round is drawn, and one show played, whatever they take.
_QUICK_S: Final = 10.0
_BAKES: Final = 40
_CROSSFADE: Final = crossfade.TRANSITION.id
_SCREEN_PX: Final = (1400, 800)
_FULL_SHOWS: Final = 5
# Long enough to hold it up for 500 ms and have some of it before and after.
_PLAYED_S: Final = 1.2
# How long a show may wait for the next to be ready, on average; it ends when all have played.
_PATIENCE_S: Final = 6.0
_CHILD_TIMEOUT_S: Final = 1200


def main(arguments: list[str]) -> int:
    """Measure and print; 1 for a name that there is not."""
    only, rest = _only(arguments)
    pace = rounds.parse("transitions", __doc__, rest, quick_s=_QUICK_S)
    wanted = [t for t in BUILT_IN if t.id in only or not only]
    if unknown := only - {t.id for t in wanted}:
        print(f"no transition {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    with VirtualScreen(*_SCREEN_PX) as screen:
        environ = screen.environ(os.environ)
        names = [transition.id for transition in wanted]
        drawn = draw(DrawOrder(full=pace.full, seconds=pace.quick_s, names=names), environ)
        motions = _played(wanted, _FULL_SHOWS if pace.full else 1, environ)
    rows = [*_cost_rows(drawn), *_baked_rows(wanted), *motion_rows(names, motions)]
    done = len(drawn.ours_ms[names[0]])
    notes = [f"frames of {FRAME_PX.width} x {FRAME_PX.height}, read back; rounds: {done}"]
    measured = {row.case for row in rows if row.metric == "frames_in_stall"}
    if left_out := [name for name in names if name not in measured]:
        notes.append(f"left out of the shows, as not ready in time: {', '.join(left_out)}")
    table.show("transitions", rows, notes=notes)
    return 0


def _only(arguments: list[str]) -> tuple[set[str], list[str]]:
    """Return the names that are asked for, none for all, and the other arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--only", default="")
    given, rest = parser.parse_known_args(arguments)
    return set(filter(None, given.only.split(","))), rest


def draw(order: DrawOrder, environ: Mapping[str, str]) -> Drawn:
    """Draw frames of transitions.

    Raises:
        RuntimeError: if that fails, with what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.frame_costs", msgspec.json.encode(order).decode()],
        env=environ,
        capture_output=True,
        text=True,
        timeout=order.seconds + _CHILD_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"drawing failed: {done.stderr[-2000:]}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Drawn)


def _played(wanted: Sequence[Transition], shows: int, environ: Mapping[str, str]) -> list[Motion]:
    """Play them all in their turn, each held up once."""
    names = [transition.id for transition in wanted]
    order = Order(
        photos=str(small_photos(*WINDOW_PX)),
        stalls=True,
        in_turn=names,
        play_s=(_PLAYED_S + _PATIENCE_S) * (1 + len(names)),
        transition_s=_PLAYED_S,
        flags={"--transition": "random"},
        file=f"[transitions]\nenabled = {', '.join(names)!r}\n"
        f"durations_s = {', '.join(f'{name}={_PLAYED_S}' for name in names)!r}\n",
    )
    return [motion for _ in range(shows) for motion in play(order, environ).motions]


def _cost_rows(drawn: Drawn) -> list[Row]:
    medians = [
        (name, statistics.median(ours), statistics.median(drawn.crossfade_ms[name]))
        for name, ours in drawn.ours_ms.items()
    ]
    return [Row(name, "frame_cost", "ms", ours, {_CROSSFADE: peer}) for name, ours, peer in medians]


def _baked_rows(wanted: Sequence[Transition]) -> list[Row]:
    rows = []
    for transition in wanted:
        if transition.table is not None:
            p99_ms, size_bytes = _bake(transition.bake)
            rows.append(Row(transition.id, "bake_p99_ms", "ms", p99_ms))
            rows.append(Row(transition.id, "payload_bytes", "bytes", size_bytes))
    return rows


def motion_rows(names: Sequence[str], motions: Sequence[Motion]) -> list[Row]:
    """Return how each transition began, and what was presented of it during a stall."""
    rows = []
    for name in names:
        own = [motion for motion in motions if motion.name == name]
        ratios = [ratio for motion in own if (ratio := motion.first_interval) is not None]
        frames = [motion.stalled_frames for motion in own if motion.stalled_frames is not None]
        if ratios:
            rows.append(Row(name, "first_frame_ratio", "times", statistics.median(ratios)))
        if frames:
            rows.append(Row(name, "frames_in_stall", "frames", statistics.median(frames)))
    return rows


def _bake(name: str) -> tuple[float, int]:
    """Return the 99th percentile of a bake's time in ms, and its size."""
    times_ms, size_bytes = [], 0
    for seed in range(_BAKES):
        request = bake_request(name, seed, _UHD)
        begun_s = time.perf_counter()
        _, made = baked(request)
        times_ms.append((time.perf_counter() - begun_s) * 1000)
        size_bytes = max(size_bytes, made.texels.nbytes)
    return sorted(times_ms)[round(0.99 * (len(times_ms) - 1))], size_bytes


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
