"""The document and the code say the same."""

import enum
import struct
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

import wire_doc
import wire_samples
from stillframe.contracts import caps, counters, slot_header
from stillframe.contracts.heartbeat import HEARTBEAT_BYTES
from stillframe.contracts.messages import WIRE_VERSION, Request, Response
from stillframe.contracts.slot_header import HEADER_BYTES, PIXELS_OFFSET_BYTES
from stillframe.contracts.wire import PROTOCOLS

SECTIONS = wire_doc.sections()
CODES = {"u16": "<H", "u32": "<I", "u64": "<Q"}
LARGEST = 2**63 - 1


def title_of(kind: type[Any]) -> str:
    tag = getattr(kind, "__struct_config__", None) and kind.__struct_config__.tag
    return str(tag or kind.__name__)


STRUCTS = {*wire_samples.reachable_structs(), Request, Response}
KINDS = {title_of(kind): kind for kind in sorted(STRUCTS, key=title_of)}
ENUMS = {title_of(kind): kind for kind in sorted(wire_samples.reachable_enums(), key=title_of)}


def own_fields(kind: type[msgspec.Struct]) -> list[inspect.Field]:
    """The fields of a struct that its base's table does not hold already."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    base = next((b for b in (Request, Response) if issubclass(kind, b) and kind is not b), None)
    known = {field.name for field in msgspec.structs.fields(base)} if base else set()
    return [field for field in info.fields if field.name not in known]


def named_in(info: inspect.Type) -> Iterator[str]:
    """What a field's type cell must name."""
    match info:
        case inspect.StructType(cls=kind) | inspect.EnumType(cls=kind):
            yield f"`{kind.__name__}`"
        case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
            for item in types:
                yield from named_in(item)
        case inspect.VarTupleType(item_type=item):
            yield "array of "
            yield from named_in(item)
        case inspect.DictType(value_type=item):
            yield "map of text to "
            yield from named_in(item)
        case _:
            yield WORDS[type(info)]


WORDS: dict[type[inspect.Type], str] = {
    inspect.IntType: "int",
    inspect.FloatType: "float",
    inspect.StrType: "text",
    inspect.BytesType: "bytes",
    inspect.BoolType: "bool",
    inspect.NoneType: "nil",
}


def bounds_of(info: inspect.Type) -> Iterator[str]:
    """What a field's range cell must hold."""
    for name in ("gt", "ge", "lt", "le", "min_length", "max_length"):
        bound = getattr(info, name, None)
        if bound is not None:
            yield "2^63 - 1" if bound == LARGEST else str(bound)
    match info:
        case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
            for item in types:
                yield from bounds_of(item)
        case inspect.VarTupleType(item_type=item):
            yield from bounds_of(item)
        case inspect.DictType(key_type=key, value_type=item):
            yield from bounds_of(key)
            yield from bounds_of(item)


def default_of(field: inspect.Field) -> str:
    """What a field's default cell says."""
    default = field.default
    said = str(default)
    if field.required:
        said = "required"
    elif default in (msgspec.NODEFAULT, "", b"", ()):
        said = "empty"
    elif default is None:
        said = "nil"
    elif isinstance(default, bool):
        said = said.lower()
    elif isinstance(default, enum.Enum):
        said = f"`{default.value}`"
    elif isinstance(default, msgspec.Struct):
        said = "its own defaults"
    return said


@pytest.mark.parametrize("title", KINDS)
def test_a_message_is_documented_with_exactly_its_wire_fields_in_their_order(title: str) -> None:
    documented = [wire_doc.bare(row["Field"]) for row in SECTIONS[title]]
    assert documented == [field.encode_name for field in own_fields(KINDS[title])]


@pytest.mark.parametrize("title", KINDS)
def test_a_fields_type_range_and_default_are_the_codes(title: str) -> None:
    rows = {wire_doc.bare(row["Field"]): row for row in SECTIONS[title]}
    for field in own_fields(KINDS[title]):
        row = rows[field.encode_name]
        assert all(word in row["Type"] for word in named_in(field.type)), row
        numbers = row["Range"].replace(",", " ").replace(";", " ").replace("2^63 - 1", "2^63-1")
        wanted = {bound.replace(" ", "") for bound in bounds_of(field.type)}
        assert wanted <= set(numbers.split()), row
        assert row["Default"] == default_of(field), row
        assert row["Meaning"], row


