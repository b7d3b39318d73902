"""One measured show, in a process of its own.

Role: plays a real show in a small window for some seconds while something else decodes, and prints
what Qt's frame log saw as one line of JSON. Counterpart: `bench.pacing` starts it, on a screen of
its own, and compares.

Guarantees: one transition follows another without a rest; the frames are counted by the product's
own log; the load runs from before the first photo until after the last.
"""

import collections
import contextlib
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final, Self
from unittest import mock
from urllib.parse import urlsplit

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QLoggingCategory, Qt, QTimer, qCInfo
from PySide6.QtGui import QKeyEvent
from PySide6.QtQuick import QQuickView

from bench import troubled
from bench.clocks import process_cpu_s
from bench.frame_marks import STALL_CATEGORY, FrameMarks
from bench.gc_pauses import GcPauses, full_collection_ms
from bench.resident import Resident
from bench.troubled import Trouble
from stillframe import app
from stillframe.contracts.feeds import FeedSource
from stillframe.contracts.images import ImageRequest, Profile, RatioPolicy
from stillframe.contracts.pixels import Size
from stillframe.player import frame_log
from stillframe.player.scheduler import Scheduler
from stillframe.player.stalls import StallMeter
from stillframe.settings import Settings, load
from stillframe.show.code import code_folders, network_files
from stillframe.show.memory import plan_arena
from stillframe.show.sources import Group
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision import events
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.supervisor import Supervisor

WINDOW_PX: Final = (640, 360)
# What the load decodes for: a common screen.
_TARGET: Final = Size(1920, 1080)
_STALL_EVERY_MS, _STALL_S = 2000, 0.5
_SETTLED_MS: Final = 3000
# After the show has started, and before stalls of a settled one are counted.
_COLLECT_MS: Final = 2500
_STOP_TIMEOUT_S: Final = 5.0
_ANSWER_TTL_NS: Final = 3600 * 1_000_000_000


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to play, and beside what.

    Attributes:
        photos: the folder that is shown.
        load: `none`, `worker` or `threads`.
        heavy: the photos that the load decodes, again and again.
        transition_s: how long one photo gives way to the next.
        step_ms: between two steps; longer than a transition, or photos are passed over.
        feeds: addresses of feeds that the show follows too, all of this machine.
        home: where the show keeps what feeds bring.
        trouble: which worker is in trouble, if one is.
        flags: more settings, as on the command line.
    """

    photos: str
    heavy: list[str]
    load: str
    stalls: bool
    play_s: float
    transition_s: float = 1.0
    step_ms: int = 1100
    feeds: list[str] = msgspec.field(default_factory=list)
    home: str = ""
    trouble: Trouble | None = None
    flags: dict[str, str] = msgspec.field(default_factory=dict)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Intervals are whole milliseconds, as Qt's log counts them."""

    intervals_ms: list[float]
    gui_stall_ms_max: float
    settled_stall_ms_max: float
    """From `_SETTLED_MS` on: a show that starts has a window to open."""
    transitions: int
    decoded: int
    load_cpu_s: float
    resident_bytes: list[int]
    """Of the interface, at each step."""
    first_intervals: list[float]
    """The first interval of each transition, by the median of its others."""
    stalled_frames: list[int]
    """Presented during each stall."""
    gc_pause_ms_max: float
    """The longest time that the collector of garbage took by itself."""
    gc_full_ms: tuple[float, float]
    """What a full collection takes, and what it would without `gc.freeze`."""


