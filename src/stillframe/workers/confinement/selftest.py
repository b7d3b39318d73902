"""Trying what must be refused, right after it was forbidden.

Role: proof that a layer holds, in the very process that it has to hold. Counterpart:
`workers.confinement` applies a layer, tries it here before the next one, and reports.

Guarantees:
- Each layer is tried before the next is applied, so that none is taken to hold for another's sake.
- What gets through leaves nothing behind: a file is only opened, a folder is removed again, a
  program does nothing and is waited for, a signal is number 0, and other calls ask for nothing.
- Rights of the user are no refusal: every attempt is one that the user may make.
"""

import contextlib
import errno
import fcntl
import mmap
import os
import resource
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from stillframe.contracts.sandbox import Sandbox, Sockets
from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.roots import is_below, readable, real
from stillframe.workers.confinement.seccomp import architecture_of

_REFUSALS: Final = (errno.EACCES, errno.EPERM)
# So much beyond the limit that what was given back meanwhile does not matter.
_MEMORY_SLACK_BYTES: Final = 1 << 26
_NOBODY_LISTENS: Final = ("127.0.0.1", 1)
_TCP_SINCE: Final = 4
_SIGNALS_SINCE: Final = 6
_PTRACE_DETACH: Final = 17
# Readable, listable and writable for every user, and outside any photo folder.
_READABLE: Final = (b"/proc/self/status", b"/etc/passwd")
_LISTABLE: Final = (b"/", b"/proc/self")
_WRITABLE: Final = b"/dev/null"
_FOLDERS: Final = (b"/tmp", b"/var/tmp", b"/dev/shm")

Attempt = tuple[str, Callable[[], object]]


class Outcome(NamedTuple):
    """What came of trying: what got through, and what could not be tried."""

    through: tuple[str, ...]
    untried: tuple[str, ...]


def limits(sandbox: Sandbox) -> Outcome:
    """Try to take more than the limits allow."""
    return _outcome(_beyond_limits(sandbox), (errno.ENOMEM, errno.EINVAL, errno.EMFILE))


def landlock(kernel: Kernel, sandbox: Sandbox, version: int) -> Outcome:
    """Try to reach files, programs, ports and processes that no rule allows."""
    attempts = (*_outside_files(sandbox), *_outside_others(kernel, sandbox, version))
    return _outcome(attempts, _REFUSALS, unclear=(errno.ENOENT, errno.EROFS, errno.ENOSPC))


def seccomp(kernel: Kernel, sandbox: Sandbox) -> Outcome:
    """Try calls that the filter must refuse; its refusal comes before any other."""
    return _outcome(_forbidden_calls(kernel, sandbox), (errno.EPERM,))


def _outcome(
    attempts: Iterable[Attempt], refusals: tuple[int, ...], unclear: tuple[int, ...] = ()
) -> Outcome:
    through, untried = [], []
    for name, attempt in attempts:
        try:
            attempt()
        except OSError as error:
            if error.errno in unclear:
                untried.append(name)
            elif error.errno not in refusals:
                through.append(name)
        else:
            through.append(name)
    return Outcome(tuple(through), tuple(untried))


def _beyond_limits(sandbox: Sandbox) -> Iterator[Attempt]:
    yield "descriptors over the limit", lambda: os.close(_high_descriptor(sandbox.open_files))
    yield "a core file", _check_no_core
    if sandbox.memory_bytes is not None:
        size_bytes = sandbox.memory_bytes + _MEMORY_SLACK_BYTES
        yield "memory over the limit", lambda: _reserve(size_bytes)


def _high_descriptor(number: int) -> int:
    return fcntl.fcntl(2, fcntl.F_DUPFD_CLOEXEC, number)


def _check_no_core() -> None:
    if resource.getrlimit(resource.RLIMIT_CORE) == (0, 0):
        raise OSError(errno.EINVAL, "as it should be")


