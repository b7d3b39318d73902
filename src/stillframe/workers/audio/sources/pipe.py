"""Sound from a pipe.

Role: whole frames out of the bytes that a recording program writes. Counterpart: `parec`, or
`workers.audio.recorder` where there is none, at the other end; the supervisor holds both ends, so
that reader and writer may each die and come again.

Guarantees:
- Never waits for more than is there, and never for longer than it was told.
- However a stretch of bytes is cut, the same frames come out of it.
- What was recorded while nobody read is thrown away: old sound is of no use to a picture.
"""

import fcntl
import os
import select
import struct
import termios
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from stillframe.workers.audio.sources.source import BLOCK_FRAMES, Block

_SAMPLE_BYTES: Final = 4
_NS_PER_S: Final = 1_000_000_000
_MS_PER_S: Final = 1000
_DRAIN_BYTES: Final = 1 << 16
# A pipe holds 64 KiB, and one that writes on while we read is not worth waiting for.
_DRAIN_READS: Final = 16


class PipeSource:
    """Interleaved little-endian float32 from a descriptor, which stays its owner's."""

    def __init__(
        self,
        descriptor: int,
        sample_rate_hz: int,
        channels: int,
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Read from a descriptor, without ever blocking on it."""
        self.sample_rate_hz, self.channels = sample_rate_hz, channels
        self.descriptor, self._clock_ns = descriptor, clock_ns
        self._frame_bytes = channels * _SAMPLE_BYTES
        self._part = b""  # of a frame
        self._ended = False
        os.set_blocking(descriptor, False)

    @property
    def heard_from(self) -> str:
        """What is listened to."""
        return "a pipe"

    @property
    def note(self) -> str:
        """Nothing: whoever fills the pipe knows more."""
        return ""

    def read(self, timeout_s: float, wake: int = -1) -> Block | None:
        """Return what there is, up to a block; None if nothing came."""
        poller = select.poll()
        for descriptor in (wake, -1 if self._ended else self.descriptor):
            if descriptor >= 0:
                poller.register(descriptor, select.POLLIN)
        poller.poll(max(0.0, timeout_s) * _MS_PER_S)
        return self.take()

    def take(self) -> Block | None:
        """Return what there is now, up to a block, without any wait."""
        data = self._part + self._read(BLOCK_FRAMES * self._frame_bytes - len(self._part))
        whole = len(data) - len(data) % self._frame_bytes
        self._part = data[whole:]
        if not whole:
            return None
        samples = np.frombuffer(data[:whole], "<f4").astype(np.float32, copy=False)
        behind_ns = self.waiting_frames() * _NS_PER_S // self.sample_rate_hz
        return Block(samples.reshape(-1, self.channels), self._clock_ns() - behind_ns)

    def drain(self) -> None:
        """Forget what was written until now, in whole frames."""
        for _ in range(_DRAIN_READS):
            if not self._read(_DRAIN_BYTES // self._frame_bytes * self._frame_bytes):
                break
        self._part = b""

    def close(self) -> None:
        """Do nothing: the descriptor is its owner's."""

    def _read(self, size_bytes: int) -> bytes:
        if self._ended:
            return b""
        try:
            data = os.read(self.descriptor, size_bytes)
        except BlockingIOError:
            return b""
        self._ended = not data
        return data

    def waiting_frames(self) -> int:
        """Return how many whole frames are in the pipe."""
        answer = fcntl.ioctl(self.descriptor, termios.FIONREAD, struct.pack("i", 0))
        waiting_bytes: int = struct.unpack("i", answer)[0]
        return waiting_bytes // self._frame_bytes
