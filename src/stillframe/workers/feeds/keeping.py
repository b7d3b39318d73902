"""What is kept of feeds and images: in memory alone, or in a mirror too.

Role: what `workers.feeds.gather` needs to remember, in two forms that it cannot tell apart.
Counterpart: `workers.feeds.mirror` writes the second down.

Guarantees: what cannot be written down is remembered all the same, while the process lives.
"""

import contextlib
from collections.abc import Collection
from http import HTTPStatus
from typing import ClassVar, Final

import msgspec

from stillframe.contracts.caps import MIRROR_PAGE_CAP_ITEMS, READING_CAP_BYTES
from stillframe.contracts.feeds import DropReason, ImageMetadata
from stillframe.workers.feeds.index import unpacked
from stillframe.workers.feeds.mirror import Changed, Mirror
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.saving import Saving
from stillframe.workers.feeds.schedule import Record

# What will be no image the next time either.
_LASTING: Final = frozenset(
    (
        DropReason.NOT_IMAGE,
        DropReason.EMPTY,
        DropReason.TOO_LARGE,
        DropReason.GONE,
        DropReason.BAD_ENCODING,
        DropReason.SSRF_BLOCKED,
    )
)
# Too slow, too early, too often: of what a server blames on its client, these pass.
_PASSING: Final = frozenset((408, 425, 429))
# A folder that fails for every photo is said so often, if nobody asks.
_UNSAVED_CAP: Final = 20


class Keeping:
    """Remembers in memory; images are only named, as for a look at what a feed has."""

    mirrors: ClassVar[bool] = False
    """Whether images are fetched."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._holds: dict[str, float] = {}
        self._named: list[ImageMetadata] = []

    def record(self, url: str) -> Record:
        """Return what is known of a feed."""
        return self._records.get(url, Record())

    def latest(self, url: str) -> Record:
        """Return the same as `record`, or what another show has learned of the feed since."""
        return self.record(url)

    def put(self, url: str, record: Record) -> None:
        """Keep what is known of a feed."""
        self._records[url] = record

    def holds(self) -> dict[str, float]:
        """Return the hosts that wanted peace, and until when."""
        return self._holds

    def put_holds(self, holds: dict[str, float]) -> None:
        """Keep them."""
        self._holds = holds

    def counts(self) -> dict[str, int]:
        """Return how many images of each feed are there."""
        return {}

    def has(self, feed: str, url: str) -> bool:
        """Say whether a feed's image need not be fetched."""
        return any((item.source, item.url) == (feed, url) for item in self._named)

    def has_elsewhere(self, url: str) -> bool:
        """Say whether another feed brought it."""
        return any(item.url == url for item in self._named)

    def refused(self, feed: str, url: str, error: FetchError, now_s: float) -> None:
        """Remember that an image cannot be had, if that will not change."""

    def keep(self, item: ImageMetadata, content: bytes, now_s: float) -> None:
        """Keep an image.

        Raises:
            FetchError: if it is none, or there is no room for it.
        """
        del content, now_s
        self._named.append(item)

    def changes(self, cursor: int) -> Changed:
        """Return what has changed since a cursor, as much as one message holds."""
        if cursor > len(self._named):
            cursor = 0  # it is of a process before this one
        items, room_bytes = [], READING_CAP_BYTES
        for item in self._named[cursor : cursor + MIRROR_PAGE_CAP_ITEMS]:
            items.append(item)
            room_bytes -= len(msgspec.msgpack.encode(item))
            if room_bytes <= 0:
                break
        return Changed(items=tuple(items), gone=(), cursor=cursor + len(items))

    def tidy(self, wanted: Collection[bytes], rejected: Collection[bytes], now_s: float) -> None:
        """Remove what nobody could decode, and what has to leave."""

    def take_notes(self) -> tuple[str, ...]:
        """Return what a person should know, once."""
        return ()

    def close(self) -> None:
        """Let go of what is open."""


