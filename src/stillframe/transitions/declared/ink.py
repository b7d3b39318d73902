"""Ink drops spread, and the new photo is in the ink."""

from typing import Final

from stillframe.transitions.model import Easing, Filter, Kind, Parameter, Table, Transition

TRANSITION: Final = Transition(
    id="ink",
    name="Ink",
    summary="drops of ink spread, and the new photo is in the ink",
    default_duration_s=3.2,
    easing=Easing.LINEAR,
    parameters=(
        Parameter(
            name="drops",
            kind=Kind.INTEGER,
            default=5,
            minimum=1,
            maximum=16,
            help="how many drops fall",
        ),
        Parameter(
            name="raggedness",
            kind=Kind.NUMBER,
            default=0.5,
            help="how far the ink runs ahead in places",
        ),
        Parameter(
            name="softness",
            kind=Kind.NUMBER,
            default=0.08,
            minimum=0.01,
            maximum=0.4,
            help="how soft the edge of the ink is",
        ),
        Parameter(
            name="rim",
            kind=Kind.NUMBER,
            default=0.5,
            help="how dark the wet edge is",
        ),
    ),
    table=Table(name="arrivals", filter=Filter.LINEAR),
)
