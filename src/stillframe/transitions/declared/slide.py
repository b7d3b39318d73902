"""The new photo pushes the old one off the screen."""

from typing import Final

from stillframe.transitions.model import CARDINAL, Easing, Transition

TRANSITION: Final = Transition(
    id="slide",
    name="Slide",
    summary="the new photo pushes the old one off the screen",
    default_duration_s=5.0,
    easing=Easing.IN_OUT_SINE,
    directions=CARDINAL,
    remembers_direction=True,
)
