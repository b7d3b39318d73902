"""What each transition costs: a frame of it, and what is baked for it.

Role: draws every transition with the product's own scene, in turns with a crossfade, and bakes its
table as for a 4K screen. Counterpart: `player.strip` draws, `workers.transitions` bakes.

Guarantees: a frame's cost is the processor time of the whole process, render thread and software GL
included, for drawing and reading one picture half way; each is measured beside a crossfade of the
same round, on a screen of its own: what is measured is software GL. Those with a table are baked
and not drawn.
"""

import collections
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import skimage.data
from PIL import Image

from bench import rounds, table
from bench.table import Row
from stillframe.contracts.pixels import Size
from stillframe.contracts.transitions import TransitionRequest
from stillframe.player.strip import Strip
from stillframe.show.stagecraft import Effect
from stillframe.transitions.model import Transition
from stillframe.transitions.registry import BUILT_IN
from stillframe.workers.transitions.core import BAKES, baked
from virtual_screen import VirtualScreen

_SIZE: Final = Size(1280, 720)
_UHD: Final = Size(3840, 2160)
_QUICK_S: Final = 45.0
_FULL_ROUNDS: Final = 20
_FRAMES: Final = 4
_BAKES: Final = 40
_CROSSFADE: Final = "crossfade"
_SCREEN_PX: Final = (1400, 800)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    pace = rounds.parse("transitions", __doc__, arguments, quick_s=_QUICK_S)
    costs: dict[str, list[float]] = collections.defaultdict(list)
    plain: dict[str, list[float]] = collections.defaultdict(list)
    done = 0
    with tempfile.TemporaryDirectory() as folder, VirtualScreen(*_SCREEN_PX) as screen:
        os.environ.update(screen.environ({}))
        photos = _photos(Path(folder))
        strip = Strip(_SIZE)
        crossfade = next(t for t in BUILT_IN if t.id == _CROSSFADE)
        drawable = [t for t in BUILT_IN if t.table is None]
        for _ in pace.from_now().rounds(_FULL_ROUNDS):
            for transition in drawable:
                plain[transition.id].append(_frame_ms(strip, crossfade, photos))
                costs[transition.id].append(_frame_ms(strip, transition, photos))
            done += 1
        strip.close()
    rows = []
    for name, values in costs.items():
        ours, peer = statistics.median(values), statistics.median(plain[name])
        rows.append(Row(name, "frame_cost", "ms", ours, {_CROSSFADE: peer}))
    for name in BAKES:
        p99_ms, size_bytes = _bake(name)
        rows.append(Row(name, "bake_p99_ms", "ms", p99_ms))
        rows.append(Row(name, "payload_bytes", "bytes", size_bytes))
    tabled = ", ".join(t.id for t in BUILT_IN if t.table is not None)
    notes = [
        f"frames of {_SIZE.width} x {_SIZE.height}, read back; not drawn here: {tabled}",
        f"rounds: {done}",
    ]
    table.show("transitions", rows, notes=notes)
    return 0


def _photos(folder: Path) -> tuple[Path, Path]:
    paths = []
    for name in ("coffee", "chelsea"):
        image = Image.fromarray(getattr(skimage.data, name)())
        paths.append(folder / f"{name}.png")
        image.resize((_SIZE.width, _SIZE.height)).save(paths[-1])
    return paths[0], paths[1]


def _frame_ms(strip: Strip, transition: Transition, photos: tuple[Path, Path]) -> float:
    """Return the processor time of one frame half way, the first left out."""
    directions = transition.directions or ("",)
    effect = Effect(
        transition=transition,
        floats=transition.packed({}),
        direction=directions[0],
        seed=5.0,
        duration_s=1.0,
        easing=transition.easing,
    )
    drawn = strip.moments(effect, photos, [0.5] * (_FRAMES + 1))
    next(drawn)
    begun_s = time.process_time()
    for _ in drawn:
        pass
    return (time.process_time() - begun_s) * 1000 / _FRAMES


def _bake(name: str) -> tuple[float, int]:
    """Return the 99th percentile of a bake's time in ms, and its size."""
    times_ms, size_bytes = [], 0
    for seed in range(_BAKES):
        request = TransitionRequest(
            seq=1,
            correlation_id=0,
            worker="transitions",
            ts_req_ns=1,
            deadline_ns=2,
            transition_type=name,
            params={},
            duration_s=1.0,
            direction_history=(),
            seed=seed,
            size=_UHD,
        )
        begun_s = time.perf_counter()
        _, made = baked(request)
        times_ms.append((time.perf_counter() - begun_s) * 1000)
        size_bytes = max(size_bytes, made.texels.nbytes)
    return sorted(times_ms)[round(0.99 * (len(times_ms) - 1))], size_bytes


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