class Mirrored(Keeping):
    """Remembers on disk too, and keeps the images there."""

    mirrors: ClassVar[bool] = True

    def __init__(self, mirror: Mirror, saving: Saving | None = None) -> None:
        """Begin; what is wanted on screen is copied by `saving`, if there is one."""
        super().__init__()
        self._mirror, self._saving = mirror, saving
        self._unsaved: list[str] = []

    def record(self, url: str) -> Record:
        """Return what is known of a feed."""
        if url not in self._records:
            self._records[url] = self._load(url)
        return self._records[url]

    def latest(self, url: str) -> Record:
        """Return the same as `record`, or what another show has learned of the feed since."""
        known, kept = self.record(url), self._load(url)
        if (kept.polled_s or 0.0) > (known.polled_s or 0.0):
            self._records[url] = known = kept
        return known

    def _load(self, url: str) -> Record:
        with contextlib.suppress(FetchError):
            return unpacked(self._mirror.record(url) or b"", Record) or Record()
        return Record()

    def put(self, url: str, record: Record) -> None:
        """Keep what is known of a feed."""
        if self._records.get(url) == record:
            return
        super().put(url, record)
        with contextlib.suppress(FetchError):  # a full disk: it is said where images meet it
            self._mirror.put_record(url, msgspec.msgpack.encode(record))

    def holds(self) -> dict[str, float]:
        """Return the hosts that wanted peace, and until when."""
        with contextlib.suppress(FetchError):
            return self._mirror.holds()
        return {}

    def put_holds(self, holds: dict[str, float]) -> None:
        """Keep them."""
        with contextlib.suppress(FetchError):
            self._mirror.put_holds(holds)

    def counts(self) -> dict[str, int]:
        """Return how many images of each feed are there."""
        with contextlib.suppress(FetchError):
            return self._mirror.counts()
        return {}

    def has(self, feed: str, url: str) -> bool:
        """Say whether a feed's image need not be fetched."""
        with contextlib.suppress(FetchError):
            return self._mirror.has(feed, url)
        return True  # what cannot be looked up could not be kept either

    def has_elsewhere(self, url: str) -> bool:
        """Say whether another feed brought it."""
        with contextlib.suppress(FetchError):
            return self._mirror.has_elsewhere(url)
        return False

    def refused(self, feed: str, url: str, error: FetchError, now_s: float) -> None:
        """Remember that an image cannot be had, if that will not change."""
        if _is_lasting(error):
            with contextlib.suppress(FetchError):
                self._mirror.refuse(feed, url, now_s)

    def keep(self, item: ImageMetadata, content: bytes, now_s: float) -> None:
        """Keep an image.

        Raises:
            FetchError: if it is none, or there is no room for it.
        """
        self._mirror.keep(item, content, now_s)

    def changes(self, cursor: int) -> Changed:
        """Return what has changed since a cursor, as much as one message holds."""
        try:
            return self._mirror.changes(cursor, MIRROR_PAGE_CAP_ITEMS, READING_CAP_BYTES)
        except FetchError:  # not to be read just now
            return Changed(items=(), gone=(), cursor=cursor)

    def tidy(self, wanted: Collection[bytes], rejected: Collection[bytes], now_s: float) -> None:
        """Remove what nobody could decode, and what has to leave."""
        for path in rejected:
            with contextlib.suppress(FetchError):  # the file is gone, if not its row
                self._mirror.reject(path, now_s)
        with contextlib.suppress(FetchError):
            self._mirror.rotate(wanted, now_s)
        if self._saving is not None:
            for path in wanted:
                self._save(path, self._saving)

    def _save(self, path: bytes, saving: Saving) -> None:
        try:
            saving.save(path, self._mirror)
        except FetchError as error:
            self._unsaved = [*self._unsaved, f"not saved: {error}"][-_UNSAVED_CAP:]

    def take_notes(self) -> tuple[str, ...]:
        """Return what a person should know, once."""
        unsaved, self._unsaved = self._unsaved, []
        return (*self._mirror.take_notes(), *unsaved)

    def close(self) -> None:
        """Close the mirror."""
        if self._saving is not None:
            self._saving.close()
        self._mirror.close()


def _is_lasting(error: FetchError) -> bool:
    """Say whether an image is not to be asked for again soon: a busy server is no reason."""
    if error.reason is not DropReason.HTTP_ERROR:
        return error.reason in _LASTING
    status = error.status or 0
    return (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        and status not in _PASSING
    )
