"""A channel: whole messages, in order, to one peer.

Role: the interface that the three kinds of channel share, and the checks they all make.
Counterpart: `transport.seqpacket` on Linux, `transport.stream` elsewhere, `transport.memory` in
tests; one conformance suite runs over all three.

Guarantees:
- `send` and `receive` never block; `wait` alone does, for a given time.
- A message arrives whole or not at all. A peer that breaks the framing or a cap ends the channel.
- After the peer is gone, what it had sent is still received, then `ChannelClosedError` is raised.
"""

import abc
from typing import Generic, TypeVar

from stillframe.contracts.codec import Codec

Out = TypeVar("Out")
In = TypeVar("In")


class ChannelClosedError(Exception):
    """The peer is gone, or this end was closed."""

    def __init__(self, channel: str, cause: str) -> None:
        super().__init__(channel, cause)
        self.channel, self.cause = channel, cause

    def __str__(self) -> str:
        return f"channel {self.channel} is closed: {self.cause}"


class ChannelFullError(Exception):
    """The peer has not read what was sent before; the message was not taken."""

    def __init__(self, channel: str, size_bytes: int) -> None:
        super().__init__(channel, size_bytes)
        self.channel, self.size_bytes = channel, size_bytes

    def __str__(self) -> str:
        return (
            f"channel {self.channel} is full: message of {self.size_bytes} bytes not taken; "
            "send again when the peer has read"
        )


class Channel(abc.ABC, Generic[Out, In]):
    """One end: sends messages of type `Out`, receives messages of type `In`."""

    def __init__(self, outgoing: Codec[Out], incoming: Codec[In]) -> None:
        self._outgoing_codec = outgoing
        self._incoming_codec = incoming

    def send(self, message: Out) -> None:
        """Hand the message to the peer.

        Raises:
            MessageTooLargeError: it is over the cap; the channel stays usable.
            ChannelFullError: the peer does not read; nothing was sent, try later.
            ChannelClosedError: there is no peer any more.
        """
        self._send_bytes(self._outgoing_codec.encode(message))

    def receive(self) -> In | None:
        """Return the next message, or None if none is here now.

        Raises:
            ContractError: the peer sent something that is not a message; close the channel.
            ChannelClosedError: the peer is gone and all it sent has been received.
        """
        data = self._receive_bytes()
        return None if data is None else self._incoming_codec.decode(data)

    @abc.abstractmethod
    def wait(self, timeout_s: float | None) -> bool:
        """Block until `receive` has something to say (a message or the end), or time is up."""

    @abc.abstractmethod
    def fileno(self) -> int:
        """Return the descriptor to poll for reading."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close this end; the peer is told. Closing twice is fine."""

    @abc.abstractmethod
    def _send_bytes(self, data: bytes) -> None: ...

    @abc.abstractmethod
    def _receive_bytes(self) -> bytes | None: ...
