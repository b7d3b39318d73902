"""What goes wrong in a long show, and when.

Role: pure: a seed and a length become faults with their times. Counterpart: `bench.soak` commits
them.

Guarantees: the same seed gives the same faults; each kind of fault comes at least once, whatever
the length; the visualizer goes once through all its styles.
"""

import enum
import random
from dataclasses import dataclass
from typing import Final

from stillframe.player.visualizer import STYLES

KINDS: Final = ("images", "library", "feeds", "feedparse", "transitions", "audio")
EVERY_S: Final = 20.0
# Through all styles, none at all, and to the first again.
STYLE_STEPS: Final = len(STYLES)
# A show begins before anything goes wrong, and goes on after the last fault.
_FIRST_S: Final = 6.0
_CALM_END_S: Final = 6.0


class Act(enum.StrEnum):
    """What is done."""

    KILL = "kill"
    STOP = "stop"
    """SIGSTOP: the process is there and does nothing."""
    UNPLUG = "unplug"
    """The sound device goes, and another takes its place."""
    FILL_DISK = "fill-disk"
    FREE_DISK = "free-disk"
    CLOCK_BACK = "clock-back"
    CLOCK_ON = "clock-on"
    """The clock on the wall jumps by a day."""
    NEXT_STYLE = "next-style"
    """The visualizer's next style."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong; `kind` is for what is done to a worker."""

    at_s: float
    act: Act
    kind: str = ""


def faults(seconds: float, seed: int, every_s: float = EVERY_S) -> tuple[Fault, ...]:
    """Return what goes wrong in a show of this length, in order."""
    rng = random.Random(seed)
    span_s = max(1.0, seconds - _FIRST_S - _CALM_END_S)
    # Where there is no time for one every so often, each kind of worker still has its turn.
    every_s = min(every_s, span_s / (len(KINDS) + 1))
    found: list[Fault] = []
    order: list[str] = []
    for number in range(round(span_s // every_s)):
        order = order or rng.sample(KINDS, len(KINDS))
        act = Act.STOP if rng.random() < 0.3 else Act.KILL
        found.append(Fault(_FIRST_S + number * every_s, act, order.pop()))
    for share, act in (
        *(((number + 1) / (STYLE_STEPS + 1), Act.NEXT_STYLE) for number in range(STYLE_STEPS)),
        (0.4, Act.UNPLUG),
        (0.52, Act.FILL_DISK),
        (0.55, Act.CLOCK_BACK),
        (0.65, Act.FREE_DISK),
        (0.7, Act.CLOCK_ON),
    ):
        found.append(Fault(_FIRST_S + share * span_s, act))
    return tuple(sorted(found, key=lambda fault: fault.at_s))
