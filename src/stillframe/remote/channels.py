"""The two ends of a conversation with a show, and their caps.

Role: from a connected socket to a channel of `contracts.remote` messages. Counterpart:
`remote.server` and `remote.client` have one end each, so that they cannot disagree.
"""

import socket
from typing import Any, Final

from stillframe.contracts.codec import Codec
from stillframe.contracts.remote import FromShow, ToShow
from stillframe.transport.channel import Channel
from stillframe.transport.seqpacket import SeqpacketChannel

# A worker's name is the longest that anybody has to say.
TO_SHOW_CAP_BYTES: Final = 4 * 1024
# Sixteen workers with all their counters take some 30 KiB.
FROM_SHOW_CAP_BYTES: Final = 128 * 1024

_TO: Final[Any] = ToShow
_FROM: Final[Any] = FromShow


def show_end(sock: socket.socket) -> Channel[FromShow, ToShow]:
    """Return the show's end of a conversation."""
    return SeqpacketChannel(
        sock,
        Codec("remote.from", _FROM, FROM_SHOW_CAP_BYTES),
        Codec("remote.to", _TO, TO_SHOW_CAP_BYTES),
    )


def caller_end(sock: socket.socket) -> Channel[ToShow, FromShow]:
    """Return the caller's end of a conversation."""
    return SeqpacketChannel(
        sock,
        Codec("remote.to", _TO, TO_SHOW_CAP_BYTES),
        Codec("remote.from", _FROM, FROM_SHOW_CAP_BYTES),
    )
