"""A folder in which files appear whole or not at all, whoever else has been there.

Role: the only part of this worker that touches files. Counterpart: `workers.feeds.mirror` knows
what they mean.

Guarantees: no name that somebody has put there is followed or opened for writing, and no name
leads out of the folder; a file under its final name is whole and on the disk; a process that is
killed leaves at most a hidden temporary file, which the next one removes.
"""

import contextlib
import errno
import fcntl
import hashlib
import itertools
import os
import re
import stat
from collections.abc import Iterator
from typing import Final, Self

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.problem import FetchError

# It may be a person's own folder: what is swept must be ours beyond doubt.
_TEMPORARY: Final = re.compile(r"\.stillframe-[0-9]+-[0-9]+\.part")
_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_CLOSED: Final = -1
_HASH_CHARS: Final = 32
"""Half of SHA-256: nobody finds two contents of one name, and names stay readable."""


class Folder:
    """One folder, held open: what is done in it is done there, whatever its path leads to later."""

    def __init__(self, path: bytes, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor
        self._numbers = itertools.count(1)

    @classmethod
    def open(cls, path: bytes) -> Self:
        """Open the folder, made if it is not there, and remove what killed processes have left.

        Raises:
            FetchError: `mirror-unsafe` if it is no folder, or not to be written.
        """
        try:
            os.makedirs(path, mode=0o700, exist_ok=True)
            descriptor = os.open(path, os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise _refusal(error, f"cannot use {os.fsdecode(path)}") from error
        folder = cls(path, descriptor)
        folder._sweep()
        return folder

    def path_of(self, name: str) -> bytes:
        """Return the path of a file here."""
        return os.path.join(self.path, name.encode())

    def keep(self, name: str, content: bytes) -> None:
        """Write a whole file, or nothing.

        Raises:
            FetchError: `disk-full` or `mirror-unsafe`; nothing is left behind.
        """
        if not _is_plain(name) or self._in_the_way(name):
            raise FetchError(
                DropReason.MIRROR_UNSAFE, f"{name!r}: no name of a file, or no file stands there"
            )
        temporary = f".stillframe-{os.getpid()}-{next(self._numbers)}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            file = os.open(temporary, flags, 0o600, dir_fd=self._descriptor)
        except OSError as error:
            raise _refusal(error, f"cannot make {temporary}") from error
        try:
            here = self._descriptor
            with open(file, "wb", buffering=0) as out:
                _hold(out.fileno())
                _write_all(out.fileno(), content)
                os.fsync(out.fileno())
                os.rename(temporary, name, src_dir_fd=here, dst_dir_fd=here)
            os.fsync(here)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=self._descriptor)
            raise _refusal(error, f"cannot write {name}, {len(content)} bytes") from error

    def remove(self, name: str) -> None:
        """Remove a file; one that is gone already, or that nobody may remove, is no matter."""
        with contextlib.suppress(OSError):
            if _is_plain(name):
                os.unlink(name, dir_fd=self._descriptor)

    def size_bytes(self, name: str) -> int | None:
        """Return how large a file here is; None for what is no file of this folder."""
        found = self._stat(name)
        return found.st_size if found and stat.S_ISREG(found.st_mode) else None

    def names(self) -> Iterator[str]:
        """Yield the names of what is here, whatever it is."""
        with os.scandir(self._descriptor) as entries:
            for entry in entries:
                yield entry.name

    def read(self, name: str, cap_bytes: int) -> bytes | None:
        """Return a file's contents; None for what is no file, cannot be read, or is larger."""
        descriptor = self._open_to_read(name) if _is_plain(name) else None
        if descriptor is None:
            return None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > cap_bytes:
                return None
            return _read_all(descriptor, cap_bytes)
        except OSError:  # a disk that fails in the middle
            return None
        finally:
            os.close(descriptor)

    def modified_s(self, name: str) -> float:
        """Return when a file was last written, 0 for one that is gone."""
        found = self._stat(name)
        return found.st_mtime if found else 0.0

    def close(self) -> None:
        """Let the folder go; whoever comes late finds nothing in it."""
        os.close(self._descriptor)
        self._descriptor = _CLOSED

    def _stat(self, name: str) -> os.stat_result | None:
        if not _is_plain(name):
            return None
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return None

    def _in_the_way(self, name: str) -> bool:
        found = self._stat(name)
        return found is not None and not stat.S_ISREG(found.st_mode)

    def _open_to_read(self, name: str) -> int | None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            return os.open(name, flags, dir_fd=self._descriptor)
        except OSError:
            return None

    def _sweep(self) -> None:
        """Remove temporary files that nobody holds any more; another show may be at work."""
        for name in tuple(self.names()):
            if _TEMPORARY.fullmatch(name) and not self._is_held(name):
                self.remove(name)

    def _is_held(self, name: str) -> bool:
        descriptor = self._open_to_read(name)
        if descriptor is None:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # a file system that knows no locks
            return False
        finally:
            os.close(descriptor)
        return False


def name_of(content: bytes, suffix: str) -> str:
    """Return the name under which some contents are kept: it says what they are, and no more."""
    return hashlib.sha256(content).hexdigest()[:_HASH_CHARS] + suffix


def _is_plain(name: str) -> bool:
    """Say whether a name is one of a file in a folder: no path, and no folder."""
    return name not in ("", ".", "..") and not set(name) & {"/", "\0"}


def _hold(descriptor: int) -> None:
    """Lock a file, so that nobody sweeps it away.

    The lock ends with the process. Its number would not do: another may have it, after a reboot or
    in another container.
    """
    with contextlib.suppress(OSError):  # a file system that knows no locks
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _read_all(descriptor: int, cap_bytes: int) -> bytes:
    pieces, left = [], cap_bytes
    while left and (piece := os.read(descriptor, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _refusal(error: OSError, what: str) -> FetchError:
    reason = DropReason.DISK_FULL if error.errno in _NO_ROOM else DropReason.MIRROR_UNSAFE
    return FetchError(reason, f"{what}: {error.strerror or error}")
