"""Beads of glass fly in and make up the new photo."""

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

_OFF_ON: Final = ("off", "on")

TRANSITION: Final = Transition(
    id="particle",
    name="Particle",
    summary="beads of glass fly in and make up the new photo",
    default_duration_s=10.524,
    directions=(*CARDINAL, *DIAGONAL, "diagonal-bl-tr", "diagonal-br-tl"),
    parameters=(
        Parameter(
            name="mode",
            kind=Kind.CHOICE,
            default="Converge",
            choices=("Directional", "Swirl", "Converge", "Random"),
            help="where beads come from: one side, a whirl, all edges, or anywhere",
        ),
        Parameter(
            name="radius",
            kind=Kind.NUMBER,
            default=8,
            minimum=8,
            maximum=128,
            unit="px",
            help="of a bead; larger by as much as a screen has more than 1080 lines",
        ),
        Parameter(
            name="overlap",
            kind=Kind.NUMBER,
            default=4,
            minimum=0,
            maximum=12,
            unit="px",
            help="by how much beads lie over one another",
        ),
        Parameter(
            name="trail_length",
            kind=Kind.NUMBER,
            default=0.15,
            help="how far the light that a bead draws behind it reaches",
        ),
        Parameter(
            name="trail_strength",
            kind=Kind.NUMBER,
            default=0.6,
            help="how clear that light is",
        ),
        Parameter(
            name="swirl_strength",
            kind=Kind.NUMBER,
            default=1.0,
            maximum=2.0,
            help="how far aside a whirl carries its beads",
        ),
        Parameter(
            name="swirl_turns",
            kind=Kind.NUMBER,
            default=3.5,
            minimum=0.5,
            maximum=5.0,
            help="how often a whirl winds around the middle",
        ),
        Parameter(
            name="solid",
            kind=Kind.CHOICE,
            default="on",
            choices=_OFF_ON,
            help="whether beads are round in the light, or flat",
        ),
        Parameter(
            name="lens",
            kind=Kind.CHOICE,
            default="on",
            choices=_OFF_ON,
            help="whether the photo is seen through a bead, or its colour alone",
        ),
        Parameter(
            name="wobble",
            kind=Kind.CHOICE,
            default="on",
            choices=_OFF_ON,
            help="whether beads tremble as they land",
        ),
        Parameter(
            name="gloss",
            kind=Kind.NUMBER,
            default=72,
            minimum=16,
            maximum=128,
            help="how small the highlights are",
        ),
        Parameter(
            name="light",
            kind=Kind.INTEGER,
            default=3,
            minimum=0,
            maximum=4,
            help="where it comes from: front, left, right, upper left, upper right",
        ),
        Parameter(
            name="swirl_order",
            kind=Kind.INTEGER,
            default=2,
            minimum=0,
            maximum=2,
            help="of a whirl: 0 with some luck, 1 from the middle, 2 from the edges",
        ),
    ),
    table=Table(name="beads", filter=Filter.NEAREST),
)
