"""One fixed sample of every message, and what they look like on the wire.

The golden files are these samples, encoded. No field but the version has its default
value, so that none can change unseen. `tools/renew_golden.py` writes the files, and only that does.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
from msgspec import inspect

from stillframe.contracts import heartbeat, slot_header
from stillframe.contracts.codec import Codec
from stillframe.contracts.control import FromWorker, ToWorker
from stillframe.contracts.heartbeat import Heartbeat
from stillframe.contracts.messages import Failure
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import PROTOCOLS
from wire_samples_control import control_samples
from wire_samples_work import library_variants, work_samples

GOLDEN_FOLDER = os.path.join(os.path.dirname(__file__), "..", "contracts", "golden")
HEADER = SlotHeader(
    size_bytes=15360 * 2160,
    width=3839,
    height=2160,
    stride=15360,
    format=PixelFormat.RGBA8_PREMULTIPLIED,
    producer_pid=4242,
    generation=7,
    seq=11,
    ts_ns=123_456_789_012,
    checksum=0xDEADBEEF,
)
HEARTBEAT = Heartbeat(beats=513, ts_ns=123_456_789_012, busy_seq=11)


@dataclass(frozen=True)
class Direction:
    """One direction of one worker's channel."""

    codec: Codec[Any]
    tags: frozenset[str]


def samples() -> dict[str, msgspec.Struct]:
    """Return the sample of every message, by tag, and of its other contents by longer names."""
    everything = (*control_samples(), *work_samples())
    return {message.__struct_config__.tag: message for message in everything} | library_variants()


def message_types() -> dict[str, type[msgspec.Struct]]:
    """Return every message type of the tables, by tag."""
    found = [*get_args(ToWorker), *get_args(FromWorker), Failure]
    for protocol in PROTOCOLS.values():
        found += [protocol.request, protocol.result]
    return {kind.__struct_config__.tag: kind for kind in found}


def directions() -> tuple[Direction, ...]:
    """Return both directions of every channel."""
    to_control, from_control = _tags(*get_args(ToWorker)), _tags(*get_args(FromWorker), Failure)
    pairs = []
    for name, protocol in PROTOCOLS.items():
        pairs.append(Direction(protocol.to_worker(name), to_control | _tags(protocol.request)))
        pairs.append(Direction(protocol.from_worker(name), from_control | _tags(protocol.result)))
    return tuple(pairs)


def directions_of(name: str) -> list[Direction]:
    """Return the directions in which a message may travel, by its sample's name."""
    tag = name if name in message_types() else name.rpartition(".")[0]
    return [direction for direction in directions() if tag in direction.tags]


def golden_files() -> dict[str, bytes]:
    """Return what every golden file should hold, by file name."""
    encoder = msgspec.msgpack.Encoder()
    files = {f"{name}.bin": encoder.encode(sample) for name, sample in samples().items()}
    page = memoryview(bytearray(heartbeat.HEARTBEAT_BYTES))
    heartbeat.write(page, HEARTBEAT)
    return files | {"slot_header.bin": slot_header.pack(HEADER), "heartbeat.bin": bytes(page)}


def reachable_structs() -> set[type[msgspec.Struct]]:
    """Return every struct that the messages are made of, themselves included."""
    infos = [inspect.type_info(kind) for kind in message_types().values()]
    return {info.cls for root in infos for info in _walk(root) if _is_struct(info)}


def reachable_enums() -> set[type[Any]]:
    """Return every enumeration whose values stand in messages."""
    infos = [inspect.type_info(kind) for kind in message_types().values()]
    return {
        info.cls for root in infos for info in _walk(root) if isinstance(info, inspect.EnumType)
    }


def structs_in(value: object) -> Iterator[msgspec.Struct]:
    """Yield every struct inside a message, itself included."""
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from structs_in(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from structs_in(item)


def _tags(*kinds: Any) -> frozenset[str]:
    return frozenset(kind.__struct_config__.tag for kind in kinds)


def _is_struct(info: inspect.Type) -> bool:
    return isinstance(info, inspect.StructType)


def _walk(info: inspect.Type) -> Iterator[inspect.Type]:
    yield info
    match info:
        case inspect.Metadata():
            yield from _walk(info.type)
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from _walk(field.type)
        case inspect.UnionType(types=types):
            for item in types:
                yield from _walk(item)
        case inspect.TupleType(item_types=types):
            for item in types:
                yield from _walk(item)
        case inspect.VarTupleType(item_type=item):
            yield from _walk(item)
        case inspect.DictType(value_type=item):
            yield from _walk(item)
