"""The product's visualizer in its window, with ears that hear what they are told; a program.

Each line on standard input is a JSON object; each is answered with a line once it is done:
`{"style": ...}` chooses one; `{"heard": {...}}` is heard from now on, always new, with `left`,
`right`, `ghosts`, `wave` and `level`; `{"silent": true}` goes on with the same, silent;
`{"late": true}` lets it grow old; `{"count_ms": ...}` answers with how many frames were presented
in that time and how often anybody asked what is heard.
"""

import json
import os
import sys
import time
from array import array
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem

from stillframe.contracts.hearing import WAVE_POINTS, Condition, Floats, Hearing
from stillframe.contracts.pixels import Size
from stillframe.player.frame_clock import FrameClock
from stillframe.player.frames import FrameProvider
from stillframe.player.scheduler import Scheduler
from stillframe.player.visualizer import Visualizer
from stillframe.player.window import PhotoWindow
from stillframe.settings import load

WINDOW = Size(640, 360)
BARS = 32


def floats(values: list[float]) -> Floats:
    return memoryview(array("f", values))


def say(answer: str) -> None:
    sys.stdout.write(answer + "\n")
    sys.stdout.flush()


class Ears:
    """Hear what they are told."""

    def __init__(self) -> None:
        self.polls = 0
        self.fresh = True
        self.heard: Hearing | None = None

    def poll(self) -> Hearing | None:
        self.polls += 1
        if self.heard is not None and self.fresh:
            self.heard = msgspec.structs.replace(self.heard, ts_ns=time.monotonic_ns())
        return self.heard

    def hear(self, what: dict[str, Any]) -> None:
        self.fresh = True
        left = what.get("left", [0.0] * BARS)
        right = what.get("right", left)
        self.heard = Hearing(
            ts_ns=time.monotonic_ns(),
            channels=2,
            condition=Condition.SOUNDING,
            level=what.get("level", 0.5),
            bars=floats([*left, *right]),
            ghosts=floats(what.get("ghosts", [*left, *right])),
            wave=floats(what.get("wave", [0.0] * WAVE_POINTS)),
        )


class Program(QObject):
    """A window and what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.ears, self.presented = Ears(), 0
        self.window = PhotoWindow(
            FrameProvider(),
            mat_colour="black",
            on_intent=str,
            on_resize=lambda: None,
        )
        item = self.window.rootObject().findChild(QObject, "visualizer")
        assert isinstance(item, QQuickItem)
        scheduler = Scheduler(self.window)
        file_text = "[visualizer]\nopacity = 100\n"
        settings = load(file_text=file_text, file_name="test.toml", environ={}, flags={})
        self.visualizer = Visualizer(
            item,
            self.window.sounds,
            settings.visualizer,
            scheduler=scheduler,
            clock=FrameClock(self.window, scheduler),
            drawn=str,
        )
        self.window.frameSwapped.connect(self.on_swapped, Qt.ConnectionType.QueuedConnection)
        self.window.open(WINDOW)
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self.on_input)
        self._rest = b""

    def on_swapped(self) -> None:
        self.presented += 1

    def on_input(self) -> None:
        read = os.read(0, 65536)
        if not read:
            QGuiApplication.quit()
        *lines, self._rest = (self._rest + read).split(b"\n")
        for line in lines:
            self.obey(json.loads(line))

    def obey(self, order: dict[str, Any]) -> None:
        match order:
            case {"style": style}:
                self.visualizer.choose(style, self.ears.poll)
            case {"heard": heard}:
                self.ears.hear(heard)
            case {"silent": True}:
                assert self.ears.heard is not None
                self.ears.heard = msgspec.structs.replace(
                    self.ears.heard, condition=Condition.SILENT
                )
            case {"late": True}:
                self.ears.fresh = False
            case {"count_ms": span_ms}:
                self.presented = self.ears.polls = 0
                QTimer.singleShot(span_ms, self, self.say_count)
                return
            case _:
                raise ValueError(order)
        say("done")

    def say_count(self) -> None:
        say(f"{self.presented} {self.ears.polls}")


if __name__ == "__main__":
    os.environ.setdefault("QSG_RENDER_LOOP", "threaded")
    os.environ.setdefault("QSG_USE_SIMPLE_ANIMATION_DRIVER", "1")
    qt = QGuiApplication(sys.argv)
    program = Program()
    qt.exec()
    del program.window
