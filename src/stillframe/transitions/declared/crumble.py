"""The old photo cracks into pieces, and they fall."""

from typing import Final

from stillframe.transitions.model import Filter, Kind, Parameter, Table, Transition

TRANSITION: Final = Transition(
    id="crumble",
    name="Crumble",
    summary="the old photo cracks into pieces, and they fall",
    default_duration_s=12.0,
    parameters=(
        Parameter(
            name="piece_count",
            kind=Kind.INTEGER,
            default=16,
            minimum=4,
            maximum=16,
            help="how many pieces lie side by side along the longer side",
        ),
        Parameter(
            name="crack_complexity",
            kind=Kind.NUMBER,
            default=1.0,
            minimum=0.5,
            maximum=2.0,
            help="how irregular the pieces are, and how broad the cracks",
        ),
        Parameter(
            name="weighting",
            kind=Kind.CHOICE,
            default="Top Weighted",
            choices=(
                "Top Weighted",
                "Bottom Weighted",
                "Random Weighted",
                "Random Choice",
                "Age Weighted",
            ),
            help="which pieces fall first: a coin for each, for all, or luck alone decide it",
        ),
    ),
    table=Table(name="pieces", filter=Filter.NEAREST),
)
