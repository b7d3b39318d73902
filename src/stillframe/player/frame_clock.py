"""The frame clock: calls back once for each frame that is about to be drawn.

Role: what must be new with every frame is asked for here, at the last moment before the frame is
put together. Counterpart: the visualizer runs it while there is something to be seen of sound; the
scheduler is the one timer behind it.

Guarantees: stopped, it costs nothing: no callback, no frame. Running, it keeps the screen's own
pace where there is one - a frame waits for the one before it - and its own where nothing throttles
drawing. A window that is not shown gets no frames, and no calls.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtQuick import QQuickItem, QQuickWindow

from stillframe.player.scheduler import Scheduler

_ALARM: Final = "frames"
_NS_PER_S: Final = 1_000_000_000
# The next frame is asked for well before the screen is ready for it; the screen makes it wait.
_AHEAD: Final = 0.6
# A frame that comes sooner than this after another was not held back by a screen.
_EARLY: Final = 0.8
# A driver may take some frames in advance before it waits; so many are not held back at all.
_UNTHROTTLED: Final = 8


@dataclass(frozen=True)
class Pace:
    """When frames came, and what that says of whatever paces them.

    Attributes:
        frame_ns: how long the screen shows one.
        last_ns: when the last one was begun.
        early: how many more came sooner than a screen would let them than did not.
    """

    frame_ns: int
    last_ns: int = 0
    early: int = 0

    @property
    def pause_ns(self) -> int:
        """How long after one frame the next is asked for."""
        return self.frame_ns if self.early >= _UNTHROTTLED else round(self.frame_ns * _AHEAD)

    def after(self, now_ns: int) -> "Pace":
        """Return the pace once a frame was begun now."""
        if self.early >= _UNTHROTTLED:
            return replace(self, last_ns=now_ns)
        held_back = now_ns - self.last_ns >= self.frame_ns * _EARLY
        # A busy machine lets some come late where nothing holds them back.
        early = max(0, self.early - 1) if held_back else self.early + 1
        return replace(self, last_ns=now_ns, early=early)


class FrameClock(QQuickItem):
    """Calls back before each frame, while it runs.

    An item, because items are polished at the last moment before the render thread copies the
    scene, on this thread, and what they change then asks for no frame of its own.
    """

    def __init__(self, window: QQuickWindow, scheduler: Scheduler) -> None:
        """Keep still."""
        super().__init__(window.contentItem())
        self._window, self._scheduler = window, scheduler
        self._call: Callable[[int], None] | None = None
        self._pace = Pace(1)

    def start(self, call: Callable[[int], None]) -> None:
        """Call `call` with the monotonic time in nanoseconds before each frame from now on."""
        self._call = call
        self._pace = Pace(round(_NS_PER_S / max(1.0, self._window.screen().refreshRate())))
        self.polish()

    def stop(self) -> None:
        """Call nobody any more."""
        self._call = None

    def updatePolish(self) -> None:  # noqa: N802
        """Call, and ask for the next frame."""
        if self._call is None:
            return
        now_ns = time.monotonic_ns()
        self._pace = self._pace.after(now_ns)
        self._call(now_ns)
        self._scheduler.at(_ALARM, now_ns + self._pace.pause_ns, self._on_alarm)

    def _on_alarm(self) -> None:
        if self._call is not None:
            self.polish()
