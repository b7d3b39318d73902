"""One conformance suite for every kind of channel."""

import pickle
from collections.abc import Iterator

import pytest

from channel_pairs import CAP_BYTES, PAIRS, Pair, Word
from stillframe.contracts.errors import ContractError, MessageTooLargeError
from stillframe.transport.channel import ChannelClosedError, ChannelFullError


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with PAIRS[request.param]() as made:
        yield made


def fill(pair: Pair, body: bytes = b"x" * 8000) -> int:
    """Send until the channel is full; return how many messages were taken."""
    taken = 0
    while True:
        try:
            pair.ours.send(Word(taken, body))
        except ChannelFullError:
            return taken
        taken += 1
        assert taken < 10_000, "a channel has a bound"


def send_some(pair: Pair) -> None:
    for number in range(3):  # a stream notices with the second that nobody reads
        pair.ours.send(Word(number))


def drain(pair: Pair) -> list[int]:
    numbers = []
    while (word := pair.theirs.receive()) is not None:
        numbers.append(word.number)
    return numbers


def test_messages_arrive_whole_and_in_order(pair: Pair) -> None:
    sent = [Word(n, bytes([n]) * (n * 100)) for n in range(20)]
    for word in sent:
        pair.ours.send(word)
    assert [pair.theirs.receive() for _ in sent] == sent
    assert pair.theirs.receive() is None


def test_both_directions_are_independent(pair: Pair) -> None:
    pair.ours.send(Word(1))
    pair.theirs.send(Word(2))
    assert (pair.ours.receive(), pair.theirs.receive()) == (Word(2), Word(1))


def test_nothing_to_receive_is_none_and_not_a_wait(pair: Pair) -> None:
    assert pair.ours.receive() is None
    assert not pair.ours.wait(0)


def test_wait_is_over_when_a_message_is_there(pair: Pair) -> None:
    pair.theirs.send(Word(1))
    assert pair.ours.wait(5)
    assert pair.ours.receive() == Word(1)
    assert not pair.ours.wait(0)


def test_wait_sees_a_second_message_that_came_with_the_first(pair: Pair) -> None:
    pair.theirs.send(Word(1))
    pair.theirs.send(Word(2))
    pair.ours.receive()
    assert pair.ours.wait(0)


def test_wait_is_over_when_the_peer_has_gone(pair: Pair) -> None:
    pair.theirs.close()
    assert pair.ours.wait(5)


def test_a_message_over_the_cap_is_refused_before_it_is_sent(pair: Pair) -> None:
    with pytest.raises(MessageTooLargeError) as caught:
        pair.ours.send(Word(1, bytes(CAP_BYTES)))
    assert caught.value.cap_bytes == CAP_BYTES
    assert caught.value.size_bytes > CAP_BYTES
    pair.ours.send(Word(2))
    assert pair.theirs.receive() == Word(2), "the channel is still good"


def test_a_message_of_exactly_the_cap_passes(pair: Pair) -> None:
    overhead = len(b"\x83\xa4type\xa4word\xa6number\x01\xa4body\xc5\x00\x00")
    body = bytes(CAP_BYTES - overhead)
    pair.ours.send(Word(1, body))
    assert pair.theirs.receive() == Word(1, body)


@pytest.mark.parametrize(
    "data", [b"\xc1", b"garbage", b"\x81\xa4type\xa5other", b"x" * (CAP_BYTES + 1)]
)
def test_a_hostile_message_is_a_named_error(pair: Pair, data: bytes) -> None:
    pair.inject(data)
    with pytest.raises(ContractError):
        pair.ours.receive()


def test_an_oversized_message_ends_the_channel(pair: Pair) -> None:
    pair.inject(b"x" * (CAP_BYTES + 1))
    with pytest.raises(MessageTooLargeError) as caught:
        pair.ours.receive()
    assert (caught.value.size_bytes, caught.value.cap_bytes) == (CAP_BYTES + 1, CAP_BYTES)
    with pytest.raises(ChannelClosedError):
        pair.ours.receive()


def test_a_full_channel_says_so_and_loses_and_doubles_nothing(pair: Pair) -> None:
    taken = fill(pair)
    assert taken > 2
    received = drain(pair)
    pair.ours.send(Word(taken))
    # A stream may have taken the last message in part: it goes on with the next call.
    received += drain(pair)
    assert received == list(range(taken + 1))


def test_a_full_channel_can_still_be_read(pair: Pair) -> None:
    fill(pair)
    pair.theirs.send(Word(7))
    assert pair.ours.receive() == Word(7)


def test_what_the_peer_sent_before_it_went_is_still_received(pair: Pair) -> None:
    pair.theirs.send(Word(1))
    pair.theirs.send(Word(2))
    pair.theirs.close()
    assert pair.ours.receive() == Word(1)
    assert pair.ours.receive() == Word(2)
    with pytest.raises(ChannelClosedError):
        pair.ours.receive()


def test_sending_to_nobody_is_an_error_and_does_not_hide_what_they_said(pair: Pair) -> None:
    pair.theirs.send(Word(1))
    pair.theirs.close()
    with pytest.raises(ChannelClosedError):
        send_some(pair)
    assert pair.ours.receive() == Word(1)


def test_a_closed_end_neither_sends_nor_receives_and_closes_again(pair: Pair) -> None:
    pair.ours.close()
    pair.ours.close()
    with pytest.raises(ChannelClosedError):
        pair.ours.send(Word(1))
    with pytest.raises(ChannelClosedError):
        pair.ours.receive()
    assert pair.ours.wait(0)


@pytest.mark.parametrize(
    "error", [ChannelClosedError("images.to", "gone"), ChannelFullError("x", 9)]
)
def test_errors_name_the_channel_and_survive_pickling(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy)) == (type(error), str(error))
    assert str(error.args[0]) in str(error)
