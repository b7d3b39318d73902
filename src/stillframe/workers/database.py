"""A database file of a worker's own, and what becomes of one that cannot be used.

Role: opens SQLite files. Counterpart: `workers.library.schema` and `workers.feeds.schema` say what
is in theirs.

Guarantees: a damaged file is kept aside and a new one begun; one of a newer version is left alone,
and so is what a link leads to. Whoever cannot have the file gets a database in memory: the work
goes on, and remembers nothing.
"""

import contextlib
import os
import sqlite3
import stat
import time
from dataclasses import dataclass
from typing import Final

# Another process may be writing its batch; a batch takes milliseconds.
_BUSY_S: Final = 5.0
_BUSY_RETRY_S: Final = 0.01
_DAMAGED_SUFFIX: Final = ".damaged"
_BESIDE: Final = ("-wal", "-shm", "-journal")
_IN_MEMORY: Final = ":memory:"


@dataclass(frozen=True)
class Blueprint:
    """What a database is made of.

    Attributes:
        name: what people call it.
        version: rises when the tables change.
        tables: the statements that make them, each ended by a semicolon and a new line.
        probe: a statement that reads from the table that most of the file is.
    """

    name: str
    version: int
    tables: str
    probe: str


class NewerDatabaseError(Exception):
    """The file was made by a newer version of this program."""

    def __init__(self, path: str, found: int, blueprint: Blueprint) -> None:
        super().__init__(path, found, blueprint)
        self.path, self.found, self.blueprint = path, found, blueprint

    def __str__(self) -> str:
        return (
            f"the {self.blueprint.name} {self.path} has version {self.found}, this program reads "
            f"up to {self.blueprint.version}: it is left alone, and this show remembers nothing; "
            "update, or remove it"
        )


@dataclass(frozen=True)
class Opened:
    """A database, and a sentence for people if it is not the one that was asked for."""

    database: sqlite3.Connection
    note: str = ""


class _Database(sqlite3.Connection):
    """A connection that says so when a file is damaged, also where the words for it are."""

    def execute(self, statement: str, values: "sqlite3._Parameters" = (), /) -> sqlite3.Cursor:
        try:
            return super().execute(statement, values)
        except UnicodeDecodeError as error:  # SQLite names a table whose name is no text
            raise sqlite3.DatabaseError(f"a name in it is no text: {error}") from error


def open_database(path: str, blueprint: Blueprint) -> Opened:
    """Open the file at `path`, "" for one in memory; make it, or a substitute, if need be."""
    if not path:
        return Opened(_open(_IN_MEMORY, blueprint))
    name = blueprint.name
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        _refuse_strange(path)
        return Opened(_open(path, blueprint))
    except NewerDatabaseError as error:
        return Opened(_open(_IN_MEMORY, blueprint), str(error))
    except (
        OSError,
        sqlite3.OperationalError,
    ) as error:  # cannot be opened, no room, locked for too long
        note = f"no {name} at {path}: {error}: this show remembers nothing"
        return Opened(_open(_IN_MEMORY, blueprint), note)
    except sqlite3.DatabaseError as error:  # no database, or a damaged one
        return _begin_anew(path, blueprint, error)


def _begin_anew(path: str, blueprint: Blueprint, cause: sqlite3.DatabaseError) -> Opened:
    kept, name = path + _DAMAGED_SUFFIX, blueprint.name
    try:
        set_aside(path)
        note = f"the {name} was damaged ({cause}): kept as {kept}, made anew"
        return Opened(_open(path, blueprint), note)
    except (OSError, sqlite3.Error) as error:
        note = f"the {name} at {path} is damaged ({cause}) and cannot be replaced: {error}"
        return Opened(_open(_IN_MEMORY, blueprint), note)


def set_aside(path: str) -> None:
    """Rename a damaged file, and remove what belongs to it.

    Raises:
        OSError: if that cannot be done.
    """
    os.replace(path, path + _DAMAGED_SUFFIX)
    for suffix in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)


def _open(path: str, blueprint: Blueprint) -> sqlite3.Connection:
    # Several threads may use it, one at a time: whoever has it sees to that.
    database = sqlite3.connect(
        path,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
        factory=_Database,
    )
    try:
        _refuse_newer(database, path, blueprint)  # before anything in it is changed
        _write_ahead(database)
        # A lost second of notes after a power failure is no loss; a wait for the disk would be.
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA mmap_size = 0")  # a file cut short by others must not kill us
        _prepare(database, blueprint)
    except (sqlite3.Error, NewerDatabaseError):
        database.close()
        raise
    return database


def _refuse_strange(path: str) -> None:
    """Refuse what is no file: SQLite would follow a link, and write to what it leads to."""
    for suffix in ("", *_BESIDE):
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(os.lstat(path + suffix).st_mode):
                raise OSError(f"{path + suffix} is a link, or no file")


def _refuse_newer(database: sqlite3.Connection, path: str, blueprint: Blueprint) -> None:
    found = _version(database)
    if found > blueprint.version:
        raise NewerDatabaseError(path, found, blueprint)


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


def _prepare(database: sqlite3.Connection, blueprint: Blueprint) -> None:
    database.execute("BEGIN IMMEDIATE")
    try:
        if _version(database) < blueprint.version:  # another process may have made it meanwhile
            for statement in blueprint.tables.split(";\n"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {blueprint.version}")
        # A file that is damaged further in shows so when it is asked; this shows most of it now.
        _probe(database, blueprint)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _probe(database: sqlite3.Connection, blueprint: Blueprint) -> None:
    try:
        database.execute(blueprint.probe).fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        # It claims to be of this version, and what makes it so is missing.
        raise sqlite3.DatabaseError(str(error)) from error


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
