"""An edge of fire eats the old photo."""

from typing import Final

from stillframe.transitions.model import CARDINAL, DIAGONAL, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="burn",
    name="Burn",
    summary="an edge of fire eats the old photo",
    default_duration_s=8.535,
    directions=CARDINAL + DIAGONAL,
    parameters=(
        Parameter(
            name="jaggedness",
            kind=Kind.NUMBER,
            default=1.0,
            minimum=0.0,
            maximum=2.0,
            help="how ragged the edge is",
        ),
        Parameter(
            name="glow_intensity",
            kind=Kind.NUMBER,
            default=1.0,
            minimum=0.0,
            maximum=2.0,
            help="how far the fire shines",
        ),
        Parameter(
            name="glow_color",
            kind=Kind.COLOUR,
            default="#ffa200",
            help="the colour of the fire",
        ),
        Parameter(
            name="char_width",
            kind=Kind.NUMBER,
            default=0.1,
            minimum=0.1,
            maximum=1.0,
            help="how broad the charred edge is",
        ),
        Parameter(
            name="smoke",
            kind=Kind.NUMBER,
            default=0.8,
            help="how thick the smoke over the fire is",
        ),
        Parameter(
            name="ash",
            kind=Kind.NUMBER,
            default=0.8,
            help="how many flakes of ash and sparks fly up from the fire",
        ),
    ),
)
