"""Whether a long show takes more memory than a short one.

Role: measures resident memory, photo after photo. Counterpart: `bench.decoders` decodes for a 4K
screen, `bench.show_child` plays a show in a small window, where photos follow each other fastest.

Cases: `worker` is the image worker, with photos of 12 to 24 megapixels, beside the processes of a
pool with the same library, of which the largest counts; `interface` is the process with the
window. Both stand beside themselves earlier on, as `early`.

Guarantees: `early` is the median over the second half of the first hundred photos, `late` that
over the last fifty; `most` is the most there ever was, and its `early` that of the first hundred.
The pool takes turns with ours for some batches of the same photos, and its median is over all of
them: within these it has grown.
"""

import os
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench import rounds, table
from bench.decoders import ProcessPool, SupervisedWorker
from bench.orders import WINDOW_PX, Order
from bench.resident import Resident
from bench.rounds import Pace, turned
from bench.sample_photos import NoPhotoError, mixed_photos, small_photos
from bench.shows import play
from stillframe.contracts.pixels import Size
from virtual_screen import VirtualScreen

_SCREEN: Final = Size(3840, 2160)
_SLOTS: Final = 6
_MIB: Final = 1 << 20
_EARLY: Final = slice(50, 100)
_LATE: Final = slice(-50, None)
# Few enough that the pool's pixels fit its pipes' queue, and more than it has processes.
_BATCH: Final = 5
# A show rests between two photos; ours gives memory back when it has rested for a beat of 0.25 s.
_REST_S: Final = 0.6
_FULL_BATCHES: Final = 400
# A batch of the pool's takes five times as long as one of ours.
_POOL_BATCHES: Final = 4
_FIRST_BATCHES: Final = 100 // _BATCH
_QUICK_S: Final = 38.0
_TRANSITION_S, _STEP_MS = 0.1, 160
_LEAST_PLAY_S, _QUICK_PLAY_S, _FULL_PLAY_S = 3.0, 18.0, 340.0
_VIRTUAL_PX: Final = (1280, 720)


@dataclass
class Held:
    """What a contender held after each photo, and the most until then."""

    now_bytes: list[int] = field(default_factory=list)
    most_bytes: list[int] = field(default_factory=list)

    def look(self, pids: Sequence[int]) -> None:
        """Note the largest process of some, for each photo of a batch."""
        seen = [Resident.of(pid) for pid in pids]
        self.now_bytes += [max(it.now_bytes for it in seen)] * _BATCH
        self.most_bytes += [max(it.most_bytes for it in seen)] * _BATCH


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is nothing to measure with."""
    pace = rounds.parse("memory", __doc__, arguments, quick_s=_QUICK_S)
    try:
        ours, pool = _decode(pace)
        rows = [
            _late("worker", ours.now_bytes, {"process_pool": statistics.median(pool.now_bytes)}),
            _most(ours.most_bytes, pool.most_bytes),
        ]
        notes = [f"worker: {len(ours.now_bytes)} photos, the pool {len(pool.now_bytes)}"]
        if shutil.which("Xvfb") is None:
            notes.append("left out: interface: it needs Xvfb: apt-get install xvfb xauth")
        else:
            held, transitions = _show(pace)
            notes.append(f"interface: {transitions} photos")
            rows.append(_late("interface", held, {}))
    except NoPhotoError as error:
        print(error, file=sys.stderr)
        return 1
    table.show("memory", rows, notes=notes)
    return 0


def _decode(pace: Pace) -> tuple[Held, Held]:
    """Return what our worker held, and what the pool's processes did."""
    photos = mixed_photos()
    ours, theirs = Held(), Held()
    with SupervisedWorker(_SCREEN, _SLOTS) as worker, ProcessPool() as pool:
        contenders: list[tuple[SupervisedWorker | ProcessPool, Held]]
        contenders = [(worker, ours), (pool, theirs)]
        for number in pace.from_now().rounds(_FULL_BATCHES):
            batch = [photos[(number * _BATCH + n) % len(photos)] for n in range(_BATCH)]
            for decoder, held in turned(contenders, number):
                if held is ours or number < _POOL_BATCHES:
                    decoder.decode(batch, _SCREEN)
                    time.sleep(_REST_S)
                    held.look(decoder.pids())
    return ours, theirs


def _show(pace: Pace) -> tuple[list[int], int]:
    """Return what the interface held at each step of a show, and how many photos there were."""
    order = Order(
        photos=str(small_photos(*WINDOW_PX)),
        heavy=[],
        load="none",
        stalls=False,
        play_s=pace.span_s(_LEAST_PLAY_S, _QUICK_PLAY_S, _FULL_PLAY_S),
        transition_s=_TRANSITION_S,
        step_ms=_STEP_MS,
    )
    with VirtualScreen(*_VIRTUAL_PX) as screen:
        seen = play(order, screen.environ(os.environ))
    return seen.resident_bytes, seen.transitions


def _late(case: str, held: Sequence[int], peers: dict[str, float]) -> table.Row:
    # A run too short for both is compared as a whole.
    early = statistics.median(held[_EARLY] or held)
    beside = {name: value / _MIB for name, value in {"early": early, **peers}.items()}
    return table.Row(case, "late", "MiB", statistics.median(held[_LATE]) / _MIB, beside)


def _most(ours: Sequence[int], pool: Sequence[int]) -> table.Row:
    early = ours[min(_FIRST_BATCHES * _BATCH, len(ours)) - 1]
    beside = {"early": early / _MIB, "process_pool": pool[-1] / _MIB}
    return table.Row("worker", "most", "MiB", ours[-1] / _MIB, beside)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
