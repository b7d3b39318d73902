"""Moments of every transition, drawn by the product's own scene: run under a display.

`python moments.py OUT WxH` writes OUT/NAME.DIRECTION.npz for each transition and direction, with
the two photos and the pictures at `PLACES`.
"""

import sys
import time
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from baking import request
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.slot_header import SlotHeader
from stillframe.player.strip import Strip
from stillframe.show.effect import Effect
from stillframe.transitions.model import Transition
from stillframe.transitions.registry import BUILT_IN
from stillframe.transport.arena import Lease
from stillframe.workers.transitions.core import baked

PLACES = (0.0, 1e-4, 0.25, 0.5, 0.75, 0.9999, 1.0)
SEED = 11


def lease(transition: Transition, direction: str, size: Size) -> Lease | None:
    """Return a transition's table, as if it lay in a slot."""
    if transition.table is None:
        return None
    _, table = baked(request(transition.id, size, SEED, direction=direction or "none"))
    content = table.texels.tobytes()
    header = SlotHeader(
        size_bytes=len(content),
        width=table.columns,
        height=table.rows,
        stride=table.columns * 4,
        format=PixelFormat.RGBA8_PREMULTIPLIED,
        producer_pid=1,
        generation=time.monotonic_ns(),
        seq=1,
        ts_ns=1,
    )
    grant = SlotGrant(index=0, generation=header.generation)
    return Lease(grant, header, memoryview(content))


def main(out: Path, size: Size) -> None:
    photos = []
    for number, name in enumerate(("coffee", "chelsea")):
        image = Image.fromarray(getattr(skimage.data, name)()).resize((size.width, size.height))
        photos.append(out / f"{number}.png")
        image.save(photos[-1])
    strip = Strip(size)
    for transition in BUILT_IN:
        for direction in transition.directions or ("",):
            effect = Effect(
                transition=transition,
                floats=transition.packed({}),
                direction=direction,
                seed=float(SEED),
                duration_s=1.0,
                easing=transition.easing,
                table=lease(transition, direction, size),
            )
            pictures = [
                np.frombuffer(bytes(p.constBits()), np.uint8).reshape(p.height(), p.width(), 4)
                for p in strip.moments(effect, (photos[0], photos[1]), PLACES)
            ]
            shown = np.stack(pictures)[..., :3]
            np.savez(out / f"{transition.id}.{direction}.npz", shown=shown)
    strip.close()


if __name__ == "__main__":
    width, _, height = sys.argv[2].partition("x")
    main(Path(sys.argv[1]), Size(int(width), int(height)))
