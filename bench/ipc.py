"""What it costs to ask a child and to get a frame from it.

Role: measures round trips and hand-offs. Counterpart: `bench.round_trips` and `bench.handoffs`
hold ours and the peers; they take turns.

Cases: `round_trip` is a channel of ours alone, with a child that only echoes, as the peers' do;
`worker_round_trip` is the same to the product's worker loop; `supervised_round_trip` goes through
the supervisor's thread, both ways. `handoff_4k` and `handoff_1080p` are frames:

    ms            from asking until the reader may read all of it, the child's copy included
    delivered_ms  from the child's last pixel until the reader may read all of it
    read_ms       from asking until all is read and what the way needs afterwards is done
    cpu_ms        processor time of both processes for all that

`handoff_beside` has the hand-off of a 4K frame beside that of a smaller one, and beside the time
that decoding a photo of 24 megapixels to 4K takes.
"""

import contextlib
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from bench import echo, handoffs, round_trips, rounds, table
from bench.clocks import process_cpu_s
from bench.decoders import SupervisedWorker
from bench.handoffs import HandOff, Timing
from bench.round_trips import Way
from bench.rounds import turned
from bench.sample_photos import NoPhotoError, large_photos
from stillframe.contracts.pixels import Size

# A quick run has some seconds left for the decoding and for its children's ends.
_QUICK_S: Final = 35.0
_FULL_ROUNDS: Final = 400
# Of each way in its turn; the first ones find their caches cold and are not counted.
_ASKED, _UNCOUNTED = 60, 10
_DECODED: Final = 3
# A run that is to take less than decoding does leaves it out.
_DECODE_S: Final = 5.0
_NS_PER_MS: Final = 1e6
_SIZES: Final = {"handoff_4k": echo.LARGEST, "handoff_1080p": Size(1920, 1080)}

_WAYS: Final[Mapping[str, Callable[[], AbstractContextManager[Way]]]] = {
    "channel": round_trips.channel,
    "worker": round_trips.worker,
    "supervised": round_trips.supervised,
    "mp_pipe": round_trips.mp_pipe,
    "mp_queue": round_trips.mp_queue,
    "zmq": round_trips.zmq,
    "process_pool": round_trips.process_pool,
}
_HANDOFFS: Final[Mapping[str, Callable[[], AbstractContextManager[HandOff]]]] = {
    "arena_slot": handoffs.arena_slot,
    "shm_per_transfer": handoffs.shm_per_transfer,
    "queue_bytes": handoffs.queue_bytes,
}
_TRIP_CASES: Final = {
    "round_trip": ("channel", ("mp_pipe", "mp_queue", "zmq")),
    "worker_round_trip": ("worker", ("mp_pipe", "mp_queue", "zmq")),
    "supervised_round_trip": ("supervised", ("mp_pipe", "mp_queue", "process_pool")),
}
_MEASURES: Final[Mapping[str, Callable[[Timing], int]]] = {
    "ms": lambda timing: timing.usable_ns - timing.asked_ns,
    "delivered_ms": lambda timing: timing.usable_ns - timing.written_ns,
    "read_ms": lambda timing: timing.read_ns - timing.asked_ns,
}


@dataclass
class Trips:
    """What one way's round trips took."""

    wall_us: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """The mean of each turn: processor time is not counted finely enough for a single trip."""


@dataclass
class Frames:
    """What one way's hand-offs at one size took."""

    timings: list[Timing] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    pace = rounds.parse("ipc", __doc__, arguments, quick_s=_QUICK_S)
    request_bytes, answer_bytes = round_trips.message_bytes()
    notes = [
        f"round trips: {request_bytes} bytes to, {answer_bytes} back; ours and zmq validate both",
        "round trips of mp_*: dicts, which pickle quicker than dataclasses: in their favour",
        "hand-offs: the child copies from a buffer that it has ready, which is the same for all",
        "cpu: both processes together",
    ]
    ways = dict(_WAYS)
    if importlib.util.find_spec("zmq") is None:
        del ways["zmq"]
        notes.append("left out: zmq: pyzmq is not installed")
    with contextlib.ExitStack() as stack:
        asking = {name: stack.enter_context(way()) for name, way in ways.items()}
        handing = {name: stack.enter_context(way()) for name, way in _HANDOFFS.items()}
        trips = {name: Trips() for name in asking}
        frames = {(case, name): Frames() for case in _SIZES for name in handing}
        for name, handoff in handing.items():  # code and memory are warm from here on
            first = Frames([handoff.take(echo.LARGEST) for _ in range(handoffs.SLOTS)])
            notes.append(f"the first frames through {name}: {_ms(first, _MEASURES['ms']):.1f} ms")
        for number in pace.rounds(_FULL_ROUNDS):
            for name in turned(asking, number):
                _ask(trips[name], asking[name])
            for case, size in _SIZES.items():
                for name in turned(handing, number):
                    _take(frames[case, name], handing[name], size)
            done = number + 1
    beside = _beside(notes) if pace.full or pace.quick_s >= _DECODE_S else {}
    rows = [*_trip_rows(trips), *_frame_rows(frames), _beside_row(frames, beside)]
    table.show("ipc", rows, notes=[*notes, f"rounds: {done}"])
    return 0


