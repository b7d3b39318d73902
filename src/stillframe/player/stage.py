"""The stage: the window's side of the show.

Role: carries out `upload`, `present` and `wake_at`, and reports back. Counterpart:
`show.runtime.Stage` is the protocol, `qml/Stage.qml` the scene.

Guarantees:
- `Uploaded` is reported after a frame with the new texture bound has been presented, never from
  the loading alone: the transition's first frame then only draws.
- Nothing here waits; what takes time reports when it is done.
"""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, Slot
from PySide6.QtQuick import QQuickItem, QQuickView

from stillframe.cache.frames import CachedFrame
from stillframe.contracts.images import Mode
from stillframe.contracts.pixels import Size
from stillframe.player.frames import FrameProvider
from stillframe.player.placement import place
from stillframe.player.scheduler import Scheduler
from stillframe.show import script
from stillframe.show.script import Appearance, Cue

_ALARM: Final = "director"


def _nobody(colours: tuple[int, ...]) -> None:
    del colours


def _no_bars(now_ns: int) -> None:
    del now_ns


class QtStage(QObject):
    """Two images and a shader in a window."""

    def __init__(
        self,
        view: QQuickView,
        frames: FrameProvider,
        *,
        scheduler: Scheduler,
        mode: Mode,
        report: Callable[[Cue], None],
        motion: Callable[[bool], None],
    ) -> None:
        """Take over a view whose scene is loaded.

        Args:
            view: the window.
            frames: where the scene gets its images.
            scheduler: keeps the director's time.
            mode: how a frame meets the surface.
            report: called with what the director wants to know.
            motion: called with True when a transition begins and False when it has ended.
        """
        super().__init__(view)
        self._view, self._frames, self._mode = view, frames, mode
        self._scheduler = scheduler
        self._swaps_to_wait = 0
        self._report, self._motion = report, motion
        self._coming: CachedFrame | None = None
        self._coming_source = ""
        self._front: tuple[Size, Size] | None = None  # its size, and what it was made for
        self._back: tuple[Size, Size] | None = None
        self._target: Size | None = None
        self._presented_key = b""
        self._colours: tuple[int, ...] = ()
        self._coloured: Callable[[tuple[int, ...]], None] = _nobody
        self._bar_line_ns: Callable[[int], int | None] = _no_bars
        scene = view.rootObject()
        scene.loaded.connect(self._on_loaded)  # type: ignore[attr-defined]
        # Queued: the scene is still inside its own change when it says so.
        queued = Qt.ConnectionType.QueuedConnection
        scene.transitionEnded.connect(self._on_transition_ended, queued)  # type: ignore[attr-defined]
        self._scene: QQuickItem = scene

    @property
    def surface(self) -> Size:
        """The window's size in device pixels."""
        ratio = self._view.devicePixelRatio()
        return Size(
            max(1, round(self._view.width() * ratio)), max(1, round(self._view.height() * ratio))
        )

    def target(self, target: Size) -> None:
        """Note what frames are made for from now on, and put what is shown in its new place."""
        self._target = target
        self._scene.place(self._qt_rect(self._front), self._qt_rect(self._back))  # type: ignore[attr-defined]

    def upload(self, frame: CachedFrame) -> None:
        """Load a frame into the back image, in place of one that was not presented."""
        self._stop_waiting()
        header = frame.lease.header
        size = Size(header.width, header.height)
        self._coming = frame
        self._coming_source = self._frames.register(frame)
        self._back, self._colours = (size, self._target or size), frame.colours
        self._scene.upload(self._coming_source, self._qt_rect(self._back))  # type: ignore[attr-defined]

    def present(self, key: bytes, appearance: Appearance) -> None:
        """Begin the transition to the uploaded frame, or cut to it."""
        self._presented_key = key
        animated = appearance is Appearance.TRANSITION
        if animated:
            self._motion(True)
            self._coloured(self._colours)
        self._scene.present(animated)  # type: ignore[attr-defined]

    def wake_at(self, at_ns: int, *, on_beat: bool) -> None:
        """Have the scheduler report `TimePassed` then, or where a bar begins soon after."""
        self._scheduler.at(_ALARM, at_ns, self._on_due if on_beat else self._on_alarm)

    def tell_colours(self, coloured: Callable[[tuple[int, ...]], None]) -> None:
        """Have `coloured` told the colours of each photo that comes on screen."""
        self._coloured = coloured

    def follow(self, bar_line_ns: Callable[[int], int | None]) -> None:
        """Let photos wait for a bar of music: `bar_line_ns` says when one begins, if it is soon."""
        self._bar_line_ns = bar_line_ns

    @Slot(str)
    def _on_loaded(self, source: str) -> None:
        if source != self._coming_source or self._coming is None:
            return
        # Drawing the texture is what uploads it. The first frame to be swapped may have been on
        # its way already; the second was surely drawn with it.
        if not self._swaps_to_wait:
            self._view.frameSwapped.connect(self._on_swapped, Qt.ConnectionType.QueuedConnection)
        self._swaps_to_wait = 2
        self._view.update()

    @Slot()
    def _on_swapped(self) -> None:
        if self._swaps_to_wait > 1:
            self._swaps_to_wait -= 1
            self._view.update()
        elif self._swaps_to_wait and self._coming is not None:
            self._stop_waiting()
            coming, self._coming = self._coming, None
            self._report(script.Uploaded(coming.key))

    def _stop_waiting(self) -> None:
        if self._swaps_to_wait:
            self._swaps_to_wait = 0
            self._view.frameSwapped.disconnect(self._on_swapped)

    @Slot()
    def _on_transition_ended(self) -> None:
        self._motion(False)
        self._front, self._back = self._back, None
        self._report(script.TransitionEnded(self._presented_key))

    def _on_due(self) -> None:
        line_ns = self._bar_line_ns(time.monotonic_ns())
        if line_ns is None:
            self._on_alarm()
        else:
            self._scheduler.at(_ALARM, line_ns, self._on_alarm)

    def _on_alarm(self) -> None:
        self._report(script.TimePassed())

    def _qt_rect(self, sizes: tuple[Size, Size] | None) -> QRectF:
        if sizes is None:
            return QRectF(0, 0, 0, 0)
        frame, target = sizes
        return QRectF(*place(frame, target, self.surface, self._mode))
