"""The old photo opens like two doors."""

from typing import Final

from stillframe.transitions.model import Easing, Transition

TRANSITION: Final = Transition(
    id="doors",
    name="Doors",
    summary="the old photo opens like two doors",
    default_duration_s=2.5,
    easing=Easing.IN_OUT_SINE,
    directions=("horizontal", "vertical"),
)