def _ask(trips: Trips, way: Way) -> None:
    for seq in range(1, _UNCOUNTED + 1):
        way.ask(seq)
    cpu_s = time.process_time() + process_cpu_s(way.pid)
    for seq in range(1, _ASKED + 1):
        began_ns = time.perf_counter_ns()
        answered = way.ask(seq)
        trips.wall_us.append((time.perf_counter_ns() - began_ns) / 1e3)
        if answered != seq:
            raise RuntimeError(f"the answer to {answered} came for {seq}")
    cpu_s = time.process_time() + process_cpu_s(way.pid) - cpu_s
    trips.cpu_us.append(cpu_s * 1e6 / _ASKED)


def _take(frames: Frames, handoff: HandOff, size: Size) -> None:
    cpu_s = time.process_time() + process_cpu_s(handoff.pid)
    frames.timings.append(handoff.take(size))
    frames.cpu_ms.append((time.process_time() + process_cpu_s(handoff.pid) - cpu_s) * 1e3)


def _trip_rows(trips: Mapping[str, Trips]) -> list[table.Row]:
    rows = []
    for case, (ours, peers) in _TRIP_CASES.items():
        names = [name for name in peers if name in trips]
        p50_us = {name: statistics.median(trips[name].wall_us) for name in (ours, *names)}
        cpu_us = {name: statistics.median(trips[name].cpu_us) for name in (ours, *names)}
        for metric, values in (("p50_us", p50_us), ("cpu_us", cpu_us)):
            rows.append(table.Row(case, metric, "us", values.pop(ours), values))
    return rows


def _frame_rows(frames: Mapping[tuple[str, str], Frames]) -> list[table.Row]:
    rows = []
    for case in _SIZES:
        of_case = {name: frames[case, name] for name in _HANDOFFS}
        for metric, measure in _MEASURES.items():
            rows.append(_row(case, metric, {n: _ms(f, measure) for n, f in of_case.items()}))
        cpu_ms = {name: statistics.median(taken.cpu_ms) for name, taken in of_case.items()}
        rows.append(_row(case, "cpu_ms", cpu_ms))
    return rows


def _row(case: str, metric: str, values: dict[str, float]) -> table.Row:
    return table.Row(case, metric, "ms", values.pop("arena_slot"), values)


def _ms(frames: Frames, measure: Callable[[Timing], int]) -> float:
    return statistics.median(measure(timing) for timing in frames.timings) / _NS_PER_MS


def _beside_row(frames: Mapping[tuple[str, str], Frames], beside: Mapping[str, float]) -> table.Row:
    measure = _MEASURES["delivered_ms"]
    large, small = (_ms(frames[case, "arena_slot"], measure) for case in _SIZES)
    return table.Row("handoff_beside", "delivered_ms", "ms", large, {"ours_1080p": small, **beside})


def _beside(notes: list[str]) -> Mapping[str, float]:
    try:
        return {"decode_4k": _decode_ms()}
    except NoPhotoError as error:
        notes.append(f"left out: decode_4k: {error}")
        return {}


def _decode_ms() -> float:
    """Return how long the image worker takes for a photo, from asking until it may be read."""
    photos, took_ms = large_photos(), []
    with SupervisedWorker(echo.LARGEST, slots=2) as worker:
        worker.decode(photos[:1], echo.LARGEST)  # not the first: it finds nothing warm
        for photo in photos[:_DECODED]:
            began_s = time.perf_counter()
            worker.decode([photo], echo.LARGEST)
            took_ms.append((time.perf_counter() - began_s) * 1e3)
    return statistics.median(took_ms)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
