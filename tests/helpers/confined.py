"""A process under a sandbox that tries things, and says what became of each.

`trying(sandbox, ...)` starts it; as `__main__` it is that process: it confines itself, tries each
named attempt, and prints the reports and the outcomes as JSON.
"""

import ctypes
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from crew import PATIENCE_S, environment
from stillframe.contracts.sandbox import Layer, LayerReport, LayerState, Sandbox
from stillframe.workers.confinement import confine
from stillframe.workers.confinement.kernel import Kernel

FINE = "fine"
REFUSED = ("EACCES", "EPERM")


@dataclass(frozen=True)
class Tried:
    """What the process said: its layers, and the errno's name of each attempt, or `fine`."""

    layers: dict[Layer, LayerReport]
    outcomes: dict[str, str]
    stderr: str

    def states(self) -> set[LayerState]:
        """Return the states that occur."""
        return {report.state for report in self.layers.values()}


def trying(sandbox: Sandbox, *attempts: str, code: str = "") -> Tried:
    """Confine a process, let it try, and return what it said.

    `code` runs before the sandbox is applied; an attempt is `word` or `word:argument`.
    """
    order = msgspec.json.encode([sandbox, attempts, code])
    done = subprocess.run(
        [sys.executable, "-P", __file__],
        input=order,
        env={**environment(), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    layers, outcomes = msgspec.json.decode(
        done.stdout, type=tuple[list[LayerReport], dict[str, str]]
    )
    return Tried({r.layer: r for r in layers}, outcomes, done.stderr.decode())


def supports_landlock() -> bool:
    """Ask the kernel itself, past the code under test."""
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(444, None, 0, 1)) > 0


def supports_seccomp() -> bool:
    """Ask the kernel itself, past the code under test."""
    known = os.uname().machine in ("x86_64", "aarch64")
    return known and os.path.exists("/proc/sys/kernel/seccomp/actions_avail")


def expected() -> dict[Layer, LayerState]:
    """Return the states that this host's layers should be in."""
    have = {Layer.LANDLOCK: supports_landlock(), Layer.SECCOMP: supports_seccomp()}
    return {
        layer: LayerState.ON if have.get(layer, True) else LayerState.UNSUPPORTED for layer in Layer
    }


def _open(path: str, flags: int) -> None:
    os.close(os.open(path, flags))


def _fork() -> None:
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def _run(program: str) -> None:
    done = subprocess.run([program], check=False, capture_output=True)
    sys.stderr.write(f"{done}\n")


def _thread() -> None:
    done = []
    thread = threading.Thread(target=lambda: done.append(1))
    thread.start()
    thread.join()
    assert done


def _thread_open(path: str) -> None:
    raised: list[OSError] = []

    def attempt() -> None:
        try:
            _open(path, os.O_RDONLY)
        except OSError as error:
            raised.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def _elder_socket(_: str) -> None:
    """Try to make a socket in the thread that was there before the sandbox."""
    _ELDER_TURN.set()
    _ELDER_DONE.wait(PATIENCE_S)
    if _ELDER_ERRORS:
        raise _ELDER_ERRORS[0]


def _be_the_elder() -> None:
    _ELDER_TURN.wait(PATIENCE_S)
    try:
        socket.socket(socket.AF_INET).close()
    except OSError as error:
        _ELDER_ERRORS.append(error)
    _ELDER_DONE.set()


def _connect(address: str) -> None:
    host, _, port = address.partition(":")
    with socket.socket() as caller:
        caller.connect((host, int(port)))


def _connect_abstract(name: str) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect("\0" + name)


def _call(number: int, *arguments: int) -> None:
    Kernel().call(number, *arguments)


def _ptrace(_: str) -> None:
    kernel = Kernel()
    _call({"x86_64": 101, "aarch64": 117}[kernel.machine], 16, os.getppid(), 0, 0)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _memory(size_bytes: str) -> None:
    try:
        bytearray(int(size_bytes))
    except MemoryError:
        raise OSError(errno.ENOMEM, "no memory") from None


def _channel(_: str) -> None:
    ours, theirs = (socket.socket(fileno=fd) for fd in _INHERITED)
    ours.send(b"hello")
    assert theirs.recv(9) == b"hello"


def _frames(_: str) -> None:
    os.write(_MEMORY_FILE[0], b"pixels")


_INHERITED: list[int] = []
_MEMORY_FILE: list[int] = []
_ELDER_TURN, _ELDER_DONE = threading.Event(), threading.Event()
_ELDER_ERRORS: list[OSError] = []

ATTEMPTS: Mapping[str, Callable[[str], object]] = {
    "read": lambda path: _open(path, os.O_RDONLY),
    "list": os.listdir,
    "stat": os.stat,
    "write": lambda path: _open(path, os.O_WRONLY),
    "create": lambda path: _open(path, os.O_WRONLY | os.O_CREAT),
    "mkdir": os.mkdir,
    "unlink": os.unlink,
    "rename": lambda path: os.rename(path, f"{path}2"),
    "symlink": lambda path: os.symlink("/etc", path),
    "chmod": lambda path: os.chmod(path, 0o600),
    "utime": os.utime,
    "truncate": lambda path: os.truncate(path, 0),
    "fork": lambda _: _fork(),
    "run": _run,
    "exec": lambda path: os.execv(path, [path]),  # noqa: S606 - it must be refused
    "thread": lambda _: _thread(),
    "thread-read": _thread_open,
    "elder-socket": _elder_socket,
    "connect": _connect,
    "abstract": _connect_abstract,
    "inet": lambda _: socket.socket(socket.AF_INET).close(),
    "netlink": lambda _: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "unix": lambda _: socket.socket(socket.AF_UNIX).close(),
    "memfd": lambda _: os.close(os.memfd_create("more")),
    "outlive": lambda _: _prctl(1, 0),
    "pair": lambda _: [end.close() for end in socket.socketpair()],
    "kill-parent": lambda _: os.kill(os.getppid(), 0),
    "kill-self": lambda _: os.kill(os.getpid(), 0),
    "ptrace": _ptrace,
    "memory": _memory,
    "channel": _channel,
    "frames": _frames,
    "setrlimit": lambda _: Kernel().call(
        {"x86_64": 160, "aarch64": 164}[Kernel().machine], 7, b"\0" * 16
    ),
    "files": lambda count: [os.dup(0) for _ in range(int(count))],
    "abort": lambda _: os.abort(),
    "raise": lambda number: signal.raise_signal(int(number)),
}


def main() -> None:
    """Confine, try, and say."""
    text = sys.stdin.buffer.read()
    sandbox, attempts, code = msgspec.json.decode(text, type=tuple[Sandbox, list[str], str])
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    _INHERITED[:] = ours.detach(), theirs.detach()
    _MEMORY_FILE[:] = (os.memfd_create("frames"),)
    exec(code, {})  # noqa: S102 - the test's own
    if "elder-socket" in attempts:
        threading.Thread(target=_be_the_elder, daemon=True).start()
    layers = confine(sandbox)
    outcomes = {}
    for attempt in attempts:
        word, _, argument = attempt.partition(":")
        try:
            ATTEMPTS[word](argument)
        except OSError as error:
            outcomes[attempt] = errno.errorcode.get(error.errno or 0, str(error))
        else:
            outcomes[attempt] = FINE
    sys.stdout.write(json.dumps([msgspec.to_builtins(layers), outcomes]))


if __name__ == "__main__":
    main()
