"""A worker that does what a request's path says, most of it wrong.

Started as `python -m unruly_worker` by a supervisor under test, with this folder on the path. Its
requests and answers are the image worker's. A path is a word and, after a colon, its argument.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import ClassVar, NoReturn, Self

import msgspec

from stillframe.contracts.control import LogLevel, LogRecord, SettingValue, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import ImageRequest, ImageResult
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.arena import SlotWriter
from stillframe.workers import loop
from stillframe.workers.handler import Handler

SIDE_PX = 4
BURST = 100  # messages; a socket's buffer holds more than twice as many
NAME = "unruly"


class UnrulyHandler(Handler[ImageRequest, ImageResult]):
    """Paints a small frame, or misbehaves."""

    name: ClassVar[str] = NAME
    protocol: ClassVar[Protocol] = PROTOCOLS["images"]

    def __init__(self, writer: SlotWriter, settings: Mapping[str, SettingValue]) -> None:
        self._writer, self._settings = writer, dict(settings)

    @classmethod
    def start(cls, start: Start) -> Self:
        """Start, unless the settings say otherwise."""
        match start.settings.get("at_start"):
            case "hang":
                hang()
            case "fail":
                raise ValueError("the lamp is out")
            case "die":
                die(signal.SIGKILL)
            case "wait":
                wait_for(str(start.settings["fifo"]))
        assert start.arena is not None
        grant = start.arena
        writer = SlotWriter.open(grant.descriptor, grant.slot_count, grant.slot_bytes)
        return cls(writer, start.settings)

    def configure(self, settings: Mapping[str, SettingValue]) -> None:
        """Remember the new settings, to be asked for them."""
        self._settings = dict(settings)

    def handle(self, request: ImageRequest) -> ImageResult:
        """Do as the path says."""
        word, _, argument = request.path.decode().partition(":")
        if word == "once":
            word, _, mark = argument.partition(":")
            if os.path.exists(mark):
                return self._paint(request)
            with open(mark, "w"):
                pass
        if word in ACTS:
            ACTS[word](argument)
        if word == "without":
            return msgspec.structs.replace(self._answer(request), payload_size_bytes=0)
        if word == "blank":
            return self._answer(request)
        answer = self._paint(request, **LIES.get(word, {}))
        stray = msgspec.structs.replace(answer, seq=request.seq + 1000)
        if word in ("stray", "twice"):
            send_raw(encoded(stray if word == "stray" else answer))
        return stray if word == "mute" else answer

    def _paint(
        self,
        request: ImageRequest,
        *,
        generation: int = 0,
        seq: int = 0,
        pid: int = 0,
        height: int = SIDE_PX,
    ) -> ImageResult:
        """Write a frame whose every byte is the request's number; the rest are its lies."""
        assert request.slot is not None
        size_bytes = SIDE_PX * SIDE_PX * 4
        with self._writer.pixels(request.slot.index, size_bytes) as pixels:
            pixels[:] = bytes([request.seq % 256]) * size_bytes
        header = SlotHeader(
            size_bytes=SIDE_PX * 4 * height,
            width=SIDE_PX,
            height=height,
            stride=SIDE_PX * 4,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            producer_pid=os.getpid() + pid,
            generation=request.slot.generation + generation,
            seq=request.seq + seq,
            ts_ns=time.monotonic_ns(),
        )
        self._writer.seal(request.slot.index, header)
        return self._answer(request)

    def _answer(self, request: ImageRequest) -> ImageResult:
        """Answer, with the settings in the key."""
        assert request.slot is not None
        return ImageResult(
            **echo(request, time.monotonic_ns()),
            cache_key=b"settings " + msgspec.json.encode(self._settings),
            ratio_policy=request.ratio_policy,
            slot=request.slot,
            width=SIDE_PX,
            height=SIDE_PX,
            payload_size_bytes=SIDE_PX * SIDE_PX * 4,
            stride=SIDE_PX * 4,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            ts_ns=time.monotonic_ns(),
            source_size=(SIDE_PX, SIDE_PX),
        )


def die(number: signal.Signals) -> NoReturn:
    """End by a signal."""
    os.kill(os.getpid(), number)
    hang()


def hang() -> NoReturn:
    """Do nothing for ever."""
    while True:
        signal.pause()


def wait_for(fifo: str) -> None:
    """Wait until somebody writes a byte into a FIFO."""
    with open(fifo, "rb", buffering=0) as file:
        file.read(1)


def encoded(message: ImageResult | LogRecord) -> bytes:
    """Return a message's bytes."""
    return PROTOCOLS["images"].from_worker(NAME).encode(message)


def send_raw(data: bytes) -> None:
    """Send bytes past the codec, waiting for room."""
    with socket.socket(fileno=os.dup(int(sys.argv[1]))) as raw:
        raw.send(data)


def say_and_hang(data: bytes) -> NoReturn:
    """Send bytes that are no message, and go on living."""
    send_raw(data)
    hang()


def flood() -> NoReturn:
    """Talk without end."""
    record = encoded(LogRecord(level=LogLevel.DEBUG, event="and another thing"))
    while True:
        send_raw(record)


def burst(mark: str) -> NoReturn:
    """Say much at once, leave a mark when all is said, and hang."""
    record = encoded(LogRecord(level=LogLevel.DEBUG, event="one of many"))
    for _ in range(BURST):
        send_raw(record)
    with open(mark, "w"):
        pass
    hang()


def fork(note: str) -> NoReturn:
    """Start a process that would live on, note its number, and die."""
    pid = os.fork()
    if pid == 0:
        hang()
    with open(note, "a") as file:
        file.write(f"{pid}\n")
    die(signal.SIGKILL)
    hang()


def raise_bug() -> NoReturn:
    """Fail as a bug does."""
    raise ZeroDivisionError("a bug\nin two lines")


def refuse() -> NoReturn:
    """Say no, as a good worker does."""
    raise FaultError(FaultKind.EMPTY, "nothing there", 3, 4)


def hang_up() -> NoReturn:
    """Close the channel, and go on living."""
    os.close(int(sys.argv[1]))
    hang()


# What is done before the frame is painted, if it comes to that.
ACTS: Mapping[str, Callable[[str], object]] = {
    "kill": lambda _: die(signal.SIGKILL),
    "segv": lambda _: die(signal.SIGSEGV),
    "exit0": lambda _: os._exit(0),
    "exit1": lambda _: os._exit(1),
    "bug": lambda _: raise_bug(),
    "hang": lambda _: hang(),
    "hang-up": lambda _: hang_up(),
    "garbage": lambda _: say_and_hang(b"\xc1\x00garbage"),
    "empty": lambda _: say_and_hang(b""),
    "oversize": lambda _: say_and_hang(bytes(40 * 1024)),
    "flood": lambda _: flood(),
    "burst": burst,
    "fork": fork,
    "refuse": lambda _: refuse(),
    "wait": wait_for,
    "say": lambda text: os.write(2, text.encode("latin-1")),
}
# What a frame's header says that is not so.
LIES: Mapping[str, dict[str, int]] = {
    "stale": {"generation": -1},
    "other-seq": {"seq": 1},
    "forged": {"pid": 1},
    "boast": {"height": 10_000},
}


if __name__ == "__main__":
    raise SystemExit(loop.main(UnrulyHandler))
