"""One lie at a time, in every message, on every channel that carries it."""

import gc
import tracemalloc
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

import wire_samples
from stillframe.contracts.errors import ContractError, MalformedMessageError
from stillframe.contracts.wire import PROTOCOLS

TYPES = wire_samples.message_types()
EVERY_TAG = pytest.mark.parametrize("tag", TYPES)
EVERY_WORKER = pytest.mark.parametrize("name", PROTOCOLS)
DEEP = 100_000
# An extension type: no field of any message has it.
FOREIGN = msgspec.msgpack.Ext(1, b"\x00")
NOT_A_COUNT = (-1, -(2**63), 2**63, 2**64 - 1, True, False, 1.0, "1", b"1", None, [1], {})
NOT_A_VERSION = (0, -1, 65536, 2**64 - 1, True, "1", 1.0, None)
NOT_A_WORKER = ("", "Images", "images\n", "9images", "im ages", "a" * 33, "images\0", b"images", 1)


def raw(tag: str) -> dict[str, Any]:
    """The sample as plain maps, as a hostile peer would assemble it."""
    message: dict[str, Any] = msgspec.msgpack.decode(wire_samples.golden_files()[f"{tag}.bin"])
    return message


def assert_refused(tag: str, data: bytes) -> None:
    for direction in wire_samples.directions_of(tag):
        with pytest.raises(MalformedMessageError) as caught:
            direction.codec.decode(data)
        assert caught.value.channel == direction.codec.channel
        assert caught.value.size_bytes == len(data)


def assert_lie_refused(tag: str, **lie: object) -> None:
    assert_refused(tag, msgspec.msgpack.encode(raw(tag) | lie))


