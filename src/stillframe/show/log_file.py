"""The log on disk: bounded, shared by every show that runs, and patient with a bad disk.

Role: keeps lines for whoever asks tomorrow what went wrong. Counterpart: `show.journal` writes to
it, on the thread of the disk.

Guarantees:
- The file and its older ones take `FILE_CAP_BYTES` each. Together that is more than a day of a show
  that changes its photo every 10 s, and little enough to send to somebody.
- Several shows may write at once. Every line goes to the file's end in one piece; only the show
  that holds the file's lock renames it, and the others notice before their next line.
- A line that was cut off, by a full disk or a power cut, does not spoil the next one.
- A disk that refuses is named once and tried again every `RETRY_NS`; what was missed is counted.
"""

import contextlib
import fcntl
import itertools
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from stillframe.contracts.control import LogLevel
from stillframe.show.lines import Line, Value

FILE_CAP_BYTES: Final = 1 << 20
OLDER_FILES: Final = 2
RETRY_NS: Final = 30_000_000_000
# Read as well: the last character tells whether the last line is whole. Never waits for a pipe.
_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
# How often another show may rename the file under our hands before we write to it all the same.
_ATTEMPTS: Final = 4


class RotatingFile:
    """A file that only grows, and that makes room when it is full."""

    def __init__(
        self, path: Path, cap_bytes: int = FILE_CAP_BYTES, older_files: int = OLDER_FILES
    ) -> None:
        """Prepare; the file is opened when something is written."""
        self._path, self._cap_bytes, self._older_files = path, cap_bytes, older_files
        self._fd = -1

    def append(self, text: str) -> None:
        """Write a line.

        Raises:
            OSError: it could not be written, or only a part of it.
        """
        data = text.encode("utf-8", "backslashreplace") + b"\n"
        try:
            self._make_ready(len(data))
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            self.close()  # it is looked at anew next time: the folder may have come back
            raise

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _make_ready(self, more_bytes: int) -> None:
        """Have a file open that has this name and room for `more_bytes`."""
        for _ in range(_ATTEMPTS):
            if self._fd < 0:
                self._open()
            size_bytes = os.fstat(self._fd).st_size
            if not self._has_the_name():
                self.close()
            elif size_bytes == 0 or size_bytes + more_bytes <= self._cap_bytes:
                return
            elif self._lock():
                # Between our look and our lock, another show may have renamed the file.
                if self._has_the_name():
                    self._rename()
                self.close()
            elif size_bytes <= 2 * self._cap_bytes:
                return  # another show renames it just now; ours is one of its last lines
            else:
                raise BlockingIOError(0, "another show holds it and does not make room")
        if self._fd < 0:
            self._open()

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fd = os.open(self._path, _FLAGS, 0o600)
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            raise OSError(0, "not a regular file")
        if self._is_cut_off():
            os.write(self._fd, b"\n")

    def _is_cut_off(self) -> bool:
        """Say whether the last line has no end, and nobody is just writing it."""
        size_bytes = os.fstat(self._fd).st_size
        if not size_bytes or os.pread(self._fd, 1, size_bytes - 1) == b"\n":
            return False
        # A file grows page by page while a line is written to it. Setting its times waits for
        # that, as the kernel does both under one lock: then the size is another.
        os.utime(self._fd)
        return os.fstat(self._fd).st_size == size_bytes

    def _has_the_name(self) -> bool:
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(self._fd))
        except FileNotFoundError:
            return False

    def _lock(self) -> bool:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)  # closing the file unlocks it
        except BlockingIOError:
            return False
        return True

    def _rename(self) -> None:
        names = [self._path, *(self._older(number) for number in range(1, self._older_files + 1))]
        for newer, older in reversed(list(itertools.pairwise(names))):
            with contextlib.suppress(FileNotFoundError):
                os.replace(newer, older)
        if self._has_the_name():  # no older ones are wanted
            os.unlink(self._path)

    def _older(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


class LogFile:
    """Lines in a rotating file; what goes wrong is complained of elsewhere."""

    def __init__(self, path: Path, file: RotatingFile | None = None) -> None:
        """Prepare; nothing is touched before the first line."""
        self._path = path
        self._file = file or RotatingFile(path)
        self._missed = 0
        self._retry_ns = 0

    def write(self, text: str, now_ns: int, complain: Callable[[Line], object]) -> None:
        """Write a line, or count it as missed; `complain` gets what a person should know."""
        if self._missed and now_ns < self._retry_ns:
            self._missed += 1
            return
        try:
            self._file.append(text)
        except OSError as error:
            if not self._missed:
                complain(self._line("no log file", reason=error.strerror or str(error)))
            self._missed += 1
            self._retry_ns = now_ns + RETRY_NS
            return
        if self._missed:
            complain(self._line("log file again", missed=self._missed))
            self._missed = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _line(self, event: str, **fields: Value) -> Line:
        return Line("HEALTH", event, (("file", str(self._path)), *fields.items()), LogLevel.WARNING)
