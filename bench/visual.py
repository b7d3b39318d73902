"""What bars on the screen cost the interface, a frame.

Role: CPU time of the interface's thread and the render thread, with the product's visualizer and
with what one would do by default. Counterpart: `bench.visual_child` draws each in a process of its
own; here they take turns and are compared.

Metrics: `cpu_ms` is a whole frame, of the interface's thread and the render thread together; what
bars add to a frame without any (`bare`) is in the notes. `raster_ms` is the work of software GL,
which a graphics processor does elsewhere.

Guarantees: the contenders take turns; each number is the median over the rounds.
"""

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

import msgspec

from bench import rounds, table
from bench.rounds import turned
from bench.table import Row
from bench.visual_child import Cost, Order
from virtual_screen import VirtualScreen

_QUICK_S: Final = 45.0
_FULL_ROUNDS: Final = 12
_LEAST_PLAY_S, _QUICK_PLAY_S, _FULL_PLAY_S = 0.3, 1.5, 4.0
_STYLES: Final = ("spectrum", "mirror", "radial", "wave", "pulse")
_BARE: Final = "bare"
_PEERS: Final = (_BARE, "rectangles", "polyline")
_SCREEN_PX: Final = (640, 360)
_CHILD_TIMEOUT_S: Final = 60


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is nothing to measure with."""
    pace = rounds.parse("visual", __doc__, arguments, quick_s=_QUICK_S)
    if shutil.which("Xvfb") is None:
        print("visual needs Xvfb: apt-get install xvfb xauth", file=sys.stderr)
        return 1
    play_s = pace.span_s(_LEAST_PLAY_S, _QUICK_PLAY_S, _FULL_PLAY_S)
    costs: dict[str, list[Cost]] = {name: [] for name in (*_STYLES, *_PEERS)}
    with VirtualScreen(*_SCREEN_PX) as screen:
        environ = screen.environ(os.environ)
        for number in pace.rounds(_FULL_ROUNDS):
            for name in turned(costs, number):
                way = name if name in _PEERS else "ours"
                costs[name].append(draw(Order(way, name, play_s), environ))
    notes = [_note(name, each, costs[_BARE]) for name, each in costs.items()]
    table.show("visual", _rows(costs), notes=notes)
    return 0


def draw(order: Order, environ: Mapping[str, str]) -> Cost:
    """Draw bars in one way.

    Raises:
        RuntimeError: if that fails, with what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.visual_child", msgspec.json.encode(order).decode()],
        env=environ,
        capture_output=True,
        text=True,
        timeout=order.play_s + _CHILD_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"drawing {order.style} failed: {done.stderr[-2000:]}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Cost)


def _rows(costs: Mapping[str, list[Cost]]) -> list[Row]:
    cpu = {name: statistics.median(_cpu_ms(cost) for cost in costs[name]) for name in costs}
    raster = {name: statistics.median(cost.raster_ms for cost in costs[name]) for name in costs}
    return [
        Row(style, metric, "ms", values[style], {peer: values[peer] for peer in _PEERS})
        for metric, values in (("cpu_ms", cpu), ("raster_ms", raster))
        for style in _STYLES
    ]


def _note(name: str, costs: list[Cost], bare: list[Cost]) -> str:
    gui = statistics.median(cost.gui_ms for cost in costs)
    render = statistics.median(cost.render_ms for cost in costs)
    frames = sum(cost.frames for cost in costs)
    added = statistics.median(_cpu_ms(cost) for cost in costs) - statistics.median(
        _cpu_ms(cost) for cost in bare
    )
    return (
        f"{name}: {len(costs)} rounds, {frames} frames; interface {gui:.2f} ms, render thread "
        f"{render:.2f} ms; {added:+.2f} ms to a bare frame"
    )


def _cpu_ms(cost: Cost) -> float:
    return cost.gui_ms + cost.render_ms


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
