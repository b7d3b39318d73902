"""Which photos of the folders are shown.

Role: one group of settings. Counterpart: `settings.declared` puts the groups together.
"""

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from stillframe.settings.schema import Choice, Day, Integer, Setting, Switch, Words

Orientation: TypeAlias = Literal["any", "landscape", "portrait", "square"]


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


DECLARATIONS: Final[tuple[Setting, ...]] = (
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
)
