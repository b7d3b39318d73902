"""The life of a worker: hello, start, ready, then one request after another until told to stop.

Role: the main function of every worker. Counterpart: `supervision.pool`, which speaks the other
half of this conversation.

Guarantees:
- Each request gets exactly one answer, unless the process dies.
- The heartbeat rises at least every `Start.beat_interval_ms` while idle, and at both ends of a
  request.
- The end of the channel, or a stop message, ends the process with status 0 and no output.
- A bug ends the process with a traceback: a worker in an unknown state must not go on.
- Memory that a request has left free is given back when no other follows within a beat.
- With a sandbox, nothing but loading code comes before it: no byte of input, and no other thread.
"""

import functools
import mmap
import os
import select
import socket
import sys
import time
from typing import Any, Final

from stillframe.contracts import counters, heartbeat
from stillframe.contracts.control import Configure, Failed, Hello, Ready, Start
from stillframe.contracts.control import Stop as StopMessage
from stillframe.contracts.errors import Fault, FaultError, FaultKind
from stillframe.contracts.messages import WIRE_VERSION, Failure, Request, echo
from stillframe.contracts.wire import FromWorkerMessage, ToWorkerMessage
from stillframe.transport.channel import Channel, ChannelClosedError, ChannelFullError
from stillframe.transport.seqpacket import SeqpacketChannel
from stillframe.workers import heap
from stillframe.workers.confinement import confine
from stillframe.workers.handler import Handler
from stillframe.workers.lifeline import tie_to_parent

# Only to bound one wait for a parent that does not read; the supervisor kills us long before.
SEND_RETRY_S: Final = 0.05

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2

WorkerChannel = Channel[FromWorkerMessage, ToWorkerMessage]


def main(handler_type: type[Handler[Any, Any]], argv: list[str] | None = None) -> int:
    """Run one worker to its end and return its exit status.

    Args:
        handler_type: the kind of worker.
        argv: the channel's descriptor and the parent's process number; the real ones if None.
    """
    arguments = sys.argv[1:] if argv is None else argv
    try:
        channel_fd, parent_pid = (int(word) for word in arguments)
    except ValueError:
        print("this is a worker of stillframe: the supervisor starts it", file=sys.stderr)  # noqa: T201
        return EXIT_USAGE
    if not tie_to_parent(parent_pid):
        return EXIT_OK
    channel = _open_channel(handler_type, channel_fd)
    try:
        return _serve(handler_type, channel)
    except ChannelClosedError:
        return EXIT_OK


def _open_channel(handler_type: type[Handler[Any, Any]], descriptor: int) -> WorkerChannel:
    protocol, name = handler_type.protocol, handler_type.name
    return SeqpacketChannel(
        socket.socket(fileno=descriptor), protocol.from_worker(name), protocol.to_worker(name)
    )


def _serve(handler_type: type[Handler[Any, Any]], channel: WorkerChannel) -> int:
    _send(channel, Hello(worker=handler_type.name, pid=os.getpid()))
    start = _next_message(channel)
    if isinstance(start, StopMessage):
        return EXIT_OK
    if not isinstance(start, Start) or start.version != WIRE_VERSION:
        return _fail(
            channel, FaultKind.BAD_REQUEST, f"expected a start message, got {start!r:.200}"
        )
    try:
        pulse = Pulse(start.heartbeat, start.beat_interval_ms)
        handler = handler_type.start(start)
        handler.say = functools.partial(_send, channel)
        layers = confine(start.sandbox) if start.sandbox is not None else ()
        handler.warm_up()
    except (ValueError, OSError, ImportError) as error:
        return _fail(channel, FaultKind.BAD_REQUEST, f"cannot start: {error!r:.900}")
    ready = Ready(pid=os.getpid(), packages=_loaded_packages(), layers=layers, lacks=handler.lacks)
    _send(channel, ready)
    try:
        return _work(handler, channel, pulse)
    finally:
        handler.close()


def _work(handler: Handler[Any, Any], channel: WorkerChannel, pulse: "Pulse") -> int:
    is_rested = False
    while True:
        pulse.beat()
        lives = handler.live(channel.fileno(), pulse.interval_s)
        if not channel.wait(0 if lives else pulse.interval_s):
            if not is_rested:
                heap.give_back()
            is_rested = True
            continue
        message = channel.receive()
        match message:
            case Request():
                is_rested = False
                pulse.beat(message.seq)
                answer = _answer(handler, message)
                pulse.count()
                _send(channel, answer)
            case Configure(settings=settings):
                handler.configure(settings)
            case StopMessage():
                return EXIT_OK
            case Start():
                return _fail(channel, FaultKind.BAD_REQUEST, "a second start message")
            case None:
                continue


def _answer(handler: Handler[Any, Any], request: Request) -> FromWorkerMessage:
    try:
        response: FromWorkerMessage = handler.handle(request)
    except FaultError as error:
        return _failure(request, error.fault)
    except MemoryError:
        return _failure(request, Fault(kind=FaultKind.OUT_OF_MEMORY, detail="no memory for this"))
    return response


def _failure(request: Request, fault: Fault) -> Failure:
    return Failure(
        **echo(request, time.monotonic_ns()),
        error=fault,
    )


def _fail(channel: WorkerChannel, kind: FaultKind, detail: str) -> int:
    _send(channel, Failed(error=Fault(kind=kind, detail=detail)))
    return EXIT_FAILED


def _next_message(channel: WorkerChannel) -> ToWorkerMessage:
    while True:
        channel.wait(None)
        message = channel.receive()
        if message is not None:
            return message


def _send(channel: WorkerChannel, message: FromWorkerMessage) -> None:
    while True:
        try:
            channel.send(message)
        except ChannelFullError:
            poller = select.poll()
            poller.register(channel.fileno(), select.POLLOUT)
            poller.poll(round(SEND_RETRY_S * 1000))
        else:
            return


def _loaded_packages() -> tuple[str, ...]:
    """Return the top-level packages in this process: what a decoder's bug could reach."""
    standard = sys.stdlib_module_names
    return tuple(sorted({n.partition(".")[0] for n in sys.modules} - standard))[:512]


class Pulse:
    """The worker's end of the heartbeat page and its counters."""

    def __init__(self, descriptor: int, interval_ms: int) -> None:
        self.interval_s = interval_ms / 1000
        self._map = mmap.mmap(descriptor, heartbeat.HEARTBEAT_BYTES)
        self._page = memoryview(self._map)
        self._beats = 0
        self._beat_ns = 0

    def beat(self, busy_seq: int = 0) -> None:
        """Say "alive", and which request is in hand."""
        self._beats += 1
        self._beat_ns = time.monotonic_ns()
        heartbeat.write(
            self._page,
            heartbeat.Heartbeat(beats=self._beats, ts_ns=self._beat_ns, busy_seq=busy_seq),
        )

    def count(self) -> None:
        """Count the request that was begun with the last beat."""
        counters.count(self._page, time.monotonic_ns() - self._beat_ns)