def main(text: str) -> None:
    """Play the show of an `Order` and print what was `Seen`."""
    order = msgspec.json.decode(text, type=Order)
    settings = _settings(order)
    logs: list[frame_log.FrameLog] = []
    marks = FrameMarks()
    os.environ["QT_LOGGING_RULES"] = f"{STALL_CATEGORY}=true"

    class KeptLog(frame_log.FrameLog):
        """The product's log; the show's report holds only three numbers of it."""

        def __init__(self, other: Callable[[str], None]) -> None:
            super().__init__(other)
            logs.append(self)

        def feed(self, data: bytes) -> None:
            marks.feed(data)
            super().feed(data)

    resident_bytes: list[int] = []
    settled: list[StallMeter] = []
    gc_full_ms = [(0.0, 0.0)]
    pauses = GcPauses()

    def on_open(view: QQuickView) -> None:
        _drive(view, order, resident_bytes, settled)
        QTimer.singleShot(_COLLECT_MS, view, lambda: gc_full_ms.append(full_collection_ms()))
        # The one that ends the start is the show's own, and comes before the first photo.
        QTimer.singleShot(_SETTLED_MS, view, lambda: gc.callbacks.append(pauses.note))

    with (
        mock.patch.object(frame_log, "FrameLog", KeptLog),
        _in_trouble(order.trouble),
        _loaded(order, settings) as load_now,
    ):
        report = app.play(
            app.PlayOptions(
                settings=settings,
                groups=(Group("the bench's photos", (os.fsencode(order.photos),)),),
                windowed=Size(*WINDOW_PX),
                seed=1,
                exit_after_s=order.play_s,
                measure=True,
                places=Places(
                    roots=(os.fsencode(order.photos),),
                    scenes=os.fsencode(order.photos) + b"/scenes",
                    index=os.fsencode(order.photos) + b"/.index",
                    code=code_folders(),
                    network=network_files() if order.feeds else (),
                    mirror=os.fsencode(order.home) if order.feeds else b"",
                ),
                feeds=tuple(FeedSource(url=url) for url in order.feeds),
                on_open=on_open,
            ),
            os.environ,
        )
        decoded, cpu_s = load_now()
    seen = Seen(
        intervals_ms=[float(ms) for log in logs for ms in log.intervals_ms.elements()],
        gui_stall_ms_max=report.gui_stall_ms_max or 0.0,
        settled_stall_ms_max=max((meter.max_ms for meter in settled), default=0.0),
        transitions=report.transitions,
        decoded=decoded,
        load_cpu_s=cpu_s,
        resident_bytes=resident_bytes,
        first_intervals=marks.first_intervals,
        stalled_frames=marks.stalled_frames,
        gc_pause_ms_max=max(pauses.longest_ms),
        gc_full_ms=gc_full_ms[-1],
    )
    print(msgspec.json.encode(seen).decode())


@contextlib.contextmanager
def _in_trouble(trouble: Trouble | None) -> Iterator[None]:
    """Have one kind of worker started as the one in trouble."""
    if trouble is None:
        yield
        return
    os.environ[troubled.VARIABLE] = msgspec.json.encode(trouble).decode()

    def specs(*arguments: Any, **named: Any) -> tuple[WorkerSpec, ...]:  # noqa: ANN401
        return tuple(
            replace(spec, module=troubled.__name__, python_path=(os.getcwd(), *spec.python_path))
            if spec.name == trouble.kind
            else spec
            for spec in worker_specs(*arguments, **named)
        )

    with mock.patch.object(app, "worker_specs", specs):
        yield


def _settings(order: Order) -> Settings:
    flags = {
        "--interval": "10",
        "--transition-duration": str(order.transition_s),
        "--allow-host": ",".join(urlsplit(url).netloc for url in order.feeds),
        **order.flags,
    }
    return load(file_text=None, file_name="", environ={}, flags=flags)


def _drive(
    view: QQuickView, order: Order, resident_bytes: list[int], settled: list[StallMeter]
) -> None:
    """Ask for one photo after another, as a finger on the key would, and hold Python up."""

    def step() -> None:
        resident_bytes.append(Resident.of(os.getpid()).now_bytes)
        _press(view)

    QTimer.singleShot(_SETTLED_MS, view, lambda: settled.append(StallMeter(Scheduler(view))))
    steps = QTimer(view)
    steps.timeout.connect(step)
    steps.start(order.step_ms)
    if order.stalls:
        stall = QTimer(view)
        category = QLoggingCategory(STALL_CATEGORY)  # type: ignore[arg-type]
        stall.timeout.connect(lambda: _hold_up(category))
        stall.start(_STALL_EVERY_MS)


def _press(view: QQuickView) -> None:
    no_modifier = Qt.KeyboardModifier.NoModifier
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.postEvent(view, QKeyEvent(kind, Qt.Key.Key_Right, no_modifier))


