"""What feeds may bring.

Role: one group of settings. Counterpart: `settings.declared` puts the groups together.
"""

from typing import Final

from msgspec import Struct

from stillframe.settings.schema import Integer, Number, Order, Setting, Switch, Words

_MIB: Final = 1 << 20
_GIB: Final = 1 << 30


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


DECLARATIONS: Final[tuple[Setting, ...]] = (
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
)

ORDERS: Final[tuple[Order, ...]] = (
    Order(
        lesser="feeds.min_images",
        greater="feeds.max_images",
        why="no more can be kept for certain than at most",
    ),
)
