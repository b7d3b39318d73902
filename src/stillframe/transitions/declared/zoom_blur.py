"""Both photos rush past in a blur."""

from typing import Final

from stillframe.transitions.model import Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="zoom_blur",
    name="Zoom blur",
    summary="both photos rush past in a blur",
    default_duration_s=1.6,
    easing=Easing.IN_OUT_SINE,
    parameters=(
        Parameter(
            name="strength",
            kind=Kind.NUMBER,
            default=0.35,
            minimum=0.05,
            maximum=0.8,
            help="how long the streaks are",
        ),
    ),
)
