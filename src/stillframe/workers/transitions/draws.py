"""Luck that is the same on every machine.

Role: whole numbers from a seed. Counterpart: the bakes draw from it and from nothing else.

Guarantees: only the raw words of PCG64 are used, which are fixed by its definition; numpy's own
distributions may change from one version to the next.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.random import PCG64

_WORD_BITS: Final = 64


class Draws:
    """A stream of whole numbers."""

    def __init__(self, seed: int) -> None:
        """Begin the stream of `seed`, which is not negative."""
        self._words = PCG64(seed)

    def below(self, limit: int, count: int) -> npt.NDArray[np.int64]:
        """Return `count` numbers of 0 up to `limit`, without it; `limit` is at most 2**32.

        The upper half of a word is scaled, so that all numbers are equally likely to within one
        part in 2**32 / limit.
        """
        words = self._words.random_raw(count) >> np.uint64(_WORD_BITS // 2)
        return ((words * np.uint64(limit)) >> np.uint64(_WORD_BITS // 2)).astype(np.int64)

    def shuffled(self, count: int) -> npt.NDArray[np.int64]:
        """Return 0 up to `count`, without it, in an order of luck; equal draws keep their order."""
        keys = self._words.random_raw(count)
        return np.argsort(keys, kind="stable")
