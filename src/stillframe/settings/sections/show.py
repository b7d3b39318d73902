"""How the show runs.

Role: one group of settings. Counterpart: `settings.declared` puts the groups together.
"""

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from stillframe.settings.schema import Choice, Colour, Integer, Number, Order, Setting, Switch

Mode: TypeAlias = Literal["fill", "fit", "shrink"]
Displays: TypeAlias = Literal["one", "all"]
PhotoOrder: TypeAlias = Literal["shuffle", "taken", "name", "newest", "on-this-day"]


class ShowSettings(Struct, frozen=True, kw_only=True):
    """How the show runs."""

    interval_s: float
    transition_duration_s: float
    mode: Mode
    order: PhotoOrder
    local_ratio: int
    look_ahead: int
    mat_colour: str
    pan_zoom: bool
    pan_zoom_by: int
    displays: Displays
    stagger_s: float
    measure: bool


DECLARATIONS: Final[tuple[Setting, ...]] = (
    Number(
        key="show.interval_s",
        unit="s",
        minimum=2,
        maximum=86_400,
        default=10,
        flag="--interval",
        help="time that each photo stays, without the transition",
    ),
    Number(
        key="show.transition_duration_s",
        unit="s",
        minimum=0,
        maximum=10,
        default=0,
        flag="--transition-duration",
        help=(
            "time that one photo takes to give way to the next; at most the interval; "
            "0: each transition its own, a crossfade 1.2"
        ),
    ),
    Choice(
        key="show.mode",
        choices=get_args(Mode),
        default="fill",
        flag="--mode",
        help=(
            "how a photo meets the screen: fill covers it and crops, fit shows all of the photo, "
            "shrink does so but never enlarges"
        ),
    ),
    Choice(
        key="show.order",
        choices=get_args(PhotoOrder),
        default="shuffle",
        flag="--order",
        help=(
            "in which order the photos of folders come: at random, by the time they were taken, by "
            "name, the newest files first, or those taken on this day in any year"
        ),
    ),
    Integer(
        key="show.local_ratio",
        unit="percent",
        minimum=0,
        maximum=100,
        default=60,
        flag="--local-ratio",
        help="how much of the show comes from folders, if feeds have photos too",
    ),
    Integer(
        key="show.look_ahead",
        unit="photos",
        minimum=1,
        maximum=8,
        default=2,
        help="photos made ready before their turn",
    ),
    Colour(
        key="show.mat_colour",
        default="#000000",
        help="colour around a photo that does not cover the screen",
    ),
    Switch(
        key="show.pan_zoom",
        default=False,
        flag="--pan-zoom",
        help="whether each photo moves slowly while it is shown, toward what draws the eye",
    ),
    Integer(
        key="show.pan_zoom_by",
        unit="percent",
        minimum=2,
        maximum=50,
        default=12,
        help="how much larger a moving photo gets than it was, or smaller",
    ),
    Choice(
        key="show.displays",
        choices=get_args(Displays),
        default="one",
        flag="--displays",
        help="where the show plays, full screen: on one display, or the same on all of them",
    ),
    Number(
        key="show.stagger_s",
        unit="s",
        minimum=0,
        maximum=10,
        default=0,
        help="how much later each display begins a transition than the one before",
    ),
    Switch(
        key="show.measure",
        default=True,
        help="whether the time of each frame is measured, for `stillframe top` and the report",
    ),
)

ORDERS: Final[tuple[Order, ...]] = (
    Order(
        lesser="show.transition_duration_s",
        greater="show.interval_s",
        why="a transition may not outlast the time that a photo stays",
    ),
)
