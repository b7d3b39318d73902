"""The new photo comes through cell by cell, in an order of luck."""

from typing import Final

from stillframe.transitions.model import Filter, Kind, Parameter, Table, Transition

TRANSITION: Final = Transition(
    id="diffuse",
    name="Diffuse",
    summary="the new photo comes through cell by cell, in an order of luck",
    default_duration_s=5.5,
    parameters=(
        Parameter(
            name="block_size",
            kind=Kind.INTEGER,
            default=15,
            minimum=4,
            maximum=256,
            unit="px",
            help="how large a cell is",
        ),
        Parameter(
            name="shape",
            kind=Kind.CHOICE,
            default="Rectangle",
            choices=("Rectangle", "Membrane", "Lines", "Diamonds", "Amorph", "Random"),
            help="how the new photo grows in a cell",
        ),
    ),
    table=Table(name="cells", filter=Filter.NEAREST),
)
