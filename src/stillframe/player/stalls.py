"""How long the interface's thread was ever away from its event loop.

Role: measures what a key press would have felt. Counterpart: the report's `gui_stall_ms_max`.

Guarantees: exact, not sampled: each stretch between waking up and waiting again is measured.
"""

import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Qt

_NS_PER_MS = 1e6


class StallMeter(QObject):
    """Watches the event loop of the thread it lives on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.max_ms = 0.0
        self._awake_ns: int | None = None
        dispatcher = QAbstractEventDispatcher.instance()
        direct = Qt.ConnectionType.DirectConnection
        dispatcher.awake.connect(self._on_awake, direct)
        dispatcher.aboutToBlock.connect(self._on_about_to_block, direct)

    def _on_awake(self) -> None:
        self._awake_ns = time.perf_counter_ns()

    def _on_about_to_block(self) -> None:
        if self._awake_ns is not None:
            busy_ms = (time.perf_counter_ns() - self._awake_ns) / _NS_PER_MS
            self.max_ms = max(self.max_ms, busy_ms)
            self._awake_ns = None
