"""The processes of a show, by the kernel's account, and what of a show is left when it has ended.

Role: reads `/proc`. Counterpart: `bench.soak_watch` notes it again and again, `bench.soak` looks
once more at the end.

Memory is what a process has for itself: anonymous pages, swapped out or not. Pages of files are
the system's to take back, and shared memory has caps of its own: the arenas are made in their full
size at the start and fill whatever a show does, so a slope of theirs says nothing.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_WORKERS: Final = b"stillframe.workers."
# Every worker is gone within a second of the end, and so is what works for one.
_GONE_WITHIN_S: Final = 2.0
_LOOK_S: Final = 0.05
_STARTED: Final = 19
_PARENT: Final = 1


@dataclass(frozen=True)
class Sight:
    """One process at one moment."""

    own_kib: float
    """Anonymous memory."""
    shared_kib: float
    files: int
    threads: int


def sight_of(pid: int) -> Sight | None:
    """Look at a process; None if it is gone."""
    folder = _PROC / str(pid)
    try:
        lines = (folder / "status").read_text(errors="replace").splitlines()
        said = dict(line.split(":", 1) for line in lines)
        kib = {name: float(said[name].split()[0]) for name in ("RssAnon", "RssShmem", "VmSwap")}
        files = len(os.listdir(folder / "fd"))
    except (OSError, KeyError):  # one that is dead but not buried has no memory
        return None
    own_kib = kib["RssAnon"] + kib["VmSwap"]
    return Sight(own_kib, kib["RssShmem"], files, int(said["Threads"]))


def workers_of(parent: int) -> tuple[tuple[str, int], ...]:
    """Return the kind and the number of each worker of a show, the oldest first."""
    found = []
    for pid, fields, words in _processes():
        kinds = [word for word in words if word.startswith(_WORKERS)]
        if kinds and int(fields[_PARENT]) == parent:
            kind = kinds[0].removeprefix(_WORKERS).decode()
            found.append((int(fields[_STARTED]), kind, pid))
    return tuple((kind, pid) for _, kind, pid in sorted(found))


def left_of(marker: str, runtime: Path, temporary: Path) -> tuple[str, ...]:
    """Return what a show that has ended has left behind: nothing, if it has ended well.

    Args:
        marker: what stands in the environment of each of its processes, and of no other.
        runtime: where its sockets were.
        temporary: its folder for temporary files.
    """
    late_s = time.monotonic() + _GONE_WITHIN_S
    while (processes := tuple(_marked(marker.encode()))) and time.monotonic() < late_s:
        time.sleep(_LOOK_S)
    files = [path for folder in (runtime, temporary) for path in folder.rglob("*")]
    # Ours has no names in a file system; a name there would be a segment that nobody takes away.
    shared = (path for path in Path("/dev/shm").iterdir() if "stillframe" in path.name)  # noqa: S108
    return (*processes, *(str(path) for path in (*files, *shared) if not path.is_dir()))


def _marked(marker: bytes) -> Iterator[str]:
    for pid, _, words in _processes():
        with contextlib.suppress(OSError):
            if marker in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                yield f"process {pid}: {b' '.join(words).decode(errors='replace'):.120}"


def _processes() -> Iterator[tuple[int, list[str], list[bytes]]]:
    """Yield the number of each process, the fields after its name, and its words."""
    for folder in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            yield int(folder.name), fields, words
