"""What only the SEQPACKET channel has to withstand."""

import socket

import pytest

from channel_pairs import CAP_BYTES, Word, codec
from descriptors import open_descriptors
from stillframe.contracts.errors import MessageTooLargeError
from stillframe.transport.channel import ChannelClosedError
from stillframe.transport.seqpacket import SeqpacketChannel, socket_pair


def test_sockets_are_not_inherited_by_accident() -> None:
    for end in socket_pair():
        assert not end.get_inheritable()
        end.close()


def test_descriptors_that_nobody_asked_for_are_closed() -> None:
    ours, theirs = socket_pair()
    channel = SeqpacketChannel(ours, codec("forth"), codec("back"))
    data = codec("back").encode(Word(1))
    before = len(open_descriptors())
    for _ in range(50):
        socket.send_fds(theirs, [data], [0, 1, 2])
        assert channel.receive() == Word(1)
    assert len(open_descriptors()) == before
    channel.close()
    theirs.close()


def test_an_empty_packet_is_taken_for_the_end() -> None:
    ours, theirs = socket_pair()
    channel = SeqpacketChannel(ours, codec("forth"), codec("back"))
    theirs.send(b"")
    with pytest.raises(ChannelClosedError):
        channel.receive()
    theirs.close()


def test_a_packet_that_is_far_too_large_is_refused_without_being_stored() -> None:
    ours, theirs = socket_pair()
    channel = SeqpacketChannel(ours, codec("forth"), codec("back", 1024))
    theirs.send(bytes(CAP_BYTES))
    with pytest.raises(MessageTooLargeError) as caught:
        channel.receive()
    assert caught.value.cap_bytes == 1024
    theirs.close()
