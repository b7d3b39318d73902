"""Starting a child: the only place in the project that does.

Role: one worker process with its channel, its heartbeat page and its standard error; or a program,
ours or somebody else's, with its output and its standard error. Counterpart: `workers.loop` at the
other end; `supervision.pool`, `supervision.companion` and `supervision.errand` decide.

Guarantees:
- Never a fork of a process that runs Qt: `subprocess` with a list, `python -P -m module`.
- The child inherits exactly the descriptors that it is told about.
- No child outlives us: a worker sees to it itself; for a program the kernel does, where `setpriv`
  can ask it to, and a program that writes ends at its next write in any case.
- Death is seen at once through a pidfd; the child is reaped by `reap`, after which nobody can
  write into what was granted to it.
"""

import contextlib
import fcntl
import mmap
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stillframe.contracts import counters, heartbeat
from stillframe.contracts.control import ArenaGrant, LatestGrant, Start
from stillframe.contracts.wire import FromWorkerMessage, ToWorkerMessage
from stillframe.supervision.events import Errand
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.vitals import Vitals, cpu_ns, read_vitals
from stillframe.transport.arena import Arena, ArenaView
from stillframe.transport.channel import Channel
from stillframe.transport.latest import Latest
from stillframe.transport.seqpacket import SeqpacketChannel, socket_pair

# One thread a worker: numeric libraries would start one a core, and compete with the screen.
_ENVIRONMENT: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
    # libvips starts threads anew for every photo, and glibc gives each a heap of its own: what one
    # has freed is of no use to the next, and the heaps grow for as long as the show lasts.
    "MALLOC_ARENA_MAX": "1",
    "PYTHONUNBUFFERED": "1",
}
# An interface that died before the kernel was asked has left the program to somebody else: the
# parent's number, taken after the asking, tells. `exec` keeps the process, and so its number.
_IF_NOT_ORPHANED: Final = '[ "$PPID" = "$0" ] && exec "$@"'
# What a pipe holds: one read after a death gets all that is left.
_STDERR_READ_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Lent:
    """What a child is lent, and what outlives it: shared memory, and a pipe to read from."""

    arena: Arena | ArenaView | None = None
    latest: Latest | None = None
    pipe: int | None = None

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the child inherits of it."""
        memory = (lent.descriptor for lent in (self.arena, self.latest) if lent is not None)
        return (*memory, *(() if self.pipe is None else (self.pipe,)))


class Program:
    """A running process. Made, used and closed on one thread."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Watch a process that has just been started, with a pipe for its standard error.

        Raises:
            OSError: if it cannot be watched; then it is ended.
        """
        self._process, self.pid = process, process.pid
        try:
            self.pidfd = os.pidfd_open(self.pid)
        except OSError:
            process.kill()
            process.wait()
            raise
        assert process.stderr is not None  # noqa: S101 - it was asked for
        self.stderr = process.stderr
        os.set_blocking(self.stderr.fileno(), False)
        self._unfinished_line = b""

    def read_stderr(self) -> tuple[str, ...] | None:
        """Return the lines that it wrote to its standard error since the last call.

        Python writes a traceback piece by piece, so a line waits here until it is whole, too long,
        or the last. None means that there will be no more.
        """
        data, ended = b"", self._process.returncode is not None
        with contextlib.suppress(BlockingIOError):
            data = os.read(self.stderr.fileno(), _STDERR_READ_BYTES)
            ended = ended or not data
        *lines, rest = (self._unfinished_line + data).split(b"\n")
        if ended or len(rest) > _STDERR_READ_BYTES:
            lines.append(rest)
            rest = b""
        self._unfinished_line = rest
        texts = (line.decode("utf-8", "backslashreplace").strip() for line in lines)
        said = tuple(filter(None, texts))
        return said if said or not ended else None

    def kill(self) -> None:
        """Kill it, whatever it is doing. Fine if it is dead already."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def reap(self) -> str | None:
        """Return how it ended, or None while it lives; its own children end with it."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        with contextlib.suppress(ChildProcessError, ProcessLookupError, PermissionError):
            # Only between its death and its burial is its number certain to be its group's.
            if os.waitid(os.P_PIDFD, self.pidfd, flags) is not None:
                os.killpg(self.pid, signal.SIGKILL)
        status = self._process.poll()
        if status is None:
            return None
        return f"signal {-status}" if status < 0 else f"exit {status}"

    def close(self) -> None:
        """Close everything of ours; only after it was reaped."""
        self.stderr.close()
        os.close(self.pidfd)


class Child(Program):
    """A running worker process. Made, used and closed on one thread."""

    def __init__(self, spec: WorkerSpec, lent: Lent, environ: Mapping[str, str]) -> None:
        """Start the process; it says hello by itself.

        Raises:
            OSError: if the system cannot give us a process, a socket or memory.
        """
        with contextlib.ExitStack() as undo:
            ours, theirs = socket_pair()
            undo.callback(ours.close)
            with theirs, contextlib.ExitStack() as passing:
                page = _make_page()
                passing.callback(os.close, page)
                self._page = mmap.mmap(page, heartbeat.HEARTBEAT_BYTES, prot=mmap.PROT_READ)
                process = subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        spec.module,
                        str(theirs.fileno()),
                        str(os.getpid()),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    pass_fds=(theirs.fileno(), page, *lent.descriptors),
                    env=_environment(spec, environ),
                    process_group=0,
                )
                self.start_message = _start_message(spec, lent, page)
            super().__init__(process)
            self.channel: Channel[ToWorkerMessage, FromWorkerMessage] = SeqpacketChannel(
                ours, spec.protocol.to_worker(spec.name), spec.protocol.from_worker(spec.name)
            )
            _lower(self.pid, spec.limits.niceness)
            undo.pop_all()

    def heartbeat(self) -> heartbeat.Heartbeat:
        """Return the worker's last beat."""
        return heartbeat.read(memoryview(self._page))

    def durations(self) -> counters.Durations:
        """Return how long its requests took, by its own word."""
        return counters.read(memoryview(self._page))

    def vitals(self) -> Vitals | None:
        """Return what the kernel knows of it; None if it is gone."""
        return read_vitals(self.pid)

    def cpu_ns(self) -> int:
        """Return the processor time that it has used; 0 if it is gone."""
        try:
            return cpu_ns(self.pid)
        except OSError:
            return 0

    def yield_to_others(self, *, on: bool) -> None:
        """Let others of the same niceness go first, or no longer; no privilege is needed for it."""
        policy = os.SCHED_BATCH if on else os.SCHED_OTHER
        with contextlib.suppress(OSError):  # a container may forbid it; then it competes
            os.sched_setscheduler(self.pid, policy, os.sched_param(0))

    def close(self) -> None:
        """Close everything of ours; only after it was reaped."""
        self.channel.close()
        self._page.close()
        super().close()


