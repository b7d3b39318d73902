"""Which tempi there are, how likely each is, and how a tempo changes.

Role: pure: the tempi as intervals between beats, their prior, the way from each to each.
Counterpart: `beats` walks through them. Source: the tempo axis of the bar-pointer model (Whiteley;
Krebs and Boeck), in words; that intervals lie between whole steps is our own.

Guarantees: every tempo can be reached from every other; how many there are depends on nothing.
"""

from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

SLOWEST_BPM: Final = 60.0
FASTEST_BPM: Final = 190.0
# From each tempo to the next: less than anybody hears as a change.
_RATIO: Final = 1.02
# Where most music is; those of half and of double the tempo are much rarer.
_USUAL_BPM: Final = 125.0
_SPREAD_OCTAVES: Final = 0.5
# A change by 5 % is e times less likely than none.
_STEADINESS: Final = 20.0
# At each beat a little of the prior is felt again: of two tempi that fit alike, the usual one wins.
_PULL: Final = 0.2
# Each beat costs its tempo some belief, by the pull and by spreading over its neighbours, and a
# fast tempo has more beats to pay for: this gives it back.
_REFUND: Final = 1.02


@dataclass(frozen=True)
class Tempi:
    """The tempi that are told apart, the fastest first.

    Attributes:
        interval: steps between two beats, not whole, shape (tempi,).
        places: whole steps that an interval may take at most, shape (tempi,).
        early: how often it is one step less, shape (tempi,): that makes the mean right.
        likely: the prior of each, shape (tempi,), sums to 1.
        changes: how likely, from row to column, at a beat, shape (tempi, tempi); the prior is in
            it, so that rows do not sum to 1.
    """

    interval: npt.NDArray[np.float64]
    places: npt.NDArray[np.int64]
    early: Floats
    likely: Floats
    changes: Floats

    @classmethod
    def of(cls, step_s: float) -> Self:
        """Return the tempi at a rate of steps.

        Args:
            step_s: how long a step is, in seconds.
        """
        shortest, longest = 60 / (FASTEST_BPM * step_s), 60 / (SLOWEST_BPM * step_s)
        count = round(np.log(longest / shortest) / np.log(_RATIO)) + 1
        interval = np.geomspace(shortest, longest, count)
        places = np.ceil(interval - 1e-9).astype(np.int64)
        octaves = np.log2(60 / (interval * step_s) / _USUAL_BPM)
        likely = np.exp(-0.5 * (octaves / _SPREAD_OCTAVES) ** 2)
        changes = np.exp(-_STEADINESS * np.abs(np.log(interval[None, :] / interval[:, None])))
        changes /= changes.sum(axis=1, keepdims=True)
        changes *= _REFUND * (likely / likely.max()) ** _PULL
        return cls(
            interval=interval,
            places=places,
            early=(places - interval).astype(np.float32),
            likely=(likely / likely.sum()).astype(np.float32),
            changes=changes.astype(np.float32),
        )
