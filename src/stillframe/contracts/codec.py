"""Bytes to messages and back, capped and validated.

Role: the only encoder and decoder of wire messages. Counterpart: every `transport.Channel` owns
one codec a direction.

Guarantees:
- A message over its cap is refused before it is sent and before it is parsed.
- Whatever the bytes, `decode` returns a message of the union or raises a `ContractError`.
"""

from typing import Generic, TypeVar

import msgspec

from stillframe.contracts.caps import TEXT_CAP_CHARS
from stillframe.contracts.errors import (
    MalformedMessageError,
    MessageTooLargeError,
    UnencodableMessageError,
)

M = TypeVar("M")


class Codec(Generic[M]):
    """MessagePack with one tagged union and one cap."""

    def __init__(self, channel: str, messages: type[M], cap_bytes: int) -> None:
        """Prepare a codec.

        Args:
            channel: the channel's name, for errors.
            messages: the tagged union of structs that may pass.
            cap_bytes: the largest encoded message.
        """
        self.channel = channel
        self.cap_bytes = cap_bytes
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(messages)

    def encode(self, message: M) -> bytes:
        """Return the message's bytes.

        Raises:
            MessageTooLargeError: if they are over the cap.
            UnencodableMessageError: if a number is over 64 bits or a text is not Unicode.
        """
        try:
            data = self._encoder.encode(message)
        except (OverflowError, UnicodeEncodeError) as error:
            name = type(message).__name__
            raise UnencodableMessageError(self.channel, name, str(error)) from error
        if len(data) > self.cap_bytes:
            raise MessageTooLargeError(self.channel, len(data), self.cap_bytes)
        return data

    def decode(self, data: bytes) -> M:
        """Return the one message that `data` holds.

        Raises:
            MessageTooLargeError: if `data` is over the cap.
            MalformedMessageError: if it is anything but one valid message of the union.
        """
        if len(data) > self.cap_bytes:
            raise MessageTooLargeError(self.channel, len(data), self.cap_bytes)
        try:
            return self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            # The cause may quote the bytes, which are the peer's choice: keep a sentence of it.
            cause = str(error)[:TEXT_CAP_CHARS]
            raise MalformedMessageError(self.channel, len(data), cause) from error
