"""What is known of the photos of every folder that was ever shown.

Role: the questions to the database, and what is noted in it. Counterpart: `schema` makes it,
`search` fills it, `workers.library.io` answers from it.

Guarantees:
- Threads may share it: each call is one transaction, and they take turns.
- Every change that a show must hear of has a higher `seq` than those before, in the order in which
  the changes are there to be read.
- A photo that is gone keeps what is known of it until `forget_before`, for a disk may come back.
"""

import random
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from stillframe.contracts.library import FoundPhoto, Numbers, Tally
from stillframe.workers.library.facts import Header
from stillframe.workers.library.selection import Selection, sort_name
from stillframe.workers.library.walk import Listing

_DRAW_CAP: Final = 2**62
_TALLIES: Final = 16
_FOUND: Final = "path, size_bytes, mtime_ns, round, sort_name, when_ns, draw, id"


class HeaderState(IntEnum):
    """How much is known of what a photo says of itself."""

    READING_SUSPECT = -2
    """Being read a second time, alone."""
    READING = -1
    """Being read; found at the start, it is a suspect: the worker may have died of it."""
    UNREAD = 0
    READ = 1
    BROKEN = 2
    DEADLY = 3
    """Two workers have died while it was read: it is left alone."""


@dataclass(frozen=True)
class Change:
    """A row that has changed: the photo, or None for one that is none of this show (any more)."""

    seq: int
    path: bytes
    photo: FoundPhoto | None


@dataclass(frozen=True)
class Unread:
    """A photo whose header is to be read."""

    id: int
    path: bytes


