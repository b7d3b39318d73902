"""Strips come off one after the other and fly away."""

from typing import Final

from stillframe.transitions.model import CARDINAL, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="peel",
    name="Peel",
    summary="strips come off one after the other and fly away",
    default_duration_s=5.0,
    directions=CARDINAL,
    remembers_direction=True,
    parameters=(
        Parameter(
            name="strips",
            kind=Kind.INTEGER,
            default=12,
            minimum=2,
            maximum=16,
            help="how many strips there are",
        ),
    ),
)
