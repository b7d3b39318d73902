"""Mirrors fold the picture and unfold the next."""

from typing import Final

from stillframe.transitions.model import Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="kaleidoscope",
    name="Kaleidoscope",
    summary="mirrors fold the picture and unfold the next",
    default_duration_s=3.0,
    easing=Easing.LINEAR,
    parameters=(
        Parameter(
            name="mirrors",
            kind=Kind.INTEGER,
            default=6,
            minimum=3,
            maximum=12,
            help="how many mirrors there are",
        ),
    ),
)
