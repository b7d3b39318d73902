"""What the two socket channels have in common: readiness, closing, and naming a dead peer.

Role: the base of `transport.seqpacket` and `transport.stream`. Counterpart: the operating system.
"""

import contextlib
import select
import socket
from typing import TypeVar

from stillframe.contracts.codec import Codec
from stillframe.transport.channel import Channel, ChannelClosedError

Out = TypeVar("Out")
In = TypeVar("In")

# Errors by which a kernel says that the other end is gone, not that we did something wrong.
PEER_GONE = (BrokenPipeError, ConnectionResetError, ConnectionRefusedError)


class SocketChannel(Channel[Out, In]):
    """A channel over one connected socket, which it owns."""

    def __init__(self, sock: socket.socket, outgoing: Codec[Out], incoming: Codec[In]) -> None:
        super().__init__(outgoing, incoming)
        sock.setblocking(False)
        self._socket = sock
        self._poller = select.poll()
        self._poller.register(sock, select.POLLIN)
        self._closed_because = ""

    def wait(self, timeout_s: float | None) -> bool:
        """Block until the socket is readable or ended, or time is up."""
        if self._closed_because:
            return True
        return bool(
            self._poller.poll(None if timeout_s is None else max(0, round(timeout_s * 1000)))
        )

    def fileno(self) -> int:
        """Return the socket's descriptor, -1 once closed."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket."""
        self._end("closed on this side")

    def _end(self, cause: str) -> ChannelClosedError:
        """Close the socket once, remember why, and return the error to raise."""
        if not self._closed_because:
            self._closed_because = cause
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        return ChannelClosedError(self._incoming_codec.channel, self._closed_because)

    def _check_open(self) -> None:
        if self._closed_because:
            raise ChannelClosedError(self._incoming_codec.channel, self._closed_because)
