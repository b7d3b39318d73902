"""A child that is no process: what it says, and when it dies, is the test's to decide.

It stands in for `supervision.process.Child` where only the order of events matters. Its channel is
the product's own in-memory channel, its frames lie in the real arena, and time is an argument.
"""

import io
import itertools
import time
from collections.abc import Iterator

from stillframe.contracts.control import FromWorker, Hello, Ready, Start, Stop
from stillframe.contracts.counters import Durations
from stillframe.contracts.heartbeat import Heartbeat
from stillframe.contracts.histogram import BUCKETS
from stillframe.contracts.images import ImageRequest, ImageResult, SlotGrant
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import ToWorkerMessage
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.vitals import Vitals
from stillframe.transport.arena import Arena, ArenaView, SlotWriter
from stillframe.transport.channel import ChannelClosedError
from stillframe.transport.memory import memory_pair

SIDE_PX = 4


class DeafSelector:
    """Takes note of nothing: the test calls what a real one would."""

    def register(self, *_: object) -> None:
        """Watch nothing."""

    def unregister(self, *_: object) -> None:
        """Forget nothing."""


class FakeChild:
    """A worker under the test's thumb, with the interface of `Child`."""

    numbers: Iterator[int] = itertools.count(100_000)

    def __init__(self, spec: WorkerSpec, arena: Arena | ArenaView | None) -> None:
        assert isinstance(arena, Arena)
        self.pid = self.pidfd = next(self.numbers)
        protocol, name = spec.protocol, spec.name
        self.channel, self._theirs = memory_pair(
            protocol.to_worker(name), protocol.from_worker(name)
        )
        self.stderr = io.BytesIO()
        self.start_message = Start(worker=name, heartbeat=3, settings=dict(spec.settings))
        self.writer = SlotWriter(arena.descriptor, arena.shape)
        self.beats, self.frozen, self.killed, self.how = 0, False, False, ""
        self.in_hand: ImageRequest | None = None
        self.told_to_stop = False
        self.counted = Durations(counts=(0,) * BUCKETS, max_ns=0)
        self.say(Hello(worker=name, pid=self.pid))

    # The worker's own doing.

    def say(self, message: FromWorker | ImageResult) -> None:
        """Send a message, unless it is dead."""
        if not self.how:
            self._theirs.send(message)

    @property
    def unheard(self) -> int:
        """How many of its messages nobody has read."""
        return len(self._theirs._outbox.messages)

    def listen(self) -> None:
        """Take what it was told, until there is a request in hand."""
        while not self.how and not self.frozen and (message := self._next()) is not None:
            self.beats += 1
            if isinstance(message, Start):
                self.say(Ready(pid=self.pid))
            elif isinstance(message, Stop):
                self.told_to_stop = True
            elif isinstance(message, ImageRequest):
                self.in_hand = message

    def _next(self) -> ToWorkerMessage | None:
        try:
            return self._theirs.receive()
        except ChannelClosedError:
            return None

    def answer(
        self, request: ImageRequest, *, generation: int = 0, named: SlotGrant | None = None
    ) -> None:
        """Write the request's frame and answer it.

        `generation` is how far off the frame's is, `named` the slot that the answer speaks of.
        """
        assert request.slot is not None
        grant = request.slot
        header = SlotHeader(
            size_bytes=SIDE_PX * SIDE_PX * 4,
            width=SIDE_PX,
            height=SIDE_PX,
            stride=SIDE_PX * 4,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            producer_pid=self.pid,
            generation=grant.generation + generation,
            seq=request.seq,
            ts_ns=time.monotonic_ns(),
        )
        with self.writer.pixels(grant.index, header.size_bytes) as pixels:
            pixels[:] = bytes([request.seq % 256]) * header.size_bytes
        self.writer.seal(grant.index, header)
        self.say(_result(request, named or grant))

    def die(self, how: str) -> None:
        """End; what it has said is still to be read."""
        if not self.how:
            self.how = how
            self._theirs.close()
            self.writer.close()

    # What supervision asks of a child.

    def heartbeat(self) -> Heartbeat:
        """Return its last beat; one that is free and not frozen beats whenever looked at."""
        self.beats += not self.frozen and self.in_hand is None
        return Heartbeat(beats=self.beats, ts_ns=0, busy_seq=0)

    def vitals(self) -> Vitals | None:
        """Return processor time that rises with each look, unless it is frozen."""
        return None if self.how else Vitals(self.cpu_ns(), 1 << 20, excused=False)

    def cpu_ns(self) -> int:
        """Return processor time."""
        self.used_ns = getattr(self, "used_ns", 0) + (not self.frozen)
        return self.used_ns

    def durations(self) -> Durations:
        """Return what the test says that it counted."""
        return self.counted

    def yield_to_others(self, *, on: bool) -> None:
        """Change nothing."""

    def read_stderr(self) -> tuple[str, ...] | None:
        """Return that nothing was written."""
        return None

    def kill(self) -> None:
        """Note that it was killed; it dies when the test says so, as a process in a disk wait."""
        self.killed = True

    def reap(self) -> str | None:
        """Return how it ended."""
        return self.how or None

    def close(self) -> None:
        """Close our end."""
        self.channel.close()


def _result(request: ImageRequest, grant: SlotGrant) -> ImageResult:
    return ImageResult(
        **echo(request, time.monotonic_ns()),
        cache_key=request.cache_key,
        ratio_policy=request.ratio_policy,
        slot=grant,
        width=SIDE_PX,
        height=SIDE_PX,
        payload_size_bytes=SIDE_PX * SIDE_PX * 4,
        stride=SIDE_PX * 4,
        format=PixelFormat.RGBA8_PREMULTIPLIED,
        ts_ns=time.monotonic_ns(),
        source_size=(SIDE_PX, SIDE_PX),
    )
