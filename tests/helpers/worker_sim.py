"""Simulated workers of every kind: the real loop and the real contracts, made-up answers.

Started as `python -m simulated.KIND` by a supervisor under test, with this folder on the path. A
`Script`, sent as the worker's settings, says what goes wrong, at which moment and with which
requests; without one, all goes well.

Guarantees: what is answered is a function of kind, seed and request; so is how long it takes.
"""

import enum
import os
import random
import resource
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Self

import msgspec

from sim_answers import ANSWERS, Making, frame_size, source_of_chance
from stillframe.contracts.control import SettingValue, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import Request, Response, echo
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import PROTOCOLS
from stillframe.transport.arena import SlotWriter
from stillframe.workers import loop
from stillframe.workers.handler import Handler
from unruly_worker import hang, say_and_hang, send_raw, wait_for

KINDS: Final = tuple(ANSWERS)
WITH_SLOTS: Final = ("images", "transitions")
_GARBAGE: Final = b"\xc1\x00garbage"
# Far over what a limit set where the process stands leaves free, however it has grown before.
_TOO_MUCH_BYTES: Final = 256 * 1024 * 1024
_FIRST_STEPS: Final = 1 << 16


class Moment(enum.StrEnum):
    """When it goes wrong."""

    IDLE = "idle"
    """Between two requests: when the script comes by a configure message."""
    WORKING = "working"
    WRITING = "writing"
    """Half of the slot is written; kinds without slots never come here."""
    ANSWERING = "answering"
    """All is made, the slot is sealed, the answer is not sent."""
    ANSWERED = "answered"
    """The answer is sent. What lives on then answers a second time."""


