"""Slats turn in a grid, each from its middle."""

from typing import Final

from stillframe.transitions.model import Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="blinds",
    name="Blinds",
    summary="slats open from their middles and show the new photo",
    default_duration_s=4.0,
    directions=("horizontal", "vertical", "diagonal"),
    parameters=(
        Parameter(
            name="feather",
            kind=Kind.NUMBER,
            default=2.0,
            minimum=0.0,
            maximum=25.0,
            help="how soft the edges of the slats are",
        ),
        Parameter(
            name="columns",
            kind=Kind.INTEGER,
            default=14,
            minimum=2,
            maximum=64,
            help="how many slats stand side by side",
        ),
    ),
)
