"""The order of the show: what was shown, what is shown, what comes.

Role: one line of photos with a position on it. Counterpart: `show.director` looks ahead on it,
steps along it, and takes photos off it that cannot be shown.

Guarantees:
- Every photo comes once before any comes again; a fresh round does not begin with what the last
  one ended with, as long as there is another.
- Looking ahead is exact: what `ahead` names is what stepping forward reaches.
- Adding, drawing and looking cost the same for ten photos and for a million.
- The past is bounded.
"""

import collections
import random
from collections.abc import Iterable
from typing import Final

from stillframe.library.photos import Photo

# As far back as "previous" goes: an evening of a slow show.
HISTORY_CAP: Final = 50


class Timeline:
    """A shuffled walk through a growing set of photos, with a past."""

    def __init__(self, rng: random.Random) -> None:
        """Begin with nothing; `rng` decides the order."""
        self._rng = rng
        self._unseen: list[Photo] = []  # this round's rest, in no order
        self._seen: list[Photo] = []  # drawn in this round
        self._known: set[bytes] = set()
        self._discarded: set[bytes] = set()
        self._past: collections.deque[Photo] = collections.deque(maxlen=HISTORY_CAP)
        self._future: collections.deque[Photo] = collections.deque()
        self.current: Photo | None = None

    def __len__(self) -> int:
        return len(self._known) - len(self._discarded)

    def add(self, photos: Iterable[Photo]) -> None:
        """Add photos to this round; a path that is known already is passed over."""
        for photo in photos:
            if photo.path not in self._known:
                self._known.add(photo.path)
                self._unseen.append(photo)

    def ahead(self, count: int) -> tuple[Photo, ...]:
        """Return the next `count` photos, fewer only if there are none at all."""
        while len(self._future) < count and (photo := self._draw()) is not None:
            self._future.append(photo)
        return tuple(self._future)[:count]

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
            self.current = self._future.popleft()
        for _ in range(-steps):
            if self.current is not None:
                self._future.appendleft(self.current)
            self.current = self._past.pop()

    def discard(self, photo: Photo) -> None:
        """Take a photo off the line: it cannot be shown. It does not come back."""
        # The round's two lists may be long: they are cleaned as they are drawn from.
        self._discarded.add(photo.path)
        self._past = collections.deque((p for p in self._past if p != photo), maxlen=HISTORY_CAP)
        self._future = collections.deque(p for p in self._future if p != photo)

    def _draw(self) -> Photo | None:
        """Take a random photo of this round, or begin the next round."""
        for _ in range(2):
            while self._unseen:
                photo = self._take(self._rng.randrange(len(self._unseen)))
                if photo.path in self._discarded:
                    continue
                if self._is_repeat(photo) and self._unseen:
                    postponed, photo = photo, self._take(self._rng.randrange(len(self._unseen)))
                    self._unseen.append(postponed)
                    if photo.path in self._discarded:
                        continue
                self._seen.append(photo)
                return photo
            self._unseen, self._seen = self._seen, []
        return None

    def _is_repeat(self, photo: Photo) -> bool:
        """Say whether `photo` is what stands last on the line now."""
        last = self._future[-1] if self._future else self.current
        return last is not None and last.path == photo.path

    def _take(self, index: int) -> Photo:
        """Remove and return one unseen photo in constant time; order does not matter there."""
        self._unseen[index], self._unseen[-1] = self._unseen[-1], self._unseen[index]
        return self._unseen.pop()
