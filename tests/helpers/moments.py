"""Moments of transitions, drawn by the product's own scene: run under a display.

`python moments.py OUT WxH SET` writes OUT/LABEL.npz for each case of a set, with the two photos and
the pictures at the case's places.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
from stillframe.transitions.model import Kind, Parameter, Transition, Value
from stillframe.transitions.registry import BUILT_IN
from stillframe.transport.arena import Lease
from stillframe.workers.transitions.core import baked

PLACES = (0.0, 1e-4, 0.25, 0.5, 0.75, 0.9999, 1.0)
SEED = 11
# A screen that most tables of the set `shapes` are not made for.
ELSEWHERE = Size(1920, 1080)


@dataclass(frozen=True)
class Case:
    """A transition that is drawn: where it goes, with what settings, and whose table it has."""

    transition: Transition
    direction: str
    values: Mapping[str, Value] = field(default_factory=dict)
    table_size: Size | None = None

    @property
    def label(self) -> str:
        words = [self.transition.id, self.direction]
        words += [f"{name}={value}" for name, value in self.values.items()]
        return ".".join(words + ["elsewhere"] * (self.table_size is not None))


def extremes(parameter: Parameter) -> Iterator[Value]:
    """Yield what a parameter may be at most and at least, or each of its choices."""
    match parameter.kind:
        case Kind.CHOICE:
            yield from parameter.choices
        case Kind.COLOUR:
            yield from ("#000000", "#ffffffff")
        case Kind.INTEGER:
            yield from (int(parameter.minimum), int(parameter.maximum))
        case Kind.NUMBER:
            yield from (parameter.minimum, parameter.maximum)


def cases(named: str) -> list[Case]:
    """Return a set of cases."""
    firsts = [(t, (t.directions or ("",))[0]) for t in BUILT_IN]
    match named:
        case "directions":
            return [Case(t, direction) for t in BUILT_IN for direction in t.directions or ("",)]
        case "settings":
            return [
                Case(t, direction, {p.name: value})
                for t, direction in firsts
                for p in t.parameters
                for value in extremes(p)
            ]
        case "shapes":
            tables = [(t, direction) for t, direction in firsts if t.table]
            return [Case(t, direction) for t, direction in firsts] + [
                Case(t, direction, table_size=ELSEWHERE) for t, direction in tables
            ]
    raise KeyError(named)


def lease(case: Case, size: Size) -> Lease | None:
    """Return a transition's table, as if it lay in a slot."""
    if case.transition.table is None:
        return None
    wanted = {"direction": case.direction or "none", **case.values}
    _, table = baked(request(case.transition.id, case.table_size or size, SEED, **wanted))
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


def main(out: Path, size: Size, named: str) -> None:
    photos = []
    for number, name in enumerate(("coffee", "chelsea")):
        image = Image.fromarray(getattr(skimage.data, name)()).resize((size.width, size.height))
        photos.append(out / f"{number}.png")
        image.save(photos[-1])
    strip = Strip(size)
    for case in cases(named):
        effect = Effect(
            transition=case.transition,
            floats=case.transition.packed(case.values),
            direction=case.direction,
            seed=float(SEED),
            duration_s=1.0,
            easing=case.transition.easing,
            table=lease(case, size),
        )
        pictures = [
            np.frombuffer(bytes(p.constBits()), np.uint8).reshape(p.height(), p.width(), 4)
            for p in strip.moments(effect, (photos[0], photos[1]), PLACES)
        ]
        shown = np.stack(pictures)[..., :3]
        np.savez(out / f"{case.label}.npz", shown=shown)
    strip.close()


if __name__ == "__main__":
    width, _, height = sys.argv[2].partition("x")
    main(Path(sys.argv[1]), Size(int(width), int(height)), sys.argv[3])
