"""Which files a worker may reach, by the kernel's path rules.

Role: from a `Sandbox` to rules; the masks are pure, `apply` is the edge. Counterpart: the kernel
asks these rules at every open, and at every change in a folder.

Guarantees:
- What no rule allows is refused, to the superuser too, and nothing can lift it again.
- A kernel that knows less is asked for less: no right is named that it would not know.
- Paths that are not there are left out and named; links are followed once, when a rule is made.

A program in `execute` needs more than itself: its loader, which the kernel starts in its place, and
the libraries of the system, which the loader reads. These come with it. Libraries that lie beside
the program, and the interpreter of a script, are named in `read` or `execute` by who fills them in.
"""

import contextlib
import errno
import os
import stat
import struct
from collections.abc import Iterator
from enum import IntFlag
from typing import Final

from stillframe.contracts.sandbox import Sandbox, Sockets
from stillframe.workers.confinement.elf import loader_of
from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.reports import UnsupportedError, left_out

_O_PATH: Final = os.O_PATH | os.O_CLOEXEC
# An ELF file begins with its header and the table after it; the loader's name is near the end of a
# program that was patched, as those in Python's packages are.
_HEAD_BYTES: Final = 1 << 20
_LIBRARIES: Final = (b"/lib", b"/lib64", b"/usr/lib", b"/usr/lib64", b"/usr/local/lib")
_LIBRARY_CACHE: Final = b"/etc/ld.so.cache"
_FOLDER_MODE: Final = 0o700


class Access(IntFlag):
    """What may be done with a file or in a folder."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


# The rights that each version brought; version 4 brought TCP, version 6 scopes.
_FIRST: Final = Access(0x1FFF)
_SINCE: Final = ((2, Access.REFER), (3, Access.TRUNCATE), (5, Access.IOCTL_DEV))
_TCP_SINCE: Final = 4
_SCOPES_SINCE: Final = 6
_TCP_BIND_AND_CONNECT: Final = 0b11
_SCOPE_ABSTRACT_SOCKETS: Final = 0b01
_SCOPE_SIGNALS: Final = 0b10

_READ: Final = Access.READ_FILE | Access.READ_DIR
_WRITE: Final = (
    _READ
    | (Access.WRITE_FILE | Access.TRUNCATE | Access.REFER)
    | (Access.MAKE_DIR | Access.MAKE_REG | Access.REMOVE_DIR | Access.REMOVE_FILE)
)
_RUN: Final = Access.EXECUTE | Access.READ_FILE
# A rule on a file may name only these.
_OF_A_FILE: Final = (
    Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV
)


def handled(version: int) -> Access:
    """Return every right over files that a version of Landlock can refuse."""
    rights = _FIRST
    for since, right in _SINCE:
        if version >= since:
            rights |= right
    return rights


def attributes(version: int, sandbox: Sandbox) -> bytes:
    """Return what a ruleset refuses wherever no rule allows it."""
    words = [int(handled(version))]
    if version >= _TCP_SINCE:
        words.append(0 if sandbox.sockets is Sockets.ANY else _TCP_BIND_AND_CONNECT)
    if version >= _SCOPES_SINCE:
        alone = sandbox.sockets is Sockets.NONE
        words.append(_SCOPE_SIGNALS | (_SCOPE_ABSTRACT_SOCKETS if alone else 0))
    return struct.pack(f"={len(words)}Q", *words)


def rights(sandbox: Sandbox) -> Iterator[tuple[bytes, Access]]:
    """Yield the paths that a sandbox names, each with what is allowed beneath it."""
    yield from ((path, _READ) for path in sandbox.read)
    yield from ((path, _WRITE) for path in sandbox.write)
    yield from ((path, _RUN) for path in sandbox.execute)


def system_rights(sandbox: Sandbox) -> Iterator[tuple[bytes, Access]]:
    """Yield what starting programs needs of the system; it need not all be there."""
    if sandbox.execute:
        yield from ((path, _READ) for path in (*_LIBRARIES, _LIBRARY_CACHE))
    for program in sandbox.execute:
        with contextlib.suppress(OSError, ValueError), open(program, "rb") as file:
            if loader := loader_of(file.read(_HEAD_BYTES)):
                yield loader, _RUN


def rule(allowed: Access, version: int, *, is_folder: bool, descriptor: int) -> bytes:
    """Return a rule as the kernel reads it."""
    possible = handled(version) & (~Access(0) if is_folder else _OF_A_FILE)
    return struct.pack("=Qi", int(allowed & possible), descriptor)


def apply(kernel: Kernel, sandbox: Sandbox) -> str:
    """Make the rules, and hold this process to them; return what there is to say.

    Raises:
        UnsupportedError: if this host has no Landlock.
        OSError: if the kernel refuses the rules.
    """
    for folder in sandbox.make:
        with contextlib.suppress(OSError, ValueError):  # then it is named as not there
            os.makedirs(folder, _FOLDER_MODE, exist_ok=True)
    version = version_of(kernel)
    ruleset = kernel.landlock_ruleset(attributes(version, sandbox))
    try:
        missing = [
            path
            for path, allowed in rights(sandbox)
            if not _allow(kernel, ruleset, version, path, allowed)
        ]
        for path, allowed in system_rights(sandbox):
            _allow(kernel, ruleset, version, path, allowed)
        kernel.landlock_restrict(ruleset)
    finally:
        os.close(ruleset)
    return "; ".join(filter(None, (f"version {version}", left_out(missing))))


def version_of(kernel: Kernel) -> int:
    """Return the version of Landlock that this kernel has.

    Raises:
        UnsupportedError: if it has none, with what to do.
    """
    try:
        return kernel.landlock_version()
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            said = "this kernel has Landlock switched off; add landlock to its lsm= boot parameter"
        elif error.errno == errno.EPERM:
            said = "Landlock is forbidden here, as in some containers; allow its system calls"
        else:
            said = (
                "this kernel has no Landlock; use Linux 5.13 or newer with landlock in its lsm= "
                "boot parameter"
            )
        raise UnsupportedError(said) from error


def _allow(kernel: Kernel, ruleset: int, version: int, path: bytes, allowed: Access) -> bool:
    """Add a rule for a path; False if the path is not there."""
    try:
        descriptor = os.open(path, _O_PATH)
    except (OSError, ValueError):
        return False
    try:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        kernel.landlock_allow(
            ruleset, rule(allowed, version, is_folder=is_folder, descriptor=descriptor)
        )
    finally:
        os.close(descriptor)
    return True
