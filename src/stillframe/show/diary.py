"""What was shown since the library worker was last told.

Role: pure; collects what comes on screen. Counterpart: `show.runtime` puts it into the next
question about changes, and the index remembers it for the next show.

Guarantees: bounded: where a person steps faster than questions are asked, the oldest are forgotten.
"""

import collections
from typing import TypedDict

from stillframe.contracts.caps import SHOWN_CAP_ITEMS
from stillframe.contracts.images import Pool
from stillframe.library.photos import Photo


class Told(TypedDict):
    """The fields of `contracts.library.Follow` that say what was shown."""

    shown: tuple[bytes, ...]
    round_over: bool


class Diary:
    """Photos of folders that were shown, and whether a round of them has ended."""

    def __init__(self) -> None:
        """Begin with nothing shown, in the first round."""
        self._shown: collections.deque[bytes] = collections.deque(maxlen=SHOWN_CAP_ITEMS)
        self._rounds = self._rounds_told = 0

    def note(self, photo: Photo, rounds: int) -> None:
        """Note that a photo came on screen, after so many rounds had ended."""
        if rounds != self._rounds:
            self._rounds = rounds
            self._shown.clear()  # the round that they belong to is over
        if photo.pool is Pool.LOCAL:
            self._shown.append(photo.path)

    def tell(self) -> Told:
        """Return what is new, once."""
        told = Told(shown=tuple(self._shown), round_over=self._rounds != self._rounds_told)
        self._shown.clear()
        self._rounds_told = self._rounds
        return told
