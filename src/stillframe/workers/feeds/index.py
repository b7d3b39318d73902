"""The mirror's database, which is made anew whenever it turns out to be damaged.

Role: executes statements and checks what comes back. Counterpart: `workers.feeds.mirror` knows what
to ask; `workers.database` opens the file.

Guarantees: a row has the types that were asked for, whoever has written the file; every failure is
a `FetchError`; a database that was damaged twice, or cannot be kept aside, is replaced by one in
memory, so that mending ends.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import msgspec

from stillframe.contracts.feeds import DropReason
from stillframe.workers.database import open_database, set_aside
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.schema import MIRROR

_PRIMARY_CODE: Final = 0xFF
T = TypeVar("T")


class _DamageError(Exception):
    """What is in the file is not what we put there."""


class Index:
    """One database, and whoever fills a new one."""

    def __init__(self, path: str, fill: Callable[[], None]) -> None:
        """Open the file; `fill` is called for each database that replaces a damaged one."""
        self.notes: list[str] = []
        self._fill, self._mending = fill, False
        self._open(path)

    def _open(self, path: str) -> None:
        opened = open_database(path, MIRROR)
        self._database = opened.database
        # Empty for one in memory, also where it stands in for a file.
        self._path = str(self._database.execute("PRAGMA database_list").fetchone()[2])
        if opened.note:
            self.notes.append(opened.note)

    def ask(self, row: type[T], statement: str, *values: object) -> list[T]:
        """Execute a statement and return its rows, each of the type `row`.

        Raises:
            FetchError: `disk-full` if there is no room, `mirror-unsafe` if it cannot be executed.
        """
        try:
            return self._ask(row, statement, values)
        except _DamageError as error:
            self._begin_anew(error)
        try:
            return self._ask(row, statement, values)
        except _DamageError as error:
            raise _refusal(error) from error

    def one(self, row: type[T], statement: str, *values: object) -> T | None:
        """Execute a statement and return its first row, None if it has none.

        Raises:
            FetchError: as `ask`.
        """
        rows = self.ask(row, statement, *values)
        return rows[0] if rows else None

    def run(self, statement: str, *values: object) -> None:
        """Execute a statement.

        Raises:
            FetchError: as `ask`.
        """
        self.ask(tuple, statement, *values)

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Have all statements of a block happen, or none.

        Raises:
            FetchError: as `ask`.
        """
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            if self._database.in_transaction:  # a new database has begun none
                self.run("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # one that is broken has nothing to undo
                self._database.rollback()
            raise

    def go_on_in_memory(self, cause: Exception) -> None:
        """Leave the file alone and begin an empty database in memory."""
        self.notes.append(f"{cause}: this show remembers nothing")
        self._database.close()
        self._open("")

    def close(self) -> None:
        """Close it; what is asked later is refused."""
        self._database.close()

    def _ask(self, row: type[T], statement: str, values: tuple[object, ...]) -> list[T]:
        try:
            found: list[Any] = self._database.execute(statement, values).fetchall()
            return msgspec.convert(found, list[row])  # type: ignore[valid-type] # a type at run time
        except sqlite3.OperationalError as error:
            # Python's own words about text that is none come without a code.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
            if code == sqlite3.SQLITE_ERROR:  # the statements are ours: the tables are not
                raise _DamageError(str(error)) from error
            raise _refusal(error, full=code == sqlite3.SQLITE_FULL) from error
        except sqlite3.ProgrammingError as error:  # it was closed
            raise _refusal(error) from error
        except (sqlite3.DatabaseError, msgspec.ValidationError) as error:
            raise _DamageError(str(error)) from error

    def _begin_anew(self, cause: _DamageError) -> None:
        """Replace a damaged database: what is in the files is all that is needed."""
        path = self._path
        if not path:  # one in memory is as we made it
            raise _refusal(cause) from cause
        self._database.close()
        if self._mending:
            self.notes.append(f"the new feeds' index is damaged too ({cause}): none is kept")
            path = ""
        else:
            self.notes.append(f"the feeds' index was damaged ({cause}): made anew from the files")
            try:
                set_aside(path)
            except OSError as error:
                self.notes.append(f"the damaged index cannot be kept aside: {error}")
                path = ""
        self._open(path)
        outer, self._mending = self._mending, True
        try:
            self._fill()
        finally:
            self._mending = outer


def unpacked(kept: bytes, kind: type[T]) -> T | None:
    """Return what was kept as MessagePack; None for what is of another version, or damaged."""
    try:
        return msgspec.msgpack.decode(kept, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _refusal(cause: Exception, *, full: bool = False) -> FetchError:
    reason = DropReason.DISK_FULL if full else DropReason.MIRROR_UNSAFE
    return FetchError(reason, f"the feeds' index: {cause}")
