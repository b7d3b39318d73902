"""How politely hosts are asked: not too often, not too much at once, not while they want peace.

Role: pure bookkeeping of what is under way; time is an argument. Counterpart: `gather`, which
asks before it begins anything and says when it has ended.
"""

import enum
from dataclasses import dataclass, field
from typing import Final

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.problem import FetchError

# One feed and two images at a time from a host, and four requests in all: a home's line carries
# little more, and no server should notice us.
_TOTAL: Final = 4
GAP_S: Final = 1.0


class Errand(enum.Enum):
    """What is fetched; its value is how many of it a host is asked for at the same time."""

    FEED = 1
    IMAGE = 2


@dataclass
class _Host:
    under_way: dict[Errand, int] = field(default_factory=lambda: dict.fromkeys(Errand, 0))
    begun_s: float | None = None
    held_until_s: float = 0.0


class Hosts:
    """Who is being asked what."""

    def __init__(self, gap_s: float = GAP_S) -> None:
        """Begin with nobody; `gap_s` lies between two requests to a host."""
        self._gap_s = gap_s
        self._hosts: dict[str, _Host] = {}

    @property
    def under_way(self) -> int:
        """How many requests are under way."""
        return sum(map(self.count, Errand))

    def count(self, errand: Errand) -> int:
        """Return how much of one kind is under way."""
        return sum(host.under_way[errand] for host in self._hosts.values())

    def wait_s(self, name: str, errand: Errand, now_s: float) -> float | None:
        """Return how long to wait before a host may be asked, 0 for now.

        None means until something under way has ended.
        """
        host = self._hosts.get(name, _Host())
        if self.under_way >= _TOTAL or host.under_way[errand] >= errand.value:
            return None
        since_s = None if host.begun_s is None else now_s - host.begun_s
        # A clock that was moved back must not make a second into a year.
        gap_s = 0.0 if since_s is None or since_s < 0 else max(0.0, self._gap_s - since_s)
        return max(gap_s, host.held_until_s - now_s, 0.0)

    def begin(self, name: str, errand: Errand, now_s: float) -> None:
        """Note that a host is asked."""
        host = self._hosts.setdefault(name, _Host())
        host.under_way[errand] += 1
        host.begun_s = now_s

    def end(self, name: str, errand: Errand) -> None:
        """Note that it has answered, or not."""
        self._hosts[name].under_way[errand] -= 1

    def hold(self, name: str, until_s: float) -> None:
        """Leave a host in peace until then."""
        host = self._hosts.setdefault(name, _Host())
        host.held_until_s = max(host.held_until_s, until_s)

    def refuse_held(self, name: str, now_s: float) -> None:
        """Refuse to ask a host that wants peace, as one to which a redirect leads may.

        Raises:
            FetchError: with how long it wants it.
        """
        host = self._hosts.get(name)
        if host is not None and host.held_until_s > now_s:
            left_s = host.held_until_s - now_s
            detail = f"{name} wants to be left alone for {left_s:.0f} s"
            raise FetchError(DropReason.HTTP_ERROR, detail, left_s, host=name)

    def held(self, now_s: float) -> dict[str, float]:
        """Return the hosts that want peace, and until when; to be remembered."""
        return {
            name: host.held_until_s
            for name, host in self._hosts.items()
            if host.held_until_s > now_s
        }
