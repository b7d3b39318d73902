"""An edge runs over the screen and leaves the new photo behind."""

from typing import Final

from stillframe.transitions.model import CARDINAL, DIAGONAL, Easing, Transition

TRANSITION: Final = Transition(
    id="wipe",
    name="Wipe",
    summary="an edge runs over the screen and leaves the new photo behind",
    default_duration_s=4.0,
    easing=Easing.IN_OUT_QUAD,
    directions=CARDINAL + DIAGONAL,
    remembers_direction=True,
)
