"""What a show writes down: its log, the inputs that workers die of, and what it played last.

Role: the journal, the thread of the disk and the files in the user's state folder, as one part.
Counterpart: `app` opens it before anything that may speak, and closes it last.

Guarantees: after `load` and until the end, nothing here waits for the disk or the terminal.
"""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from stillframe.contracts.control import LogLevel
from stillframe.contracts.quarantine import Quarantined
from stillframe.settings import LogSettings
from stillframe.show import history_file, lines, quarantine_file
from stillframe.show.journal import Journal
from stillframe.show.log_file import LogFile
from stillframe.show.state_file import StateFile
from stillframe.show.writer import Writer
from stillframe.transitions.choice import History

_Content = TypeVar("_Content")
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
        return self._load(quarantine_file.FILE)

    def load_history(self) -> History:
        """Return which transitions the show before has played last; reads the disk too."""
        return self._load(history_file.FILE)

    def remember(self, entries: tuple[Quarantined, ...]) -> None:
        """Have later shows know what is quarantined."""
        self._keep(quarantine_file.FILE, entries)

    def remember_history(self, history: History) -> None:
        """Have the next show know what was played last."""
        self._keep(history_file.FILE, history)

    def close(self) -> None:
        """Write what is left; for shutdown only. A disk or a terminal that is stuck is left."""
        self.disk.close(_DISK_TIMEOUT_S)
        self.journal.close()

    def _load(self, file: StateFile[_Content]) -> _Content:
        if self._folder is None:
            return file.nothing
        path = self._folder / file.name
        kept = file.load(path)
        if kept.problem:
            self._warn("nothing from earlier shows", path, kept.problem)
        return kept.content

    def _keep(self, file: StateFile[_Content], content: _Content) -> None:
        if self._folder is not None:
            path = self._folder / file.name
            self.disk.keep(path.name, functools.partial(self._save, file, path, content))

    def _save(self, file: StateFile[_Content], path: Path, content: _Content) -> None:
        try:
            file.save(path, content)
        except OSError as error:
            self._warn("not saved for later shows", path, error.strerror or str(error))

    def _warn(self, event: str, path: Path, reason: str) -> None:
        self.journal.note("HEALTH", event, level=LogLevel.WARNING, file=str(path), reason=reason)
