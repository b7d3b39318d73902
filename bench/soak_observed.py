"""What is seen of a long show, as numbers.

Role: data. Counterpart: `bench.soak_watch` fills it in, `bench.soak_verdict` judges it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

INTERFACE: Final = "interface"
Samples = Sequence[tuple[float, float]]
"""Times in seconds, each with a size in KiB."""


@dataclass(frozen=True)
class Life:
    """One process, from when it was first seen to when it was last.

    `memory_kib` is what it holds for itself.
    """

    name: str
    pid: int
    memory_kib: Samples
    files: Sequence[int] = ()
    threads: Sequence[int] = ()


@dataclass(frozen=True)
class Book:
    """What became of the requests to one kind of worker, at one moment.

    `open` are those that wait or are in flight; `overdue` of them should have had their answer.
    """

    name: str
    asked: int
    answered: int
    open: int = 0
    overdue: int = 0
    twice: int = 0


@dataclass(frozen=True)
class Store:
    """What is bounded: the most that was used of it, and the least late in the show.

    `kept` is the most that may be in use for good.
    """

    name: str
    most: float
    cap: float
    late_least: float = 0.0
    kept: float | None = None


@dataclass(frozen=True)
class Skip:
    """A photo that was passed over."""

    photo: str
    reason: str


@dataclass(frozen=True)
class Photos:
    """The photos there were, and what became of them.

    `known` is how many of the folder the show has to draw from at last; `counted` is how many it
    says it showed.
    """

    total: int
    broken: frozenset[str]
    known: int
    shown: Sequence[str]
    counted: int
    skipped: Sequence[Skip] = ()
    elsewhere: int = 0
    """How many of those shown came from feeds."""


@dataclass(frozen=True)
class Dark:
    """A look at a screen that was darker than any photo, and the transition that was begun last."""

    at_s: float
    brightness: float
    effect: str


@dataclass(frozen=True)
class Picture:
    """What was on the screen."""

    looks: int
    dark: Sequence[Dark]
    still_s: float
    """The longest time without another photo."""
    frames: int
    slow_ms: float
    """The interval that 99 of 100 frames keep."""


@dataclass(frozen=True)
class Played:
    """Which transitions and styles were played, of which there are, and which faults were done."""

    transitions: Mapping[str, int]
    all_transitions: frozenset[str]
    instead: int
    """How often a crossfade stood in for another."""
    styles: frozenset[str]
    all_styles: frozenset[str]
    failed: Sequence[str] = ()
    """What was planned, and could not be done."""


@dataclass(frozen=True)
class Ending:
    """How it ended: the exit status, None if it did not; and what is left of it."""

    status: int | None
    left: Sequence[str] = ()


@dataclass(frozen=True)
class Observed:
    """A whole show, from outside."""

    seconds: float
    lives: Sequence[Life]
    books: Sequence[Book]
    stores: Sequence[Store]
    photos: Photos
    picture: Picture
    played: Played
    ending: Ending
    first_drawn_s: Sequence[float] = ()
    """When a transition or a style was drawn that had not been before."""
    notes: Sequence[str] = ()
    """What a person is told of the show at last: who has failed, that nothing is heard."""
