"""The folder of baked transitions.

Role: what is in it, what comes in, what leaves. Counterpart: `transitions.dropped` makes the keys,
`show.shading` looks for them, the player opens the files.

Guarantees: a file under its key is whole; a worker that was killed leaves at most one folder
behind, which the next one removes; the folder holds at most `FILES_CAP` files and `BYTES_CAP`
bytes: beyond, the oldest leave, and never the one that has just come.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from stillframe.transitions.dropped import BAKED_CAP_BYTES, is_whole

# Four times the public collection, at ten times the size of its largest.
FILES_CAP: Final = 512
BYTES_CAP: Final = 64 << 20
_SUFFIX: Final = b".qsb"
VERDICT_SUFFIX: Final = b".tried"
"""What is beside a baked file once the interface has had it drawn; it leaves with the file."""
_WORKSHOP: Final = re.compile(rb"\.bake-([0-9]{1,10})")


def place_of(folder: bytes, key: str) -> bytes:
    """Return where the baked form of a key is, or will be."""
    return os.path.join(folder, key.encode() + _SUFFIX)


def is_kept(path: bytes) -> bool:
    """Say whether there is a baked file, and whole."""
    try:
        with open(path, "rb") as file:
            return is_whole(file.read(BAKED_CAP_BYTES + 1))
    except OSError:
        return False


@contextmanager
def workshop(folder: bytes) -> Iterator[bytes]:
    """Yield an empty folder of this process's own, and remove it with all that is in it."""
    own = os.path.join(folder, b".bake-%d" % os.getpid())
    os.makedirs(folder, mode=0o700, exist_ok=True)
    shutil.rmtree(own, ignore_errors=True)
    os.mkdir(own, mode=0o700)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def keep(result: bytes, path: bytes) -> None:
    """Put a result under its key, and let the oldest leave.

    Raises:
        ValueError: if it is too large, or nothing that can be played.
        OSError: if it is not there, or cannot be put there.
    """
    with open(result, "rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if not is_whole(file.read(BAKED_CAP_BYTES + 1)):
            raise ValueError(f"it bakes to {size_bytes} bytes, of at most {BAKED_CAP_BYTES}")
        os.fsync(file.fileno())
    os.replace(result, path)
    _let_leave(os.path.dirname(path), path)


def sweep(folder: bytes) -> None:
    """Remove what workers that are gone have left behind."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            match = _WORKSHOP.fullmatch(name)
            if match and not os.path.exists(b"/proc/" + match[1]):
                shutil.rmtree(os.path.join(folder, name), ignore_errors=True)


def _let_leave(folder: bytes, newest: bytes) -> None:
    kept = []
    for entry in os.scandir(folder):
        if entry.name.endswith(_SUFFIX) and entry.path != newest:
            with contextlib.suppress(OSError):  # somebody else removed it
                status = entry.stat(follow_symlinks=False)
                kept.append((status.st_mtime_ns, entry.path, status.st_size))
    kept.sort(reverse=True)
    total_bytes = os.stat(newest).st_size
    for count, (_, path, size_bytes) in enumerate(kept, 2):
        total_bytes += size_bytes
        if count > FILES_CAP or total_bytes > BYTES_CAP:
            with contextlib.suppress(OSError):
                os.unlink(path)
                os.unlink(path + VERDICT_SUFFIX)
