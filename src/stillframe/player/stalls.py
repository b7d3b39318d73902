"""How long the interface's thread was ever away from its event loop.

Role: measures what a key press would have felt. Counterpart: the report's `gui_stall_ms_max`.

Guarantees: a stall of any cause - Python, Qt, waiting for the render thread - is seen if it is
longer than `PROBE_NS`, and its length is right to within that. Qt's own signals about waiting and
waking leave out what timers and descriptors do, so the loop is probed instead.
"""

import time
from typing import Final

from stillframe.player.scheduler import Scheduler

PROBE_NS: Final = 5_000_000
_NAME: Final = "stalls"


class StallMeter:
    """Asks to be called soon, again and again, and notes how late the call came."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.max_ms = 0.0
        self._scheduler = scheduler
        self._ask()

    def _ask(self) -> None:
        self._due_ns = time.monotonic_ns() + PROBE_NS
        self._scheduler.at(_NAME, self._due_ns, self._called)

    def _called(self) -> None:
        late_ms = (time.monotonic_ns() - self._due_ns) / 1e6
        self.max_ms = max(self.max_ms, late_ms)
        self._ask()
