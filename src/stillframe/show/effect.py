"""One transition as it is to be played, with all that it needs.

Role: the value that goes from `show.stagecraft`, which chooses it and has it baked, to the stage,
which plays it.
"""

from dataclasses import dataclass

from stillframe.transitions.model import Easing, Transition, heading
from stillframe.transport.arena import Lease


@dataclass(frozen=True)
class Effect:
    """One transition as the stage plays it.

    Attributes:
        transition: which.
        floats: its parameters, as its shader has them.
        direction: the word, and its place among the declared ones.
        seed: 0 to 1000.
        table: what was baked, if it needs it.
    """

    transition: Transition
    floats: tuple[float, ...]
    direction: str
    seed: float
    duration_s: float
    easing: Easing
    table: Lease | None = None

    @property
    def direction_place(self) -> int:
        """Which of the declared directions it is; 0 where there is none."""
        directions = self.transition.directions
        return directions.index(self.direction) if self.direction in directions else 0

    @property
    def heading(self) -> tuple[float, float]:
        """The direction on the screen."""
        return heading(self.direction)
