"""The one timer of the interface.

Role: everything that happens at a time happens through here. Counterpart: the director's
alarm and the end of a timed show.

Guarantees: a name has one time; setting it again replaces it. A callback runs on Qt's thread, never
before its time.
"""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

_NS_PER_MS: Final = 1_000_000
# Qt counts milliseconds in 32 bits; a longer wait is taken in several.
_LONGEST_MS: Final = 86_400_000


class Scheduler(QObject):
    """Calls back at monotonic times."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._calls: dict[str, tuple[int, Callable[[], None]]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)

    def at(self, name: str, at_ns: int, call: Callable[[], None]) -> None:
        """Call `call` at `at_ns`, instead of what `name` stood for before."""
        self._calls[name] = (at_ns, call)
        self._set()

    def forget(self, name: str) -> None:
        """Do not call what `name` stands for, if it stands for something."""
        self._calls.pop(name, None)

    def _set(self) -> None:
        if not self._calls:
            return
        next_ns = min(at_ns for at_ns, _ in self._calls.values())
        delay_ms = -(-(next_ns - time.monotonic_ns()) // _NS_PER_MS)
        self._timer.start(max(0, min(_LONGEST_MS, delay_ms)))

    def _on_timeout(self) -> None:
        now_ns = time.monotonic_ns()
        due = [name for name, (at_ns, _) in self._calls.items() if at_ns <= now_ns]
        for name in due:
            _, call = self._calls.pop(name)
            call()
        self._set()
