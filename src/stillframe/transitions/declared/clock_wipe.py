"""A hand goes round once and uncovers the new photo."""

from typing import Final

from stillframe.transitions.model import Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="clock_wipe",
    name="Clock wipe",
    summary="a hand goes round once and uncovers the new photo",
    default_duration_s=2.5,
    easing=Easing.IN_OUT_SINE,
    directions=("clockwise", "counter-clockwise"),
    parameters=(
        Parameter(
            name="softness",
            kind=Kind.NUMBER,
            default=0.03,
            minimum=0.0,
            maximum=0.3,
            help="how soft the edge is",
        ),
    ),
)