def maps_in(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the message's own map and those of the structs inside it, to be changed in place."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from maps_in(item)


def info_of(tag: str) -> inspect.StructType:
    info = inspect.type_info(TYPES[tag])
    assert isinstance(info, inspect.StructType)
    return info


@EVERY_TAG
def test_a_message_cut_anywhere_is_refused(tag: str) -> None:
    data = wire_samples.golden_files()[f"{tag}.bin"]
    for end in range(len(data)):
        assert_refused(tag, data[:end])


@EVERY_TAG
@pytest.mark.parametrize("more", [b"\x00", b"\xc0", b"\x80"])
def test_a_message_with_bytes_behind_it_is_refused(tag: str, more: bytes) -> None:
    assert_refused(tag, wire_samples.golden_files()[f"{tag}.bin"] + more)


@EVERY_TAG
def test_two_messages_in_one_packet_are_refused(tag: str) -> None:
    assert_refused(tag, wire_samples.golden_files()[f"{tag}.bin"] * 2)


@EVERY_TAG
@pytest.mark.parametrize("other", ["", "failure\n", "Failure", "control", 0, None, b"failure", []])
def test_an_unknown_tag_is_refused(tag: str, other: object) -> None:
    assert_lie_refused(tag, type=other)


@EVERY_TAG
def test_a_message_without_its_tag_is_refused(tag: str) -> None:
    message = raw(tag)
    del message["type"]
    assert_refused(tag, msgspec.msgpack.encode(message))


@EVERY_TAG
def test_a_message_with_a_key_too_many_is_refused_at_every_depth(tag: str) -> None:
    depth = len(list(maps_in(raw(tag))))
    for number in range(depth):
        message = raw(tag)
        target = list(maps_in(message))[number]
        if target in (message.get("settings"), message.get("params")):
            continue  # free-form by design
        target["surplus"] = 1
        assert_refused(tag, msgspec.msgpack.encode(message))


@EVERY_TAG
def test_a_message_without_a_required_key_is_refused(tag: str) -> None:
    for field in info_of(tag).fields:
        message = raw(tag)
        del message[field.encode_name]
        data = msgspec.msgpack.encode(message)
        if field.required:
            assert_refused(tag, data)
        else:
            assert isinstance(wire_samples.directions_of(tag)[0].codec.decode(data), TYPES[tag])


@EVERY_TAG
def test_a_value_of_a_wrong_type_is_refused_in_every_field(tag: str) -> None:
    for field in info_of(tag).fields:
        assert_lie_refused(tag, **{field.encode_name: FOREIGN})
        assert_lie_refused(tag, **{field.encode_name: [[FOREIGN]]})


@EVERY_TAG
def test_a_number_that_is_none_or_out_of_range_is_refused_in_every_number(tag: str) -> None:
    numbers = [f.encode_name for f in info_of(tag).fields if isinstance(f.type, inspect.IntType)]
    for name in numbers:
        lies = NOT_A_VERSION if name == "version" else NOT_A_COUNT
        for lie in lies:
            assert_lie_refused(tag, **{name: lie})


@EVERY_TAG
def test_a_worker_name_that_is_not_one_plain_word_is_refused(tag: str) -> None:
    if "worker" not in raw(tag):
        return
    for lie in NOT_A_WORKER:
        assert_lie_refused(tag, worker=lie)


@EVERY_TAG
def test_text_that_is_not_utf8_is_refused_as_tag_key_and_value(tag: str) -> None:
    data = wire_samples.golden_files()[f"{tag}.bin"]
    for word in (tag, *raw(tag)):
        packed = bytes([0xA0 | len(word)]) + word.encode()
        broken = data.replace(packed, packed[:1] + b"\xff" + packed[2:], 1)
        assert broken != data
        assert_refused(tag, broken)


@pytest.mark.parametrize("text", [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"])
def test_a_text_field_takes_no_bytes_that_are_not_unicode(text: bytes) -> None:
    packed = bytes([0xA0 | len(text)]) + text
    assert_refused("control.stop", b"\x82\xa4type\xaccontrol.stop\xa6reason" + packed)


@EVERY_WORKER
@pytest.mark.parametrize("level", [b"\x91", b"\x81\xa1a", b"\x81", b"\xdc\x00\x01", b"\xd9\x01"])
def test_deep_nesting_is_refused_wherever_it_stands(name: str, level: bytes) -> None:
    for codec in (PROTOCOLS[name].to_worker(name), PROTOCOLS[name].from_worker(name)):
        levels = min(DEEP, (codec.cap_bytes - 64) // len(level))
        tower = level * levels + b"\xc0"
        for head in (b"", b"\x82\xa1a", b"\x82\xa4type\xadcontrol.hello\xa3pid"):
            with pytest.raises(MalformedMessageError):
                codec.decode(head + tower)


@EVERY_WORKER
def test_a_hundred_thousand_levels_never_get_past_the_contract(name: str) -> None:
    for codec in (PROTOCOLS[name].to_worker(name), PROTOCOLS[name].from_worker(name)):
        with pytest.raises(ContractError):
            codec.decode(b"\x81\xa4type" + b"\x91" * DEEP)


@EVERY_TAG
def test_an_announced_length_costs_no_memory_until_it_is_there(tag: str) -> None:
    giants = [head + b"\xff\xff\xff\xff" for head in (b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9")]
    codec = wire_samples.directions_of(tag)[0].codec
    messages = []
    for name in ["type", *(field.encode_name for field in info_of(tag).fields)]:
        front = {key: value for key, value in raw(tag).items() if key != name}
        head = bytes([0x80 | len(front) + 1]) + msgspec.msgpack.encode(front)[1:]
        messages += [head + msgspec.msgpack.encode(name) + giant for giant in giants]
    gc.collect()  # a peak must not begin on what tests before have left
    for message in messages:
        tracemalloc.start()
        try:
            with pytest.raises(MalformedMessageError):
                codec.decode(message)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak_bytes < 2**20


def test_a_moment_that_no_calendar_has_is_refused() -> None:
    for moment in (float("nan"), float("inf"), float("-inf"), 1e12, -1e12, True, "now"):
        message = raw("feeds.result")
        message["items"][0]["ts"] = moment
        assert_refused("feeds.result", msgspec.msgpack.encode(message))


def test_a_key_that_occurs_twice_counts_the_last_time() -> None:
    doubled = b"\x83\xa4type\xaccontrol.stop\xa6reason\xa1a\xa6reason\xa1b"
    for direction in wire_samples.directions_of("control.stop"):
        assert direction.codec.decode(doubled).reason == "b"


def test_a_second_tag_that_contradicts_the_first_is_refused() -> None:
    assert_refused("control.stop", b"\x82\xa4type\xaccontrol.stop\xa4type\xadcontrol.start")
