"""Rings run over the old photo and leave the new one behind."""

from typing import Final

from stillframe.transitions.model import Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="ripple",
    name="Ripple",
    summary="rings run over the old photo and leave the new one behind",
    default_duration_s=7.2,
    parameters=(
        Parameter(
            name="ripple_count",
            kind=Kind.INTEGER,
            default=3,
            minimum=1,
            maximum=8,
            help="how many drops fall",
        ),
    ),
)
