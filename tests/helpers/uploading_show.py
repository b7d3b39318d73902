"""A show whose photos move, and that says of each upload whether it was told too early.

Arguments: the folder of photos, and how many uploads there are to be. A line to standard error for
each photo: `RIGHT` where a frame that took the loaded photo over had been presented when the stage
said `Uploaded`, `EARLY` where none had. After the last of them the show ends.
"""

import os
import sys
from unittest import mock

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtQuick import QQuickView

from one_folder import flagged, options
from stillframe import app
from stillframe.player.gallery import Gallery
from stillframe.show import script

SETTINGS = {"--pan-zoom": "true", "--interval": "2", "--transition-duration": "0.3"}


class Watch:
    """Counts on the render thread, where frames and what they take over cannot be mistaken."""

    def __init__(self, uploads: int) -> None:
        self._left = uploads
        self._taken_over = self._presented = self._loaded = 0

    def begin(self, view: QQuickView) -> None:
        at_once, self._view = Qt.ConnectionType.DirectConnection, view
        view.afterSynchronizing.connect(self._on_synchronized, at_once)
        view.frameSwapped.connect(self._on_swapped, at_once)
        view.rootObject().loaded.connect(self._on_loaded)  # type: ignore[attr-defined]

    def judge(self) -> None:
        os.write(2, b"RIGHT\n" if self._presented >= self._loaded else b"EARLY\n")
        self._left -= 1
        if not self._left:
            # A window that closes waits for its render thread, which must not wait for Python then.
            self._view.afterSynchronizing.disconnect(self._on_synchronized)
            self._view.frameSwapped.disconnect(self._on_swapped)
            QCoreApplication.quit()

    def _on_synchronized(self) -> None:
        self._taken_over += 1

    def _on_swapped(self) -> None:
        self._presented = self._taken_over

    def _on_loaded(self, source: str) -> None:
        del source
        self._loaded = self._taken_over + 1  # by the next one, at the earliest


def main(folder: str, uploads: str) -> None:
    watch, hear = Watch(int(uploads)), Gallery.hear

    def heard(self: Gallery, number: int, cue: script.Cue) -> None:
        if isinstance(cue, script.Uploaded):
            watch.judge()
        hear(self, number, cue)

    with mock.patch.object(Gallery, "hear", heard):
        app.play(options(folder, flagged(SETTINGS), on_open=watch.begin), os.environ)


if __name__ == "__main__":
    main(*sys.argv[1:])
