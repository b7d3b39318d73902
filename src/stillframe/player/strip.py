"""Single moments of a transition, from the very scene that plays it.

Role: two photos and an effect become pictures. Counterpart: `cli.transitions` writes them down;
`qml/Stage.qml` draws them as in a show.

Guarantees: the photos are drawn as they are, a pixel for a pixel; a scene that cannot draw an
effect is an error, not a black picture.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEasingCurve, QEventLoop, QRectF, QSize, QSizeF, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem, QQuickView

from stillframe.contracts.pixels import Size
from stillframe.player.frames import PROVIDER, FrameProvider
from stillframe.player.scheduler import Scheduler
from stillframe.player.stage import CURVES, shader_url, uniforms
from stillframe.show.effect import Effect
from stillframe.transitions.model import Filter

_QML: Final = resources.files("stillframe.player") / "qml" / "Stage.qml"
_PATIENCE_NS: Final = 20_000_000_000
_WHOLE: Final = QRectF(0, 0, 1, 1)


def eased(effect: Effect, time: float) -> float:
    """Return how far an effect is at a part of its time, 0 to 1."""
    return QEasingCurve(QEasingCurve.Type(CURVES[effect.easing])).valueForProgress(time)


class StripError(Exception):
    """A moment cannot be drawn; the one argument says why."""


class Strip:
    """A window that shows moments."""

    def __init__(self, size: Size, mat_colour: str = "#000000") -> None:
        """Open it.

        Raises:
            StripError: if the scene cannot be loaded.
        """
        os.environ.setdefault("QSG_RENDER_LOOP", "threaded")
        self._qt = QGuiApplication.instance() or QGuiApplication(["stillframe"])
        self._view, self._frames, self._failed = QQuickView(), FrameProvider(), ""
        self._view.engine().addImageProvider(PROVIDER, self._frames)
        self._view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self._view.setColor(QColor(mat_colour))
        self._view.setInitialProperties({"matColour": QColor(mat_colour)})
        self._view.setSource(QUrl.fromLocalFile(str(_QML)))
        if self._view.status() is not QQuickView.Status.Ready:
            raise StripError("; ".join(error.toString() for error in self._view.errors()))
        self._scene: Any = self._view.rootObject()
        scene: Any = self._scene
        scene.shaderFailed.connect(self._on_failed)
        self._scheduler = Scheduler(self._view)
        self._view.resize(QSize(size.width, size.height))
        self._view.show()

    def moments(
        self, effect: Effect, photos: tuple[Path, Path], places: Sequence[float]
    ) -> Iterator[QImage]:
        """Yield the picture at each place of an effect, 0 to 1, from one photo to the other.

        The photos have the window's own size.

        Raises:
            StripError: if a photo or the effect cannot be drawn.
        """
        self._load(photos[0])
        self._scene.present(0, 0, 0, False)
        self._load(photos[1])
        painted = self._scene.findChild(QQuickItem, "effect")
        for name, value in uniforms(effect):
            painted.setProperty(name, value)
        self._dress(effect)
        for place in places:
            painted.setProperty("progress", place)
            picture = self._view.grabWindow()
            if self._failed or picture.isNull():
                raise StripError(self._failed or "the window cannot be read")
            yield picture.convertToFormat(QImage.Format.Format_RGBA8888)

    def close(self) -> None:
        """Close the window."""
        self._view.close()
        self._view.engine().removeImageProvider(PROVIDER)
        self._view.setSource("")

    def _load(self, photo: Path) -> None:
        url = QUrl.fromLocalFile(str(photo)).toString()
        self._wait(
            self._scene.loaded, lambda: self._scene.upload(url, _WHOLE, _WHOLE), f"{photo} to load"
        )

    def _dress(self, effect: Effect) -> None:
        table = effect.table
        if table is None:
            self._scene.dress(shader_url(effect.transition), "", False, QSizeF(1, 1))
            return
        source = self._frames.register_table(table)
        smoothly = bool(effect.transition.table and effect.transition.table.filter is Filter.LINEAR)
        size = QSizeF(table.header.width, table.header.height)

        def dress() -> None:
            self._scene.dress(shader_url(effect.transition), source, smoothly, size)

        self._wait(self._scene.tableLoaded, dress, "the table to load")

    def _wait(self, signal: Any, act: Callable[[], None], what: str) -> None:  # noqa: ANN401
        """Do something, and go on when a signal says that it is done."""
        loop = QEventLoop()
        signal.connect(lambda *_: loop.exit(0))
        late_ns = time.monotonic_ns() + _PATIENCE_NS
        self._scheduler.at("late", late_ns, lambda: loop.exit(1))
        act()
        if loop.exec():
            raise StripError(f"waited {_PATIENCE_NS / 1e9:g} s for {what}")

    def _on_failed(self, shader: str, log: str) -> None:
        self._failed = f"{shader}: {log}"
