"""The three kinds of channel, for the one suite that all of them must pass."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from stillframe.contracts.codec import Codec
from stillframe.transport import seqpacket, stream
from stillframe.transport.channel import Channel
from stillframe.transport.memory import MemoryChannel, memory_pair
from stillframe.transport.seqpacket import SeqpacketChannel
from stillframe.transport.stream import StreamChannel

CAP_BYTES = 32 * 1024


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="word"):
    """The one message of the tests' channel."""

    number: int
    body: bytes = b""


def codec(name: str, cap_bytes: int = CAP_BYTES) -> Codec[Word]:
    return Codec(name, Word, cap_bytes)


@dataclass(frozen=True)
class Pair:
    """Two ends, and a way to send bytes that no honest peer would: whole, past codec and cap."""

    ours: Channel[Word, Word]
    theirs: Channel[Word, Word]
    inject: Callable[[bytes], None]


@contextlib.contextmanager
def seqpacket_pair() -> Iterator[Pair]:
    ours, theirs = seqpacket.socket_pair()
    yield from _over(SeqpacketChannel, ours, theirs, theirs.send)


@contextlib.contextmanager
def stream_pair() -> Iterator[Pair]:
    ours, theirs = stream.socket_pair()

    def inject(data: bytes) -> None:
        theirs.sendall(len(data).to_bytes(4, "little") + data)

    yield from _over(StreamChannel, ours, theirs, inject)


@contextlib.contextmanager
def in_memory_pair() -> Iterator[Pair]:
    ours, theirs = memory_pair(codec("forth"), codec("back"))
    assert isinstance(theirs, MemoryChannel)
    yield Pair(ours, theirs, theirs.inject)


def _over(
    kind: type[Any], ours: socket.socket, theirs: socket.socket, inject: Callable[[bytes], Any]
) -> Iterator[Pair]:
    near = kind(ours, codec("forth"), codec("back"))
    far = kind(theirs, codec("back"), codec("forth"))
    try:
        yield Pair(near, far, inject)
    finally:
        near.close()
        far.close()


PAIRS = {"seqpacket": seqpacket_pair, "stream": stream_pair, "memory": in_memory_pair}
