"""The camera glides past both photos as if they had depth."""

from typing import Final

from stillframe.transitions.model import CARDINAL, Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="depth_parallax",
    name="Depth parallax",
    summary="the camera glides past both photos as if they had depth",
    default_duration_s=3.0,
    easing=Easing.LINEAR,
    directions=CARDINAL,
    remembers_direction=True,
    parameters=(
        Parameter(
            name="travel",
            kind=Kind.NUMBER,
            default=0.18,
            minimum=0.02,
            maximum=0.3,
            unit="of the screen",
            help="how far the nearest things move",
        ),
        Parameter(
            name="relief",
            kind=Kind.NUMBER,
            default=0.4,
            help="how much of the depth comes from brightness, the rest from height",
        ),
        Parameter(
            name="layering",
            kind=Kind.NUMBER,
            default=0.78,
            maximum=0.9,
            help="how much earlier far things give way than near ones",
        ),
    ),
)
