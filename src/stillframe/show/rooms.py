"""Which folders the workers are let into: as many as fit a sandbox.

Role: pure; from the places that a person named to the paths of a `Sandbox`. Counterpart:
`show.specs` puts them there, `workers.confinement.landlock` makes rules of them.

Guarantees: every given path lies below one that is returned; what is returned fits. With more
paths than that, the folders that hold most of them stand for them, so that as little as possible
is let in beside them.
"""

import collections
import os
from collections.abc import Iterable
from typing import Final

from stillframe.contracts.caps import PATH_CAP_BYTES

# Half of what a control message may have; settings and the fields of other paths share it.
PATHS_CAP_BYTES: Final = 16 * 1024
_SEPARATOR: Final = b"/"


def gathered(
    paths: Iterable[bytes], cap: int, cap_bytes: int = PATHS_CAP_BYTES
) -> tuple[bytes, ...]:
    """Return at most `cap` paths, of at most `cap_bytes` together, that hold all of `paths`.

    A path that Linux would refuse for its length is left out. Paths that fit stay as they are, one
    below another too: it may be a link, and lead out of the other.
    """
    found = {path for path in paths if 0 < len(path) <= PATH_CAP_BYTES}
    while not _fits(found, cap, cap_bytes):
        found = _outermost(_closer(_outermost(found), cap, cap_bytes))
    return tuple(sorted(found))


def _fits(paths: set[bytes], cap: int, cap_bytes: int) -> bool:
    return len(paths) <= cap and sum(map(len, paths)) <= cap_bytes


def _outermost(paths: set[bytes]) -> set[bytes]:
    """Drop what lies below another."""
    return {path for path in paths if paths.isdisjoint(_above(path))}


def _above(path: bytes) -> list[bytes]:
    """Return the folders that hold a path, itself not among them."""
    parts = path.rstrip(_SEPARATOR).split(_SEPARATOR)
    folders = [_SEPARATOR.join(parts[:count]) or _SEPARATOR for count in range(1, len(parts))]
    return [folder for folder in folders if folder != path]


def _closer(paths: set[bytes], cap: int, cap_bytes: int) -> set[bytes]:
    """Let folders stand for what lies right in them, the fullest first, until the rest fits."""
    by_folder = collections.defaultdict(set)
    for path in paths:
        by_folder[os.path.dirname(path.rstrip(_SEPARATOR)) or _SEPARATOR].add(path)
    full = [folder for folder, inside in by_folder.items() if len(inside) > 1]
    # Where no folder holds two, the deepest are taken out of their folders, to meet others.
    deepest = max(folder.count(_SEPARATOR) for folder in by_folder)
    chosen = full or [f for f in by_folder if f.count(_SEPARATOR) == deepest]
    kept = set(paths)
    count, size_bytes = len(paths), sum(map(len, paths))
    for folder in sorted(chosen, key=lambda f: (-len(by_folder[f]), -f.count(_SEPARATOR), f)):
        if count <= cap and size_bytes <= cap_bytes:
            break
        inside = by_folder[folder]
        kept -= inside
        kept.add(folder)
        count += 1 - len(inside)
        size_bytes += len(folder) - sum(map(len, inside))
    return kept
