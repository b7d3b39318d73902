"""The settings themselves: each declared once, with its unit, range, default and help.

Counterpart: `stillframe.settings.schema` gives the kinds; `stillframe.settings.load` fills
the structs below from the file, the environment and the flags.

Guarantees: a default, a range and a help text stand in `DECLARATIONS` and nowhere else. The
structs have no defaults; their fields are the names in the declarations, in the same order.
A `Settings` made by `load` has every value in range and keeps every rule of `ORDERS`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from stillframe.settings.schema import (
    Choice,
    Colour,
    Day,
    Integer,
    Number,
    Order,
    Setting,
    Switch,
    Words,
)

_MIB: Final = 1 << 20
_GIB: Final = 1 << 30

Mode: TypeAlias = Literal["fill", "fit", "shrink"]
PhotoOrder: TypeAlias = Literal["shuffle", "taken", "name", "newest", "on-this-day"]
Decoders: TypeAlias = Literal["auto", "1", "2"]
Orientation: TypeAlias = Literal["any", "landscape", "portrait", "square"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["text", "json"]


class ShowSettings(Struct, frozen=True, kw_only=True):
    """How the show runs."""

    interval_s: float
    transition_duration_s: float
    mode: Mode
    order: PhotoOrder
    local_ratio: int
    look_ahead: int
    mat_colour: str
    measure: bool


class ImageSettings(Struct, frozen=True, kw_only=True):
    """What decoding a photo may cost."""

    arena_bytes: int
    max_source_pixels: int
    max_source_bytes: int
    decode_deadline_s: float
    memory_bytes: int
    workers: Decoders
    sharpen: bool


class LibrarySettings(Struct, frozen=True, kw_only=True):
    """Which photos of the folders are shown, and what is remembered of them."""

    since: str
    until: str
    rating: int
    keyword: str
    min_pixels: int
    orientation: Orientation
    exclude: str
    burst_photos: int
    index: bool


class FeedSettings(Struct, frozen=True, kw_only=True):
    """What feeds may bring, and what is kept of it; which feeds is a file of its own."""

    enabled: bool
    max_items: int
    max_items_per_feed: int
    default_weight: int
    ttl_hint_s: float
    min_images: int
    max_images: int
    max_bytes: int
    max_age_s: float
    allow_hosts: str
    save_to: str


class QueueSettings(Struct, frozen=True, kw_only=True):
    """How many requests may wait for each kind of worker."""

    images: int
    library: int
    feeds: int
    transitions: int


class LogSettings(Struct, frozen=True, kw_only=True):
    """What the log says, how, and where."""

    level: LogLevel
    format: LogFormat
    file: bool


class WorkerSettings(Struct, frozen=True, kw_only=True):
    """How the workers are held."""

    sandbox: bool


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting, by section."""

    show: ShowSettings
    images: ImageSettings
    library: LibrarySettings
    feeds: FeedSettings
    queues: QueueSettings
    log: LogSettings
    workers: WorkerSettings


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
        minimum=0.1,
        maximum=10,
        default=1.2,
        flag="--transition-duration",
        help="time that one photo takes to give way to the next; at most the interval",
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
        key="show.measure",
        default=True,
        help="whether the time of each frame is measured, for `stillframe top` and the report",
    ),
    Integer(
        key="images.arena_bytes",
        unit="bytes",
        minimum=64 * _MIB,
        maximum=4 * _GIB,
        default=256 * _MIB,
        help="memory for decoded photos; at most an eighth of the machine's memory is used",
    ),
    # Phone cameras make 200 megapixels, so the default lets them pass.
    Integer(
        key="images.max_source_pixels",
        unit="pixels",
        minimum=1_000_000,
        maximum=1 << 30,
        default=1 << 28,
        help="largest photo that is decoded, as width times height",
    ),
    Integer(
        key="images.max_source_bytes",
        unit="bytes",
        minimum=_MIB,
        maximum=4 * _GIB,
        default=512 * _MIB,
        help="largest file that is decoded",
    ),
    Number(
        key="images.decode_deadline_s",
        unit="s",
        minimum=1,
        maximum=300,
        default=20,
        help="time that decoding one photo may take before it is given up",
    ),
    # A progressive photo of 50 megapixels takes 0.7 GiB, and one of 130 still fits.
    Integer(
        key="images.memory_bytes",
        unit="bytes",
        minimum=256 * _MIB,
        maximum=64 * _GIB,
        default=2 * _GIB,
        help="memory that decoding may take, besides that for the decoded photos",
    ),
    # A photo takes 0.2 s of one core: two at once are for machines whose cores would else be idle.
    Choice(
        key="images.workers",
        choices=get_args(Decoders),
        default="auto",
        help=(
            "how many photos are decoded at the same time; auto: two where there are eight or more "
            "processors, else one"
        ),
    ),
    Switch(
        key="images.sharpen",
        default=False,
        help="whether a photo is sharpened after it is made smaller",
    ),
    Day(key="library.since", flag="--since", help="only photos taken on this day or later"),
    Day(key="library.until", flag="--until", help="only photos taken on this day or earlier"),
    Integer(
        key="library.rating",
        unit="stars",
        minimum=0,
        maximum=5,
        default=0,
        flag="--rating",
        help="only photos that were rated with as many stars or more",
    ),
    Words(
        key="library.keyword",
        unit="word",
        flag="--keyword",
        help="only photos that have this keyword, capitals or not",
    ),
    Integer(
        key="library.min_pixels",
        unit="pixels",
        minimum=0,
        maximum=1 << 30,
        default=0,
        flag="--min-pixels",
        help="only photos of as many pixels or more, as width times height",
    ),
    Choice(
        key="library.orientation",
        choices=get_args(Orientation),
        default="any",
        flag="--orientation",
        help="only photos that lie this way",
    ),
    Words(
        key="library.exclude",
        unit="patterns",
        flag="--exclude",
        help=(
            "names of files and folders that are left out, with * and ?, separated by commas; a "
            "pattern with a slash is for the whole path"
        ),
    ),
    Integer(
        key="library.burst_photos",
        unit="photos",
        minimum=0,
        maximum=100,
        default=0,
        help="how many photos of the same second and camera are shown; 0 shows all",
    ),
    Switch(
        key="library.index",
        default=True,
        help="whether what is found in folders, and what was shown, is remembered",
    ),
    Switch(
        key="feeds.enabled",
        default=True,
        help="whether the feeds of the list are asked",
    ),
    Integer(
        key="feeds.max_items",
        unit="images",
        minimum=1,
        maximum=256,
        default=30,
        help="images that all feeds together add in one cycle",
    ),
    Integer(
        key="feeds.max_items_per_feed",
        unit="images",
        minimum=1,
        maximum=256,
        default=8,
        help="images that one feed adds in one cycle",
    ),
    Integer(
        key="feeds.default_weight",
        unit="points",
        minimum=0,
        maximum=100,
        default=50,
        help="what the photos of a feed count that is not known and has no weight of its own",
    ),
    Number(
        key="feeds.ttl_hint_s",
        unit="s",
        minimum=0,
        maximum=31_536_000,
        default=0,
        help=(
            "how long an image is kept where its feed does not say; 0 goes by how long each photo "
            "stays on screen"
        ),
    ),
    Integer(
        key="feeds.min_images",
        unit="images",
        minimum=0,
        maximum=5000,
        default=20,
        help="images that are kept even after their time, until others replace them",
    ),
    Integer(
        key="feeds.max_images",
        unit="images",
        minimum=1,
        maximum=5000,
        default=40,
        help="images of feeds that are kept at most",
    ),
    Integer(
        key="feeds.max_bytes",
        unit="bytes",
        minimum=10 * _MIB,
        maximum=64 * _GIB,
        default=500 * _MIB,
        help="what the images of feeds take on the disk at most",
    ),
    Number(
        key="feeds.max_age_s",
        unit="s",
        minimum=3600,
        maximum=315_360_000,
        default=2_592_000,
        help="how long an image of a feed is kept at most",
    ),
    Words(
        key="feeds.allow_hosts",
        unit="hosts",
        flag="--allow-host",
        help=(
            "hosts at home that feeds may lead to, such as nas.local or 192.168.1.5:8080, "
            "separated by commas"
        ),
    ),
    Words(
        key="feeds.save_to",
        unit="folder",
        help="a folder in which every photo of a feed that is shown is kept for good",
    ),
    Integer(
        key="queues.images",
        unit="requests",
        minimum=2,
        maximum=64,
        default=8,
        help="requests that may wait for the image worker",
    ),
    Integer(
        key="queues.library",
        unit="requests",
        minimum=2,
        maximum=64,
        default=4,
        help="requests that may wait for the library worker",
    ),
    Integer(
        key="queues.feeds",
        unit="requests",
        minimum=2,
        maximum=64,
        default=4,
        help="requests that may wait for the feed worker",
    ),
    Integer(
        key="queues.transitions",
        unit="requests",
        minimum=2,
        maximum=64,
        default=8,
        help="requests that may wait for the transition worker",
    ),
    Choice(
        key="log.level",
        choices=get_args(LogLevel),
        default="info",
        flag="--log-level",
        help="least important lines that the log has",
    ),
    Choice(
        key="log.format",
        choices=get_args(LogFormat),
        default="text",
        flag="--log-format",
        help="how a line of the log is written: words, or one JSON object a line",
    ),
    Switch(
        key="log.file",
        default=True,
        help="whether the log is kept in a file too, besides standard error",
    ),
    Switch(
        key="workers.sandbox",
        default=True,
        help="whether the system keeps workers from all files, programs and sockets but their own",
    ),
)

# Rules between two settings; `load` refuses values that break one.
ORDERS: Final[tuple[Order, ...]] = (
    Order(
        lesser="show.transition_duration_s",
        greater="show.interval_s",
        why="a transition may not outlast the time that a photo stays",
    ),
    Order(
        lesser="feeds.min_images",
        greater="feeds.max_images",
        why="no more can be kept for certain than at most",
    ),
)

BY_KEY: Final[Mapping[str, Setting]] = MappingProxyType(
    {setting.key: setting for setting in DECLARATIONS}
)
SECTIONS: Final[tuple[str, ...]] = tuple(dict.fromkeys(setting.section for setting in DECLARATIONS))
