"""What each transition costs: a frame of it, what is baked for it, how it begins and goes on.

Role: draws every transition with the product's own scene, in turns with a crossfade, bakes its
table as for a 4K screen, and plays it in a show that is held up. Counterpart: `player.strip`
draws, `workers.transitions` bakes, `bench.show_child` plays.

Metrics: `frame_cost` is the processor time of the whole process, render thread and software GL
included, for drawing and reading one picture half way, beside a crossfade of the same round;
`first_frame_ratio` the longest of the first frame and the way to it by the median of the others,
where nothing throttles to a display; `frames_in_stall` what is presented while Python is held up
for 500 ms in the middle of transitions.

Guarantees: each is measured on a screen of its own: what is measured is software GL. A quick run
plays as many in shows as there is time for, at least one.
"""

import collections
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import skimage.data
from PIL import Image

from bench import rounds, table
from bench.rounds import Pace
from bench.sample_photos import small_photos
from bench.show_child import WINDOW_PX, Order
from bench.shows import play
from bench.table import Row
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.transitions import TransitionRequest
from stillframe.player.strip import Strip
from stillframe.show.effect import Effect
from stillframe.transitions.model import Transition
from stillframe.transitions.registry import BUILT_IN
from stillframe.transport.arena import Lease
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
# Long enough for three stalls; transitions follow one another.
_PLAY_S: Final = 7.0
_PLAYED_S: Final = 2.0


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
        leases = {t.id: _table_of(t) for t in BUILT_IN if t.table is not None}
        for _ in pace.from_now().rounds(_FULL_ROUNDS):
            for transition in BUILT_IN:
                lease = leases.get(transition.id)
                plain[transition.id].append(_frame_ms(strip, crossfade, photos))
                costs[transition.id].append(_frame_ms(strip, transition, photos, lease))
            done += 1
        strip.close()
        rows = _played(pace, os.environ)
    for name, values in costs.items():
        ours, peer = statistics.median(values), statistics.median(plain[name])
        rows.append(Row(name, "frame_cost", "ms", ours, {_CROSSFADE: peer}))
    for name in BAKES:
        p99_ms, size_bytes = _bake(name)
        rows.append(Row(name, "bake_p99_ms", "ms", p99_ms))
        rows.append(Row(name, "payload_bytes", "bytes", size_bytes))
    notes = [f"frames of {_SIZE.width} x {_SIZE.height}, read back; rounds: {done}"]
    table.show("transitions", rows, notes=notes)
    return 0


def _photos(folder: Path) -> tuple[Path, Path]:
    paths = []
    for name in ("coffee", "chelsea"):
        image = Image.fromarray(getattr(skimage.data, name)())
        paths.append(folder / f"{name}.png")
        image.resize((_SIZE.width, _SIZE.height)).save(paths[-1])
    return paths[0], paths[1]


def _table_of(transition: Transition) -> Lease:
    """Return a transition's table, as if it lay in a slot."""
    _, made = baked(_request(transition.bake, 5, _SIZE))
    content = made.texels.tobytes()
    header = SlotHeader(
        size_bytes=len(content),
        width=made.columns,
        height=made.rows,
        stride=made.columns * 4,
        format=PixelFormat.RGBA8_PREMULTIPLIED,
        producer_pid=os.getpid(),
        generation=time.monotonic_ns(),
        seq=1,
        ts_ns=1,
    )
    return Lease(SlotGrant(index=0, generation=header.generation), header, memoryview(content))


def _played(pace: Pace, environ: Mapping[str, str]) -> list[Row]:
    """Play shows of one transition each, held up now and then."""
    photos, rows = str(small_photos(*WINDOW_PX)), []
    pace = pace.from_now()
    for number, transition in enumerate(BUILT_IN):
        if number and not pace.allows(time.monotonic() + _PLAY_S):
            break
        order = Order(
            photos=photos,
            heavy=[],
            load="none",
            stalls=True,
            play_s=_PLAY_S,
            transition_s=_PLAYED_S,
            step_ms=round(_PLAYED_S * 1100),
            flags={"--transition": transition.id, "--interval": str(_PLAYED_S)},
        )
        seen = play(order, environ)
        if seen.first_intervals:
            ratio = statistics.median(seen.first_intervals)
            rows.append(Row(transition.id, "first_frame_ratio", "times", ratio))
        if seen.stalled_frames:
            frames = statistics.median(seen.stalled_frames)
            rows.append(Row(transition.id, "frames_in_stall", "frames", frames))
    return rows


def _frame_ms(
    strip: Strip, transition: Transition, photos: tuple[Path, Path], lease: Lease | None = None
) -> float:
    """Return the processor time of one frame half way, the first left out."""
    directions = transition.directions or ("",)
    effect = Effect(
        transition=transition,
        floats=transition.packed({}),
        direction=directions[0],
        seed=5.0,
        duration_s=1.0,
        easing=transition.easing,
        table=lease,
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
        request = _request(name, seed, _UHD)
        begun_s = time.perf_counter()
        _, made = baked(request)
        times_ms.append((time.perf_counter() - begun_s) * 1000)
        size_bytes = max(size_bytes, made.texels.nbytes)
    return sorted(times_ms)[round(0.99 * (len(times_ms) - 1))], size_bytes


def _request(name: str, seed: int, size: Size) -> TransitionRequest:
    return TransitionRequest(
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
        size=size,
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