def start_module(errand: Errand, output: int, environ: Mapping[str, str]) -> Program:
    """Start a module of ours as a program; it ties itself to us by our number.

    Raises:
        OSError: if the system cannot give us a process.
    """
    command = (sys.executable, "-P", "-m", errand.module, *errand.arguments, str(os.getpid()))
    program = start_program(command, output, environ, tied=False)
    _lower(program.pid, errand.niceness)
    return program


def start_program(
    command: Sequence[str], output: int, environ: Mapping[str, str], *, tied: bool = True
) -> Program:
    """Start a program of somebody else's, whose output goes into a descriptor.

    Args:
        command: which, and what it is told.
        output: where its standard output goes.
        environ: its environment.
        tied: whether the kernel is asked to end it with us.

    Raises:
        OSError: if there is no such program, or the system cannot give us a process.
    """
    return Program(
        subprocess.Popen(
            [*(_tie(environ) if tied else ()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            env=dict(environ),
            process_group=0,
        )
    )


def _lower(pid: int, niceness: int) -> None:
    with contextlib.suppress(OSError):  # a container may forbid it; then it competes
        inherited = os.getpriority(os.PRIO_PROCESS, pid)
        os.setpriority(os.PRIO_PROCESS, pid, inherited + niceness)


def _tie(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what has the kernel end a program with the thread that started it.

    A program of somebody else's cannot ask for it itself, and to ask on its behalf between fork and
    exec would run Python in a copy of this process.
    """
    path = environ.get("PATH")
    found, shell = shutil.which("setpriv", path=path), shutil.which("sh", path=path)
    if found is None or shell is None or not os.path.realpath(found).endswith("setpriv"):
        return ()  # another's, such as busybox's, knows no such option
    return found, "--pdeathsig", "KILL", shell, "-c", _IF_NOT_ORPHANED, str(os.getpid())


def _environment(spec: WorkerSpec, environ: Mapping[str, str]) -> dict[str, str]:
    places = [*spec.python_path, environ.get("PYTHONPATH", "")]
    found = {"PYTHONPATH": os.pathsep.join(filter(None, places))} if spec.python_path else {}
    return {**environ, **_ENVIRONMENT, **found}


def _make_page() -> int:
    """Return the heartbeat's memory, sealed: a worker that shrank it could make us fault."""
    page = os.memfd_create("stillframe-heartbeat", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(page, heartbeat.HEARTBEAT_BYTES)
    fcntl.fcntl(page, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return page


def _start_message(spec: WorkerSpec, lent: Lent, page: int) -> Start:
    arena = latest = None
    if lent.arena is not None:
        arena = ArenaGrant(
            descriptor=lent.arena.descriptor,
            slot_count=lent.arena.shape.slot_count,
            slot_bytes=lent.arena.shape.slot_bytes,
        )
    if lent.latest is not None:
        latest = LatestGrant(
            descriptor=lent.latest.descriptor,
            slot_count=lent.latest.shape.slot_count,
            payload_bytes=lent.latest.shape.payload_bytes,
        )
    return Start(
        worker=spec.name,
        heartbeat=page,
        arena=arena,
        latest=latest,
        companion=lent.pipe,
        settings=dict(spec.settings),
        beat_interval_ms=round(spec.heartbeat.interval_s * 1000),
        sandbox=spec.sandbox,
    )
