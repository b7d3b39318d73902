"""The portable channel: length-prefixed messages on a byte stream.

Role: what `transport.seqpacket` does, on systems without SEQPACKET. Counterpart: the same class
at the other end.

Guarantees: a length over the cap ends the channel before one byte of the body is stored; memory
in either direction is bounded by one message.
"""

import socket
import struct
from typing import Final, TypeVar

from stillframe.contracts.codec import Codec
from stillframe.contracts.errors import MalformedMessageError, MessageTooLargeError
from stillframe.transport.channel import ChannelClosedError, ChannelFullError
from stillframe.transport.sockets import PEER_GONE, SocketChannel

Out = TypeVar("Out")
In = TypeVar("In")

_LENGTH: Final = struct.Struct("<I")


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected stream sockets, neither inheritable."""
    return socket.socketpair()


class StreamChannel(SocketChannel[Out, In]):
    """One end of a connected stream socket."""

    def __init__(self, sock: socket.socket, outgoing: Codec[Out], incoming: Codec[In]) -> None:
        super().__init__(sock, outgoing, incoming)
        self._unsent = b""
        self._received = bytearray()

    def wait(self, timeout_s: float | None) -> bool:
        """Block as the base does, but not while a whole message is already buffered."""
        return self._holds_whole_message() or super().wait(timeout_s)

    def _send_bytes(self, data: bytes) -> None:
        self._check_open()
        if self._flush():
            raise ChannelFullError(self._outgoing_codec.channel, len(data))
        self._unsent = _LENGTH.pack(len(data)) + data
        if self._flush() == _LENGTH.size + len(data):
            self._unsent = b""  # not one byte was taken: the message was not sent
            raise ChannelFullError(self._outgoing_codec.channel, len(data))

    def _flush(self) -> int:
        """Push out what an earlier send could not, and return how many bytes still wait."""
        while self._unsent:
            try:
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                break
            except PEER_GONE as error:
                self._unsent = b""
                cause = f"peer is gone ({error.strerror})"
                raise ChannelClosedError(self._outgoing_codec.channel, cause) from error
            self._unsent = self._unsent[sent:]
        return len(self._unsent)

    def _receive_bytes(self) -> bytes | None:
        self._check_open()
        self._flush()
        while not self._holds_whole_message():
            try:
                chunk = self._socket.recv(self._missing_bytes())
            except BlockingIOError:
                return None
            except PEER_GONE as error:
                raise self._end(f"peer is gone ({error.strerror})") from error
            if not chunk:
                raise self._end_of_stream()
            self._received += chunk
        end = _LENGTH.size + self._announced_bytes()
        message = bytes(self._received[_LENGTH.size : end])
        del self._received[:end]
        return message

    def _holds_whole_message(self) -> bool:
        return (
            len(self._received) >= _LENGTH.size
            and len(self._received) >= _LENGTH.size + self._announced_bytes()
        )

    def _announced_bytes(self) -> int:
        announced: int = _LENGTH.unpack_from(self._received)[0]
        codec = self._incoming_codec
        if announced > codec.cap_bytes:
            self._end("peer announced a message over the cap")
            raise MessageTooLargeError(codec.channel, announced, codec.cap_bytes)
        return announced

    def _missing_bytes(self) -> int:
        if len(self._received) < _LENGTH.size:
            return _LENGTH.size - len(self._received)
        return _LENGTH.size + self._announced_bytes() - len(self._received)

    def _end_of_stream(self) -> Exception:
        error: Exception = self._end("peer closed it")
        if self._received:
            cause = "the stream ended inside it"
            error = MalformedMessageError(self._incoming_codec.channel, len(self._received), cause)
        return error
