"""What only the stream channel has to withstand: bytes without boundaries."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channel_pairs import CAP_BYTES, Word, codec
from stillframe.contracts.errors import MalformedMessageError, MessageTooLargeError
from stillframe.transport.channel import ChannelClosedError, ChannelFullError
from stillframe.transport.stream import StreamChannel, socket_pair

Bodies = st.lists(st.binary(max_size=300), max_size=12)


def framed(word: Word) -> bytes:
    data = codec("back").encode(word)
    return len(data).to_bytes(4, "little") + data


@settings(max_examples=60)
@given(Bodies, st.lists(st.integers(1, 400), max_size=40))
def test_messages_are_the_same_however_the_bytes_are_cut(
    bodies: list[bytes], cuts: list[int]
) -> None:
    ours, theirs = socket_pair()
    channel = StreamChannel(ours, codec("forth"), codec("back"))
    sent = [Word(n, body) for n, body in enumerate(bodies)]
    stream = b"".join(framed(word) for word in sent)
    received = []
    for size in [*cuts, max(1, len(stream))]:
        piece, stream = stream[:size], stream[size:]
        theirs.sendall(piece)
        while (word := channel.receive()) is not None:
            received.append(word)
    channel.close()
    theirs.close()
    assert received == sent


@pytest.mark.parametrize("length", [CAP_BYTES + 1, 2**31, 2**32 - 1])
def test_a_hostile_length_ends_the_channel_before_a_byte_of_the_body(length: int) -> None:
    ours, theirs = socket_pair()
    channel = StreamChannel(ours, codec("forth"), codec("back"))
    theirs.sendall(length.to_bytes(4, "little"))
    with pytest.raises(MessageTooLargeError) as caught:
        channel.receive()
    assert (caught.value.size_bytes, caught.value.cap_bytes) == (length, CAP_BYTES)
    with pytest.raises(ChannelClosedError):
        channel.receive()
    theirs.close()


def test_half_a_message_is_nothing_yet() -> None:
    ours, theirs = socket_pair()
    channel = StreamChannel(ours, codec("forth"), codec("back"))
    data = framed(Word(1, b"half"))
    for byte in data[:-1]:
        theirs.sendall(bytes([byte]))
        assert channel.receive() is None
    theirs.sendall(data[-1:])
    assert channel.receive() == Word(1, b"half")
    channel.close()
    theirs.close()


@pytest.mark.parametrize("kept", [1, 4, 9])
def test_a_stream_that_ends_inside_a_message_is_malformed(kept: int) -> None:
    ours, theirs = socket_pair()
    channel = StreamChannel(ours, codec("forth"), codec("back"))
    theirs.sendall(framed(Word(1, b"lost"))[:kept])
    theirs.close()
    with pytest.raises(MalformedMessageError):
        channel.receive()


def fill(channel: StreamChannel[Word, Word]) -> int:
    """Send until the channel is full; return how many messages were taken."""
    for taken in itertools.count():
        try:
            channel.send(Word(taken, bytes(30_000)))
        except ChannelFullError:
            return taken
    raise AssertionError


def test_a_message_taken_in_part_is_finished_by_whatever_is_called_next() -> None:
    ours, theirs = socket_pair()
    channel = StreamChannel(ours, codec("forth"), codec("back"))
    far = StreamChannel(theirs, codec("back"), codec("forth"))
    taken = fill(channel)
    numbers = []
    while len(numbers) < taken:
        assert channel.receive() is None
        if (word := far.receive()) is not None:
            numbers.append(word.number)
    assert numbers == list(range(taken))
    channel.close()
    far.close()
