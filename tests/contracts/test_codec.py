import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wire_samples
from stillframe.contracts import caps
from stillframe.contracts.codec import Codec
from stillframe.contracts.control import (
    Configure,
    FromWorker,
    LogLevel,
    LogRecord,
    SettingsSlice,
    Stop,
)
from stillframe.contracts.errors import (
    MalformedMessageError,
    MessageTooLargeError,
    UnencodableMessageError,
)
from stillframe.contracts.wire import PROTOCOLS
from wire_samples import Direction

DIRECTIONS = wire_samples.directions()
BOTH_WAYS = pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: d.codec.channel)
SMALL = Codec[LogRecord]("small.from", LogRecord, 64)


def of_size(size_bytes: int) -> Configure:
    """A valid message of exactly `size_bytes` bytes, for sizes from 16 KiB to 192 KiB."""
    keys = [f"key{number:02}" for number in range(48)]
    overhead_bytes = len(msgspec.msgpack.encode(Configure(settings=dict.fromkeys(keys, "x" * 256))))
    share, rest = divmod(size_bytes - overhead_bytes + 48 * 256, 48)
    settings: SettingsSlice = dict.fromkeys(keys, "x" * share)
    message = Configure(settings=settings | {"key00": "x" * (share + rest)})
    assert len(msgspec.msgpack.encode(message)) == size_bytes
    return message


@BOTH_WAYS
def test_a_message_over_the_cap_is_refused_before_it_is_sent(direction: Direction) -> None:
    codec = direction.codec
    cap_bytes = codec.cap_bytes
    assert len(codec.encode(of_size(cap_bytes))) == cap_bytes
    with pytest.raises(MessageTooLargeError) as caught:
        codec.encode(of_size(cap_bytes + 1))
    error = caught.value
    assert (error.channel, error.size_bytes, error.cap_bytes) == (
        codec.channel,
        cap_bytes + 1,
        cap_bytes,
    )
    assert str(cap_bytes) in str(error)
    assert str(cap_bytes + 1) in str(error)


@BOTH_WAYS
def test_bytes_over_the_cap_are_refused_whatever_they_say(direction: Direction) -> None:
    codec = direction.codec
    with pytest.raises(MessageTooLargeError) as caught:
        codec.decode(msgspec.msgpack.encode(of_size(codec.cap_bytes + 1)))
    assert (caught.value.size_bytes, caught.value.cap_bytes) == (
        codec.cap_bytes + 1,
        codec.cap_bytes,
    )


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_valid_message_of_exactly_the_cap_arrives(name: str) -> None:
    codec = PROTOCOLS[name].to_worker(name)
    message = of_size(codec.cap_bytes)
    assert codec.decode(codec.encode(message)) == message


def test_bytes_over_the_cap_are_not_parsed() -> None:
    valid_but_long = msgspec.msgpack.encode(LogRecord(level=LogLevel.INFO, event="e" * 64))
    msgspec.msgpack.decode(valid_but_long, type=LogRecord)
    with pytest.raises(MessageTooLargeError):
        SMALL.decode(valid_but_long)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_channel_carries_control_messages_even_if_its_work_is_small(name: str) -> None:
    for codec in (PROTOCOLS[name].to_worker(name), PROTOCOLS[name].from_worker(name)):
        assert codec.cap_bytes == max(PROTOCOLS[name].cap_bytes, caps.CONTROL_CAP_BYTES)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_channel_is_named_after_its_worker_and_direction(name: str) -> None:
    assert PROTOCOLS[name].to_worker("w1").channel == "w1.to"
    assert PROTOCOLS[name].from_worker("w1").channel == "w1.from"


@BOTH_WAYS
def test_a_message_of_another_channel_or_direction_is_refused(direction: Direction) -> None:
    tagged = [(s.__struct_config__.tag, s) for s in wire_samples.samples().values()]
    strangers = [(tag, sample) for tag, sample in tagged if tag not in direction.tags]
    assert strangers
    for tag, sample in strangers:
        with pytest.raises(MalformedMessageError, match=rf"Invalid value '{tag}'"):
            direction.codec.decode(msgspec.msgpack.encode(sample))


@pytest.mark.parametrize(
    ("field", "value"),
    [("seq", 2**64), ("seq", -(2**63) - 1), ("event", "\udcff"), ("event", "a\ud800")],
)
def test_what_the_wire_cannot_carry_is_refused_before_it_is_sent(field: str, value: object) -> None:
    codec: Codec[FromWorker] = PROTOCOLS["images"].from_worker("images")
    record = msgspec.structs.replace(LogRecord(level=LogLevel.INFO, event="e"), **{field: value})
    with pytest.raises(UnencodableMessageError, match=r"^channel images\.from: LogRecord not sent"):
        codec.encode(record)


def test_the_cause_of_a_refusal_is_bounded_however_much_the_peer_wrote() -> None:
    hostile = msgspec.msgpack.encode({"type": "control.log", "level": "\x1b" * 30_000})
    with pytest.raises(MalformedMessageError) as caught:
        PROTOCOLS["images"].from_worker("images").decode(hostile)
    assert len(caught.value.cause) == caps.TEXT_CAP_CHARS
    assert caught.value.size_bytes == len(hostile)


@given(st.text(max_size=caps.TEXT_CAP_CHARS))
def test_any_text_that_is_unicode_arrives_unchanged(text: str) -> None:
    codec = PROTOCOLS["images"].to_worker("images")
    try:
        data = codec.encode(Stop(reason=text))
    except UnencodableMessageError:
        assert any("\ud800" <= character <= "\udfff" for character in text)
    else:
        assert codec.decode(data) == Stop(reason=text)
