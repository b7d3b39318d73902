"""The figure that the classic bars make: two ridges, a centre, two slopes.

Role: pure: three energies become one target a bar. Counterpart: `classic` moves the bars there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

# Symmetric about its middle; the ridges are three bars away from it.
_PROFILE: Final = np.array(
    [0.10, 0.15, 0.25, 0.50, 1.0, 0.45, 0.25, 0.08, 0.25, 0.45, 1.0, 0.50, 0.25, 0.15, 0.10],
    dtype=np.float32,
)
RIDGE: Final = 3
"""How many bars the ridges are away from the centre."""


@dataclass(frozen=True)
class Energies:
    """How much is over the floor, by part of the spectrum."""

    bass: float
    mid: float
    treble: float


def profiled(energies: Energies, bars: int) -> npt.NDArray[np.float32]:
    """Return the target of each bar; it may be above 1."""
    bass, mid, treble = energies.bass, energies.mid, energies.treble
    overall = max(0.0, min(1.8, 0.9 * bass + 0.6 * mid + 0.35 * treble))
    places = np.linspace(0, 1, bars)
    profile = (
        _PROFILE if bars == len(_PROFILE) else np.interp(places, np.linspace(0, 1, 15), _PROFILE)
    )
    base = profile.astype(np.float32).astype(np.float64) * overall
    away = offsets(bars)
    target = 0.65 * base + 0.4 * treble * (away - 4)
    target[away == 0] = 0.90 * (4.0 * mid) + 0.10 * base[away == 0]
    target[away == 1] = 0.52 * base[away == 1] + 0.22 * mid
    target[away == 2] = 0.58 * base[away == 2] + 0.12 * bass  # noqa: PLR2004 - the second bar
    target[away == RIDGE] = base[away == RIDGE] * 1.15 + 0.35 * bass
    target[away == RIDGE + 1] = base[away == RIDGE + 1] * 0.82
    return target.astype(np.float32)


def offsets(bars: int) -> npt.NDArray[np.int64]:
    """Return how many bars each one is away from the centre."""
    return np.abs(np.arange(bars) - bars // 2)
