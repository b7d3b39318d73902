"""Whether a path lies in a folder that a sandbox names.

Role: the same question that Landlock asks, for the words of a refusal. Counterpart: the handlers
that open what a request names; `workers.confinement.selftest` looks for paths outside.
"""

import os
from collections.abc import Iterable

from stillframe.contracts.sandbox import Sandbox

OUTSIDE = "it lies outside the given folders, where a link may lead; give its own folder too"


def lies_outside(path: bytes, sandbox: Sandbox | None) -> bool:
    """Say whether a path leads, links followed, to where a sandbox lets nobody read."""
    if sandbox is None:
        return False
    return not is_below(real(path), map(real, readable(sandbox)))


def real(path: bytes) -> bytes:
    """Return where a path leads; one that no path can be leads nowhere else."""
    try:
        return os.path.realpath(path)
    except ValueError:  # a zero byte
        return path


def readable(sandbox: Sandbox) -> tuple[bytes, ...]:
    """Return the paths below which a sandbox lets files be read."""
    return (*sandbox.read, *sandbox.write, *sandbox.execute)


def is_below(path: bytes, folders: Iterable[bytes]) -> bool:
    """Say whether a path is one of these, or below one; no link is followed."""
    return any(path == folder or path.startswith(folder.rstrip(b"/") + b"/") for folder in folders)
