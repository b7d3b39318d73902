"""Opening a person's files, of which nothing is known yet.

Role: from a path to a descriptor, or to the reason why not. Counterpart: the image worker decodes
what is opened, the library reads its header.

Guarantees: FIFOs and devices are refused without waiting on them; what was checked is what is read,
for a file is opened once.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.confinement.roots import OUTSIDE, lies_outside

_FAULTS: Final = {
    errno.ENOENT: FaultKind.NOT_FOUND,
    errno.ENOTDIR: FaultKind.NOT_FOUND,
    errno.EACCES: FaultKind.NOT_READABLE,
    errno.EPERM: FaultKind.NOT_READABLE,
    errno.ENXIO: FaultKind.NOT_A_FILE,
    errno.ELOOP: FaultKind.NOT_A_FILE,
}


@contextmanager
def opened(path: bytes, sandbox: Sandbox | None = None) -> Iterator[int]:
    """Open a regular file for reading, and close it again.

    Raises:
        FaultError: why it cannot be opened; where a `sandbox` kept it out, that.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        code = (isinstance(error, OSError) and error.errno) or 0
        outside = code == errno.EACCES and lies_outside(path, sandbox)
        raise FaultError(
            _FAULTS.get(code, FaultKind.IO_ERROR), f"cannot open: {OUTSIDE if outside else error}"
        ) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FaultError(FaultKind.NOT_A_FILE, "not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)
