"""A process that fills a small disk with a mirror, and says what it sees.

`on_a_small_disk(...)` starts it on one of its own, which nobody else sees; as `__main__` it is that
process: `full_disk.py DISK PHOTO`.
"""

import os
import subprocess
import sys
from pathlib import Path

from mirror_writer import NOW_S
from stillframe.contracts.feeds import ImageMetadata
from stillframe.workers.feeds.folder import name_of
from stillframe.workers.feeds.mirror import DATABASE_NAME, Mirror
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.rotation import Caps

_MOUNT = 'mount -t tmpfs -o size=3m none "$1" && shift && exec "$@"'
_IN_NAMESPACE = ("unshare", "--map-root-user", "--mount", "sh", "-c", _MOUNT, "sh")


def may_mount(folder: Path) -> bool:
    """Say whether this host lets us have a disk of our own."""
    try:
        done = subprocess.run(
            [*_IN_NAMESPACE, str(folder), "true"], check=False, capture_output=True
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0


def on_a_small_disk(folder: Path, photo: Path, env: dict[str, str]) -> list[str]:
    """Run `main` on a disk of 3 MiB and return the lines that it said."""
    command = [*_IN_NAMESPACE, str(folder), sys.executable, __file__, str(folder), str(photo)]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _opened(folder: str, most: int) -> Mirror:
    return Mirror(os.fsencode(folder), Caps(2, most, 1 << 40, 1e9), now_s=NOW_S)


def _keep(mirror: Mirror, number: int, content: bytes) -> str:
    item = ImageMetadata(
        url=str(number), title="t" * 99, ts_s=0.0, priority=1, ttl_s=1.0, source="s"
    )
    try:
        mirror.keep(item, content, NOW_S + number)
        mirror.put_record(str(number), b"x" * 500)
    except FetchError as error:
        return error.reason.value
    return "fine"


def _seen(when: str, mirror: Mirror, folder: str) -> str:
    """Say how many images there are, and whether each is a file, is known, and each file one."""
    found = mirror.changes(0, 100_000, 1 << 30).items
    names = {os.path.basename(one.cache_path or b"").decode() for one in found}
    here = {name for name in os.listdir(folder) if not name.startswith(DATABASE_NAME)}
    named = all(one.title for one in found)
    whole = all(name_of(Path(folder, n).read_bytes(), n[32:]) == n for n in here)
    return f"{when}: {len(names)} {names == here and whole and named}"


def main(disk: str, photo: str) -> None:
    """Fill the disk, begin again on it, and let rotation make room."""
    folder, content = os.path.join(disk, "feeds"), Path(photo).read_bytes()
    mirror, outcomes = _opened(folder, 1000), set()
    for number in range(1, 200):
        # What is small fills the last corners, where there is no room for rows.
        outcomes.add(_keep(mirror, number, b"\xff\xd8\xff" + number.to_bytes(4) * number))
        outcomes.add(_keep(mirror, number + 1000, content + number.to_bytes(4)))
    lines = [" ".join(sorted(outcomes)), _seen("full", mirror, folder)]
    mirror.close()
    victim = next(name for name in sorted(os.listdir(folder)) if name.endswith(".jpg"))
    os.unlink(os.path.join(folder, victim))
    size = os.statvfs(disk)
    with open(os.path.join(disk, "filler"), "wb") as filler:
        filler.write(bytes(size.f_bavail * size.f_bsize))
    mirror = _opened(folder, 5)
    lines.append(_seen("again", mirror, folder))
    mirror.rotate((), NOW_S)
    lines.append(_seen("rotated", mirror, folder))
    sys.stdout.write("\n".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
