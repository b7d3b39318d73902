import os
import struct
from typing import Any

import msgspec
import pytest

import wire_samples
from stillframe.contracts import heartbeat, slot_header
from stillframe.contracts.wire import PROTOCOLS

SAMPLES = wire_samples.samples()
NO_MESSAGE = {"slot_header.bin", "heartbeat.bin"}

# Written out by hand from the MessagePack specification, not by any encoder.
STOP = b"\x82\xa4type\xaccontrol.stop\xa6reason\xb0the show is over"
HELLO = b"\x84\xa4type\xadcontrol.hello\xa6worker\xa6images\xa7version\x01\xa3pid\xcd\x10\x92"
COMMON = (
    b"\xa3seq\x0b"
    b"\xaecorrelation_id\xcd\x01\x2c"
    b"\xa6worker\xa6images"
    b"\xa7version\x01"
    b"\xa6ts_req\xcf\x00\x00\x00\x1c\xa3\x5f\x0e\x00"
    b"\xa8deadline\xcf\x00\x00\x00\x1c\xde\xf9\xd8\x00"
)
IMAGE_REQUEST = (
    b"\x8d\xa4type\xaeimages.request" + COMMON + b"\xa4path\xc4\x0e/photos/\xff\xfe.jpg"
    b"\xabtarget_size\x92\xcd\x0f\x00\xcd\x08\x70"
    b"\xa7profile\x84\xa4mode\xa6shrink\xa7sharpen\xc3\xa6colour\xa5as-is\xa8interest\xc3"
    b"\xa9cache_key\xc4\x1f/photos/\xff\xfe.jpg|scaled:3840x2160"
    b"\xacratio_policy\x81\xa4pool\xa4feed"
    b"\xa4slot\x82\xa5index\x03\xaageneration\x07"
)
FAILURE = (
    b"\x8b\xa4type\xa7failure" + COMMON + b"\xa6ts_res\xcf\x00\x00\x00\x1c\xc1\x2c\x73\x00"
    b"\xaageneration\x07"
    b"\xacpayload_size\xce\x01\xfa\x40\x00"
    b"\xa5error\x84\xa4kind\xaftoo-many-pixels\xa6detail\xad30000 x 30000"
    b"\xa6actual\xce\x35\xa4\xe9\x00\xa5limit\xce\x10\x00\x00\x00"
)
BY_HAND = {
    "control.stop": STOP,
    "control.hello": HELLO,
    "images.request": IMAGE_REQUEST,
    "failure": FAILURE,
}


def golden(name: str) -> bytes:
    with open(os.path.join(wire_samples.GOLDEN_FOLDER, name), "rb") as file:
        return file.read()


def plain(value: Any) -> Any:
    """What a struct says, with its class: equality that does not trust the struct's own."""
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        return type(value).__name__, {name: plain(getattr(value, name)) for name in names}
    return tuple(plain(item) for item in value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("tag", SAMPLES)
def test_a_message_encodes_to_its_golden_bytes_on_every_channel_that_carries_it(tag: str) -> None:
    for direction in wire_samples.directions_of(tag):
        assert direction.codec.encode(SAMPLES[tag]) == golden(f"{tag}.bin")


@pytest.mark.parametrize("tag", SAMPLES)
def test_golden_bytes_decode_to_the_message_on_every_channel_that_carries_it(tag: str) -> None:
    assert wire_samples.directions_of(tag)
    for direction in wire_samples.directions_of(tag):
        assert plain(direction.codec.decode(golden(f"{tag}.bin"))) == plain(SAMPLES[tag])


@pytest.mark.parametrize("tag", BY_HAND)
def test_golden_bytes_are_what_the_specification_says_by_hand(tag: str) -> None:
    assert golden(f"{tag}.bin") == BY_HAND[tag]


def test_the_golden_slot_header_is_what_the_layout_says_by_hand() -> None:
    by_hand = (
        b"RFFS\x01\x00\x01\x00"
        b"\x00\x40\xfa\x01\x00\x00\x00\x00"
        b"\xff\x0e\x00\x00\x70\x08\x00\x00\x00\x3c\x00\x00\x92\x10\x00\x00"
        b"\x07\x00\x00\x00\x00\x00\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00"
        b"\x14\x1a\x99\xbe\x1c\x00\x00\x00"
        b"\xef\xbe\xad\xde\x01\x00\x00\x00"
    )
    assert golden("slot_header.bin") == by_hand
    assert slot_header.pack(wire_samples.HEADER) == by_hand


def test_the_golden_slot_header_unpacks_to_its_sample() -> None:
    header = slot_header.unpack(0, golden("slot_header.bin"), 2**30)
    assert plain(header) == plain(wire_samples.HEADER)


def test_the_golden_heartbeat_page_is_three_words_and_zeros() -> None:
    by_hand = struct.pack("<QQQ", 513, 123_456_789_012, 11) + bytes(4096 - 24)
    assert golden("heartbeat.bin") == by_hand
    assert wire_samples.golden_files()["heartbeat.bin"] == by_hand


def test_the_golden_heartbeat_page_reads_as_its_sample() -> None:
    beat = heartbeat.read(memoryview(golden("heartbeat.bin")))
    assert plain(beat) == plain(wire_samples.HEARTBEAT)


def test_every_message_has_a_golden_file_and_every_golden_file_a_message() -> None:
    expected = {f"{name}.bin" for name in SAMPLES} | NO_MESSAGE
    assert set(os.listdir(wire_samples.GOLDEN_FOLDER)) == expected
    assert {type(s) for s in SAMPLES.values()} == set(wire_samples.message_types().values())


def test_every_message_in_the_tables_has_a_tag_of_its_own() -> None:
    kinds = [kind for p in PROTOCOLS.values() for kind in (p.request, p.result)]
    assert len({kind.__struct_config__.tag for kind in kinds}) == len(kinds)
    for name, protocol in PROTOCOLS.items():
        assert protocol.request.__struct_config__.tag == f"{name}.request"
        assert protocol.result.__struct_config__.tag == f"{name}.result"


def test_every_struct_inside_a_message_stands_in_some_golden_file() -> None:
    seen = {type(part) for sample in SAMPLES.values() for part in wire_samples.structs_in(sample)}
    assert seen == wire_samples.reachable_structs()


def test_no_sample_but_its_version_rests_on_a_default() -> None:
    for sample in SAMPLES.values():
        for part in wire_samples.structs_in(sample):
            for field in msgspec.structs.fields(part):
                if field.name != "version":
                    assert getattr(part, field.name) != field.default, (part, field.name)
