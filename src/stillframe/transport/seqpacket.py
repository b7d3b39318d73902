"""The Linux channel: `AF_UNIX`, `SOCK_SEQPACKET`.

Role: messages between the interface's supervisor thread and a worker. Counterpart: the same class
on the other side of a `socketpair`.

Guarantees: the kernel keeps message boundaries, so a hostile peer cannot make a reader wait for
the second half of anything.
"""

import socket
from typing import TypeVar

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
        codec = self._incoming_codec
        try:
            # One byte more than any message may have, so that an oversized one shows. Without a
            # buffer for them, the kernel itself closes descriptors that a peer pushes on us.
            data = self._socket.recv(codec.cap_bytes + 1)
        except BlockingIOError:
            return None
        except PEER_GONE as error:
            raise self._end(f"peer is gone ({error.strerror})") from error
        if len(data) > codec.cap_bytes:
            self._end("peer sent a message over the cap")
            raise MessageTooLargeError(codec.channel, len(data), codec.cap_bytes)
        if not data:
            # An empty packet cannot be told from the end, and no message is empty.
            raise self._end("peer closed it")
        return data
