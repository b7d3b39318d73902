"""What a show writes down: its log, and the inputs that workers die of.

Role: the journal, the thread of the disk and the files in the user's state folder, as one part.
Counterpart: `app` opens it before anything that may speak, and closes it last.

Guarantees: after `load` and until the end, nothing here waits for the disk or the terminal.
"""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from stillframe.contracts.control import LogLevel
from stillframe.contracts.quarantine import Quarantined
from stillframe.settings import LogSettings
from stillframe.show import lines, quarantine_file
from stillframe.show.journal import Journal
from stillframe.show.log_file import LogFile
from stillframe.show.writer import Writer

LOG_NAME: Final = "stillframe.log"
# A disk that is busy needs longer than a terminal, and what it gets is what is missed tomorrow.
_DISK_TIMEOUT_S: Final = 5.0


class Records:
    """The records of one show."""

    def __init__(
        self, write: Callable[[str], object], log: LogSettings, folder: Path | None
    ) -> None:
        """Open the log.

        Args:
            write: takes the log's lines for the terminal.
            log: what the log says, how, and whether in a file too.
            folder: the user's state folder, which need not exist; None keeps nothing.
        """
        self._folder = folder
        self.disk = Writer("writer")
        in_json = functools.partial(lines.as_json, show_pid=os.getpid())
        in_words = functools.partial(lines.stamped, show_pid=os.getpid())
        is_json = log.format == "json"
        self.journal = Journal(
            write, least=LogLevel(log.level), form=in_json if is_json else lines.text
        )
        if folder is not None and log.file:
            file = LogFile(folder / LOG_NAME)
            self.journal.keep_in(file, self.disk, in_json if is_json else in_words)

    def load(self) -> tuple[Quarantined, ...]:
        """Return what earlier shows have quarantined; reads the disk, so before there is a window.

        A file that cannot be taken is said in the log, and is empty.
        """
        if self._folder is None:
            return ()
        path = self._folder / quarantine_file.FILE_NAME
        kept = quarantine_file.load(path)
        if kept.problem:
            self._warn("no quarantine from earlier", path, kept.problem)
        return kept.entries

    def remember(self, entries: tuple[Quarantined, ...]) -> None:
        """Have later shows know what is quarantined."""
        if self._folder is not None:
            path = self._folder / quarantine_file.FILE_NAME
            self.disk.keep(path.name, functools.partial(self._save, path, entries))

    def close(self) -> None:
        """Write what is left; for shutdown only. A disk or a terminal that is stuck is left."""
        self.disk.close(_DISK_TIMEOUT_S)
        self.journal.close()

    def _save(self, path: Path, entries: tuple[Quarantined, ...]) -> None:
        try:
            quarantine_file.save(path, entries)
        except OSError as error:
            self._warn("quarantine not saved", path, error.strerror or str(error))

    def _warn(self, event: str, path: Path, reason: str) -> None:
        self.journal.note("HEALTH", event, level=LogLevel.WARNING, file=str(path), reason=reason)
