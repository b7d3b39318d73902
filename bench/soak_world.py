"""What a long show has around it: a library, feeds of which some mean harm, a disk, music.

Role: makes them, and lets them go wrong. Counterpart: `bench.soak` plays the show in it.

Guarantees: every photo is another file with other bytes; nothing is asked of any network; all is
gone afterwards.
"""

import contextlib
import glob
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final, Self

import numpy as np
from PIL import Image

from feed_server import FeedServer, gzip_bomb, hang, head, page, raw, redirect

_DISTINCT: Final = 48
_SIZE_PX: Final = (480, 270)
_BROKEN_EVERY: Final = 100
_FEEDS: Final = 20
_HEALTHY: Final = 12
_SHARED: Final = Path("/dev/shm")  # noqa: S108 - libfaketime's choice
_BOMB_BYTES: Final = 64 << 20
# No photo is darker than this, of 255, and what is black on the screen is not a photo.
DARKEST: Final = 70
BLACK: Final = DARKEST / 2


def make_library(folder: Path, count: int, seed: int) -> frozenset[str]:
    """Write so many photos, one in a hundred of them broken; return the broken ones' paths."""
    rng = np.random.default_rng(seed)
    distinct = [_photo(rng) for _ in range(_DISTINCT)]
    broken = set()
    for number in range(count):
        path = folder / f"{number // 500:02d}" / f"photo-{number:05d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        # What stands after the end of a JPEG is not looked at, and makes it another file.
        content = distinct[number % _DISTINCT] + b"%08d" % number
        if number % _BROKEN_EVERY == _BROKEN_EVERY - 1:
            content = content[: len(content) // 3]
            broken.add(str(path))
        path.write_bytes(content)
    return frozenset(broken)


def _photo(rng: np.random.Generator) -> bytes:
    width, height = _SIZE_PX
    small = rng.integers(DARKEST + 30, 255, (9, 16, 3), dtype=np.uint8)
    smooth = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    # An overshoot of the filter must not make it darker.
    pixels = np.maximum(np.asarray(smooth), DARKEST + 15)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@contextlib.contextmanager
def feeds(seed: int) -> Iterator[tuple[str, ...]]:
    """Serve twenty feeds; eight of them misbehave."""
    rng = random.Random(seed)
    photo = _photo(np.random.default_rng(seed))
    with contextlib.ExitStack() as stack:
        addresses = []
        for number in range(_FEEDS):
            server = stack.enter_context(FeedServer(f"127.0.7.{number + 1}"))
            address = server.url("/feed")
            addresses.append(address)
            if number < _HEALTHY:
                server.serve("/photo.jpg", page(photo + bytes([number])))
                server.serve("/feed", page(_rss("/photo.jpg")))
                continue
            bomb = gzip_bomb(_BOMB_BYTES)
            fields = [("Content-Encoding", "gzip"), ("Content-Length", str(len(bomb)))]
            misbehave = rng.choice(
                (
                    hang,
                    redirect(address),
                    raw(head(200, fields) + bomb),
                    page(b"<rss><channel>" + bytes(rng.randrange(256) for _ in range(2000))),
                    page(b"", status=500),
                )
            )
            server.serve("/feed", misbehave)
        yield tuple(addresses)


def _rss(image: str) -> bytes:
    return (
        '<rss version="2.0"><channel><item>'
        f'<enclosure url="{image}" type="image/jpeg"/></item></channel></rss>'
    ).encode()


class Disk:
    """A disk of its own for what a show writes, seen through the show's own process."""

    _BLOCK: Final = 1 << 20

    def __init__(self, folder: Path, size_mib: int) -> None:
        """Plan it: `command` mounts it where the show runs."""
        self._folder, self._size_mib = folder, size_mib
        folder.mkdir(parents=True, exist_ok=True)

    def command(self, words: list[str]) -> list[str]:
        """Return the command that runs another one with the disk in its place."""
        mount = f'mount -t tmpfs -o size={self._size_mib}m none "$1" && shift && exec "$@"'
        names = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
        return [*names, str(self._folder), *words]

    def fill(self, pid: int) -> None:
        """Leave no room on it."""
        with (self._seen_by(pid) / "filler").open("wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while file.write(bytes(self._BLOCK)):
                    pass
            with contextlib.suppress(OSError):
                while file.write(bytes(512)):
                    pass

    def free(self, pid: int) -> None:
        """Give the room back."""
        (self._seen_by(pid) / "filler").unlink(missing_ok=True)

    def _seen_by(self, pid: int) -> Path:
        return Path(f"/proc/{pid}/root{self._folder}")


class WallClock:
    """The system's clock as a show sees it, where libfaketime is installed.

    It reaches the interface and every worker that may read Python's packages once it is confined:
    images, library, transitions, feeds, feedparse and audio. The library reads the time that is to
    be in each process by itself, from a file, so the file lies in a folder of the name that
    packages have, on the path of Python: these workers are let in there. `scenes` and `shaders`
    read no packages late, and go by the real clock. So does the kernel: the times of files, and
    what it says of processes. No monotonic clock jumps.
    """

    _LIBRARIES: Final = "/usr/lib/*/faketime/libfaketimeMT.so.1"

    def __init__(self, home: Path) -> None:
        """Begin with the right time; the file that says by how much it is off lies in `home`."""
        self._packages = home / "site-packages"
        self._packages.mkdir(parents=True)
        self._file = self._packages / "clock"
        self._library = next(iter(glob.glob(self._LIBRARIES)), "")
        self._file.write_text("+0")
        self._pids: list[int] = []

    def __enter__(self) -> Self:
        """Take away in the end what libfaketime made for the processes named by `keep_for`.

        It does so itself only where a process ends as C programs do, may still write, and was none
        before that it has taken the place of.
        """
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self._pids:
            for made in _SHARED.glob(f"*faketime_*_{pid}"):
                made.unlink()

    def keep_for(self, pid: int) -> None:
        """Note a process that goes by this clock."""
        self._pids.append(pid)

    @property
    def packages(self) -> Path:
        """The folder that a process must be able to read."""
        return self._packages

    @property
    def environ(self) -> dict[str, str]:
        """What the show's environment needs; empty where the library is missing."""
        if not self._library:
            return {}
        return {
            "LD_PRELOAD": self._library,
            "PYTHONPATH": str(self._packages),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> bool:
        """Put the clock so far ahead of the real one; False where that cannot be done."""
        self._file.write_text(f"{seconds:+d}")
        return bool(self._library)
