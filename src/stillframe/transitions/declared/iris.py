"""A round opening grows from the middle."""

from typing import Final

from stillframe.transitions.model import Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="iris",
    name="Iris",
    summary="a round opening grows from the middle",
    default_duration_s=2.0,
    easing=Easing.LINEAR,
    parameters=(
        Parameter(
            name="softness",
            kind=Kind.NUMBER,
            default=0.06,
            minimum=0.0,
            maximum=0.5,
            help="how soft the edge is",
        ),
    ),
)
