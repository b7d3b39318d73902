"""One photo dissolves into the next; what every other transition falls back to."""

from typing import Final

from stillframe.transitions.model import Easing, Transition

TRANSITION: Final = Transition(
    id="crossfade",
    name="Crossfade",
    summary="one photo dissolves into the next",
    default_duration_s=1.2,
    easing=Easing.IN_OUT_QUAD,
)
