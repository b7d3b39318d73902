"""The Linux channel: `AF_UNIX`, `SOCK_SEQPACKET`.

Role: messages between the interface's supervisor thread and a worker. Counterpart: the same class
on the other side of a `socketpair`.

Guarantees: the kernel keeps message boundaries, so a hostile peer cannot make a reader wait for
the second half of anything.
"""

import socket
import struct
from typing import Final, TypeVar

from stillframe.contracts.codec import Codec
from stillframe.contracts.errors import MessageTooLargeError
from stillframe.transport.channel import ChannelClosedError, ChannelFullError
from stillframe.transport.sockets import PEER_GONE, SocketChannel

_US_PER_S: Final = 1_000_000
_TIMEVAL: Final = struct.Struct("ll")  # as socket(7) wants SO_RCVTIMEO

Out = TypeVar("Out")
In = TypeVar("In")


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected SEQPACKET sockets, neither inheritable."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class SeqpacketChannel(SocketChannel[Out, In]):
    """One end of a SEQPACKET pair.

    Nothing but `wait` waits: it takes the message itself, so that whoever waits for one needs one
    system call for it and not two.
    """

    def __init__(self, sock: socket.socket, outgoing: Codec[Out], incoming: Codec[In]) -> None:
        super().__init__(sock, outgoing, incoming)
        sock.setblocking(True)
        self._arrived: bytes | None = None
        self._patience_s: float | None = None

    def wait(self, timeout_s: float | None) -> bool:
        """Block until a message or the end has come, or time is up."""
        if self._arrived is not None or self._closed_because:
            return True
        if timeout_s is not None and timeout_s <= 0:
            return super().wait(timeout_s)
        if timeout_s != self._patience_s:
            self._be_patient(timeout_s)
        try:
            self._arrived = self._take(0)
        except BlockingIOError:
            return False
        except PEER_GONE:
            return True  # `receive` finds out what is left, and says so
        return True

    def _be_patient(self, timeout_s: float | None) -> None:
        self._patience_s = timeout_s
        whole_s, rest_us = divmod(round((timeout_s or 0.0) * _US_PER_S), _US_PER_S)
        time = _TIMEVAL.pack(whole_s, rest_us)  # nothing at all means for ever
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, time)

    def _take(self, flags: int) -> bytes:
        # One byte more than any message may have, so that an oversized one shows. Without a buffer
        # for them, the kernel itself closes descriptors that a peer pushes on us.
        return self._socket.recv(self._incoming_codec.cap_bytes + 1, flags)

    def _send_bytes(self, data: bytes) -> None:
        self._check_open()
        try:
            self._socket.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError as error:
            raise ChannelFullError(self._outgoing_codec.channel, len(data)) from error
        except PEER_GONE as error:
            # What the peer sent before it died can still be read: the socket stays open.
            cause = f"peer is gone ({error.strerror})"
            raise ChannelClosedError(self._outgoing_codec.channel, cause) from error

    def _receive_bytes(self) -> bytes | None:
        self._check_open()
        data, self._arrived = self._arrived, None
        if data is None:
            try:
                data = self._take(socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            except PEER_GONE as error:
                raise self._end(f"peer is gone ({error.strerror})") from error
        codec = self._incoming_codec
        if len(data) > codec.cap_bytes:
            self._end("peer sent a message over the cap")
            raise MessageTooLargeError(codec.channel, len(data), codec.cap_bytes)
        if not data:
            # An empty packet cannot be told from the end, and no message is empty.
            raise self._end("peer closed it")
        return data
