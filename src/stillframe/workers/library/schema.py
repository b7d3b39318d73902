"""The index's file: its tables, and what becomes of one that cannot be used.

Role: opens the database. Counterpart: `workers.library.index` asks and fills it.

Guarantees: a damaged file is kept aside and a new one begun; one of a newer version is left alone.
Whoever cannot have the file gets an index in memory: the show goes on, and remembers nothing.
"""

import contextlib
import os
import sqlite3
import time
from dataclasses import dataclass
from typing import Final

VERSION: Final = 1
# Another show may be writing its batch; a batch takes milliseconds.
_BUSY_S: Final = 5.0
_BUSY_RETRY_S: Final = 0.01
_DAMAGED_SUFFIX: Final = ".damaged"
_IN_MEMORY: Final = ":memory:"

_TABLES: Final = """
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO state VALUES ('seq', 0), ('round', 1);
CREATE TABLE roots (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES roots,
    path BLOB NOT NULL,
    mtime_ns INTEGER NOT NULL,
    walk INTEGER NOT NULL,          -- the last walk of the root that came by
    UNIQUE (root, path)
);
CREATE TABLE photos (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES roots,
    folder INTEGER NOT NULL REFERENCES folders,
    path BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL,           -- rises with every change that a show must hear of
    draw INTEGER NOT NULL,          -- at random: the order in which a shuffled show hears of it
    round INTEGER NOT NULL DEFAULT 0, -- in which it was shown last
    sort_name BLOB NOT NULL,
    when_ns INTEGER NOT NULL,       -- of capture, as far as known; else of change
    header INTEGER NOT NULL DEFAULT 0,
    format TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,   -- upright, as the height
    height INTEGER NOT NULL DEFAULT 0,
    orientation INTEGER NOT NULL DEFAULT 1,
    taken_s INTEGER,
    camera TEXT NOT NULL DEFAULT '',
    latitude REAL,
    longitude REAL,
    rating INTEGER NOT NULL DEFAULT 0,
    burst INTEGER NOT NULL DEFAULT 0, -- how many of the same second and camera came before
    fault TEXT NOT NULL DEFAULT '',
    UNIQUE (root, path)
);
CREATE INDEX photos_by_folder ON photos (folder);
CREATE INDEX photos_by_seq ON photos (seq);
CREATE INDEX photos_by_draw ON photos (root, draw);
CREATE INDEX photos_by_name ON photos (root, sort_name);
CREATE INDEX photos_by_when ON photos (root, when_ns);
CREATE INDEX photos_by_change ON photos (root, mtime_ns);
CREATE INDEX photos_by_burst ON photos (camera, taken_s) WHERE taken_s IS NOT NULL;
CREATE INDEX photos_unread ON photos (root) WHERE header <= 0 AND gone = 0;
CREATE TABLE keywords (
    photo INTEGER NOT NULL REFERENCES photos,
    word TEXT NOT NULL,             -- in lower case
    PRIMARY KEY (photo, word)
) WITHOUT ROWID;
"""


class NewerIndexError(Exception):
    """The index was made by a newer version of this program."""

    def __init__(self, path: str, version: int) -> None:
        super().__init__(path, version)
        self.path, self.version = path, version

    def __str__(self) -> str:
        return (
            f"the index {self.path} has version {self.version}, this program reads up to "
            f"{VERSION}: it is left alone, and this show remembers nothing; update, or remove it"
        )


@dataclass(frozen=True)
class Opened:
    """A database, and a sentence for people if it is not the one that was asked for."""

    database: sqlite3.Connection
    note: str = ""


def open_index(path: str) -> Opened:
    """Open the index at `path`, "" for one in memory; make it, or a substitute, if need be."""
    if not path:
        return Opened(_open(_IN_MEMORY))
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return Opened(_open(path))
    except NewerIndexError as error:
        return Opened(_open(_IN_MEMORY), str(error))
    except (
        OSError,
        sqlite3.OperationalError,
    ) as error:  # cannot be opened, no room, locked for too long
        return Opened(
            _open(_IN_MEMORY), f"no index at {path}: {error}: this show remembers nothing"
        )
    except sqlite3.DatabaseError as error:  # no database, or a damaged one
        return _begin_anew(path, error)


def _begin_anew(path: str, cause: sqlite3.DatabaseError) -> Opened:
    kept = path + _DAMAGED_SUFFIX
    try:
        set_aside(path)
        return Opened(_open(path), f"the index was damaged ({cause}): kept as {kept}, made anew")
    except (OSError, sqlite3.Error) as error:
        note = f"the index at {path} is damaged ({cause}) and cannot be replaced: {error}"
        return Opened(_open(_IN_MEMORY), note)


def set_aside(path: str) -> None:
    """Rename a damaged index, and remove what belongs to it.

    Raises:
        OSError: if that cannot be done.
    """
    os.replace(path, path + _DAMAGED_SUFFIX)
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)


def _open(path: str) -> sqlite3.Connection:
    # Several threads use it, one at a time: `Index` sees to that.
    database = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(database)
        # A lost second of notes after a power failure is no loss; a wait for the disk would be.
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA mmap_size = 0")  # a file cut short by others must not kill us
        _prepare(database, path)
    except (sqlite3.Error, NewerIndexError):
        database.close()
        raise
    return database


def _write_ahead(database: sqlite3.Connection) -> None:
    """Let readers and a writer not wait for each other.

    SQLite does not wait for its turn to change this, as it does for all else.
    """
    end_s = time.monotonic() + _BUSY_S
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end_s:
                raise
            time.sleep(_BUSY_RETRY_S)
        else:
            return


def _prepare(database: sqlite3.Connection, path: str) -> None:
    version = _version(database)
    if version > VERSION:
        raise NewerIndexError(path, version)
    database.execute("BEGIN IMMEDIATE")
    try:
        if _version(database) < VERSION:  # another show may have made it meanwhile
            for statement in _TABLES.split(";\n"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")
        # A file that is damaged further in shows so when it is asked; this shows most of it now.
        database.execute("SELECT count(*) FROM (SELECT 1 FROM photos LIMIT 1)").fetchone()
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
