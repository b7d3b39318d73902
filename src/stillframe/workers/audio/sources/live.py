"""What the computer plays, or a microphone hears, now.

Role: performs what `listening` decides. Counterpart: `sources.server` knows the devices; the
supervisor starts the recording program when it is asked, and `sources.pipe` reads what it writes.

Guarantees:
- The same device is never recorded twice, and none while nobody plays.
- A device that vanishes, a program that dies or stands still, and a server that is started again
  are each followed by sound again as soon as there is any; none of them is an error.
- Where there is nothing to hear, `read` waits: nothing is done until something changes.
"""

import select
import time
from collections.abc import Callable
from typing import Final

from stillframe.contracts.control import Accompany
from stillframe.workers.audio.listening import Ear, heard, look
from stillframe.workers.audio.sources.pipe import PipeSource
from stillframe.workers.audio.sources.server import SoundServer
from stillframe.workers.audio.sources.source import Block

_NS_PER_S: Final = 1_000_000_000
_NS_PER_MS: Final = 1_000_000
# A sink that is in a hurry hands out 5 ms at a time; to make bars of each of them would take twice
# the processor time, for pictures that nobody sees.
_GATHERED_FRAMES: Final = 480
_LATE_MS: Final = 1
_NAME_CAP_CHARS: Final = 256


class LiveSource:
    """One device after the other, as they come and go."""

    def __init__(
        self,
        wanted: str,
        pipe: PipeSource,
        server: SoundServer,
        ask: Callable[[Accompany], None],
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Listen to what is `wanted`: `auto`, `mic` or a device; `ask` for what records it."""
        self.sample_rate_hz, self.channels = pipe.sample_rate_hz, pipe.channels
        self._wanted, self._pipe, self._server, self._ask = wanted, pipe, server, ask
        self._clock_ns, self._ear = clock_ns, Ear()
        self._again_ns: int | None = None
        self._asked = False
        self._news = False  # whether the server has something new
        self._heard_from = self._note = ""
        self._poller = select.poll()
        self._poller.register(pipe.descriptor, select.POLLIN)
        self._poller.register(server.changed, select.POLLIN)

    @property
    def heard_from(self) -> str:
        """Which device is listened to, or would be if somebody played."""
        return self._heard_from

    @property
    def note(self) -> str:
        """What a person should know; empty if all is well."""
        return self._note

    def read(self, timeout_s: float, wake: int = -1) -> Block | None:
        """Return the next block, or None if none came within `timeout_s`.

        A descriptor `wake` that can be read ends the wait sooner.

        Raises:
            RuntimeError: if nobody watches the sound server any more.
        """
        if wake >= 0:
            self._poller.register(wake, select.POLLIN)
        until_ns = self._clock_ns() + round(max(0.0, timeout_s) * _NS_PER_S)
        while True:
            now_ns = self._clock_ns()
            self._look(now_ns)
            block = self._take(now_ns)
            if block is not None or now_ns >= until_ns:
                return block
            next_ns = until_ns if self._again_ns is None else min(until_ns, self._again_ns)
            # Rounded up: a wait that ends before its time would be followed by another at once.
            polled = self._poller.poll(max(0, -(-(next_ns - now_ns) // _NS_PER_MS)))
            ready = [descriptor for descriptor, _ in polled]
            self._news = self._server.changed in ready and self._server.heard()
            if wake in ready:
                return self._take(self._clock_ns())
            self._gather(wake)

    def close(self) -> None:
        """Have nothing recorded any more."""
        self._server.close()
        if self._ear.device:
            self._ask(Accompany())

    def _gather(self, wake: int) -> None:
        """Where only a part of a block has come, wait for as long as the rest may take."""
        waiting = self._pipe.waiting_frames()
        if 0 < waiting < _GATHERED_FRAMES:
            missing_ms = (_GATHERED_FRAMES - waiting) * 1000 // self.sample_rate_hz + _LATE_MS
            message = select.poll()
            if wake >= 0:
                message.register(wake, select.POLLIN)
            message.poll(missing_ms)

    def _take(self, now_ns: int) -> Block | None:
        block = self._pipe.take()
        if block is None or not self._ear.device:
            return None  # what comes still is of a device that was let go
        if not self._ear.heard_ns:
            self._again_ns = now_ns  # from here on it has less time to fall silent
        self._ear = heard(self._ear, now_ns)
        return block

    def _look(self, now_ns: int) -> None:
        due = self._again_ns is not None and now_ns >= self._again_ns
        if not (self._news or due):
            return
        self._news = False
        verdict = look(self._ear, self._server.facts, self._wanted, now_ns)
        self._again_ns, self._ear = verdict.again_ns, verdict.ear
        self._heard_from, self._note = verdict.listens_to, verdict.note
        if verdict.reopen or not self._asked:  # one before us may have left a program running
            self._asked = True
            self._pipe.drain()
            name = verdict.ear.device[:_NAME_CAP_CHARS]
            self._ask(Accompany(argument=name, anew=verdict.ear.tries > 0))
