"""How much a worker may take: memory, descriptors, and no core file.

Role: from a `Sandbox` to the kernel's limits. Counterpart: `supervision.process` has set the
niceness already; deadlines bound the time.

Guarantees: limits are only ever lowered, soft and hard alike.

Two limits are left alone. RLIMIT_NPROC counts all processes of the user, so that any number would
be too low on one desktop and no bound on another; the filter refuses new processes instead.
RLIMIT_FSIZE holds for memory files too, and would refuse the frames that an image worker writes.
"""

import errno
import resource
from collections.abc import Iterator

from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.confinement.kernel import Kernel

_MIB = 1 << 20


def wanted(sandbox: Sandbox, in_use_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield each limit by its number, with its value."""
    yield resource.RLIMIT_CORE, 0
    yield resource.RLIMIT_NOFILE, sandbox.open_files
    if sandbox.memory_bytes is not None:
        yield resource.RLIMIT_AS, in_use_bytes + sandbox.memory_bytes


def apply(kernel: Kernel, sandbox: Sandbox) -> str:
    """Lower the limits of this process; return what they are, in a few words.

    Raises:
        OSError: if the kernel refuses one.
    """
    for limit, value in wanted(sandbox, kernel.address_space_bytes()):
        _, hard = resource.getrlimit(limit)
        lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(limit, (lowered, lowered))
        except ValueError as error:  # so Python calls a refusal
            raise OSError(errno.EPERM, str(error)) from error
    files = f"{sandbox.open_files} descriptors"
    if sandbox.memory_bytes is None:
        return files
    return f"{sandbox.memory_bytes // _MIB} MiB more memory, {files}"
