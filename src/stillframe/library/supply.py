"""The photos of one pool, and which of them comes next.

Role: two ways to go through a growing set, of one shape. Counterpart: `library.timeline` draws from
one supply for each pool.

Guarantees:
- Each photo is drawn once in a round; a round ends when no other is left.
- Shuffled, all of this costs the same for ten photos and for a million; in order, it grows with
  the logarithm of their number.
"""

import abc
import heapq
import itertools
import random
from typing import TypeAlias

from stillframe.library.photos import Photo

_Place: TypeAlias = tuple[bytes, bytes]
"""Rank and path."""
_Entry: TypeAlias = tuple[_Place, int, Photo]
"""A place, a number that no other entry has, and who stands there."""


class Supply(abc.ABC):
    """A pool's photos."""

    def __init__(self) -> None:
        self.rounds = 0
        """How many rounds have ended."""

    @abc.abstractmethod
    def __len__(self) -> int:
        """Return how many photos there are."""

    @abc.abstractmethod
    def get(self, path: bytes) -> Photo | None:
        """Return the photo of a path, None if there is none."""

    @abc.abstractmethod
    def add(self, photo: Photo) -> None:
        """Add a photo whose path is new."""

    @abc.abstractmethod
    def remove(self, path: bytes) -> None:
        """Remove a photo, if it is here."""

    @abc.abstractmethod
    def exchange(self, photo: Photo) -> None:
        """Put a photo in the place of the one that its path was known by until now."""

    @abc.abstractmethod
    def draw(self, last: Photo | None, *, begin: bool) -> Photo | None:
        """Return the next photo, never `last`; a new round begins only if it may."""

    def has_other_than(self, last: Photo | None) -> bool:
        """Say whether there is a photo that may follow `last`."""
        return len(self) > (last is not None and self.get(last.path) is not None)


class Shuffled(Supply):
    """Drawn at random; what joins a round late is drawn in it."""

    def __init__(self, rng: random.Random) -> None:
        """Begin with nothing; `rng` draws."""
        super().__init__()
        self._rng = rng
        self._unseen = _Bag()  # this round's rest
        self._seen = _Bag()  # drawn in this round

    def __len__(self) -> int:
        return len(self._unseen) + len(self._seen)

    def get(self, path: bytes) -> Photo | None:
        """Return the photo of a path, None if there is none."""
        return self._unseen.get(path) or self._seen.get(path)

    def add(self, photo: Photo) -> None:
        """Add a photo to this round, or to what was drawn in it."""
        (self._seen if photo.seen else self._unseen).add(photo)

    def remove(self, path: bytes) -> None:
        """Remove a photo, if it is here."""
        self._unseen.remove(path)
        self._seen.remove(path)

    def exchange(self, photo: Photo) -> None:
        """Put a photo in another's place: drawn or not, as that was."""
        bag = self._unseen if self._unseen.remove(photo.path) is not None else self._seen
        bag.remove(photo.path)
        bag.add(photo)

    def draw(self, last: Photo | None, *, begin: bool) -> Photo | None:
        """Return a random photo of this round, or of the next one."""
        repeat = self._unseen.remove(last.path) if last is not None else None
        if not len(self._unseen) and repeat is None and begin and self.has_other_than(last):
            self._unseen, self._seen = self._seen, self._unseen
            self.rounds += 1
            repeat = self._unseen.remove(last.path) if last is not None else None
        photo = self._unseen.draw(self._rng) if len(self._unseen) else None
        if repeat is not None:
            self._unseen.add(repeat)  # its turn in this round comes later
        if photo is not None:
            self._seen.add(photo)
        return photo


class Ordered(Supply):
    """Drawn by rank, then by path; what joins a round behind its place comes in the next one."""

    def __init__(self) -> None:
        """Begin with nothing, at the front."""
        super().__init__()
        self._photos: dict[bytes, Photo] = {}
        self._ahead: list[_Entry] = []  # heaps: of this round's rest, and of the next round
        self._behind: list[_Entry] = []
        self._place: _Place = (b"", b"")
        self._entries = itertools.count()

    def __len__(self) -> int:
        return len(self._photos)

    def get(self, path: bytes) -> Photo | None:
        """Return the photo of a path, None if there is none."""
        return self._photos.get(path)

    def add(self, photo: Photo) -> None:
        """Add a photo to this round if its place is still to come, else to the next."""
        self._photos[photo.path] = photo
        entry = (photo.rank, photo.path), next(self._entries), photo
        heapq.heappush(self._ahead if entry[0] > self._place else self._behind, entry)

    def remove(self, path: bytes) -> None:
        """Remove a photo, if it is here."""
        self._photos.pop(path, None)  # its entry is passed over when it comes up

    def exchange(self, photo: Photo) -> None:
        """Put a photo where its rank says."""
        self.add(photo)

    def draw(self, last: Photo | None, *, begin: bool) -> Photo | None:
        """Return the photo that follows the one before, or the first of the next round."""
        entry = self._pop(last)
        if entry is None and begin and self.has_other_than(last):
            self._ahead, self._behind = self._behind, self._ahead
            self.rounds += 1
            entry = self._pop(last)
        if entry is None:
            return None
        self._place, _, photo = entry
        heapq.heappush(self._behind, entry)
        return photo

    def _pop(self, last: Photo | None) -> _Entry | None:
        """Take the first entry that stands for a photo and is not that of `last`."""
        passed = None
        found = None
        while self._ahead and found is None:
            entry = heapq.heappop(self._ahead)
            if self._photos.get(entry[2].path) is not entry[2]:
                continue
            if last is not None and entry[2].path == last.path:
                passed = entry
            else:
                found = entry
        if passed is not None:  # its turn in this round has come already, beside itself
            heapq.heappush(self._behind, passed)
        return found


class _Bag:
    """Photos in no order: each is added, found, drawn and removed in constant time."""

    def __init__(self) -> None:
        self._photos: list[Photo] = []
        self._places: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._photos)

    def get(self, path: bytes) -> Photo | None:
        place = self._places.get(path)
        return None if place is None else self._photos[place]

    def add(self, photo: Photo) -> None:
        self._places[photo.path] = len(self._photos)
        self._photos.append(photo)

    def remove(self, path: bytes) -> Photo | None:
        """Remove and return a photo; None if it is not here."""
        place = self._places.pop(path, None)
        if place is None:
            return None
        removed, moved = self._photos[place], self._photos.pop()
        if place < len(self._photos):
            self._photos[place] = moved
            self._places[moved.path] = place
        return removed

    def draw(self, rng: random.Random) -> Photo:
        """Remove and return one of the photos."""
        photo = self._photos[rng.randrange(len(self._photos))]
        self.remove(photo.path)
        return photo
