"""Tiles turn over, one after the other, and show the new photo on their backs."""

from typing import Final

from stillframe.transitions.model import (
    CARDINAL,
    DIAGONAL,
    Filter,
    Kind,
    Parameter,
    Table,
    Transition,
)

TRANSITION: Final = Transition(
    id="block_flip",
    name="Block Puzzle Flip",
    summary="tiles turn over one after the other",
    default_duration_s=5.0,
    directions=CARDINAL + DIAGONAL,
    parameters=(
        Parameter(
            name="columns",
            kind=Kind.INTEGER,
            default=24,
            minimum=2,
            maximum=25,
            help="how many tiles stand side by side",
        ),
        Parameter(
            name="rows",
            kind=Kind.INTEGER,
            default=0,
            minimum=0,
            maximum=25,
            help="how many tiles stand above each other; 0 for as many as make them square",
        ),
    ),
    table=Table(name="starts", filter=Filter.NEAREST),
)
