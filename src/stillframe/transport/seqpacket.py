"""The Linux channel: `AF_UNIX`, `SOCK_SEQPACKET`.

Role: messages between the interface's supervisor thread and a worker. Counterpart: the same class
on the other side of a `socketpair`.

Guarantees: the kernel keeps message boundaries, so a hostile peer cannot make a reader wait for
the second half of anything.
"""

import array
import socket
from typing import TypeVar

from stillframe.contracts.codec import Codec
from stillframe.contracts.errors import MessageTooLargeError
from stillframe.transport.channel import ChannelClosedError, ChannelFullError
from stillframe.transport.sockets import PEER_GONE, SocketChannel

Out = TypeVar("Out")
In = TypeVar("In")


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected SEQPACKET sockets, neither inheritable."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class SeqpacketChannel(SocketChannel[Out, In]):
    """One end of a SEQPACKET pair."""

    def __init__(self, sock: socket.socket, outgoing: Codec[Out], incoming: Codec[In]) -> None:
        super().__init__(sock, outgoing, incoming)
        # One byte more than any message may have, so that an oversized one shows.
        self._buffer = bytearray(incoming.cap_bytes + 1)

    def _send_bytes(self, data: bytes) -> None:
        self._check_open()
        try:
            self._socket.send(data)
        except BlockingIOError as error:
            raise ChannelFullError(self._outgoing_codec.channel, len(data)) from error
        except PEER_GONE as error:
            # What the peer sent before it died can still be read: the socket stays open.
            cause = f"peer is gone ({error.strerror})"
            raise ChannelClosedError(self._outgoing_codec.channel, cause) from error

    def _receive_bytes(self) -> bytes | None:
        self._check_open()
        try:
            size, ancillary, flags, _ = self._socket.recvmsg_into(
                [self._buffer], socket.CMSG_SPACE(4)
            )
        except BlockingIOError:
            return None
        except PEER_GONE as error:
            raise self._end(f"peer is gone ({error.strerror})") from error
        _close_descriptors(ancillary)
        codec = self._incoming_codec
        if size > codec.cap_bytes or flags & socket.MSG_TRUNC:
            self._end("peer sent a message over the cap")
            raise MessageTooLargeError(codec.channel, size, codec.cap_bytes)
        if size == 0:
            # An empty packet cannot be told from the end, and no message is empty.
            raise self._end("peer closed it")
        return bytes(memoryview(self._buffer)[:size])


def _close_descriptors(ancillary: list[tuple[int, int, bytes]]) -> None:
    """Close descriptors that a peer pushed on us uninvited, so that it cannot fill our table."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors = array.array("i")
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
            for descriptor in descriptors:
                socket.close(descriptor)
