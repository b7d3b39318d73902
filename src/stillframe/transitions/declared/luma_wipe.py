"""The new photo arrives by its brightness."""

from typing import Final

from stillframe.transitions.model import Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="luma_wipe",
    name="Luma wipe",
    summary="the new photo arrives by its brightness",
    default_duration_s=2.5,
    easing=Easing.LINEAR,
    directions=("dark-first", "bright-first"),
    parameters=(
        Parameter(
            name="softness",
            kind=Kind.NUMBER,
            default=0.25,
            minimum=0.02,
            maximum=1.0,
            help="how gradually each brightness comes",
        ),
    ),
)
