"""The order of the show: what was shown, what is shown, what comes.

Role: one line of photos with a position on it. Counterpart: `show.director` looks ahead on it,
steps along it, and takes photos off it that cannot be shown.

Guarantees:
- Every photo comes once before any comes again.
- No photo stands next to itself, whatever is taken off the line: where there is no other, the line
  ends.
- Looking ahead is exact: what `ahead` names is what stepping forward reaches.
- Adding, drawing and looking cost the same for ten photos and for a million.
- The past is bounded.
"""

import collections
import random
from collections.abc import Iterable, Iterator
from typing import Final

from stillframe.library.photos import Photo

# As far back as "previous" goes: an evening of a slow show.
HISTORY_CAP: Final = 50


class Timeline:
    """A shuffled walk through a growing set of photos, with a past."""

    def __init__(self, rng: random.Random) -> None:
        """Begin with nothing; `rng` decides the order."""
        self._rng = rng
        self._unseen = _Bag()  # this round's rest
        self._seen = _Bag()  # drawn in this round
        self._discarded: set[bytes] = set()
        self._past: collections.deque[Photo] = collections.deque(maxlen=HISTORY_CAP)
        self._future: collections.deque[Photo] = collections.deque()
        self.current: Photo | None = None
        self._growing = False
        self._needed = True

    def __len__(self) -> int:
        return len(self._unseen) + len(self._seen)

    def add(self, photos: Iterable[Photo]) -> None:
        """Add photos to this round; a path that is known already is passed over."""
        for photo in photos:
            path = photo.path
            if not (path in self._unseen or path in self._seen or path in self._discarded):
                self._unseen.add(photo)

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
        self._discarded.add(photo.path)
        self._unseen.remove(photo)
        self._seen.remove(photo)
        past = list(_closed_up(reversed(self._past), photo, self.current))
        self._past = collections.deque(reversed(past), maxlen=HISTORY_CAP)
        self._future = collections.deque(_closed_up(self._future, photo, self.current))

    def _draw(self) -> Photo | None:
        """Take a random photo of this round or, after its last, of the next one."""
        last = self._future[-1] if self._future else self.current
        repeat = last is not None and self._unseen.remove(last)
        early = self._growing and (bool(self._future) or not self._needed)
        if not (len(self._unseen) or repeat or early) and self._has_other_than(last):
            self._unseen, self._seen = self._seen, self._unseen
            repeat = last is not None and self._unseen.remove(last)
        photo = self._unseen.draw(self._rng) if len(self._unseen) else None
        if last is not None and repeat:
            self._unseen.add(last)  # its turn in this round comes later
        if photo is not None:
            self._seen.add(photo)
        return photo

    def _has_other_than(self, last: Photo | None) -> bool:
        """Say whether a next round would hold a photo that may follow `last`."""
        return len(self._seen) > (last is not None and last.path in self._seen)


class _Bag:
    """Photos in no order: each is added, found, drawn and removed in constant time."""

    def __init__(self) -> None:
        self._photos: list[Photo] = []
        self._places: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._photos)

    def __contains__(self, path: bytes) -> bool:
        return path in self._places

    def add(self, photo: Photo) -> None:
        self._places[photo.path] = len(self._photos)
        self._photos.append(photo)

    def remove(self, photo: Photo) -> bool:
        """Remove a photo; False if it is not here."""
        place = self._places.pop(photo.path, None)
        if place is None:
            return False
        moved = self._photos.pop()
        if place < len(self._photos):
            self._photos[place] = moved
            self._places[moved.path] = place
        return True

    def draw(self, rng: random.Random) -> Photo:
        """Remove and return one of the photos."""
        photo = self._photos[rng.randrange(len(self._photos))]
        self.remove(photo)
        return photo


def _closed_up(line: Iterable[Photo], gone: Photo, beside: Photo | None) -> Iterator[Photo]:
    """Yield `line`, going away from `beside`, without `gone` and without what then repeats."""
    for photo in line:
        if photo not in (gone, beside):
            yield photo
            beside = photo