def _hold_up(category: QLoggingCategory) -> None:
    # The stubs say bytes; PySide takes text and refuses bytes.
    qCInfo(category, frame_log.BEGIN)  # type: ignore[arg-type]
    end_s = time.monotonic() + _STALL_S
    while time.monotonic() < end_s:  # holds the interpreter's lock, as a real bug would
        pass
    qCInfo(category, frame_log.END)  # type: ignore[arg-type]


LoadNow = Callable[[], tuple[int, float]]
"""Says how many photos the load has decoded so far, and its CPU time in seconds."""


@contextlib.contextmanager
def _loaded(order: Order, settings: Settings) -> Iterator[LoadNow]:
    if order.load == "worker":
        with WorkerLoad(order.heavy, settings) as worker:
            yield worker.now
    elif order.load == "threads":
        with thread_load(order.heavy) as now:
            yield now
    else:
        yield lambda: (0, 0.0)


class WorkerLoad:
    """A real supervised image worker that always has the next photo waiting."""

    def __init__(self, heavy: Sequence[str], settings: Settings) -> None:
        self._paths = collections.deque(os.fsencode(path) for path in heavy)
        arena = plan_arena(
            budget_bytes=settings.images.arena_bytes,
            ram_bytes=settings.images.arena_bytes * 8,
            screen=_TARGET,
            look_ahead=1,
        )
        self._decoded, self._pid = 0, 0
        self._failure = ""
        self._supervisor = Supervisor(
            worker_specs(
                settings,
                arena,
                Places(
                    roots=tuple({os.path.dirname(path) for path in self._paths}),
                    scenes=os.fsencode(tempfile.gettempdir()),
                    index=os.fsencode(tempfile.gettempdir()),
                ),
            )[:1],
            notify=self._on_event,
            rng=random.Random(1),
            environ=os.environ,
        )

    def __enter__(self) -> Self:
        self._supervisor.start()
        for _ in range(2):  # one in its hands and one waiting
            self._submit()
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop()
        self._supervisor.join(_STOP_TIMEOUT_S)
        if self._failure:
            raise RuntimeError(self._failure)

    def now(self) -> tuple[int, float]:
        """Return the count and the worker's CPU time."""
        return self._decoded, process_cpu_s(self._pid)

    def _on_event(self) -> None:
        """Take what there is, on the supervisor's own thread: it is two appends and no work."""
        while (event := self._supervisor.take()) is not None:
            match event:
                case events.Completed(lease=lease) if lease is not None:
                    self._decoded += 1
                    self._supervisor.post(events.Release("images", lease.grant))
                    self._submit()
                case events.Refused(reason=reason, detail=detail):
                    self._failure = f"the load's worker refused: {reason}: {detail}"
                case events.WorkerChanged(pid=pid) if pid:
                    self._pid = pid

    def _submit(self) -> None:
        self._paths.rotate(-1)
        seq, now_ns = self._supervisor.next_seq(), time.monotonic_ns()
        key = b"%d" % seq
        request = ImageRequest(
            seq=seq,
            correlation_id=0,
            worker="images",
            ts_req_ns=now_ns,
            deadline_ns=now_ns + _ANSWER_TTL_NS,
            path=self._paths[0],
            target_size=_TARGET,
            profile=Profile(),
            cache_key=key,
            ratio_policy=RatioPolicy(),
        )
        self._supervisor.post(events.Submit(request, key))


@contextlib.contextmanager
def thread_load(heavy: Sequence[str]) -> Iterator[LoadNow]:
    """Decode in threads of this process, one a core, as a pool does by default."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - it may not be installed

    going, decoded = [True], [0]
    threads = os.cpu_count() or 1
    cpu_s = [0.0] * threads

    def decode_on(start: int) -> None:
        number = start
        while going:
            with Image.open(heavy[number % len(heavy)]) as photo:
                size = (_TARGET.width, _TARGET.height)
                ImageOps.fit(photo, size, Image.Resampling.LANCZOS).convert("RGBA")
            decoded[0] += 1
            cpu_s[start] = time.thread_time()
            number += 1

    with ThreadPoolExecutor(threads) as pool:
        running: list[Future[None]] = [pool.submit(decode_on, n) for n in range(threads)]
        try:
            yield lambda: (decoded[0], sum(cpu_s))
        finally:
            going.clear()
            for future in running:
                future.result()


if __name__ == "__main__":
    main(sys.argv[1])
