"""Whether it is the feeds that fail, or the network.

Role: pure; nobody is blamed for what nobody could reach. Counterpart: `workers.feeds.gather` tells
it how each poll ended, and charges a feed only with what comes back from here.

Guarantees: an unreachable feed is charged as soon as anybody else has been reached, or was the only
host that was tried; while nothing can be reached, one probe at a time is let through.
"""

from typing import Final, Generic, TypeVar

# From one probe to the next while there is no network: soon, then less and less often.
_FIRST_PROBE_S: Final = 15.0
_LONGEST_PROBE_S: Final = 300.0

What = TypeVar("What")


class Network(Generic[What]):
    """What is known of the way to the servers. `What` is a failure that may be charged."""

    def __init__(self) -> None:
        self.online = True
        self._unreached: dict[str, list[What]] = {}
        self._reached = False
        self._probes = 0
        self.probe_due_s = 0.0

    def reached(self) -> tuple[What, ...]:
        """Note an answer of any kind; return the failures that are the feeds' own after all."""
        self.online, self._reached, self._probes = True, True, 0
        return self._charge()

    def unreached(self, host: str, failure: What) -> None:
        """Note that no connection to a host came about."""
        self._unreached.setdefault(host, []).append(failure)

    def settle(self, now_s: float) -> tuple[What, ...]:
        """Judge what failed, now that nothing is under way; return what is to be charged."""
        if not self._unreached:
            self._reached = False
            return ()
        if self._reached:
            self._reached = False
            return self._charge()
        self.online = False
        wait_s = min(_FIRST_PROBE_S * 2.0 ** min(self._probes, 16), _LONGEST_PROBE_S)
        self._probes += 1
        self.probe_due_s = now_s + wait_s
        if len(self._unreached) == 1 and self._probes == 1:
            return self._charge()
        self._unreached.clear()
        return ()

    def may_probe(self, now_s: float) -> bool:
        """Say whether one feed may be asked although nothing could be reached before."""
        # A probe that lies further away than any wait says that the clock was moved back.
        return not 0 < self.probe_due_s - now_s <= _LONGEST_PROBE_S

    def _charge(self) -> tuple[What, ...]:
        failures = tuple(failure for list_ in self._unreached.values() for failure in list_)
        self._unreached.clear()
        return failures
