"""Which photos of the index a show wants, and in which order: from settings to SQL.

Role: pure. Counterpart: `workers.library.index` puts the clauses into its questions.

Guarantees: values travel as parameters, never as SQL. `rank` orders photos as `key` does.
"""

import datetime as dt
import fnmatch
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from stillframe.contracts.library import Order, Orientation

_S_PER_DAY: Final = 86_400
_OFFSET: Final = 1 << 63
_RANK_CAP_BYTES: Final = 256
# Numbers of as many digits compare as numbers; longer ones are no counters of a camera.
_DIGITS: Final = 12
_NUMBERS: Final = re.compile(rb"0*(\d+)")
_SHAPES: Final = {
    Orientation.LANDSCAPE: "width > height",
    Orientation.PORTRAIT: "width < height",
    Orientation.SQUARE: "width = height",
}


class LibrarySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The library worker's slice of the settings, as they arrive in `Start`.

    `steady` is for an order that can be repeated: photos are told in the order of one walk, when a
    page is full or all are found. `since` and `until` are days, YYYY-MM-DD, both included.
    `exclude` holds patterns, separated by commas: those with a slash are for a whole path, the
    others for any name in it.
    """

    index: str = ""
    order: Order = Order.SHUFFLE
    since: str = ""
    until: str = ""
    rating: int = 0
    keyword: str = ""
    min_pixels: int = 0
    orientation: Orientation = Orientation.ANY
    exclude: str = ""
    burst_photos: int = 0
    steady: bool = False


@dataclass(frozen=True)
class Selection:
    """What a show wants.

    Attributes:
        where: SQL conditions on a row of photos, with `parameters`.
        key: the column that the order goes by.
        downwards: whether it goes from large to small.
        needs_header: whether a photo can only be judged when its header has been read.
        hears_of_headers: whether a header that was read changes anything for the show.
        excluded_paths, excluded_names: what keeps a whole path, or any name in it, out.
    """

    order: Order
    where: str
    parameters: tuple[int | str, ...]
    key: str
    downwards: bool
    needs_header: bool
    hears_of_headers: bool
    excluded_paths: re.Pattern[str] | None
    excluded_names: re.Pattern[str] | None

    def rank(self, *, sort_name: bytes, when_ns: int, mtime_ns: int) -> bytes:
        """Return a photo's place among the others, as bytes that compare."""
        match self.order:
            case Order.SHUFFLE:
                return b""
            case Order.NAME:
                return sort_name
            case Order.NEWEST:
                return (_OFFSET - mtime_ns).to_bytes(9)
            case Order.TAKEN | Order.ON_THIS_DAY:
                return (_OFFSET + when_ns).to_bytes(9)

    def excludes(self, path: bytes) -> bool:
        """Say whether a pattern keeps a path out."""
        if self.excluded_paths is self.excluded_names is None:
            return False
        text = os.fsdecode(path)
        if self.excluded_paths is not None and self.excluded_paths.match(text):
            return True
        names = self.excluded_names
        return names is not None and any(names.match(part) for part in text.split("/"))


def select(settings: LibrarySettings, today: dt.date) -> Selection:
    """Return what these settings ask for.

    Raises:
        ValueError: for a day that is none.
    """
    demands = tuple(_demands(settings, today))
    clauses = ["gone = 0", *(clause for clause, _ in demands)]
    parameters = [value for _, value in demands if value is not None]
    if demands:
        clauses.append("header = 1")  # what an older version of the file said counts no more
    if settings.burst_photos:
        clauses.append("burst < ?")
        parameters.append(settings.burst_photos)
    keys = {Order.SHUFFLE: "draw", Order.NAME: "sort_name", Order.NEWEST: "mtime_ns"}
    by_time = settings.order in (Order.TAKEN, Order.ON_THIS_DAY)
    return Selection(
        order=settings.order,
        where=" AND ".join(clauses),
        parameters=tuple(parameters),
        key=keys.get(settings.order, "when_ns"),
        downwards=settings.order is Order.NEWEST,
        needs_header=bool(demands),
        hears_of_headers=bool(demands) or by_time or settings.burst_photos > 0,
        excluded_paths=_pattern(settings.exclude, with_slash=True),
        excluded_names=_pattern(settings.exclude, with_slash=False),
    )


def _demands(settings: LibrarySettings, today: dt.date) -> Iterator[tuple[str, int | str | None]]:
    """Yield each condition on what a header says, with its parameter."""
    if settings.since:
        yield "taken_s >= ?", _midnight_s(settings.since)
    if settings.until:
        yield "taken_s < ?", _midnight_s(settings.until) + _S_PER_DAY
    if settings.order is Order.ON_THIS_DAY:
        yield "strftime('%m-%d', taken_s, 'unixepoch') = ?", f"{today:%m-%d}"
    if settings.rating:
        yield "rating >= ?", settings.rating
    if settings.keyword:
        word = settings.keyword.casefold()
        yield "EXISTS (SELECT 1 FROM keywords WHERE photo = photos.id AND word = ?)", word
    if settings.min_pixels:
        yield "width * height >= ?", settings.min_pixels
    if settings.orientation is not Orientation.ANY:
        yield _SHAPES[settings.orientation], None


def sort_name(path: bytes) -> bytes:
    """Return a path as bytes that compare as people sort: numbers by value, capitals as small."""

    def number(match: re.Match[bytes]) -> bytes:
        return match[1].rjust(_DIGITS, b"0")

    # A folder's own files come before those of a folder whose name goes on.
    return _NUMBERS.sub(number, path.lower().replace(b"/", b"\x01"))[:_RANK_CAP_BYTES]


def _midnight_s(day: str) -> int:
    date = dt.date.fromisoformat(day)
    begin = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
    return int(begin.timestamp())


def _pattern(text: str, *, with_slash: bool) -> re.Pattern[str] | None:
    """Return one pattern for those in `text` that are for whole paths, or for names."""
    patterns = [line for line in map(str.strip, text.split(",")) if line]
    chosen = [fnmatch.translate(line) for line in patterns if ("/" in line) == with_slash]
    return re.compile("|".join(chosen)) if chosen else None
