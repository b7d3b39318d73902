"""A show whose interface thread is held up in the middle of a transition; run as a program.

Arguments: the folder of photos; `render` for the product's own scene or `gui` for a control whose
progress is driven on the interface's thread; and `burn` for stalls that compute, `hold` for stalls
that only hold the interpreter's lock, as a C call can, or `kill` for spans that begin with the
death of the worker that listens. `sound` is `render` with a visualizer over the photo. Qt's frame
log, with marks around each stall and around an undisturbed span of the same length, goes to
standard error.
"""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

from PySide6.QtCore import QObject, QTimer, QUrl, qInfo
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent
from PySide6.QtQuick import QQuickView

from at_work import kill_listener
from one_folder import flagged, options
from stillframe import app
from stillframe.player import frame_log
from stillframe.player.stage import QtStage

SPAN_MS = 500
# The first photo takes 7 s to rise from the mat; by then all times after its first moment are over.
MOTION_S = 7
CALM_AT_MS, STALL_AT_MS, END_AT_MS = (1000, 3000), (2000, 4000), 4800

SOUND = {"--audio": "synthetic:3", "--visualizer": "mirror"}

CONTROL = b"""
import QtQuick
Rectangle {
    width: 320; height: 180
    Rectangle {
        width: 50; height: 50; color: "red"
        NumberAnimation on x { from: 0; to: 270; duration: 7000; running: true }
    }
}
"""


def main(folder: str, kind: str, stalls: str) -> None:
    frame_log.enable(os.environ)
    os.environ["QT_LOGGING_RULES"] += ";default=true"
    if kind == "gui":
        _control(stalls)
    else:
        _play(folder, stalls, SOUND if kind == "sound" else {})


def _mark(name: str) -> Callable[[], None]:
    return lambda: qInfo(f"MARK {name}")


def _burn() -> None:
    end_s = time.monotonic() + SPAN_MS / 1000
    while time.monotonic() < end_s:
        pass


def _hold() -> None:
    ctypes.PyDLL(None).usleep(SPAN_MS * 1000)  # PyDLL keeps the interpreter's lock


def _schedule(parent: QObject, stalls: str, leave: Callable[[], object]) -> None:
    """Plan the stalls and the end, from now on."""

    def stall() -> None:
        _mark("stall-begin")()
        if stalls == "kill":
            if not kill_listener(os.getpid()):
                sys.stderr.write("MARK no-audio-worker\n")
                os._exit(1)  # an error raised here would be Qt's to swallow
            QTimer.singleShot(SPAN_MS, parent, _mark("stall-end"))
        else:
            (_burn if stalls == "burn" else _hold)()
            _mark("stall-end")()

    for at_ms in CALM_AT_MS:
        QTimer.singleShot(at_ms, parent, _mark("calm-begin"))
        QTimer.singleShot(at_ms + SPAN_MS, parent, _mark("calm-end"))
    for at_ms in STALL_AT_MS:
        QTimer.singleShot(at_ms, parent, stall)
    QTimer.singleShot(END_AT_MS, parent, leave)


def _play(folder: str, stalls: str, sound: dict[str, str]) -> None:
    flags = {"--interval": str(MOTION_S), "--transition-duration": str(MOTION_S), **sound}
    present = QtStage.present

    def begun(stage: QtStage, *what: Any) -> None:
        present(stage, *what)
        _schedule(stage, stalls, QGuiApplication.quit)

    with mock.patch.object(QtStage, "present", begun):
        app.play(options(folder, flagged(flags)), os.environ)


def _control(stalls: str) -> None:
    os.environ.update(QSG_RENDER_LOOP="threaded", QSG_USE_SIMPLE_ANIMATION_DRIVER="1")
    qt = QGuiApplication(sys.argv)
    view = QQuickView()
    view.setSource(QUrl())
    component = QQmlComponent(view.engine())
    component.setData(CONTROL, QUrl())
    view.setContent(QUrl(), component, component.create())
    view.show()
    _schedule(view, stalls, qt.quit)
    qt.exec()
    del view


if __name__ == "__main__":
    main(*sys.argv[1:])
