"""What is listened to, how it becomes bars, and how they are shown.

Role: one group of settings. Counterpart: `settings.declared` puts the groups together.
"""

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from stillframe.settings.schema import Choice, Integer, Number, Order, Setting, Switch, Words

Face: TypeAlias = Literal["spectrum", "classic"]
Visualizer: TypeAlias = Literal["auto", "off", "spectrum", "mirror", "radial", "wave", "pulse"]
Place: TypeAlias = Literal["bottom", "top", "left", "right", "centre"]


class AudioSettings(Struct, frozen=True, kw_only=True):
    """What is listened to, and how it becomes bars."""

    source: str
    face: Face
    stereo: bool
    bars: int
    low_hz: float
    high_hz: float
    a_weighting: bool
    equaliser_db: str
    sensitivity: float
    attack_s: float
    decay_s: float
    ghosts: bool
    ghost_hold_s: float
    ghost_decay_s: float


class VisualizerSettings(Struct, frozen=True, kw_only=True):
    """How what is heard is shown."""

    style: Visualizer
    place: Place
    size: int
    opacity: int
    photo_colours: bool
    pulse: bool
    photo_on_bar: bool


DECLARATIONS: Final[tuple[Setting, ...]] = (
    Words(
        key="audio.source",
        unit="source",
        flag="--audio",
        help=(
            "what is listened to: auto (what the computer plays), mic, a device's name, file:PATH, "
            "synthetic:SEED, or off; without a word, auto as soon as a visualizer is on"
        ),
    ),
    Choice(
        key="audio.face",
        choices=get_args(Face),
        default="spectrum",
        help="what makes bars of sound: our own spectrum, or the bars of the plan's origin",
    ),
    Switch(
        key="audio.stereo",
        default=True,
        help="whether left and right have bars of their own",
    ),
    Integer(
        key="audio.bars",
        unit="bars",
        minimum=8,
        maximum=128,
        default=64,
        help="how many bars each channel has",
    ),
    Number(
        key="audio.low_hz",
        unit="Hz",
        minimum=10,
        maximum=2_000,
        default=40,
        help="pitch at which the lowest bar begins",
    ),
    Number(
        key="audio.high_hz",
        unit="Hz",
        minimum=200,
        maximum=96_000,
        default=16_000,
        help="pitch at which the highest bar ends",
    ),
    Switch(
        key="audio.a_weighting",
        default=True,
        help="whether each pitch counts as much as the ear makes of it",
    ),
    Words(
        key="audio.equaliser_db",
        unit="decibels",
        help="decibels from the lowest bar to the highest, separated by commas, such as 3, 0, -3",
    ),
    Number(
        key="audio.sensitivity",
        unit="times",
        minimum=0,
        maximum=20,
        default=0,
        help="how tall bars become; 0 follows the sound",
    ),
    Number(
        key="audio.attack_s",
        unit="s",
        minimum=0,
        maximum=1,
        default=0.01,
        help="time constant of a bar's rise",
    ),
    Number(
        key="audio.decay_s",
        unit="s",
        minimum=0,
        maximum=10,
        default=0.15,
        help="time constant of a bar's fall",
    ),
    Switch(
        key="audio.ghosts",
        default=True,
        help="whether it is seen where a bar has been",
    ),
    Number(
        key="audio.ghost_hold_s",
        unit="s",
        minimum=0,
        maximum=10,
        default=0.25,
        help="time that a ghost stands still",
    ),
    Number(
        key="audio.ghost_decay_s",
        unit="s",
        minimum=0,
        maximum=10,
        default=0.8,
        help="time constant of a ghost's fall",
    ),
    Choice(
        key="visualizer.style",
        choices=get_args(Visualizer),
        default="auto",
        flag="--visualizer",
        help="how sound is shown over the photos; auto: spectrum where --audio is given, else off",
    ),
    Choice(
        key="visualizer.place",
        choices=get_args(Place),
        default="bottom",
        help="where on the screen it stands, if its style leaves a choice",
    ),
    Integer(
        key="visualizer.size",
        unit="percent",
        minimum=5,
        maximum=100,
        default=30,
        help="how much of the screen's height it takes",
    ),
    Integer(
        key="visualizer.opacity",
        unit="percent",
        minimum=5,
        maximum=100,
        default=80,
        help="how much it covers of the photo behind it",
    ),
    Switch(
        key="visualizer.photo_colours",
        default=True,
        help="whether its colours are taken from the photo; else it is white",
    ),
    Switch(
        key="visualizer.pulse",
        default=False,
        help="whether the photo swells gently with each beat",
    ),
    Switch(
        key="visualizer.photo_on_bar",
        default=False,
        help="whether the next photo waits for a bar of the music, or a beat of it",
    ),
)

ORDERS: Final[tuple[Order, ...]] = (
    Order(
        lesser="audio.low_hz",
        greater="audio.high_hz",
        why="the lowest bar stands under the highest",
    ),
)
