"""The old photo is turned over like a page."""

from typing import Final

from stillframe.transitions.model import CARDINAL, Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="page_curl",
    name="Page curl",
    summary="the old photo is turned over like a page",
    default_duration_s=2.8,
    easing=Easing.LINEAR,
    directions=(
        "diagonal-br-tl",
        "diagonal-bl-tr",
        "diagonal-tr-bl",
        "diagonal-tl-br",
        *CARDINAL,
    ),
    remembers_direction=True,
    parameters=(
        Parameter(
            name="radius",
            kind=Kind.NUMBER,
            default=0.14,
            minimum=0.03,
            maximum=0.4,
            unit="of the height",
            help="how large the roll is over which the page bends",
        ),
        Parameter(
            name="translucency",
            kind=Kind.NUMBER,
            default=0.45,
            help="how much of the photo shows through the page's back",
        ),
        Parameter(
            name="shadow",
            kind=Kind.NUMBER,
            default=0.55,
            help="how dark the shadow under the page is",
        ),
        Parameter(
            name="paper",
            kind=Kind.COLOUR,
            default="#b4ada2",
            help="the colour of the page's back",
        ),
    ),
)
