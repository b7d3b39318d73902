"""Whether and when a dead worker is started again.

Role: one policy for all workers, as a pure function. Counterpart: `supervision.pool` waits until
the time it names. After the restart intensity of Erlang's supervisors and the full jitter that
keeps many clients from retrying in step.
"""

import random
from dataclasses import dataclass

from stillframe.supervision.spec import RestartBudget

_NS_PER_S = 1_000_000_000
# Any first wait is an age by then, and a float can still hold it.
_DOUBLINGS_CAP = 64


@dataclass(frozen=True)
class RestartAt:
    """Start it again at this monotonic time."""

    at_ns: int


@dataclass(frozen=True)
class GiveUp:
    """It died too often; somebody must change something first."""

    deaths: int
    window_s: float


@dataclass(frozen=True)
class Deaths:
    """When a worker died, oldest first; only what the window still holds."""

    at_ns: tuple[int, ...] = ()


def after_death(
    deaths: Deaths, now_ns: int, budget: RestartBudget, rng: random.Random
) -> tuple[Deaths, RestartAt | GiveUp]:
    """Return the new history and what to do about a death at `now_ns`."""
    window_ns = round(budget.window_s * _NS_PER_S)
    recent = (*(t for t in deaths.at_ns if now_ns - t < window_ns), now_ns)
    if len(recent) > budget.restarts:
        return Deaths(recent), GiveUp(len(recent), budget.window_s)
    doublings = min(len(recent) - 1, _DOUBLINGS_CAP)
    longest_s = min(budget.backoff_cap_s, budget.backoff_first_s * 2.0**doublings)
    return Deaths(recent), RestartAt(now_ns + round(rng.uniform(0, longest_s) * _NS_PER_S))
