"""From 24-megapixel JPEGs to pixels that the interface can show: how many a second, at what cost.

Role: measures the image worker through its supervisor. Counterpart: `bench.decoders` holds ours
and the peers; they decode the same batches in turns.

Guarantees: nobody's first photo counts; the batches of one round follow each other at once, each
round in another order; CPU time is that of all processes that took part.
"""

import contextlib
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import rounds, table
from bench.decoders import (
    Decoder,
    PillowThreads,
    ProcessPool,
    SupervisedWorker,
    Vipsthumbnail,
)
from bench.fidelity import likeness
from bench.rounds import Pace, turned
from bench.sample_photos import NoPhotoError, large_photos, other_formats
from stillframe.contracts.pixels import Size

_SIZES: Final = (Size(1920, 1080), Size(3840, 2160))
_OURS: Final = "ours"
_MISSING: Final = {"vipsthumbnail": Vipsthumbnail.missing, "pillow_threads": PillowThreads.missing}
# The likeness and the other formats take the rest of a minute.
_QUICK_S: Final = 30.0
_FORMAT_ROUNDS: Final = 3
_FULL_ROUNDS: Final = 20
_SLOTS: Final = 6


@dataclass
class Taken:
    """What each batch of one contender at one size took, per photo."""

    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)


Times = Mapping[tuple[Size, str], Taken]


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is no photo to measure with."""
    pace = rounds.parse("image", __doc__, arguments, quick_s=_QUICK_S)
    try:
        photos = large_photos()
    except NoPhotoError as error:
        print(error, file=sys.stderr)
        return 1
    notes = [
        "vipsthumbnail writes RGB without alpha and nobody reads it: in its favour",
        "images/s: ours is one process on one core; the peers use every core",
    ]
    with contextlib.ExitStack() as stack:
        contenders: dict[str, Decoder] = {
            _OURS: stack.enter_context(SupervisedWorker(_SIZES[-1], _SLOTS))
        }
        for name, missing in _MISSING.items():
            if said := missing():
                notes.append(f"left out: {name}: {said}")
        if not Vipsthumbnail.missing():
            contenders["vipsthumbnail"] = stack.enter_context(Vipsthumbnail())
        if not PillowThreads.missing():
            contenders["pillow_threads"] = stack.enter_context(PillowThreads())
        contenders["process_pool"] = stack.enter_context(ProcessPool())
        times, done = _measure(contenders, photos, pace.from_now())
        rows = [
            *_rows(times, list(contenders)),
            *_likeness_rows(contenders, photos[0]),
            *_format_rows(contenders),
        ]
    table.show("image", rows, notes=[*notes, f"rounds: {done}"])
    return 0


def _measure(
    contenders: Mapping[str, Decoder], photos: Sequence[Path], pace: Pace
) -> tuple[Times, int]:
    times = {(size, name): Taken() for size in _SIZES for name in contenders}
    for decoder in contenders.values():
        for size in _SIZES:
            decoder.decode(photos, size)  # code, files and memory are warm from here on
    done = 0
    for number in pace.rounds(_FULL_ROUNDS):
        for size in _SIZES:
            for name in turned(contenders, number):
                _take(times[size, name], contenders[name], photos, size)
        done = number + 1
    return times, done


def _likeness_rows(contenders: Mapping[str, Decoder], photo: Path) -> list[table.Row]:
    ours, peer = contenders[_OURS], contenders.get("vipsthumbnail")
    if not isinstance(ours, SupervisedWorker) or not isinstance(peer, Vipsthumbnail | None):
        raise TypeError("likeness is measured between our worker and vipsthumbnail")
    return [
        table.Row(f"{size.width}x{size.height}", metric, unit, value, peers)
        for size in _SIZES
        for metric, unit, value, peers in likeness(photo, size, ours, peer)
    ]


def _format_rows(contenders: Mapping[str, Decoder]) -> list[table.Row]:
    """Decode each other format once by ours and by Pillow, in turns, and once before that."""
    names = [name for name in (_OURS, "pillow_threads") if name in contenders]
    rows = []
    for suffix, path in other_formats().items():
        taken = {name: Taken() for name in names}
        for number in range(_FORMAT_ROUNDS + 1):
            for name in turned(names, number):
                spare = Taken() if number == 0 else taken[name]
                _take(spare, contenders[name], [path], _SIZES[0])
        cpu_ms = {name: statistics.median(taken[name].cpu_ms) for name in names}
        ours = cpu_ms.pop(_OURS)
        rows.append(table.Row(f"{suffix}_1920x1080", "cpu_ms", "ms", ours, cpu_ms))
    return rows


def _take(taken: Taken, decoder: Decoder, photos: Sequence[Path], size: Size) -> None:
    cpu_s, wall_s = decoder.cpu_s(), time.perf_counter()
    decoder.decode(photos, size)
    taken.wall_ms.append((time.perf_counter() - wall_s) * 1e3 / len(photos))
    taken.cpu_ms.append((decoder.cpu_s() - cpu_s) * 1e3 / len(photos))


def _rows(times: Times, names: Sequence[str]) -> list[table.Row]:
    rows = []
    for size in _SIZES:
        cpu_ms = {name: statistics.median(times[size, name].cpu_ms) for name in names}
        per_s = {name: 1e3 / statistics.median(times[size, name].wall_ms) for name in names}
        case = f"{size.width}x{size.height}"
        for metric, unit, values in (("cpu_ms", "ms", cpu_ms), ("images_per_s", "1/s", per_s)):
            ours = values.pop(_OURS)
            rows.append(table.Row(case, metric, unit, ours, values))
    return rows


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
