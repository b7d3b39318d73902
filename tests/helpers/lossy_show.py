"""A show whose graphics are lost and made anew, again and again; run as a program.

Arguments: the folder of photos, and how often graphics are lost, in seconds. With the window goes
all that Qt has on the graphics card: textures, shaders, the context itself. This is what a driver
that restarts leaves a show with; a real one cannot be made to restart by a test. Each loss writes
a line to standard error.
"""

import os
import sys

from PySide6.QtCore import QTimer
from PySide6.QtQuick import QQuickView

from one_folder import flagged, options
from stillframe import app


def main(folder: str, every_s: str) -> None:
    def lose(view: QQuickView) -> None:
        view.hide()
        if not view.isSceneGraphInitialized():
            os.write(2, b"LOST\n")
        view.show()

    def on_open(view: QQuickView) -> None:
        view.setPersistentGraphics(False)
        view.setPersistentSceneGraph(False)
        timer = QTimer(view)
        timer.timeout.connect(lambda: lose(view))
        timer.start(round(float(every_s) * 1000))

    settings = flagged({"--interval": "2", "--transition-duration": "1"})
    app.play(options(folder, settings, on_open=on_open), os.environ)


if __name__ == "__main__":
    main(*sys.argv[1:])
