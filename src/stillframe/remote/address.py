"""Where the control sockets of running shows are.

Role: one name a show, in a folder that only its user may enter. Counterpart: `remote.server` makes
a name, `remote.client` looks for one.

Guarantees:
- A folder that somebody else made or may write is refused, not used.
- A name whose show is gone is recognised, and removed by the next show that starts.
- However long the folder's path is, its sockets can be reached: a socket's address holds 107 bytes.
"""

import contextlib
import os
import re
import socket
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER: Final = "stillframe"
_NAME: Final = re.compile(r"show-(\d{1,10})\.sock")


class UnsafeFolderError(OSError):
    """The folder for control sockets is not ours alone."""


@dataclass(frozen=True)
class ShowAddress:
    """Where one show listens."""

    folder: Path
    pid: int

    @property
    def name(self) -> str:
        """The socket's name in the folder."""
        return f"show-{self.pid}.sock"

    @property
    def path(self) -> Path:
        """The socket's path."""
        return self.folder / self.name


def runtime_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for the control sockets of this user; it need not exist.

    Source: the XDG base directory specification; without it, a folder of our own in the temporary
    one, as named by the user's number.
    """
    given = environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(given):
        return Path(given) / _FOLDER
    return Path(tempfile.gettempdir()) / f"{_FOLDER}-{os.getuid()}"


def make_folder(folder: Path) -> None:
    """Make the folder, for its user alone, or see that it is so already.

    Raises:
        UnsafeFolderError: if it belongs to another user or others may write into it.
        OSError: if it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise UnsafeFolderError(
            f"{folder} belongs to user {found.st_uid} with mode {stat.S_IMODE(found.st_mode):o}; "
            f"it must be a folder of user {os.getuid()} that nobody else may write: remove it"
        )


def running_shows(folder: Path) -> tuple[ShowAddress, ...]:
    """Return the shows that listen, the newest first."""
    found: list[tuple[int, ShowAddress]] = []
    for address in _names(folder):
        with contextlib.suppress(OSError):
            found.append((address.path.lstat().st_mtime_ns, address))
    newest_first = [address for _, address in sorted(found, key=lambda it: it[0], reverse=True)]
    return tuple(address for address in newest_first if is_alive(address))


def reclaim(folder: Path) -> None:
    """Remove the names of shows that are gone."""
    for address in _names(folder):
        if not is_alive(address):
            with contextlib.suppress(OSError):  # somebody else was quicker
                address.path.unlink()


def is_alive(address: ShowAddress) -> bool:
    """Say whether anybody listens."""
    try:
        connect(address).close()
    except BlockingIOError:
        return True  # so many call that we would have to wait
    except OSError:
        return False
    return True


def connect(address: ShowAddress) -> socket.socket:
    """Return a socket that is connected to a show.

    Raises:
        OSError: if nobody listens there.
    """
    with _reachable(address.folder) as folder:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            sock.connect(f"{folder}/{address.name}")
        except OSError:
            sock.close()
            raise
        return sock


def listen(address: ShowAddress, backlog: int) -> socket.socket:
    """Return a socket that listens, with mode 0600, under the show's name.

    It gets the name only once it listens: until then nobody can take it for one that is gone.

    Raises:
        OSError: if the system cannot.
    """
    with contextlib.ExitStack() as undo, _reachable(address.folder) as folder:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        undo.callback(sock.close)
        unborn = f"{folder}/.{address.name}"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unborn)  # of a show with our number that died in between
        # The socket's own mode is that of its file, before it has one.
        os.fchmod(sock.fileno(), 0o600)
        sock.bind(unborn)
        os.chmod(unborn, 0o600)
        sock.listen(backlog)
        os.rename(unborn, f"{folder}/{address.name}")
        undo.pop_all()
        return sock


def _names(folder: Path) -> Iterator[ShowAddress]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        match = _NAME.fullmatch(name)
        if match is not None:
            yield ShowAddress(folder, int(match[1]))


@contextlib.contextmanager
def _reachable(folder: Path) -> Iterator[str]:
    """Yield a short path of the folder, by way of a descriptor."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
