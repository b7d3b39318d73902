"""A worker as a bare child process, with the test in its supervisor's place."""

import mmap
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from crew import environment
from stillframe.contracts import counters, heartbeat
from stillframe.contracts.control import ArenaGrant, Hello, LatestGrant, Ready, Start
from stillframe.contracts.wire import PROTOCOLS, FromWorkerMessage, ToWorkerMessage
from stillframe.transport.arena import Arena, ArenaShape
from stillframe.transport.channel import Channel
from stillframe.transport.latest import Latest, LatestShape
from stillframe.transport.seqpacket import SeqpacketChannel, socket_pair

# Far beyond what any step takes on a busy machine; nothing waits this long unless it fails.
PATIENCE_S = 30.0


class WorkerChild:
    """A started worker; `hello` and `start` are left to the test."""

    def __init__(
        self,
        name: str,
        shape: ArenaShape | None,
        parent_pid: int,
        module: str | None = None,
        latest: LatestShape | None = None,
    ) -> None:
        protocol = PROTOCOLS[name]
        ours, theirs = socket_pair()
        self.socket = ours.dup()  # past the codec, for a test that is rude
        page = os.memfd_create("heartbeat")
        os.ftruncate(page, heartbeat.HEARTBEAT_BYTES)
        self._page, self._page_fd = mmap.mmap(page, heartbeat.HEARTBEAT_BYTES), page
        self.arena = Arena(shape) if shape else None
        self.latest = Latest(latest) if latest else None
        memory = [lent.descriptor for lent in (self.arena, self.latest) if lent is not None]
        self.process = subprocess.Popen(
            [
                *[sys.executable, "-P", "-m", module or f"stillframe.workers.{name}"],
                *[str(theirs.fileno()), str(parent_pid)],
            ],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno(), page, *memory],
        )
        theirs.close()
        self.name, self.pid = name, self.process.pid
        self.channel: Channel[ToWorkerMessage, FromWorkerMessage] = SeqpacketChannel(
            ours, protocol.to_worker(name), protocol.from_worker(name)
        )

    @classmethod
    @contextmanager
    def running(
        cls,
        name: str,
        shape: ArenaShape | None = None,
        *,
        parent_pid: int | None = None,
        module: str | None = None,
        latest: LatestShape | None = None,
    ) -> Iterator[Self]:
        """Yield a started worker, and see to its end; `module` is a simulated one."""
        child = cls(name, shape, parent_pid or os.getpid(), module, latest)
        try:
            yield child
        finally:
            child.process.kill()
            child.process.wait()
            assert child.process.stderr is not None
            child.process.stderr.close()
            child.hang_up()
            child._page.close()
            os.close(child._page_fd)
            for memory in (child.arena, child.latest):
                if memory is not None:
                    memory.close()

    @classmethod
    @contextmanager
    def ready(
        cls,
        name: str,
        shape: ArenaShape | None = None,
        module: str | None = None,
        latest: LatestShape | None = None,
        **settings: Any,
    ) -> Iterator[Self]:
        """Yield a worker that has said that it is ready."""
        with cls.running(name, shape, module=module, latest=latest) as child:
            assert isinstance(child.receive(), Hello)
            child.channel.send(child.start_message(**settings))
            assert isinstance(child.receive(), Ready)
            yield child

    def start_message(self, **settings: Any) -> Start:
        """Return the start message that a supervisor would send."""
        grant = latest = None
        if self.latest is not None:
            latest = LatestGrant(
                descriptor=self.latest.descriptor,
                slot_count=self.latest.shape.slot_count,
                payload_bytes=self.latest.shape.payload_bytes,
            )
        if self.arena is not None:
            shape = self.arena.shape
            grant = ArenaGrant(
                descriptor=self.arena.descriptor,
                slot_count=shape.slot_count,
                slot_bytes=shape.slot_bytes,
            )
        return Start(
            worker=self.name,
            heartbeat=self._page_fd,
            arena=grant,
            latest=latest,
            settings=settings,
        )

    def receive(self) -> FromWorkerMessage:
        """Return the worker's next message."""
        assert self.channel.wait(PATIENCE_S), "the worker says nothing"
        message = self.channel.receive()
        assert message is not None
        return message

    def durations(self) -> counters.Durations:
        """Return how long its requests took, by its own count."""
        with memoryview(self._page) as page:
            return counters.read(page)

    def beats(self) -> heartbeat.Heartbeat:
        """Return the worker's last heartbeat."""
        with memoryview(self._page) as page:
            return heartbeat.read(page)

    def hang_up(self) -> None:
        """Close the channel, as a dying supervisor does."""
        self.channel.close()
        self.socket.close()

    def ended(self) -> tuple[int, str]:
        """Wait for the worker's end; return its status and what it wrote to standard error."""
        _, errors = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, errors.decode()

    def interrupt(self) -> None:
        """Send what Ctrl-C sends."""
        os.kill(self.pid, signal.SIGINT)
