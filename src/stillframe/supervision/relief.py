"""When a second worker is kept warm, and when the next one is started.

Role: the decision, pure. Counterpart: `supervision.pool` starts and promotes it.

Guarantees: a relief is never started while its pool has work, unless the pool never rests; one
that cannot live is given up by the same budget as any worker, without harm to the one at work.
"""

import random
from typing import Final

from stillframe.supervision.restart import Deaths, GiveUp, RestartAt, after_death
from stillframe.supervision.spec import RestartBudget
from stillframe.supervision.times import ns

# A pool that is never idle for so long needs its relief more than it needs the processor.
_LATEST_S: Final = 5.0


class Relief:
    """The times of one pool's relief."""

    def __init__(self, budget: RestartBudget, rng: random.Random, *, wanted: bool) -> None:
        """Begin; `wanted` is whether the spec asks for one at all."""
        self._budget, self._rng, self._wanted = budget, rng, wanted
        self._deaths = Deaths()
        self._earliest_ns: int | None = None

    def want(self, at_ns: int) -> None:
        """Have one started from this time on, if the spec asks for one."""
        if self._wanted:
            self._earliest_ns = at_ns

    def rearm(self) -> None:
        """Forget earlier deaths."""
        self._deaths = Deaths()

    def forget(self) -> None:
        """Start none until the next `want`: the pool is not at work."""
        self._earliest_ns = None

    def next_ns(self, *, idle: bool) -> int | None:
        """Return when one is due, given whether the pool rests."""
        if self._earliest_ns is None or idle:
            return self._earliest_ns
        return self._earliest_ns + ns(_LATEST_S)

    def died(self, now_ns: int) -> bool:
        """Note that it died before it was needed; False if no other is started."""
        self._deaths, verdict = after_death(self._deaths, now_ns, self._budget, self._rng)
        match verdict:
            case GiveUp():
                self.forget()
                return False
            case RestartAt(at_ns=at_ns):
                self.want(at_ns)
                return True
