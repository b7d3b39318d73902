"""The order of the show: what was shown, what is shown, what comes.

Role: one line of photos with a position on it, drawn from two pools. Counterpart: `show.director`
looks ahead on it, steps along it, and takes photos off it that cannot be shown.

Guarantees:
- Every photo of a pool comes once before any of that pool comes again.
- Each draw chooses its pool by the ratio; a pool that has nothing to give leaves it to the other.
- No photo stands next to itself, whatever is taken off the line: where there is no other, the line
  ends.
- Looking ahead is exact: what `ahead` names is what stepping forward reaches.
- The past is bounded.
"""

import collections
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from stillframe.contracts.images import Pool
from stillframe.library.photos import Photo
from stillframe.library.supply import Ordered, Shuffled, Supply

# As far back as "previous" goes: an evening of a slow show.
HISTORY_CAP: Final = 50
_PERCENT: Final = 100


class Timeline:
    """A walk through growing pools of photos, with a past."""

    def __init__(
        self, rng: random.Random, *, local_ratio: int = _PERCENT, shuffled: bool = True
    ) -> None:
        """Begin with nothing.

        Args:
            rng: draws the pools, and the photos of a shuffled show.
            local_ratio: how many of a hundred photos come from the local pool, if both have some.
            shuffled: whether local photos come at random, or by their ranks.
        """
        self._rng, self._local_ratio = rng, local_ratio
        self._supplies: dict[Pool, Supply] = {
            Pool.LOCAL: Shuffled(rng) if shuffled else Ordered(),
            Pool.FEED: Shuffled(rng),
        }
        self._discarded: dict[bytes, Photo] = {}
        self._past: collections.deque[Photo] = collections.deque(maxlen=HISTORY_CAP)
        self._future: collections.deque[_Coming] = collections.deque()
        self.current: Photo | None = None
        self.rounds = 0
        """How many rounds of the local pool have ended, of which all were on screen."""
        self._growing = False
        self._needed = True

    def __len__(self) -> int:
        return sum(map(len, self._supplies.values()))

    @property
    def counts(self) -> dict[Pool, int]:
        """How many photos each pool has."""
        return {pool: len(supply) for pool, supply in self._supplies.items()}

    def add(self, photos: Iterable[Photo]) -> tuple[Photo, ...]:
        """Add photos to this round; return those that were known with other contents.

        What cannot be shown is passed over, unless its contents are new too.
        """
        return tuple(filter(None, map(self._add, photos)))

    def _add(self, photo: Photo) -> Photo | None:
        supply = self._supplies[photo.pool]
        known = supply.get(photo.path)
        if known is None:
            if self._discarded.get(photo.path) != photo:
                self._discarded.pop(photo.path, None)
                supply.add(photo)
            return None
        if known == photo and known.rank == photo.rank:
            return None
        supply.exchange(photo)
        self._exchange(known, photo)
        return None if known == photo else known

    def remove(self, path: bytes) -> None:
        """Take a photo off the line that is not there any more; it may be added again."""
        for supply in self._supplies.values():
            photo = supply.get(path)
            if photo is not None:
                supply.remove(path)
                self._close_up(photo)

    def expect(self, *, more: bool, needed: bool) -> None:
        """Say whether more photos may still be found, and whether the next one is needed now.

        While more may come, a new round waits until there is nothing else to show: whoever has
        three photos so far wants to see the fourth before the first again.
        """
        self._growing, self._needed = more, needed

    def ahead(self, count: int) -> tuple[Photo, ...]:
        """Return the next `count` photos.

        Fewer come back only if no photo can follow the last of them, or a new round has to wait.
        """
        while len(self._future) < count and (coming := self._draw()) is not None:
            self._future.append(coming)
        return tuple(coming.photo for coming in itertools.islice(self._future, count))

    @property
    def coming(self) -> tuple[Photo, ...]:
        """The present photo, and those that were drawn to follow it."""
        drawn = tuple(coming.photo for coming in self._future)
        return drawn if self.current is None else (self.current, *drawn)

    def at(self, steps: int) -> Photo | None:
        """Return the photo so many steps ahead (or, negative, back), None where the line ends."""
        if steps == 0:
            return self.current
        if steps > 0:
            ahead = self.ahead(steps)
            return ahead[steps - 1] if len(ahead) >= steps else None
        return self._past[steps] if len(self._past) >= -steps else None

    def move(self, steps: int) -> None:
        """Make the photo at `steps` the current one; a move past an end does nothing."""
        if self.at(steps) is None:
            return
        for _ in range(steps):
            if self.current is not None:
                self._past.append(self.current)
            coming = self._future.popleft()
            self.current = coming.photo
            self.rounds += coming.opens_round
        for _ in range(-steps):
            if self.current is not None:
                self._future.appendleft(_Coming(self.current))
            self.current = self._past.pop()

    def discard(self, photo: Photo) -> None:
        """Take a photo off the line: it cannot be shown. It does not come back."""
        self._discarded[photo.path] = photo
        for supply in self._supplies.values():
            supply.remove(photo.path)
        self._close_up(photo)

    def _draw(self) -> "_Coming | None":
        """Take the next photo of a pool, of this round if there is any, else of the next one."""
        last = self._future[-1].photo if self._future else self.current
        early = self._growing and (bool(self._future) or not self._needed)
        for pool in self._pools():
            supply = self._supplies[pool]
            rounds = supply.rounds
            photo = supply.draw(last, begin=not early)
            if photo is not None:
                return _Coming(photo, pool is Pool.LOCAL and supply.rounds > rounds)
        return None

    def _pools(self) -> tuple[Pool, ...]:
        """Return the pools in the order in which they are asked; one alone costs no chance."""
        filled = tuple(pool for pool, supply in self._supplies.items() if len(supply))
        if len(filled) <= 1:
            return filled
        local = self._rng.random() * _PERCENT < self._local_ratio
        return (Pool.LOCAL, Pool.FEED) if local else (Pool.FEED, Pool.LOCAL)

    def _exchange(self, old: Photo, new: Photo) -> None:
        past = [new if photo.path == old.path else photo for photo in self._past]
        self._past = collections.deque(past, maxlen=HISTORY_CAP)
        self._future = collections.deque(
            replace(coming, photo=new) if coming.photo.path == old.path else coming
            for coming in self._future
        )
        if self.current is not None and self.current.path == old.path:
            self.current = new

    def _close_up(self, gone: Photo) -> None:
        past, beside = [], self.current
        for photo in reversed(self._past):
            if photo not in (gone, beside):
                past.append(photo)
                beside = photo
        self._past = collections.deque(reversed(past), maxlen=HISTORY_CAP)
        future, beside, opens = [], self.current, False
        for coming in self._future:
            opens |= coming.opens_round  # whoever stands there next opens it instead
            if coming.photo not in (gone, beside):
                future.append(replace(coming, opens_round=opens))
                beside, opens = coming.photo, False
        self.rounds += opens
        self._future = collections.deque(future)


@dataclass(frozen=True)
class _Coming:
    """A photo that was drawn, and whether a new round of the local pool begins with it."""

    photo: Photo
    opens_round: bool = False
