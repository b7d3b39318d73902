"""The images of feeds on disk, and what is known of them.

Role: keeps images and says what has changed. Counterpart: `workers.feeds.folder` has the files,
`workers.feeds.schema` the tables, `workers.feeds.rotation` decides what leaves.

Guarantees: every row is a file and every file with a name of ours is a row, whenever the process
was killed; a database that is lost or damaged is made anew from the files; what one feed says of
an image is never taken for what another says.
"""

import os
import re
import sqlite3
from collections.abc import Collection
from typing import Any, Final

import msgspec

from stillframe.contracts.feeds import DropReason, ImageMetadata
from stillframe.workers.database import open_database, set_aside
from stillframe.workers.feeds.folder import Folder, name_of
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.rotation import Caps, Kept, leaving
from stillframe.workers.feeds.schema import MIRROR
from stillframe.workers.formats import HEAD_BYTES, Format, recognise

DATABASE_NAME: Final = "feeds.sqlite3"
# As large as an image may be fetched.
_IMAGE_CAP_BYTES: Final = 32 * 1024 * 1024
# What was seen is not fetched again in this time; then it may come round once more.
_REMEMBERED_S: Final = 7 * 86400.0
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
        self._caps, self.notes = caps, list[str]()
        self._open_database()
        self._agree()
        self._run("DELETE FROM sightings WHERE seen_s < ?", now_s - _REMEMBERED_S)
        self._added = 0

    def _open_database(self) -> None:
        opened = open_database(os.fsdecode(self._folder.path_of(DATABASE_NAME)), MIRROR)
        self._database = opened.database
        if opened.note:
            self.notes.append(opened.note)

    def _agree(self) -> None:
        """Forget rows without a file, and adopt files without a row."""
        rows = self._all("SELECT name, size_bytes FROM images WHERE gone = 0")
        known = set()
        for name, size_bytes in rows:
            if self._folder.size_bytes(name) == size_bytes:
                known.add(name)
                continue
            self._folder.remove(name)
            self._mark_gone(name)
            # It is not known any more: should a feed still have it, it may come again.
            self._run("DELETE FROM sightings WHERE name = ?", name)
        for name in self._folder.names():
            if name not in known and _NAME.fullmatch(name):
                self._adopt(name)

    def _adopt(self, name: str) -> None:
        content = self._folder.read(name, _IMAGE_CAP_BYTES)
        if content is None or name_of(content, os.path.splitext(name)[1]) != name:
            self._folder.remove(name)
            return
        kept_s = self._folder.modified_s(name)
        self._insert(name, len(content), kept_s, kept_s + _ADOPTED_TTL_S)

    # Images.

    def keep(self, item: ImageMetadata, content: bytes, now_s: float) -> None:
        """Keep an image under a name made of its contents, and what its feed says of it.

        Raises:
            FetchError: `empty` or `not-image` by its first bytes, `disk-full`, `mirror-unsafe`.
        """
        name = name_of(content, suffix_of(content))
        row = self._one("SELECT gone FROM images WHERE name = ?", name)
        if row is None or row[0] or self._folder.size_bytes(name) != len(content):
            self._folder.keep(name, content)
            self._insert(name, len(content), now_s, now_s + item.ttl_s)
            self._added += 1
        self._sight(item.source, item.url, name, now_s, msgspec.msgpack.encode(item))

    def refuse(self, feed: str, url: str, now_s: float) -> None:
        """Remember an address that leads to no image, so that it is not asked again soon."""
        self._sight(feed, url, "", now_s, b"")

    def has(self, feed: str, url: str) -> bool:
        """Say whether a feed's image is here, was here not long ago, or was refused."""
        query = "SELECT 1 FROM sightings WHERE feed = ? AND url = ?"
        return self._one(query, feed, url) is not None

    def has_elsewhere(self, url: str) -> bool:
        """Say whether an address is here by another feed."""
        query = "SELECT 1 FROM sightings WHERE url = ? AND name != ''"
        return self._one(query, url) is not None

    def reject(self, path: bytes, now_s: float) -> None:
        """Remove an image that nobody could decode; its addresses are remembered as refused."""
        name = os.fsdecode(os.path.basename(path))
        if not _NAME.fullmatch(name) or path != self._folder.path_of(name):
            return
        self._folder.remove(name)
        self._mark_gone(name)
        self._run("UPDATE sightings SET name = '', seen_s = ? WHERE name = ?", now_s, name)

    def rotate(self, wanted: Collection[bytes], now_s: float) -> None:
        """Remove what has to leave."""
        rows = self._all("SELECT name, size_bytes, kept_s, expires_s FROM images WHERE gone = 0")
        kept = [Kept(*row) for row in rows]
        names = {os.fsdecode(os.path.basename(path)) for path in wanted}
        for image in leaving(kept, self._caps, names, now_s, added=self._added):
            self._folder.remove(image.name)
            self._mark_gone(image.name)
            self._added = max(0, self._added - 1)

    def changes(self, cursor: int, most: int, cap_bytes: int) -> Changed:
        """Return what has changed since `cursor`, at most `most` rows and about so many bytes."""
        (last,) = self._one("SELECT value FROM state WHERE name = 'seq'") or (0,)
        if cursor > last:
            cursor = 0  # it is of another database, which was lost
        query = "SELECT name, seq, gone FROM images WHERE seq > ? ORDER BY seq LIMIT ?"
        items: list[ImageMetadata] = []
        gone: list[bytes] = []
        for name, seq, is_gone in self._all(query, cursor, most):
            path = self._folder.path_of(name)
            if is_gone:
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
        row = self._one(
            "SELECT metadata FROM sightings WHERE name = ? ORDER BY seen_s LIMIT 1", name
        )
        if row is not None:
            item = msgspec.msgpack.decode(row[0], type=ImageMetadata)
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
        return dict(self._all(query))

    # What the schedule remembers.

    def record(self, url: str) -> bytes | None:
        """Return what was last kept of a feed."""
        row = self._one("SELECT record FROM feeds WHERE url = ?", url)
        return None if row is None else row[0]

    def put_record(self, url: str, record: bytes) -> None:
        """Keep something of a feed."""
        self._run("INSERT OR REPLACE INTO feeds VALUES (?, ?)", url, record)

    def holds(self) -> dict[str, float]:
        """Return the hosts that wanted peace, and until when."""
        return dict(self._all("SELECT host, until_s FROM holds"))

    def put_holds(self, holds: dict[str, float]) -> None:
        """Keep them."""
        self._run("DELETE FROM holds")
        for host, until_s in holds.items():
            self._run("INSERT OR REPLACE INTO holds VALUES (?, ?)", host, until_s)

    def close(self) -> None:
        """Close the database and let the folder go."""
        self._database.close()
        self._folder.close()

    # The database.

    def _insert(self, name: str, size_bytes: int, kept_s: float, expires_s: float) -> None:
        seq = self._next_seq()
        self._run(
            "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?, ?, 0)",
            name,
            size_bytes,
            kept_s,
            expires_s,
            seq,
        )

    def _mark_gone(self, name: str) -> None:
        seq = self._next_seq()
        self._run("UPDATE images SET gone = 1, seq = ? WHERE name = ?", seq, name)

    def _sight(self, feed: str, url: str, name: str, now_s: float, metadata: bytes) -> None:
        self._run(
            "INSERT OR REPLACE INTO sightings VALUES (?, ?, ?, ?, ?)",
            feed,
            url,
            name,
            now_s,
            metadata,
        )

    def _next_seq(self) -> int:
        row = self._one("UPDATE state SET value = value + 1 WHERE name = 'seq' RETURNING value")
        return int(row[0]) if row else 0

    def _run(self, statement: str, *values: object) -> None:
        self._all(statement, *values)

    def _one(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._all(statement, *values)
        return rows[0] if rows else None

    def _all(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Execute a statement, on a new database if this one turns out to be damaged.

        Raises:
            FetchError: `disk-full` if there is no room, `mirror-unsafe` if it may not be written.
        """
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:  # no room, no right, locked for too long
            full = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
            reason = DropReason.DISK_FULL if full else DropReason.MIRROR_UNSAFE
            raise FetchError(reason, f"the feeds' index: {error}") from error
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            return self._database.execute(statement, values).fetchall()

    def _begin_anew(self, cause: sqlite3.DatabaseError) -> None:
        """Replace a damaged database: what is in the files is all that is needed."""
        self.notes.append(f"the feeds' index was damaged ({cause}): made anew from the files")
        self._database.close()
        try:
            set_aside(os.fsdecode(self._folder.path_of(DATABASE_NAME)))
        except OSError as error:
            self.notes.append(f"the damaged index cannot be kept aside: {error}")
        self._open_database()
        self._agree()


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
