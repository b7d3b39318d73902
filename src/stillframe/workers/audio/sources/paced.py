"""Sound that could be had all at once, given out as fast as it would be heard.

Role: turns frames on demand into a source. Counterpart: `sources.file` and `sources.synthetic`
make the frames.

Guarantees: a block comes when its last frame would be heard, and says when that was; a reader that
comes late gets what it missed at once, but no more than `_BEHIND_NS` of it: the rest is skipped in
time, not in sound. Frames that cannot be had any more are a note, and silence from then on.
"""

import select
import time
from collections.abc import Callable
from typing import Final, Protocol

from stillframe.contracts.errors import FaultError
from stillframe.workers.audio.sources.source import BLOCK_FRAMES, Block, Samples

_NS_PER_S: Final = 1_000_000_000
_MS_PER_NS: Final = 1e-6
_BEHIND_NS: Final = 250_000_000


class Frames(Protocol):
    """Sound without a clock."""

    sample_rate_hz: int
    channels: int

    @property
    def title(self) -> str:
        """What it is, in words for people."""

    def take(self, frames: int) -> Samples:
        """Return the next frames, exactly so many, shape (frames, channels).

        Raises:
            FaultError: if there are none any more.
        """

    def close(self) -> None:
        """Let go of everything."""


class PacedSource:
    """Frames, one block after the other in their time."""

    def __init__(
        self,
        frames: Frames,
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        wait: Callable[[int, float], None] | None = None,
    ) -> None:
        """Begin now; `wait` gets a descriptor, or -1, and a time in ns."""
        self.sample_rate_hz, self.channels = frames.sample_rate_hz, frames.channels
        self._frames, self._clock_ns, self._wait = frames, clock_ns, wait or _wait
        self._start_ns, self._given, self._note = clock_ns(), 0, ""

    @property
    def heard_from(self) -> str:
        """What is listened to."""
        return self._frames.title

    @property
    def note(self) -> str:
        """Why it fell silent, if it did."""
        return self._note

    def read(self, timeout_s: float, wake: int = -1) -> Block | None:
        """Return the next block when its time has come; None if it does not within `timeout_s`."""
        now_ns, end_ns = self._clock_ns(), self._end_ns()
        if self._note:
            self._wait(wake, max(0.0, timeout_s) * _NS_PER_S)
            return None
        if now_ns < end_ns:
            self._wait(wake, min(end_ns - now_ns, max(0.0, timeout_s) * _NS_PER_S))
            now_ns = self._clock_ns()
            if now_ns < end_ns:
                return None
        if now_ns - end_ns > _BEHIND_NS:
            self._start_ns += now_ns - end_ns
            end_ns = now_ns
        self._given += BLOCK_FRAMES
        try:
            return Block(self._frames.take(BLOCK_FRAMES), end_ns)
        except FaultError as error:
            self._note = f"{self._frames.title}: {error.fault.detail}"
            return None

    def close(self) -> None:
        """Close what the frames come from."""
        self._frames.close()

    def _end_ns(self) -> int:
        frames = self._given + BLOCK_FRAMES
        return self._start_ns + frames * _NS_PER_S // self.sample_rate_hz


def _wait(wake: int, longest_ns: float) -> None:
    poller = select.poll()
    if wake >= 0:
        poller.register(wake, select.POLLIN)
    poller.poll(longest_ns * _MS_PER_NS)
