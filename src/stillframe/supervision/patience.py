"""How long a worker that talks unasked is listened to. Pure.

Role: decides from the times of what was heard. Counterpart: `supervision.worker` stops reading from
its process while this is deaf, and kills the process when this is worn out.

Guarantees: what nobody asked for costs the interface's process a bounded part of a processor, as
each thing heard costs it microseconds of Python; and as a process that is not read from soon waits
until it is, its own flood costs no more. An honest burst is heard to its end, only later.
"""

from typing import Final

# Of everything said unasked: 2,000 a second, which is a fiftieth of a core, and far more than a
# decoder has to complain about.
INTERVAL_NS: Final = 100_000_000
HEARD_AN_INTERVAL: Final = 200
# Intervals with more to say than that, one after the other.
FULL_INTERVALS: Final = 20


class Patience:
    """The patience with one process."""

    def __init__(self) -> None:
        self._begun_ns: int | None = None
        self._heard = 0
        self._full = 0

    @property
    def worn_out(self) -> bool:
        """Whether it talks without end."""
        return self._full >= FULL_INTERVALS

    def deaf_until_ns(self) -> int | None:
        """Return until when it is not to be heard, None if it may go on."""
        if self._begun_ns is None or self._heard < HEARD_AN_INTERVAL:
            return None
        return self._begun_ns + INTERVAL_NS

    def hear(self, now_ns: int) -> None:
        """Note one thing that it said unasked."""
        if self._begun_ns is None or now_ns - self._begun_ns >= INTERVAL_NS:
            if self._heard < HEARD_AN_INTERVAL:
                self._full = 0
            self._begun_ns, self._heard = now_ns, 0
        self._heard += 1
        if self._heard == HEARD_AN_INTERVAL:
            self._full += 1
