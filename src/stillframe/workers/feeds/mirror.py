"""The images of feeds on disk, and what is known of them.

Role: keeps images and says what has changed. Counterpart: `workers.feeds.folder` has the files,
`workers.feeds.index` the database, `workers.feeds.rotation` decides what leaves.

Guarantees: every row is a file and every file with a name of ours is a row, whenever the process
was killed; a database that is lost or damaged is made anew from the files; what one feed says of
an image is never taken for what another says.
"""

import os
import re
from collections.abc import Collection
from typing import Annotated, Final

import msgspec

from stillframe.contracts.feeds import DropReason, ImageMetadata, Moment
from stillframe.contracts.messages import Count
from stillframe.workers.feeds.folder import Folder, name_of
from stillframe.workers.feeds.index import Index, unpacked
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.rotation import Caps, Kept, leaving
from stillframe.workers.formats import HEAD_BYTES, Format, recognise

DATABASE_NAME: Final = "feeds.sqlite3"
# As large as an image may be fetched.
_IMAGE_CAP_BYTES: Final = 32 * 1024 * 1024
# What was seen is not fetched again in this time; then it may come round once more.
_REMEMBERED_S: Final = 7 * 86400.0
_FORGET_EVERY_S: Final = 3600.0
# A week of the busiest fifty feeds; a feed with a new address for each second fills no disk.
_REMEMBERED_CAP: Final = 20_000
# A show that has missed more than these leaves photos out as it fails to open them.
_GONE_CAP: Final = 1000
_ADOPTED_TTL_S: Final = 3600.0
_ADOPTED: Final = "mirror:"
_SUFFIXES: Final = {
    Format.JPEG: ".jpg",
    Format.PNG: ".png",
    Format.WEBP: ".webp",
    Format.GIF: ".gif",
    Format.TIFF: ".tif",
    Format.AVIF: ".avif",
    Format.HEIC: ".heic",
    Format.JXL: ".jxl",
    Format.BMP: ".bmp",
}
_NAME: Final = re.compile(r"[0-9a-f]{32}\.(jpg|png|webp|gif|tif|avif|heic|jxl|bmp)")
Name = Annotated[str, msgspec.Meta(pattern=rf"\A{_NAME.pattern}\Z")]
Seq = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed since a cursor: images that came, files that went, and the next cursor."""

    items: tuple[ImageMetadata, ...]
    gone: tuple[bytes, ...]
    cursor: int


class Image(msgspec.Struct, frozen=True):
    """What an image is called, and its bytes."""

    title: str
    content: bytes


class Mirror:
    """One folder of images, and its database."""

    def __init__(self, folder: bytes, caps: Caps, *, now_s: float) -> None:
        """Open the folder and make both sides agree.

        Raises:
            FetchError: `mirror-unsafe` if the folder cannot be used.
        """
        self._folder = Folder.open(folder)
        self._caps = caps
        path = os.fsdecode(self._folder.path_of(DATABASE_NAME))
        self._index = Index(path, self._agree)
        self._added = 0
        self._forgot_s, self._horizon_s = now_s, now_s - _REMEMBERED_S
        try:
            self._agree()
            self._forget(now_s)
        except FetchError as error:
            if error.reason is DropReason.DISK_FULL:  # what can be read is all that it takes
                self._index.notes.append(f"what has changed cannot be noted: {error}")
            else:
                self._index.go_on_in_memory(error)
                self._agree()

    def take_notes(self) -> tuple[str, ...]:
        """Return what became of the database that a person should know, once."""
        notes, self._index.notes = tuple(self._index.notes), []
        return notes

    def _agree(self) -> None:
        """Forget rows without a file, and adopt files without a row."""
        query = "SELECT name, size_bytes, seq FROM images WHERE gone = 0"
        rows = self._index.ask(tuple[Name, Count, Seq], query)
        right = {
            name for name, size_bytes, _ in rows if self._folder.size_bytes(name) == size_bytes
        }
        wrong = [name for name, _, _ in rows if name not in right]
        for name in wrong:
            self._mark_gone(name)
        for name in self._folder.names():
            if name not in right and _NAME.fullmatch(name):
                self._adopt(name)  # also one of which only the row was wrong
        for name in wrong:
            if self._folder.size_bytes(name) is None:
                # It is not known any more: should a feed still have it, it may come again.
                self._index.run("DELETE FROM sightings WHERE name = ?", name)

    def _adopt(self, name: str) -> None:
        content = self._folder.read(name, _IMAGE_CAP_BYTES) or b""
        try:
            is_ours = name_of(content, suffix_of(content)) == name
        except FetchError:
            is_ours = False
        if not is_ours:
            self._folder.remove(name)
            return
        kept_s = max(0.0, self._folder.modified_s(name))
        self._insert(name, len(content), kept_s, kept_s + _ADOPTED_TTL_S)

    def _forget(self, now_s: float) -> None:
        """Forget what was seen long ago and is not here any more, and the oldest beyond a bound."""
        self._forgot_s, self._horizon_s = now_s, now_s - _REMEMBERED_S
        self._index.run(
            "DELETE FROM sightings WHERE seen_s < ? "
            "AND name NOT IN (SELECT name FROM images WHERE gone = 0)",
            self._horizon_s,
        )
        self._index.run(
            "DELETE FROM sightings WHERE (feed, url) IN (SELECT feed, url FROM sightings "
            "WHERE name NOT IN (SELECT name FROM images WHERE gone = 0) "
            "ORDER BY seen_s DESC LIMIT -1 OFFSET ?)",
            _REMEMBERED_CAP,
        )
        self._index.run(
            "DELETE FROM images WHERE gone = 1 AND seq <= "
            "(SELECT seq FROM images WHERE gone = 1 ORDER BY seq DESC LIMIT 1 OFFSET ?)",
            _GONE_CAP,
        )

    # Images.

    def keep(self, item: ImageMetadata, content: bytes, now_s: float) -> None:
        """Keep an image under a name made of its contents, and what its feed says of it.

        Raises:
            FetchError: `empty` or `not-image` by its first bytes, `disk-full`, `mirror-unsafe`.
        """
        name = name_of(content, suffix_of(content))
        query = "SELECT size_bytes FROM images WHERE name = ? AND gone = 0"
        if self._index.one(tuple[Count], query, name) != (self._folder.size_bytes(name),):
            self._folder.keep(name, content)
            try:
                self._insert(name, len(content), now_s, now_s + item.ttl_s)
            except FetchError:  # there is room for a file and none for a row: for neither, then
                self._folder.remove(name)
                raise
            self._added += 1
        self._sight(item.source, item.url, name, now_s, msgspec.msgpack.encode(item))

    def refuse(self, feed: str, url: str, now_s: float) -> None:
        """Remember an address that leads to no image, so that it is not asked again soon."""
        self._sight(feed, url, "", now_s, b"")

    def has(self, feed: str, url: str) -> bool:
        """Say whether a feed's image is here, was here not long ago, or was refused."""
        query = "SELECT 1 FROM sightings WHERE feed = ? AND url = ? AND seen_s >= ?"
        return self._index.one(tuple, query, feed, url, self._horizon_s) is not None

    def has_elsewhere(self, url: str) -> bool:
        """Say whether an address is here by another feed."""
        query = "SELECT 1 FROM sightings WHERE url = ? AND name != ''"
        return self._index.one(tuple, query, url) is not None

    def reject(self, path: bytes, now_s: float) -> None:
        """Remove an image that nobody could decode; its addresses are remembered as refused."""
        name = os.fsdecode(os.path.basename(path))
        if not _NAME.fullmatch(name) or path != self._folder.path_of(name):
            return
        self._folder.remove(name)
        self._mark_gone(name)
        self._index.run("UPDATE sightings SET name = '', seen_s = ? WHERE name = ?", now_s, name)

    def rotate(self, wanted: Collection[bytes], now_s: float) -> None:
        """Remove what has to leave."""
        query = "SELECT name, size_bytes, kept_s, expires_s FROM images WHERE gone = 0"
        rows = self._index.ask(tuple[Name, Count, Moment, Moment], query)
        kept = [Kept(*row) for row in rows]
        names = {os.fsdecode(os.path.basename(path)) for path in wanted}
        # What came replaces what is over now; it is no credit for what will be over later.
        added, self._added = self._added, 0
        gone = leaving(kept, self._caps, names, now_s, added=added)
        for image in gone:  # all of them first: on a full disk that makes room for the rows
            self._folder.remove(image.name)
        for image in gone:
            self._mark_gone(image.name)
        if not 0 <= now_s - self._forgot_s < _FORGET_EVERY_S:
            self._forget(now_s)

    def changes(self, cursor: int, most: int, cap_bytes: int) -> Changed:
        """Return what has changed since `cursor`, at most `most` rows and about so many bytes."""
        (last,) = self._index.one(tuple[Count], "SELECT value FROM state WHERE name = 'seq'") or (
            0,
        )
        if cursor > last:
            cursor = 0  # it is of another database, which was lost
        # Who knows nothing yet need not hear of what is gone.
        query = (
            "SELECT name, seq, gone FROM images WHERE seq > ? AND gone <= ? ORDER BY seq LIMIT ?"
        )
        rows = self._index.ask(tuple[Name, Count, Count], query, cursor, cursor > 0, most)
        items: list[ImageMetadata] = []
        gone: list[bytes] = []
        for name, seq, is_gone in rows:
            path = self._folder.path_of(name)
            # Somebody may have removed a file; on a full disk we could not note that we did.
            if is_gone or self._folder.size_bytes(name) is None:
                gone.append(path)
                cap_bytes -= len(path)
            else:
                item = self._describe(name, path)
                items.append(item)
                cap_bytes -= len(msgspec.msgpack.encode(item))
            cursor = seq
            if cap_bytes <= 0:
                break
        return Changed(items=tuple(items), gone=tuple(gone), cursor=cursor)

    def _describe(self, name: str, path: bytes) -> ImageMetadata:
        query = "SELECT metadata FROM sightings WHERE name = ? ORDER BY seen_s LIMIT 1"
        for (said,) in self._index.ask(tuple[bytes], query, name):
            if (item := unpacked(said, ImageMetadata)) is not None:
                return msgspec.structs.replace(item, cache_path=path)
        return ImageMetadata(
            url=_ADOPTED + name,
            title="",
            ts_s=max(0.0, self._folder.modified_s(name)),
            priority=0,
            ttl_s=_ADOPTED_TTL_S,
            source=_ADOPTED,
            cache_path=path,
        )

    def image(self, path: bytes) -> Image | None:
        """Return an image by its path; None for what is none of ours."""
        name = os.fsdecode(os.path.basename(path))
        if not _NAME.fullmatch(name) or path != self._folder.path_of(name):
            return None
        content = self._folder.read(name, _IMAGE_CAP_BYTES)
        return None if content is None else Image(self._describe(name, path).title, content)

    def counts(self) -> dict[str, int]:
        """Return how many images of each feed are here."""
        query = (
            "SELECT feed, count(*) FROM sightings JOIN images USING (name) WHERE gone = 0 "
            "GROUP BY feed"
        )
        return dict(self._index.ask(tuple[str, Count], query))

    # What the schedule remembers.

    def record(self, url: str) -> bytes | None:
        """Return what was last kept of a feed."""
        row = self._index.one(tuple[bytes], "SELECT record FROM feeds WHERE url = ?", url)
        return None if row is None else row[0]

    def put_record(self, url: str, record: bytes) -> None:
        """Keep something of a feed."""
        self._index.run("INSERT OR REPLACE INTO feeds VALUES (?, ?)", url, record)

    def holds(self) -> dict[str, float]:
        """Return the hosts that wanted peace, and until when."""
        return dict(self._index.ask(tuple[str, Moment], "SELECT host, until_s FROM holds"))

    def put_holds(self, holds: dict[str, float]) -> None:
        """Keep them."""
        with self._index.at_once():
            self._index.run("DELETE FROM holds")
            for host, until_s in holds.items():
                self._index.run("INSERT OR REPLACE INTO holds VALUES (?, ?)", host, until_s)

    def close(self) -> None:
        """Close the database and let the folder go."""
        self._index.close()
        self._folder.close()

    # Rows.

    def _insert(self, name: str, size_bytes: int, kept_s: float, expires_s: float) -> None:
        statement = "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?, ?, 0)"
        with self._index.at_once():  # else another process's later number could be seen before
            seq = self._next_seq()
            self._index.run(statement, name, size_bytes, kept_s, expires_s, seq)

    def _mark_gone(self, name: str) -> None:
        with self._index.at_once():
            seq = self._next_seq()
            self._index.run("UPDATE images SET gone = 1, seq = ? WHERE name = ?", seq, name)

    def _next_seq(self) -> int:
        row = self._index.one(
            tuple[Count],
            "INSERT INTO state VALUES ('seq', 1) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
        )
        return row[0] if row else 0

    def _sight(self, feed: str, url: str, name: str, now_s: float, metadata: bytes) -> None:
        statement = "INSERT OR REPLACE INTO sightings VALUES (?, ?, ?, ?, ?)"
        self._index.run(statement, feed, url, name, now_s, metadata)


def suffix_of(content: bytes) -> str:
    """Return the ending of a file's name, by what its contents are.

    Raises:
        FetchError: `empty`, or `not-image` for what the show could not decode.
    """
    if not content:
        raise FetchError(DropReason.EMPTY, "no bytes came")
    kind = recognise(content[:HEAD_BYTES])
    if kind not in _SUFFIXES:
        begins = content[:12].hex(" ")
        raise FetchError(
            DropReason.NOT_IMAGE, f"{len(content)} bytes that begin with {begins} are no image"
        )
    return _SUFFIXES[kind]
