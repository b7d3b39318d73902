"""Streaks of the photo are put in order of brightness, and fall back as the next one."""

from typing import Final

from stillframe.transitions.model import CARDINAL, Easing, Kind, Parameter, Transition

TRANSITION: Final = Transition(
    id="pixel_sort",
    name="Pixel sort",
    summary="streaks are sorted by brightness, and fall back as the next photo",
    default_duration_s=3.0,
    easing=Easing.LINEAR,
    directions=("top-to-bottom", "bottom-to-top", *CARDINAL[:2]),
    parameters=(
        Parameter(
            name="streak",
            kind=Kind.NUMBER,
            default=0.003,
            minimum=0.001,
            maximum=0.05,
            unit="of the screen's shorter side",
            help="how wide a streak is",
        ),
        Parameter(
            name="span",
            kind=Kind.NUMBER,
            default=0.45,
            minimum=0.1,
            maximum=1.0,
            unit="of the screen",
            help="how long a streak is",
        ),
        Parameter(
            name="disorder",
            kind=Kind.NUMBER,
            default=0.12,
            help="how little streaks have in common with their neighbours",
        ),
    ),
)