@pytest.mark.parametrize("title", ENUMS)
def test_a_closed_set_is_documented_with_exactly_its_words(title: str) -> None:
    kind: type[enum.Enum] = ENUMS[title]
    documented = [wire_doc.bare(row["Value"]) for row in SECTIONS[title]]
    assert documented == [str(member.value) for member in kind]


def test_no_section_describes_a_message_that_there_is_not() -> None:
    described = {title for title, rows in SECTIONS.items() if rows and "Default" in rows[0]}
    without_fields = {title for title, kind in KINDS.items() if not own_fields(kind)}
    assert without_fields <= set(SECTIONS)
    assert described == set(KINDS) - without_fields
    assert {title for title, rows in SECTIONS.items() if rows and "Value" in rows[0]} == set(ENUMS)


def test_the_caps_of_the_channels_are_the_codes() -> None:
    rows = [row for row in SECTIONS["Caps"] if "Channel" in row]
    documented = {
        wire_doc.bare(row["Channel"]): (
            int(row["Its own cap in bytes"]),
            int(row["Effective cap in bytes"]),
        )
        for row in rows
    }
    assert documented == {
        name: (protocol.cap_bytes, protocol.to_worker(name).cap_bytes)
        for name, protocol in PROTOCOLS.items()
    }


def test_the_bounds_of_single_values_are_the_codes() -> None:
    rows = [row for row in SECTIONS["Caps"] if "Bound" in row]
    documented = {wire_doc.bare(row["Bound"]): int(row["Number"]) for row in rows}
    channel_caps = {f"{name.upper()}_CAP_BYTES" for name in PROTOCOLS} | {"CONTROL_CAP_BYTES"}
    declared = {name: value for name, value in vars(caps).items() if name.isupper()}
    assert documented == {
        name: value for name, value in declared.items() if name not in channel_caps
    }


def test_the_slot_headers_table_reads_a_header() -> None:
    rows = SECTIONS["Slot header"]
    header = wire_samples.HEADER
    raw = slot_header.pack(header)
    read = {
        wire_doc.bare(row["Field"]): struct.unpack_from(CODES[row["Type"]], raw, int(row["Offset"]))
        for row in rows
    }
    expected = msgspec.structs.asdict(header) | {
        "magic": int(rows[0]["Must be"], 16),
        "layout": int(rows[1]["Must be"]),
        "has_checksum": 1,
    }
    assert read == {name: (value,) for name, value in expected.items()}
    assert sum(struct.calcsize(CODES[row["Type"]]) for row in rows) == HEADER_BYTES == 64
    assert PIXELS_OFFSET_BYTES == 4096


def test_the_heartbeat_pages_table_reads_a_page() -> None:
    rows = SECTIONS["Heartbeat page"]
    page = wire_samples.golden_files()["heartbeat.bin"]
    read = {
        wire_doc.bare(row["Field"]): struct.unpack_from(
            CODES[row["Type"]], page, int(row["Offset"])
        )[0]
        for row in rows
    }
    assert read == msgspec.structs.asdict(wire_samples.HEARTBEAT)
    assert len(page) == HEARTBEAT_BYTES == 4096


def test_the_counters_table_reads_a_page() -> None:
    page = bytearray(HEARTBEAT_BYTES)
    for duration_ns in (3, 3, 1000, 2**60):
        counters.count(memoryview(page), duration_ns)
    longest, buckets = SECTIONS["Counters"]
    (max_ns,) = struct.unpack_from(CODES[longest["Type"]], page, int(longest["Offset"]))
    kind, count = buckets["Type"].split(" x ")
    counts = struct.unpack_from(f"={count}Q", page, int(buckets["Offset"]))
    assert (kind, max_ns) == ("u64", 2**60)
    assert {n: times for n, times in enumerate(counts) if times} == {2: 2, 10: 1, 47: 1}
    assert int(buckets["Offset"]) + 8 * int(count) == 456


def test_the_document_is_of_this_wires_version() -> None:
    assert f"The wire, version {WIRE_VERSION}" in SECTIONS
