"""What the graphics driver keeps on disk, and a disk that is full.

Role: Mesa maps the index of its cache into memory, with holes for what is not written yet. Writing
into a hole where the disk is full ends the process. Counterpart: `app` asks before a show whether
there is room, and has the holes filled soon after drawing has begun.

Guarantees: what the cache holds stays as it is; a cache that is not there, or cannot be filled, is
left alone.
"""

import contextlib
import glob
import os
from collections.abc import Mapping
from typing import Final

# Mesa's index alone has 1.3 MB.
_ROOM_BYTES: Final = 16 << 20
_INDEX: Final = "mesa_shader_cache*/index"
# Of an index that is none of Mesa's nothing is known.
_LARGEST_INDEX_BYTES: Final = 64 << 20


def has_room(environ: Mapping[str, str]) -> bool:
    """Say whether what draws may keep a cache of its own where such things are kept."""
    folder = _folder(environ)
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize >= _ROOM_BYTES


def reserve(environ: Mapping[str, str]) -> None:
    """Take the room on disk that the index of the cache will need; blocks for as long."""
    for path in glob.glob(os.path.join(glob.escape(_folder(environ)), _INDEX)):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                size = os.fstat(descriptor).st_size
                if 0 < size <= _LARGEST_INDEX_BYTES:
                    os.posix_fallocate(descriptor, 0, size)
            finally:
                os.close(descriptor)


def _folder(environ: Mapping[str, str]) -> str:
    return environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
