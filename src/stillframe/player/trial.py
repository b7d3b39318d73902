"""A transition drawn for nobody: does its shader end, and what does a frame of it cost?

Role: a program of its own, `python -m stillframe.player.trial SHADER PARENT`, which whoever starts
it may kill. Counterpart: `show.trying` has it started and judges what it says; `contracts.trials`
has the words.

Guarantees: no window; it draws into memory, with the scene that a show plays and the display's own
driver. A crossfade comes first: what happens before `begun` is not the shader's doing. Where its
parent is gone, so is it.
"""

import ctypes
import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

from PySide6.QtCore import QEventLoop, QRectF, QSize, QSizeF, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QOffscreenSurface, QOpenGLContext
from PySide6.QtOpenGL import QOpenGLFramebufferObject
from PySide6.QtQml import QQmlComponent, QQmlEngine
from PySide6.QtQuick import (
    QQuickGraphicsDevice,
    QQuickImageProvider,
    QQuickItem,
    QQuickRenderControl,
    QQuickRenderTarget,
    QQuickWindow,
    QSGRendererInterface,
)

from stillframe.contracts.trials import BEGUN, HEIGHT_PX, WIDTH_PX, Measured, encoded

_QML: Final = resources.files("stillframe.player") / "qml" / "Stage.qml"
_SIZE: Final = QSize(WIDTH_PX, HEIGHT_PX)
_WHOLE: Final = QRectF(0, 0, 1, 1)
_MOMENTS: Final = (0.25, 0.5, 0.75)
# The best of so many: a machine that does something else meanwhile is not the shader's fault.
_TRIES: Final = 3
# No other try will be as much better: where this is a frame's cost, all is known.
_HOPELESS_S: Final = 2.0
_HOPELESS_CROSSFADES: Final = 40.0
_PR_SET_PDEATHSIG: Final = 1
EXIT_CANNOT: Final = 3


class _Pictures(QQuickImageProvider):
    """Two photos and a table, full of detail: a shader may ask what it sees before it works."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, name: str, size: QSize, wanted: QSize) -> QImage:  # noqa: N802
        """Return one of them, by its number."""
        del size, wanted
        step, total = 97 + 2 * int(name), WIDTH_PX * HEIGHT_PX * 4
        row = bytes(step * place * place // 61 % 256 for place in range(1021))
        pixels = (row * (total // len(row) + 1))[:total]
        return QImage(pixels, WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGBX8888).copy()


class Trial:
    """The scene, and what it is drawn into."""

    def __init__(self) -> None:
        """Set it up.

        Raises:
            RuntimeError: if nothing can be drawn here, with why.
        """
        self._context, self._surface = QOpenGLContext(), QOffscreenSurface()
        if not self._context.create():
            raise RuntimeError("this display gives no OpenGL context")
        self._surface.setFormat(self._context.format())
        self._surface.create()
        if not self._context.makeCurrent(self._surface):
            raise RuntimeError("nothing can be drawn but in a window here")
        self._control = QQuickRenderControl()
        self._window = QQuickWindow(self._control)
        self._window.setGraphicsDevice(QQuickGraphicsDevice.fromOpenGLContext(self._context))
        self._engine, self._pictures = QQmlEngine(), _Pictures()
        self._engine.addImageProvider("trial", self._pictures)
        self._component = QQmlComponent(self._engine, QUrl.fromLocalFile(str(_QML)))
        scene: Any = self._component.create()
        if self._component.isError():
            raise RuntimeError(self._component.errorString())
        scene.setParentItem(self._window.contentItem())
        for item in (self._window.contentItem(), scene):
            item.setSize(QSizeF(_SIZE))
        self._window.resize(_SIZE)
        opengl = QSGRendererInterface.GraphicsApi.OpenGL
        if not self._control.initialize() or self._api() is not opengl:
            raise RuntimeError("Qt does not draw by OpenGL here")
        depth = QOpenGLFramebufferObject.Attachment.CombinedDepthStencil
        self._target = QOpenGLFramebufferObject(_SIZE, depth)
        texture = QQuickRenderTarget.fromOpenGLTexture(self._target.texture(), _SIZE)
        self._window.setRenderTarget(texture)
        self._failed = ""
        self._scene: Any = scene
        scene.shaderFailed.connect(self._on_failed)
        self._load(0)
        self._scene.present(0, 0, 0, False)
        self._load(1)

    def crossfade_s(self) -> float:
        """Return what a frame of the crossfade takes."""
        *_, worst_s = self._moments()
        return worst_s

    def measure(self, shader: str, crossfade_s: float) -> Iterator[Measured]:
        """Draw a shader's moments; yield what is known after each frame."""
        url = QUrl.fromLocalFile(shader).toString()
        self._wait(
            self._scene.tableLoaded,
            lambda: self._scene.dress(url, "image://trial/2", True, QSizeF(_SIZE)),
        )
        hopeless_s = max(_HOPELESS_S, _HOPELESS_CROSSFADES * crossfade_s)
        for worst_s in self._moments():
            yield Measured(crossfade_s, worst_s, self._failed)
            if worst_s > hopeless_s or self._failed:
                return

    def _moments(self) -> Iterator[float]:
        """Yield, after each frame, the longest of the moments' best times, in seconds."""
        painted = self._scene.findChild(QQuickItem, "effect")
        worst_s = 0.0
        for moment in _MOMENTS:
            painted.setProperty("progress", moment)
            if moment == _MOMENTS[0]:
                self._draw()  # what has to be made ready is not a frame's cost
            best_s = math.inf
            for _ in range(_TRIES):
                best_s = min(best_s, self._draw())
                yield max(worst_s, best_s)
            worst_s = max(worst_s, best_s)
        painted.setProperty("progress", 0.0)

    def _draw(self) -> float:
        """Draw a frame to its end; return how long it took, in seconds."""
        begun_s = time.monotonic()
        self._control.polishItems()
        self._control.beginFrame()
        self._control.sync()
        self._control.render()
        self._control.endFrame()
        self._context.functions().glFinish()
        return time.monotonic() - begun_s

    def _load(self, number: int) -> None:
        source = f"image://trial/{number}"
        self._wait(self._scene.loaded, lambda: self._scene.upload(source, _WHOLE, _WHOLE))

    def _wait(self, signal: Any, act: Any) -> None:  # noqa: ANN401
        """Do something, and go on when a signal says that it is done; our parent has a deadline."""
        loop = QEventLoop()
        signal.connect(lambda *_: loop.quit())
        act()
        loop.exec()

    def _api(self) -> QSGRendererInterface.GraphicsApi:
        return self._window.rendererInterface().graphicsApi()

    def _on_failed(self, shader: str, log: str) -> None:
        del shader
        self._failed = log[:1000] or "the driver cannot take it"


def main(shader: str, parent: str) -> int:
    """Draw a shader, and say what it costs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):
        return EXIT_CANNOT
    qt = QGuiApplication(["stillframe"])
    try:
        trial = Trial()
        crossfade_s = trial.crossfade_s()
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CANNOT
    _say(BEGUN)
    for measured in trial.measure(shader, crossfade_s):
        _say(encoded(measured))
    del qt
    os._exit(0)  # nothing is kept, and taking it apart may be what a driver fails at


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
