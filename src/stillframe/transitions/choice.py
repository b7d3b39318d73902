"""Which transition comes next, and which way it goes.

Role: pure: settings, what came before and luck become one choice. Counterpart: `show.stagecraft`
asks for each photo; the worker repeats the choice of a direction from the same numbers.

Guarantees: the same arguments give the same choice; where there is another, neither a transition
nor, where it remembers, a direction comes twice in a row; what a person set is never overwritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from stillframe.transitions.model import Transition, Value

RANDOM = "random"
IN_TURN = "in-turn"


@dataclass(frozen=True)
class Style:
    """What a person has set for one transition.

    Attributes:
        weight: how often it comes by luck, beside the others.
        duration_s: None takes its own.
        direction: `random`, or one of its own.
    """

    weight: float = 1.0
    duration_s: float | None = None
    direction: str = RANDOM
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """What came last: the transition, and the direction of each that has any."""

    last: str = ""
    directions: Mapping[str, str] = field(default_factory=dict)

    def after(self, transition: Transition, direction: str) -> "History":
        """Return the history with one more."""
        went = {transition.id: direction} if direction else {}
        return History(transition.id, {**self.directions, **went})


def choose(
    pool: Sequence[tuple[Transition, Style]], history: History, rng: Random
) -> tuple[Transition, Style]:
    """Return the next transition: by weight, not the last one unless there is no other.

    Args:
        pool: those that may come, with a weight over 0; at least one.
        history: what came before.
        rng: luck.
    """
    others = [entry for entry in pool if entry[0].id != history.last] or list(pool)
    return rng.choices(others, [style.weight for _, style in others])[0]


def following(pool: Sequence[tuple[Transition, Style]], last: str) -> tuple[Transition, Style]:
    """Return the one after the last one, in the pool's order; after the end the first.

    Args:
        pool: those that may come; at least one.
        last: what was chosen last, whether it came or not; one that is not there is the end.
    """
    ids = [transition.id for transition, _ in pool]
    return pool[(ids.index(last) + 1) % len(pool) if last in ids else 0]


def direction_of(transition: Transition, wanted: str, before: str, seed: int) -> str:
    """Return which way a transition goes; empty for one that goes one way only.

    Args:
        transition: which.
        wanted: a direction of its own; anything else is luck.
        before: which way it went last, empty if it never did.
        seed: luck.
    """
    if not transition.directions:
        return ""
    if wanted in transition.directions:
        return wanted
    remembered = before if transition.remembers_direction else ""
    others = [word for word in transition.directions if word != remembered]
    # A multiplier far from any power of two spreads seeds that follow each other.
    return others[(seed * 0x9E3779B97F4A7C15 >> 32) % len(others)]