class Act(enum.StrEnum):
    """What goes wrong."""

    NOTHING = "nothing"
    REFUSE = "refuse"
    SIGNAL = "signal"
    EXIT = "exit"
    HANG = "hang"
    """Sleeps for ever; a stop by SIGSTOP is a `SIGNAL`."""
    GARBAGE = "garbage"
    """Sends what is no message, then hangs."""
    OVERSIZE = "oversize"
    """Sends a message over the cap, then hangs."""
    STALE_SLOT = "stale-slot"
    """Seals the slot for an earlier grant."""
    STALE_ANSWER = "stale-answer"
    """Answers with an earlier generation."""
    SLOW_FILE = "slow-file"
    """Waits, as decoders do, for a thread of its own that waits for a file."""
    HOLD_LOCK = "hold-lock"
    """Computes in one C call that never lets go of the interpreter's lock."""
    EXHAUST_MEMORY = "exhaust-memory"


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong, as data; `to_settings` fits a `WorkerSpec` and a `Configure`.

    It concerns the requests that all of `at`, `every`, `containing` and `once` let pass.

    Attributes:
        signal: for `Act.SIGNAL`.
        status: for `Act.EXIT`.
        fault: for `Act.REFUSE`.
        fifo: for `Act.SLOW_FILE`: it ends when somebody writes there.
        hold_s: for `Act.HOLD_LOCK`, at least.
        delay_s: asleep before the work; longer than the heartbeat allows is a hang.
        jitter_s: up to so much more, by seed and request.
        seed: of the made-up answers and the jitter.
        first_generation: of answers without a slot; it rises with each.
        at: only the process's request of this number, from 1.
        every: only each so-many-th.
        containing: only requests in whose `repr` this stands.
        once: only for whoever makes this file first, so that a retry goes well.
    """

    act: Act = Act.NOTHING
    moment: Moment = Moment.WORKING
    signal: int = signal.SIGKILL
    status: int = 1
    fault: FaultKind = FaultKind.EMPTY
    fifo: str = ""
    hold_s: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    seed: int = 0
    first_generation: int = 1
    at: int = 0
    every: int = 0
    containing: str = ""
    once: str = ""

    def to_settings(self) -> dict[str, SettingValue]:
        """Return the script as a worker's settings."""
        settings: dict[str, SettingValue] = msgspec.to_builtins(self)
        return settings

    @classmethod
    def from_settings(cls, settings: Mapping[str, SettingValue]) -> Self:
        """Return the script in a worker's settings.

        Raises:
            ValueError: if they are none.
        """
        return msgspec.convert(dict(settings), cls)

    def concerns(self, number: int, request: Request) -> bool:
        """Say whether the process's request of this number is concerned."""
        return (
            self.at in (0, number)
            and (self.every == 0 or number % self.every == 0)
            and self.containing in repr(request)
        )

    def is_first(self) -> bool:
        """Say whether nobody else was first; whoever asks has been."""
        if not self.once:
            return True
        try:
            os.close(os.open(self.once, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    def pause_s(self, request: Request) -> float:
        """Return how long the work on a request sleeps first."""
        return self.delay_s + random.Random(f"{self.seed} {request.seq}").uniform(0, self.jitter_s)

    def play(self, moment: Moment, cap_bytes: int = 0) -> None:
        """Do what is due at a moment.

        Raises:
            FaultError: for a refusal.
            MemoryError: for want of memory.
        """
        if moment is not self.moment:
            return
        if self.act is Act.REFUSE:
            raise FaultError(self.fault, "the script says no", 1, 0)
        if self.act in _DEEDS:
            _DEEDS[self.act](self, cap_bytes)


_ALL_GOES_WELL: Final = Script()


class Simulated(Handler[Any, Any]):
    """A worker that makes its answers up."""

    def __init__(self, script: Script, writer: SlotWriter | None) -> None:
        self._script, self._writer = script, writer
        self._requests = 0
        self._generation = script.first_generation

    @classmethod
    def start(cls, start: Start) -> Self:
        """Take the script, and the arena if there is one.

        Raises:
            ValueError: if a kind with slots has no arena, or the settings are no script.
        """
        grant, writer = start.arena, None
        if cls.name in WITH_SLOTS:
            if grant is None:
                raise ValueError(f"the simulated {cls.name} worker needs an arena")
            writer = SlotWriter.open(grant.descriptor, grant.slot_count, grant.slot_bytes)
        return cls(Script.from_settings(start.settings), writer)

    def configure(self, settings: Mapping[str, SettingValue]) -> None:
        """Take a new script, and play it at once if it is for an idle worker."""
        self._script = Script.from_settings(settings)
        self._generation = self._script.first_generation
        if self._script.moment is Moment.IDLE and self._script.is_first():
            self._script.play(Moment.IDLE, self._cap_bytes())

    def handle(self, request: Request) -> Response:
        """Answer as the script has it."""
        self._requests += 1
        script = self._script
        if not (script.concerns(self._requests, request) and script.is_first()):
            script = msgspec.structs.replace(_ALL_GOES_WELL, seed=script.seed)
        if pause_s := script.pause_s(request):
            time.sleep(pause_s)
        script.play(Moment.WORKING, self._cap_bytes())
        rng = source_of_chance(self.name, script.seed, request)
        grant = getattr(request, "slot", None)
        if self._writer is not None:
            if grant is None:
                raise FaultError(FaultKind.BAD_REQUEST, "no slot was granted")
            written_ns = self._write(self._writer, grant, request, script, rng)
        else:
            written_ns = time.monotonic_ns()
        generation = grant.generation if grant is not None else self._next_generation()
        generation -= script.act is Act.STALE_ANSWER
        making = Making(echo(request, time.monotonic_ns()), generation, written_ns, rng)
        answer = ANSWERS[self.name](request, making)
        script.play(Moment.ANSWERING, self._cap_bytes())
        if script.moment is Moment.ANSWERED:
            send_raw(self.protocol.from_worker(self.name).encode(answer))
            script.play(Moment.ANSWERED, self._cap_bytes())
        return answer

    def close(self) -> None:
        """Unmap the arena."""
        if self._writer is not None:
            self._writer.close()

    def _next_generation(self) -> int:
        self._generation += 1
        return self._generation - 1

    def _write(
        self,
        writer: SlotWriter,
        grant: SlotGrant,
        request: Request,
        script: Script,
        rng: random.Random,
    ) -> int:
        """Fill a slot: half of the noise, the moment, the rest, the header; return when."""
        size = frame_size(request)
        size_bytes = size.pixels * 4
        if size_bytes > writer.shape.capacity_bytes:
            said = f"{size_bytes} bytes do not fit a slot of {writer.shape.capacity_bytes}"
            raise FaultError(FaultKind.BAD_REQUEST, said, size_bytes, writer.shape.capacity_bytes)
        noise, half = rng.randbytes(size_bytes), size_bytes // 2
        with writer.pixels(grant.index, size_bytes) as pixels:
            pixels[:half] = noise[:half]
            script.play(Moment.WRITING, self._cap_bytes())
            pixels[half:] = noise[half:]
        header = SlotHeader(
            size_bytes=size_bytes,
            width=size.width,
            height=size.height,
            stride=size.width * 4,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            producer_pid=os.getpid(),
            generation=grant.generation - (script.act is Act.STALE_SLOT),
            seq=request.seq,
            ts_ns=time.monotonic_ns(),
        )
        writer.seal(grant.index, header)
        return header.ts_ns

    def _cap_bytes(self) -> int:
        return self.protocol.from_worker(self.name).cap_bytes


def hold_lock(hold_s: float) -> None:
    """Compute in one C call for at least so long, with the interpreter's lock in hand."""
    steps = _FIRST_STEPS
    while True:
        began = time.perf_counter()
        sum(range(steps))
        took_s = time.perf_counter() - began
        if took_s >= hold_s:
            return
        steps *= max(2, round(1.2 * hold_s / took_s))


def exhaust_memory() -> None:
    """Want more memory than there is: the limit is put where the process stands.

    Raises:
        MemoryError: always.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", encoding="ascii") as file:
        used_bytes = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used_bytes, hard))
    try:
        bytearray(_TOO_MUCH_BYTES)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def wait_for_a_thread(fifo: str) -> None:
    """Wait for a thread of our own that waits for a file."""
    reader = threading.Thread(target=wait_for, args=(fifo,))
    reader.start()
    reader.join()


_DEEDS: Final[Mapping[Act, Callable[[Script, int], object]]] = {
    Act.SIGNAL: lambda script, _: os.kill(os.getpid(), script.signal),
    Act.EXIT: lambda script, _: os._exit(script.status),
    Act.HANG: lambda _script, _: hang(),
    Act.GARBAGE: lambda _script, _: say_and_hang(_GARBAGE),
    Act.OVERSIZE: lambda _, cap_bytes: say_and_hang(bytes(cap_bytes + 1)),
    Act.SLOW_FILE: lambda script, _: wait_for_a_thread(script.fifo),
    Act.HOLD_LOCK: lambda script, _: hold_lock(script.hold_s),
    Act.EXHAUST_MEMORY: lambda _script, _: exhaust_memory(),
}


def handler_of(kind: str) -> type[Simulated]:
    """Return the simulated worker of a kind."""

    class SimulatedKind(Simulated):
        name: ClassVar[str] = kind
        protocol: ClassVar[Any] = PROTOCOLS[kind]

    return SimulatedKind


def main(kind: str) -> int:
    """Run one simulated worker to its end and return its exit status."""
    return loop.main(handler_of(kind))
