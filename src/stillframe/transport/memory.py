"""The in-process channel, for tests and simulators.

Role: the same behaviour as a socket channel, without a kernel. Counterpart: the other end of
`memory_pair`. It passes the same conformance suite, so a test that uses it proves something.

Guarantees: single-threaded; `wait` never sleeps, because nobody else could act meanwhile.
"""

import collections
from typing import Final, TypeVar

from stillframe.contracts.codec import Codec
from stillframe.contracts.errors import MessageTooLargeError
from stillframe.transport.channel import Channel, ChannelClosedError, ChannelFullError

Out = TypeVar("Out")
In = TypeVar("In")

# What a socket's buffer holds by default on Linux, so that fullness is met as with the real thing.
BUFFER_BYTES: Final = 208 * 1024


class _Pipe:
    """One direction: encoded messages on their way, and whether either end has gone."""

    def __init__(self) -> None:
        self.messages: collections.deque[bytes] = collections.deque()
        self.size_bytes = 0
        self.writer_closed = False
        self.reader_closed = False


class MemoryChannel(Channel[Out, In]):
    """One end of a pair made by `memory_pair`."""

    def __init__(
        self, outgoing: Codec[Out], incoming: Codec[In], *, outbox: _Pipe, inbox: _Pipe
    ) -> None:
        super().__init__(outgoing, incoming)
        self._outbox, self._inbox = outbox, inbox

    def wait(self, timeout_s: float | None) -> bool:
        """Say whether `receive` has something to say, at once."""
        del timeout_s
        return bool(self._inbox.messages) or self._inbox.writer_closed or self._inbox.reader_closed

    def fileno(self) -> int:
        """Return -1: there is no descriptor."""
        return -1

    def close(self) -> None:
        """Close this end."""
        self._outbox.writer_closed = True
        self._inbox.reader_closed = True

    def inject(self, data: bytes) -> None:
        """Send raw bytes past the codec and its cap, as a hostile peer would."""
        self._send_bytes(data)

    def _send_bytes(self, data: bytes) -> None:
        channel = self._outgoing_codec.channel
        if self._outbox.writer_closed:
            raise ChannelClosedError(channel, "closed on this side")
        if self._outbox.reader_closed:
            raise ChannelClosedError(channel, "peer is gone")
        if self._outbox.messages and self._outbox.size_bytes + len(data) > BUFFER_BYTES:
            raise ChannelFullError(channel, len(data))
        self._outbox.messages.append(data)
        self._outbox.size_bytes += len(data)

    def _receive_bytes(self) -> bytes | None:
        codec = self._incoming_codec
        if self._inbox.reader_closed:
            raise ChannelClosedError(codec.channel, "closed on this side")
        if not self._inbox.messages:
            if self._inbox.writer_closed:
                raise ChannelClosedError(codec.channel, "peer closed it")
            return None
        data = self._inbox.messages.popleft()
        self._inbox.size_bytes -= len(data)
        if len(data) > codec.cap_bytes:
            self.close()
            raise MessageTooLargeError(codec.channel, len(data), codec.cap_bytes)
        return data


def memory_pair(
    a_to_b: Codec[Out], b_to_a: Codec[In]
) -> tuple[MemoryChannel[Out, In], MemoryChannel[In, Out]]:
    """Return two connected ends: the first sends `Out`, the second sends `In`."""
    forth, back = _Pipe(), _Pipe()
    return (
        MemoryChannel(a_to_b, b_to_a, outbox=forth, inbox=back),
        MemoryChannel(b_to_a, a_to_b, outbox=back, inbox=forth),
    )
