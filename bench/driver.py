"""Who sits before a measured show: asks for photos, holds Python up, and ends it.

Role: presses the key, as a finger would. Counterpart: `bench.show_child` has one for its show;
`bench.watching` tells it what plays.

Guarantees: it does a little at each step and nothing in between.
"""

import collections
import os
import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtQuick import QQuickView

from bench import watching
from bench.frame_marks import STALL_CATEGORY, FrameMarks
from bench.gc_pauses import full_collection_ms
from bench.orders import Order
from bench.resident import Resident
from stillframe.player import frame_log
from stillframe.player.gallery import Gallery
from stillframe.show.effect import Effect
from stillframe.show.stagecraft import Stagecraft

_STALL_EVERY_MS, _STALL_S = 2000, 0.5
# In a show of transitions that take turns, each is held up this far into it.
_STALL_AT: Final = 0.3
_LEAST_MOTIONS: Final = 3
# How often such a show looks whether the next one is ready.
_LOOK_MS: Final = 150
# A key that nothing came of is pressed again.
_PRESSED_FOR_S: Final = 3.0
_COLLECT_BEFORE_END_MS: Final = 500


class Driver:
    """One show's."""

    def __init__(self, order: Order, tally: str, marks: FrameMarks) -> None:
        """Prepare; `tally` is the file in which the worker in trouble counts."""
        self._order, self._tally, self._marks = order, tally, marks
        self.played: collections.Counter[str] = collections.Counter()
        self._plays_until_s = 0.0
        self._pressed_s = 0.0
        self._craft: Stagecraft | None = None
        self._gallery: Gallery | None = None
        self._trouble_s: float | None = None  # when the worker was in trouble first
        self.resident_bytes: list[int] = []
        self.supervisor_share = 0.0
        self.gc_full_ms: tuple[float, float] | None = None

    def begin(self, view: QQuickView) -> None:
        """Begin, once the window is open."""
        self._view, self._begun_s, order = view, time.monotonic(), self._order
        if order.in_turn:
            self._every(_LOOK_MS, self._look)
        else:
            self._every(order.step_ms, self._step)
        if order.collect:
            end_ms = round(order.play_s * 1000)
            QTimer.singleShot(end_ms - _COLLECT_BEFORE_END_MS, view, self._collect)
        if order.stalls and not order.in_turn:
            self._every(_STALL_EVERY_MS, _hold_up)

    def on_play(self, effect: Effect) -> None:
        """Note which transition plays."""
        self.played[effect.transition.id] += 1
        self._plays_until_s, self._pressed_s = time.monotonic() + effect.duration_s, 0.0
        if self._order.stalls and self._order.in_turn:
            QTimer.singleShot(round(effect.duration_s * 1000 * _STALL_AT), self._view, _hold_up)

    def meet(self, one: Stagecraft | Gallery) -> None:
        """Get to know who chooses transitions, or who plays them."""
        if isinstance(one, Gallery):
            self._gallery = one
        else:
            self._craft = one

    def faults(self) -> int:
        """Return how often the worker was in trouble so far."""
        return os.path.getsize(self._tally) if os.path.exists(self._tally) else 0

    def _every(self, interval_ms: int, act: Callable[[], None]) -> None:
        timer = QTimer(self._view)
        timer.timeout.connect(act)
        timer.start(interval_ms)

    def _step(self) -> None:
        now_s = time.monotonic()
        if self._has_enough(now_s):
            QCoreApplication.quit()
        self.resident_bytes.append(Resident.of(os.getpid()).now_bytes)
        self.supervisor_share = watching.supervisor_cpu_s() / (now_s - self._begun_s)
        self._press()

    def _look(self) -> None:
        """Go on to the next transition when it is ready and the last one has ended."""
        now_s = time.monotonic()
        if {motion.name for motion in self._marks.motions} >= set(self._order.in_turn):
            QCoreApplication.quit()
        is_ready = (
            now_s > max(self._plays_until_s, self._pressed_s + _PRESSED_FOR_S)
            and self._craft is not None
            and self._craft.planned is not None
            and self._gallery is not None
            and self._gallery.dressed
        )
        if is_ready:
            self._pressed_s = now_s
            self._press()

    def _press(self) -> None:
        no_modifier = Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, Qt.Key.Key_Right, no_modifier)
            QCoreApplication.postEvent(self._view, event)

    def _has_enough(self, now_s: float) -> bool:
        """Say whether the show may end before its last moment."""
        order = self._order
        if self._trouble_s is None and self.faults():
            self._trouble_s = now_s
        since_s = now_s - (self._trouble_s or now_s)
        return (
            order.patience_s > 0
            and now_s - self._begun_s >= order.play_s
            and self.played.total() >= _LEAST_MOTIONS
            and (order.trouble is None or since_s >= order.play_s / 2)
        )

    def _collect(self) -> None:
        self.gc_full_ms = full_collection_ms()


def _hold_up() -> None:
    watching.say(STALL_CATEGORY, frame_log.BEGIN)
    end_s = time.monotonic() + _STALL_S
    while time.monotonic() < end_s:  # holds the interpreter's lock, as a real bug would
        pass
    watching.say(STALL_CATEGORY, frame_log.END)
