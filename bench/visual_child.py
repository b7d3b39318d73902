"""One way to draw bars, in a process of its own.

Role: opens the product's window, draws new bars with each frame for some seconds, and prints what
a frame cost as one line of JSON. Counterpart: `bench.visual` starts it and compares.

Ways: `ours` is the product's visualizer, in the style that is asked for, with a publication that is
unpacked anew for each frame; `rectangles` is an item for each bar, fed from one property;
`polyline` one shape of all bars; `bare` moves one small rectangle: a frame without bars.

Guarantees: the same window, the same frame clock and the same 128 numbers a frame for all.
"""

import os
import random
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QPointF, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent
from PySide6.QtQuick import QQuickItem

from bench.clocks import thread_cpu_s
from stillframe.contracts.hearing import WAVE_POINTS, Condition, Floats, Hearing, pack, unpack
from stillframe.contracts.pixels import Size
from stillframe.player.frame_clock import FrameClock
from stillframe.player.frames import FrameProvider
from stillframe.player.scheduler import Scheduler
from stillframe.player.visualizer import Visualizer
from stillframe.player.window import PhotoWindow
from stillframe.settings import load

_BARS: Final = 64
_CHANNELS: Final = 2
_WINDOW: Final = Size(640, 360)
_TALL_PX: Final = 100.0
_MOMENTS: Final = 32
_WARM_UP_S: Final = 1.0
_RENDER_THREAD: Final = "QSGRenderThread"
_RASTERISER: Final = "llvmpipe"

_SCENES: Final = {
    "bare": b"""import QtQuick
Rectangle { width: 10; height: 10; function draw(values: var): void { x = values[0] } }""",
    "rectangles": b"""import QtQuick
Item {
    id: bars
    property var values: []
    function draw(given: var): void { values = given }
    Repeater {
        model: 128
        Rectangle {
            required property int index
            x: index * 5; width: 4; radius: 2; antialiasing: true
            height: 4 + 100 * (bars.values[index] ?? 0); y: 356 - height
        }
    }
}""",
    "polyline": b"""import QtQuick
import QtQuick.Shapes
Shape {
    id: bars
    width: 640; height: 360
    function draw(given: var): void { line.path = given }
    ShapePath { fillColor: "white"; strokeWidth: -1; PathPolyline { id: line } }
}""",
}


class Order(msgspec.Struct, frozen=True):
    """What is drawn, and for how long it is measured."""

    way: str
    style: str
    play_s: float


class Cost(msgspec.Struct, frozen=True):
    """What a frame cost, in milliseconds of CPU time.

    Attributes:
        frames: how many there were.
        gui_ms: of the interface's thread.
        render_ms: of the render thread.
        raster_ms: of the threads with which software GL draws; a graphics processor's part.
    """

    frames: int
    gui_ms: float
    render_ms: float
    raster_ms: float


class _Frames:
    """Frames, each with new bars, and what they took."""

    def __init__(self, play_s: float, draw: Callable[[int], None]) -> None:
        self._play_s, self._draw = play_s, draw
        self.count = 0
        self._before = (0, {"": 0.0})
        self.cost: Cost | None = None

    def next(self) -> None:
        self.count += 1
        self._draw(self.count)

    def begin(self) -> None:
        self._before = (self.count, _threads_s())

    def end(self) -> None:
        after, (first, before) = _threads_s(), self._before
        frames = max(1, self.count - first)
        spent = {name: (after[name] - before.get(name, 0.0)) * 1000 / frames for name in after}
        raster = sum(ms for name, ms in spent.items() if name.startswith(_RASTERISER))
        self.cost = Cost(frames, spent["gui"], spent.get(_RENDER_THREAD, 0.0), raster)
        QGuiApplication.quit()


def _nobody(what: object) -> None:
    del what


