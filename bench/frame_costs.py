"""What a frame of each transition costs, drawn in a process of its own.

Role: draws every transition half way with the product's own scene, in turns with a crossfade, and
prints what was measured as one line of JSON. Counterpart: `bench.transitions` starts it on a screen
that outlives it: Qt must not see its screen go.

Guarantees: the time is the processor's, of the whole process, render thread and software GL
included; the first picture of each is left out.
"""

import collections
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec
import skimage.data
from PIL import Image

from bench.rounds import Pace
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.transitions import TransitionRequest
from stillframe.player.strip import Strip
from stillframe.show.effect import Effect
from stillframe.transitions.declared import crossfade
from stillframe.transitions.model import Transition
from stillframe.transitions.registry import BUILT_IN
from stillframe.transport.arena import Lease
from stillframe.workers.transitions.core import baked

FRAME_PX: Final = Size(1280, 720)
_FULL_ROUNDS: Final = 20
_FRAMES: Final = 4
_SEED: Final = 5


class DrawOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw and how long: all rounds, or those that begin and end within a time."""

    full: bool
    seconds: float
    names: list[str]


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """The ms of each round: each transition's, and those of the crossfade beside it."""

    ours_ms: dict[str, list[float]]
    crossfade_ms: dict[str, list[float]]


def main(text: str) -> None:
    """Draw what a `DrawOrder` says and print what was `Drawn`."""
    order = msgspec.json.decode(text, type=DrawOrder)
    pace = Pace(order.full, order.seconds, time.monotonic())
    ours: dict[str, list[float]] = collections.defaultdict(list)
    plain: dict[str, list[float]] = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        photos = _photos(Path(folder))
        strip = Strip(FRAME_PX)
        wanted = [transition for transition in BUILT_IN if transition.id in order.names]
        leases = {it.id: _table_of(it) for it in wanted if it.table is not None}
        for _ in pace.rounds(_FULL_ROUNDS):
            for transition in wanted:
                lease = leases.get(transition.id)
                plain[transition.id].append(_frame_ms(strip, crossfade.TRANSITION, photos))
                ours[transition.id].append(_frame_ms(strip, transition, photos, lease))
        strip.close()
    print(msgspec.json.encode(Drawn(ours_ms=ours, crossfade_ms=plain)).decode())


def bake_request(name: str, seed: int, size: Size) -> TransitionRequest:
    """Return what asks for a table."""
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


def _photos(folder: Path) -> tuple[Path, Path]:
    paths = []
    for name in ("coffee", "chelsea"):
        image = Image.fromarray(getattr(skimage.data, name)())
        paths.append(folder / f"{name}.png")
        image.resize((FRAME_PX.width, FRAME_PX.height)).save(paths[-1])
    return paths[0], paths[1]


def _table_of(transition: Transition) -> Lease:
    """Return a transition's table, as if it lay in a slot."""
    _, made = baked(bake_request(transition.bake, _SEED, FRAME_PX))
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


def _frame_ms(
    strip: Strip, transition: Transition, photos: tuple[Path, Path], lease: Lease | None = None
) -> float:
    """Return the processor time of one frame half way, the first left out."""
    directions = transition.directions or ("",)
    effect = Effect(
        transition=transition,
        floats=transition.packed({}),
        direction=directions[0],
        seed=float(_SEED),
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


if __name__ == "__main__":
    main(sys.argv[1])
