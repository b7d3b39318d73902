"""The window itself: a view of the scene, keys and size changes.

Role: Qt's side of opening, closing and resizing. Counterpart: `app` puts it together with the
stage; `qml/Stage.qml` is what it shows.
"""

from collections.abc import Callable, Sequence
from importlib import resources
from typing import Final

from PySide6.QtCore import QCoreApplication, QMetaObject, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QResizeEvent, QScreen
from PySide6.QtQuick import QQuickView

from stillframe.contracts.caps import SIDE_CAP_PX
from stillframe.contracts.pixels import Size
from stillframe.player.frames import PROVIDER, FrameProvider
from stillframe.player.keys import Intent, intent_of
from stillframe.player.visualizer import SOUNDS, SoundProvider

_QML: Final = resources.files("stillframe.player") / "qml" / "Stage.qml"

# A key that is held down repeats itself; these would go back and forth.
_ONCE: Final = frozenset({Intent.PAUSE, Intent.FULLSCREEN, Intent.VISUALIZER})


class PhotoWindow(QQuickView):
    """Shows the scene and passes on what a person does to the window."""

    def __init__(
        self,
        frames: FrameProvider,
        *,
        mat_colour: str,
        on_intent: Callable[[Intent], None],
        on_resize: Callable[[], None],
    ) -> None:
        """Load the scene.

        Raises:
            RuntimeError: if the scene cannot be loaded, with Qt's words; the package is broken.
        """
        super().__init__()
        self._on_intent, self._on_resize = on_intent, on_resize
        self._windowed: QRect | None = None
        self.setTitle("Stillframe")
        self.setColor(QColor(mat_colour))
        self.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self.frames, self.sounds = frames, SoundProvider()
        self.engine().addImageProvider(PROVIDER, frames)
        self.engine().addImageProvider(SOUNDS, self.sounds)
        self.setInitialProperties({"matColour": QColor(mat_colour)})
        self.setSource(QUrl.fromLocalFile(str(_QML)))
        if self.status() is not QQuickView.Status.Ready:
            raise RuntimeError("; ".join(error.toString() for error in self.errors()))
        self.screenChanged.connect(self._on_screen)

    def open(self, windowed: Size | None, screen: QScreen | None = None) -> None:
        """Show the window: full screen, there if it matters where, or with so many pixels."""
        if screen is not None:
            self.setScreen(screen)
        if windowed is None:
            self._show_full_screen()
        else:
            self.resize(QSize(windowed.width, windowed.height))
            self.show()

    def toggle_fullscreen(self) -> None:
        """Go to full screen, or back to a window."""
        if self.windowState() is Qt.WindowState.WindowFullScreen:
            self.unsetCursor()
            self.showNormal()
            self.setGeometry(self._windowed_geometry())
        else:
            self._windowed = self.geometry()
            self._show_full_screen()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Pass on what the key asks for."""
        intent = intent_of(event.key())
        if intent is None:
            super().keyPressEvent(event)
        elif not (event.isAutoRepeat() and intent in _ONCE):
            self._on_intent(intent)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Pass on that the surface has another size."""
        super().resizeEvent(event)
        self._on_resize()

    def _show_full_screen(self) -> None:
        self.setCursor(Qt.CursorShape.BlankCursor)
        # Said to the window manager, and done as well: a wall frame may run without one.
        self.setGeometry(self.screen().geometry())
        self.showFullScreen()

    def _windowed_geometry(self) -> QRect:
        """Return where the window was, or the middle half of the screen if it never was one."""
        if self._windowed is not None:
            return self._windowed
        screen = self.screen().geometry()
        return screen.adjusted(
            screen.width() // 4, screen.height() // 4, -screen.width() // 4, -screen.height() // 4
        )

    def _on_screen(self, screen: QScreen) -> None:
        del screen
        self._on_resize()


def close_all(qt: QCoreApplication, windows: Sequence[QQuickView], *, connected: bool) -> None:
    """Close windows, and return when they are closed.

    By Qt's own loop: a call from Python would keep all of Python waiting for a driver that does not
    answer. But not where there is no connection to the display any more: another thread may be
    taking Qt down already, and its loop would crash.
    """
    if connected and windows:
        queued = Qt.ConnectionType.QueuedConnection
        for window in windows:
            QMetaObject.invokeMethod(window, "close", queued)
        QMetaObject.invokeMethod(qt, "quit", queued)
        qt.exec()
    for window in windows:
        window.close()  # where another wish to end came between


def largest_surface(windowed: Size | None) -> Size:
    """Return the most device pixels that a window can come to have on the screens present.

    A window asked for by size may still be made full screen; one larger than any screen counts.
    """
    sizes = [Size(1, 1)] if windowed is None else [windowed]
    for screen in QGuiApplication.screens():
        ratio, size = screen.devicePixelRatio(), screen.size()
        sizes.append(Size(round(size.width() * ratio), round(size.height() * ratio)))
    largest = max(sizes, key=lambda size: size.pixels)
    return Size(min(SIDE_CAP_PX, largest.width), min(SIDE_CAP_PX, largest.height))