def _reserve(size_bytes: int) -> None:
    """Take address space, but no memory, and give it back."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS  # to be read only: the system sets none aside
    mmap.mmap(-1, size_bytes, flags=flags, prot=mmap.PROT_READ).close()


def _outside_files(sandbox: Sandbox) -> Iterator[Attempt]:
    below_read = [real(path) for path in readable(sandbox)]
    below_write = [real(path) for path in sandbox.write]
    for name, places in (("reading a file", _READABLE), ("listing a folder", _LISTABLE)):
        place = next((p for p in places if not is_below(real(p), below_read)), None)
        yield name, _opening(place, os.O_RDONLY)
    place = None if is_below(_WRITABLE, below_write) else _WRITABLE
    yield "writing a file", _opening(place, os.O_WRONLY)
    folders = (p for p in _FOLDERS if not is_below(real(p), below_write))
    yield "making a folder", _making(next((p for p in folders if os.access(p, os.W_OK)), None))


def _outside_others(kernel: Kernel, sandbox: Sandbox, version: int) -> Iterator[Attempt]:
    program = os.fsencode(sys.executable)
    if not is_below(program, sandbox.execute):
        yield "starting a program", lambda: _start(kernel, program)
    if version >= _TCP_SINCE and sandbox.sockets is not Sockets.ANY:
        yield "connecting", _connect
    if version >= _SIGNALS_SINCE:
        yield "a signal", lambda: os.kill(os.getppid(), 0)


def _opening(path: bytes | None, flags: int) -> Callable[[], None]:
    def attempt() -> None:
        os.close(os.open(_there(path), flags | os.O_CLOEXEC))

    return attempt


def _making(parent: bytes | None) -> Callable[[], None]:
    def attempt() -> None:
        name = b".stillframe-%d-%d" % (os.getpid(), time.monotonic_ns())
        folder = os.path.join(_there(parent), name)
        os.mkdir(folder)
        os.rmdir(folder)

    return attempt


def _there(path: bytes | None) -> bytes:
    """Return a path, or say that there is none to try: everything lies inside."""
    if path is None:
        raise OSError(errno.ENOENT, "nothing lies outside")
    return path


def _start(kernel: Kernel, program: bytes) -> None:
    """Start the interpreter to do nothing."""
    error = kernel.spawn((program, b"-I", b"-S", b"-c", b""))
    if error:
        raise OSError(error, os.strerror(error))


def _connect() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            caller.connect(_NOBODY_LISTENS)


def _forbidden_calls(kernel: Kernel, sandbox: Sandbox) -> Iterator[Attempt]:
    yield from _forbidden_sockets(sandbox.sockets)
    if not sandbox.execute:
        program = os.fsencode(sys.executable)
        yield "a new process", lambda: _start(kernel, program)
        yield "a program in our place", lambda: _call(kernel, "execve", b"", None, None)
        yield "a signal", lambda: os.kill(os.getppid(), 0)
    if not sandbox.write:
        yield "writing a file", _opening(_WRITABLE, os.O_WRONLY)
    files = struct.pack("=2Q", *resource.getrlimit(resource.RLIMIT_NOFILE))
    yield "new limits", lambda: _call(kernel, "prlimit64", 0, resource.RLIMIT_NOFILE, files, None)
    yield "ptrace", lambda: _call(kernel, "ptrace", _PTRACE_DETACH, 0, 0, 0)
    yield "new attributes", lambda: _call(kernel, "fchmod", -1, 0)
    yield "new namespaces", lambda: _call(kernel, "unshare", 0)
    yield "io_uring", lambda: _call(kernel, "io_uring_setup", 0, None)
    yield "bpf", lambda: _call(kernel, "bpf", -1, None, 0)


def _forbidden_sockets(sockets: Sockets) -> Iterator[Attempt]:
    if sockets is Sockets.NONE:
        yield "a local socket", lambda: socket.socket(socket.AF_UNIX).close()
    if sockets is Sockets.ANY:
        raw = socket.SOCK_RAW
        yield "a raw socket", lambda: socket.socket(socket.AF_NETLINK, raw).close()
    else:
        yield "a network socket", lambda: socket.socket(socket.AF_INET).close()


def _call(kernel: Kernel, name: str, *arguments: int | bytes | None) -> None:
    number = architecture_of(kernel).number(name)
    if number is not None:
        kernel.call(number, *arguments)