class Index:
    """The photos of all roots."""

    def __init__(self, database: sqlite3.Connection, rng: random.Random) -> None:
        """Take over an opened database; `rng` draws the order of a shuffled show."""
        self._database = database
        self._rng = rng
        self._turn = threading.RLock()
        with self._writing() as ask:
            ask("UPDATE photos SET header = ? WHERE header = ?", HeaderState.DEADLY, -2)

    def close(self) -> None:
        """Close the database, after whoever has his turn."""
        with self._turn:
            self._database.close()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        with self._turn:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._ask
            except BaseException:
                if self._database.in_transaction:  # a full disk ends it by itself
                    self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _ask(self, sql: str, *values: object) -> list[Any]:
        with self._turn:
            return self._database.execute(sql, values).fetchall()

    def _state(self, name: str) -> int:
        return int(self._ask("SELECT value FROM state WHERE name = ?", name)[0][0])

    def _rise(self, by: int = 1) -> int:
        """Return the first of `by` fresh numbers; within a transaction."""
        self._ask("UPDATE state SET value = value + ? WHERE name = 'seq'", by)
        return self._state("seq") - by + 1

    # What is found.

    def root(self, path: bytes) -> int:
        """Return the number of a root, new or known."""
        with self._writing() as ask:
            ask("INSERT OR IGNORE INTO roots (path) VALUES (?)", path)
            return int(ask("SELECT id FROM roots WHERE path = ?", path)[0][0])

    def take(self, root: int, listing: Listing, walk: int) -> bool:
        """Note what a folder holds now; say whether anything has changed."""
        with self._writing() as ask:
            folder = self._folder(root, listing, walk)
            rows = ask(
                "SELECT path, id, size_bytes, mtime_ns, gone FROM photos WHERE folder = ?", folder
            )
            known = {row[0]: row[1:] for row in rows}
            found = {photo.path: photo for photo in listing.photos}
            fresh = [photo for path, photo in found.items() if path not in known]
            changed = [
                (photo, known[path][0], known[path][1:3] != (photo.size_bytes, photo.mtime_ns))
                for path, photo in found.items()
                if path in known and known[path][1:] != (photo.size_bytes, photo.mtime_ns, 0)
            ]
            lost = [row[0] for path, row in known.items() if path not in found and not row[3]]
            count = len(fresh) + len(changed) + len(lost)
            if not count:
                return False
            seq = self._rise(count)
            for photo in fresh:
                seq = self._insert(root, folder, photo, seq)
            for photo, number, rewritten in changed:
                seq = self._renew(photo, number, seq, rewritten=rewritten)
            for number in lost:
                ask("UPDATE photos SET gone = 1, seq = ? WHERE id = ?", seq, number)
                seq += 1
            return True

    def _folder(self, root: int, listing: Listing, walk: int) -> int:
        (row,) = self._ask(
            "INSERT INTO folders (root, path, mtime_ns, walk) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET mtime_ns = excluded.mtime_ns, walk = excluded.walk "
            "RETURNING id",
            root,
            listing.folder,
            listing.mtime_ns,
            walk,
        )
        return int(row[0])

    def _insert(self, root: int, folder: int, photo: FoundPhoto, seq: int) -> int:
        self._ask(
            "INSERT INTO photos (root, folder, path, size_bytes, mtime_ns, inode, seq, draw, "
            "sort_name, when_ns) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            root,
            folder,
            photo.path,
            photo.size_bytes,
            photo.mtime_ns,
            seq,
            self._rng.randrange(_DRAW_CAP),
            sort_name(photo.path),
            photo.mtime_ns,
        )
        return seq + 1

    def _renew(self, photo: FoundPhoto, number: int, seq: int, *, rewritten: bool) -> int:
        """Note that a photo is back, or has other contents than before."""
        self._ask("UPDATE photos SET gone = 0, seq = ? WHERE id = ?", seq, number)
        if rewritten:
            self._ask(
                "UPDATE photos SET size_bytes = ?, mtime_ns = ?, when_ns = ?, header = 0, "
                "taken_s = NULL, burst = 0, fault = '' WHERE id = ?",
                photo.size_bytes,
                photo.mtime_ns,
                photo.mtime_ns,
                number,
            )
        return seq + 1

    def begin_walk(self, root: int) -> int:
        """Return the number of a new walk of a root."""
        (row,) = self._ask("SELECT coalesce(max(walk), 0) + 1 FROM folders WHERE root = ?", root)
        return int(row[0])

    def end_walk(self, root: int, walk: int) -> None:
        """Note that what a whole walk did not come by is gone."""
        rows = self._ask("SELECT id FROM folders WHERE root = ? AND walk < ?", root, walk)
        for (folder,) in rows:
            self._lose(folder)

    def lose_below(self, root: int, folder: bytes) -> None:
        """Note that a folder is gone, with all below it."""
        rows = self._ask(
            "SELECT id FROM folders WHERE root = ? AND (path = ? OR (path > ? AND path < ?))",
            root,
            folder,
            folder + b"/",
            folder + b"0",  # the byte after the slash
        )
        for (number,) in rows:
            self._ask("UPDATE folders SET walk = 0 WHERE id = ?", number)
            self._lose(number)

    def _lose(self, folder: int) -> None:
        with self._writing() as ask:
            for (number,) in ask("SELECT id FROM photos WHERE folder = ? AND gone = 0", folder):
                seq = self._rise()
                ask("UPDATE photos SET gone = 1, seq = ? WHERE id = ?", seq, number)

    def folders(self, root: int) -> list[tuple[bytes, int]]:
        """Return the folders of a root that the last walk came by, with their change times."""
        return self._ask(
            "SELECT path, mtime_ns FROM folders WHERE root = ? AND walk = "
            "(SELECT max(walk) FROM folders WHERE root = ?) ORDER BY path",
            root,
            root,
        )

    def count(self, root: int, limit: int) -> int:
        """Return how many photos a root holds now; with very many, `limit`."""
        sql = "SELECT 1 FROM photos WHERE root = ? AND gone = 0 LIMIT ?"
        return len(self._ask(sql, root, limit))

    # What a show asks.

    def last_seq(self) -> int:
        """Return the number of the last change."""
        return self._state("seq")

    def pages(self, root: int, selection: Selection, page_items: int) -> Iterator[list[FoundPhoto]]:
        """Yield what is known of a root, page by page, in the order in which a show wants it.

        A shuffled show hears first of what it has not shown in this round, from a random place on.
        """
        if selection.key != "draw":
            yield from self._along(root, selection, "1", selection.key, page_items)
            return
        start, now = self._rng.randrange(_DRAW_CAP), self._state("round")
        for seen in (f"round <> {now}", f"round = {now}"):
            for part in (f"draw >= {start}", f"draw < {start}"):
                yield from self._along(root, selection, f"{seen} AND {part}", "draw", page_items)

    def _along(
        self, root: int, selection: Selection, also: str, key: str, page_items: int
    ) -> Iterator[list[FoundPhoto]]:
        way, beyond = ("DESC", "<") if selection.downwards else ("ASC", ">")
        place = f"AND ({key}, id) {beyond} (?, ?)"
        base = f"SELECT {_FOUND}, {key} FROM photos WHERE root = ? AND {selection.where} AND {also}"  # noqa: S608
        last: tuple[object, ...] = ()
        while True:
            sql = f"{base} {place if last else ''} ORDER BY {key} {way}, id {way} LIMIT ?"
            rows = self._ask(sql, root, *selection.parameters, *last, page_items)
            if not rows:
                return
            last = (rows[-1][-1], rows[-1][-2])
            yield self._wanted(rows, selection)

    def _wanted(self, rows: Sequence[Any], selection: Selection) -> list[FoundPhoto]:
        now = self._state("round")
        return [_photo(row, selection, now) for row in rows if not selection.excludes(row[0])]

    def changes(
        self, roots: Sequence[int], selection: Selection, after: int, count: int
    ) -> list[Change]:
        """Return up to `count` changes in these roots after a number, the oldest first."""
        if not roots:
            return []
        marks = ", ".join("?" * len(roots))
        rows = self._ask(
            f"SELECT {_FOUND}, seq, ({selection.where}) FROM photos "  # noqa: S608
            f"WHERE seq > ? AND root IN ({marks}) ORDER BY seq LIMIT ?",
            *selection.parameters,
            after,
            *roots,
            count,
        )
        now = self._state("round")
        changes = []
        for row in rows:
            wanted = row[-1] and not selection.excludes(row[0])
            changes.append(Change(row[-2], row[0], _photo(row, selection, now) if wanted else None))
        return changes

    def note_shown(self, roots: Sequence[int], paths: Sequence[bytes], *, round_over: bool) -> None:
        """Note what was shown in this round; after its end, the next one begins."""
        with self._writing() as ask:
            if round_over:
                ask("UPDATE state SET value = value + 1 WHERE name = 'round'")
            now = self._state("round")
            for root in roots:
                for path in paths:
                    ask("UPDATE photos SET round = ? WHERE root = ? AND path = ?", now, root, path)

    # What the headers say.

    def unread(self, roots: Sequence[int], count: int) -> list[Unread]:
        """Return photos whose headers are to be read, and note that they are being read.

        One that the worker may have died of comes alone.
        """
        for root in roots:
            with self._writing() as ask:
                found = (
                    "SELECT id, path FROM photos WHERE root = ? AND gone = 0 AND header = ? LIMIT ?"
                )
                rows = ask(found, root, HeaderState.READING, 1)
                state = HeaderState.READING_SUSPECT if rows else HeaderState.READING
                rows = rows or ask(found, root, HeaderState.UNREAD, count)
                for number, _ in rows:
                    ask("UPDATE photos SET header = ? WHERE id = ?", state, number)
            if rows:
                return [Unread(*row) for row in rows]
        return []

    def describe(self, number: int, said: Header | str, *, tell: bool) -> None:
        """Note what a photo's header says, or why it cannot be read; `tell` the shows of it."""
        with self._writing() as ask:
            if isinstance(said, str):
                ask(
                    "UPDATE photos SET header = ?, fault = ? WHERE id = ?",
                    HeaderState.BROKEN,
                    said,
                    number,
                )
                return
            self._store(number, said)
            if tell:
                ask("UPDATE photos SET seq = ? WHERE id = ?", self._rise(), number)

    def _store(self, number: int, said: Header) -> None:
        burst = 0
        if said.taken_s is not None and said.camera:
            (row,) = self._ask(
                "SELECT count(*) FROM photos "
                "WHERE camera = ? AND taken_s = ? AND id <> ? AND gone = 0",
                said.camera,
                said.taken_s,
                number,
            )
            burst = int(row[0])
        self._ask(
            "UPDATE photos SET header = ?, fault = '', format = ?, width = ?, height = ?, "
            "orientation = ?, taken_s = ?, camera = ?, latitude = ?, longitude = ?, rating = ?, "
            "burst = ?, when_ns = coalesce(? * 1000000000, mtime_ns) WHERE id = ?",
            HeaderState.READ,
            said.format,
            said.width,
            said.height,
            said.orientation,
            said.taken_s,
            said.camera,
            said.latitude,
            said.longitude,
            said.rating,
            burst,
            said.taken_s,
            number,
        )
        self._ask("DELETE FROM keywords WHERE photo = ?", number)
        for word in said.keywords:
            self._ask("INSERT OR IGNORE INTO keywords VALUES (?, ?)", number, word.casefold())

    def any_unread(self, roots: Sequence[int]) -> bool:
        """Say whether a header is still to be read."""
        sql = "SELECT 1 FROM photos WHERE root = ? AND header <= 0 AND gone = 0 LIMIT 1"
        return any(self._ask(sql, root) for root in roots)

    # What a person asks.

    def photos_after(self, roots: Sequence[int], number: int, count: int) -> list[Unread]:
        """Return photos of these roots by number, from the one after `number` on."""
        marks = ", ".join("?" * len(roots))
        sql = f"SELECT id, path FROM photos WHERE root IN ({marks}) AND gone = 0 AND id > ? ORDER BY id LIMIT ?"  # noqa: E501, S608
        return [Unread(*row) for row in self._ask(sql, *roots, number, count)]

    def numbers(self, roots: Sequence[int], burst_photos: int, *, searching: bool) -> Numbers:
        """Count what these roots hold."""
        marks = ", ".join("?" * len(roots))
        among = f"FROM photos WHERE root IN ({marks}) AND gone = 0"
        thinned = "burst >= ?" if burst_photos else "0 AND ?"
        (row,) = self._ask(
            "SELECT count(*), count(DISTINCT folder), coalesce(sum(size_bytes), 0), "
            "coalesce(sum(header = 1), 0), coalesce(sum(header >= 2), 0), "
            f"coalesce(sum({thinned}), 0), count(latitude), min(taken_s), max(taken_s) {among}",
            burst_photos,
            *roots,
        )
        return Numbers(
            photos=row[0],
            folders=row[1],
            size_bytes=row[2],
            described=row[3],
            broken=row[4],
            thinned=row[5],
            with_place=row[6],
            first_taken_s=row[7],
            last_taken_s=row[8],
            formats=self._tally("format", among, roots),
            cameras=self._tally("camera", among, roots),
            searching=searching,
        )

    def _tally(self, column: str, among: str, roots: Sequence[int]) -> tuple[Tally, ...]:
        rows = self._ask(
            f"SELECT {column}, count(*) {among} AND {column} <> '' "
            f"GROUP BY {column} ORDER BY 2 DESC, 1 LIMIT {_TALLIES}",
            *roots,
        )
        return tuple(Tally(*row) for row in rows)


def _photo(row: Any, selection: Selection, now: int) -> FoundPhoto:  # noqa: ANN401 - a row of SQLite
    path, size_bytes, mtime_ns, shown_in, sort, when_ns = row[:6]
    rank = selection.rank(sort_name=sort, when_ns=when_ns, mtime_ns=mtime_ns)
    return FoundPhoto(path, size_bytes, mtime_ns, shown_in == now, rank)