def _threads_s() -> dict[str, float]:
    """Return the CPU time of this process's threads by name; the first one is `gui`."""
    spent: dict[str, float] = {}
    for task in Path("/proc/self/task").iterdir():
        tid = int(task.name)
        name = "gui" if tid == os.getpid() else (task / "comm").read_text().strip()
        spent[name] = spent.get(name, 0.0) + thread_cpu_s(tid)
    return spent


def _moments() -> list[list[float]]:
    rng = random.Random(1)
    return [[rng.random() for _ in range(_CHANNELS * _BARS)] for _ in range(_MOMENTS)]


def _published(values: list[float]) -> bytes:
    bars: Floats = memoryview(array("f", values))
    wave: Floats = memoryview(array("f", [0.3] * WAVE_POINTS))
    return pack(
        Hearing(
            ts_ns=time.monotonic_ns(),
            channels=_CHANNELS,
            condition=Condition.SOUNDING,
            level=0.5,
            bars=bars,
            ghosts=bars,
            wave=wave,
        )
    )


def _ours(window: PhotoWindow, order: Order, clock: FrameClock, scheduler: Scheduler) -> _Frames:
    item = window.rootObject().findChild(QObject, "visualizer")
    assert isinstance(item, QQuickItem)  # noqa: S101 - the scene is ours
    moments = [_published(values) for values in _moments()]
    frames = _Frames(order.play_s, _nobody)

    def poll() -> Hearing:
        frames.next()
        heard = unpack(moments[frames.count % _MOMENTS])
        return msgspec.structs.replace(heard, ts_ns=time.monotonic_ns())

    settings = load(file_text=None, file_name="", environ={}, flags={}).visualizer
    visualizer = Visualizer(
        item, window.sounds, settings, scheduler=scheduler, clock=clock, drawn=_nobody
    )
    visualizer.choose(order.style, poll)
    return frames


def _peer(window: PhotoWindow, order: Order, clock: FrameClock) -> _Frames:
    component = QQmlComponent(window.engine())
    component.setData(_SCENES[order.way], QUrl())
    item = component.create()
    assert isinstance(item, QQuickItem), component.errorString()  # noqa: S101 - the scene is ours
    item.setParent(window)
    item.setParentItem(window.rootObject())
    moments: list[list[float]] | list[list[QPointF]] = _moments()
    if order.way == "polyline":
        moments = [_outline(values) for values in _moments()]
    frames = _Frames(
        order.play_s,
        lambda number: item.draw(moments[number % _MOMENTS]),  # type: ignore[attr-defined]
    )
    clock.start(lambda _: frames.next())
    return frames


def _outline(values: list[float]) -> list[QPointF]:
    points: list[QPointF] = []
    for number, value in enumerate(values):
        left, top = number * 5.0, _WINDOW.height - _TALL_PX * value
        points += [
            QPointF(left, _WINDOW.height),
            QPointF(left, top),
            QPointF(left + 4, top),
            QPointF(left + 4, _WINDOW.height),
        ]
    return points


def main(order: Order) -> None:
    """Draw, measure, print."""
    os.environ.update(QSG_RENDER_LOOP="threaded", QSG_USE_SIMPLE_ANIMATION_DRIVER="1")
    qt = QGuiApplication(sys.argv[:1])
    window = PhotoWindow(
        FrameProvider(), mat_colour="black", on_intent=_nobody, on_resize=lambda: None
    )
    window.open(_WINDOW)
    scheduler = Scheduler(window)
    clock = FrameClock(window, scheduler)
    if order.way == "ours":
        frames = _ours(window, order, clock, scheduler)
    else:
        frames = _peer(window, order, clock)
    QTimer.singleShot(round(_WARM_UP_S * 1000), window, frames.begin)
    QTimer.singleShot(round((_WARM_UP_S + order.play_s) * 1000), window, frames.end)
    qt.exec()
    print(msgspec.json.encode(frames.cost).decode(), flush=True)


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1].encode(), type=Order))
