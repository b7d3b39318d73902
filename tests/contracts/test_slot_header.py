import struct
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import wire_samples
from stillframe.contracts import slot_header
from stillframe.contracts.errors import SlotHeaderError, StaleSlotError
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import HEADER_BYTES, MAGIC, SlotHeader

HEADER = wire_samples.HEADER
CAPACITY_BYTES = HEADER.size_bytes
# The layout once more, by hand: offset and struct code of every field.
FIELDS = {
    "magic": (0, "<I"),
    "layout": (4, "<H"),
    "format": (6, "<H"),
    "size_bytes": (8, "<Q"),
    "width": (16, "<I"),
    "height": (20, "<I"),
    "stride": (24, "<I"),
    "producer_pid": (28, "<I"),
    "generation": (32, "<Q"),
    "seq": (40, "<Q"),
    "ts_ns": (48, "<Q"),
    "checksum": (56, "<I"),
    "has_checksum": (60, "<I"),
}
U32, U64 = 2**32 - 1, 2**64 - 1


def forged(**lies: int) -> bytes:
    raw = bytearray(slot_header.pack(HEADER))
    for name, value in lies.items():
        offset, code = FIELDS[name]
        struct.pack_into(code, raw, offset, value)
    return bytes(raw)


def refusal(raw: bytes, capacity_bytes: int = CAPACITY_BYTES) -> SlotHeaderError:
    with pytest.raises(SlotHeaderError) as caught:
        slot_header.unpack(5, raw, capacity_bytes)
    assert caught.value.slot == 5
    assert str(caught.value.actual) in str(caught.value)
    assert str(caught.value.limit) in str(caught.value)
    return caught.value


def read_if_trusted(raw: bytes, capacity_bytes: int) -> SlotHeader | None:
    """What must hold for every header that is let through, whoever wrote it."""
    try:
        header = slot_header.unpack(0, raw, capacity_bytes)
    except SlotHeaderError:
        return None
    pixel_bytes = {PixelFormat.RGBA8_PREMULTIPLIED: 4, PixelFormat.OPAQUE: 1}[header.format]
    assert header.size_bytes == header.stride * header.height
    assert 0 < header.width * pixel_bytes * header.height <= header.size_bytes <= capacity_bytes
    return header


def test_every_field_stands_at_its_offset() -> None:
    raw = slot_header.pack(HEADER)
    said = {name: struct.unpack_from(code, raw, at)[0] for name, (at, code) in FIELDS.items()}
    expected = msgspec.structs.asdict(HEADER) | {"layout": 1, "has_checksum": 1, "magic": MAGIC}
    assert said == expected
    assert len(raw) == HEADER_BYTES == 64


@given(
    width=st.integers(1, 16384),
    height=st.integers(1, 16384),
    padding=st.integers(0, 4096),
    rest=st.tuples(*[st.integers(0, U64)] * 3),
    checksum=st.none() | st.integers(0, U32),
)
def test_a_true_header_comes_back_unchanged(
    width: int, height: int, padding: int, rest: tuple[int, int, int], checksum: int | None
) -> None:
    stride = min(width * 4 + padding, 65536)
    header = SlotHeader(
        size_bytes=stride * height,
        width=width,
        height=height,
        stride=stride,
        format=PixelFormat.RGBA8_PREMULTIPLIED,
        producer_pid=rest[0] & U32,
        generation=rest[0],
        seq=rest[1],
        ts_ns=rest[2],
        checksum=checksum,
    )
    assert slot_header.unpack(0, slot_header.pack(header), stride * height) == header


@pytest.mark.parametrize("checksum", [None, 0, 1, U32])
def test_no_checksum_and_a_checksum_of_zero_stay_apart(checksum: int | None) -> None:
    header = msgspec.structs.replace(HEADER, checksum=checksum)
    assert slot_header.unpack(0, slot_header.pack(header), CAPACITY_BYTES).checksum == checksum


@pytest.mark.parametrize("length", [0, 1, HEADER_BYTES - 1, HEADER_BYTES + 1, 4096])
def test_bytes_of_another_length_are_no_header(length: int) -> None:
    error = refusal((forged() * 64)[:length])
    assert (error.actual, error.limit) == (length, HEADER_BYTES)


def test_zeroed_memory_is_no_frame() -> None:
    error = refusal(bytes(HEADER_BYTES))
    assert (error.actual, error.limit) == (0, MAGIC)


@pytest.mark.parametrize(
    ("lies", "actual", "limit"),
    [
        ({"magic": MAGIC + 1}, MAGIC + 1, MAGIC),
        ({"layout": 0}, 0, 1),
        ({"layout": 2}, 2, 1),
        ({"format": 0}, 0, 2),
        ({"format": 3}, 3, 2),
        ({"format": 2}, 2160, 1),
        ({"format": 65535}, 65535, 2),
        ({"width": 0}, 0, 16384),
        ({"width": 16385}, 16385, 16384),
        ({"width": U32}, U32, 16384),
        ({"height": 0}, 0, 16384),
        ({"height": U32}, U32, 16384),
        ({"stride": 0}, 0, 3839 * 4),
        ({"stride": 3839 * 4 - 1}, 3839 * 4 - 1, 3839 * 4),
        ({"stride": 65537}, 65537, 65536),
        ({"stride": U32}, U32, 65536),
        ({"size_bytes": 0}, 0, 15360 * 2160),
        ({"size_bytes": 15360 * 2160 - 1}, 15360 * 2160 - 1, 15360 * 2160),
        ({"size_bytes": U64}, U64, 15360 * 2160),
        ({"height": 2161, "size_bytes": 15360 * 2161}, 15360 * 2161, 15360 * 2160),
    ],
)
def test_a_header_that_lies_is_refused_with_both_numbers(
    lies: dict[str, int], actual: int, limit: int
) -> None:
    error = refusal(forged(**lies))
    assert (error.actual, error.limit) == (actual, limit)


@pytest.mark.parametrize(
    ("width", "height", "stride"),
    [
        (0x10000, 0x10000, 0x40000),  # 4 x width x height is 0 in 32 bits
        (0x8000, 0x8001, 0x20000),
        (1, 0x40000000, 4),  # 4 x height is 0 in 32 bits
        (0x40000001, 1, 4),  # 4 x width is 4 in 32 bits
        (U32, U32, U32),
        (1, 1, U32),
        (16384, 16384, U32 - 3),
    ],
)
def test_a_product_that_would_overflow_is_refused_however_its_size_is_given(
    width: int, height: int, stride: int
) -> None:
    products = {stride * height, 4 * width * height, width * height * stride}
    for size_bytes in {size % wrap for size in products for wrap in (2**32, 2**64)}:
        raw = forged(width=width, height=height, stride=stride, size_bytes=size_bytes)
        assert refusal(raw, U64).actual in (width, height, stride)


def test_a_frame_fills_its_slot_to_the_last_byte_and_no_further() -> None:
    assert slot_header.unpack(0, forged(), CAPACITY_BYTES) == HEADER
    error = refusal(forged(), CAPACITY_BYTES - 1)
    assert (error.actual, error.limit) == (CAPACITY_BYTES, CAPACITY_BYTES - 1)


@given(st.binary(max_size=2 * HEADER_BYTES), st.integers(0, U64))
def test_arbitrary_bytes_are_refused_or_fit_the_slot(raw: bytes, capacity_bytes: int) -> None:
    read_if_trusted(raw, capacity_bytes)


@given(st.binary(min_size=HEADER_BYTES - 8, max_size=HEADER_BYTES - 8), st.integers(0, U64))
def test_arbitrary_bytes_behind_a_true_start_are_refused_or_fit_the_slot(
    tail: bytes, capacity_bytes: int
) -> None:
    read_if_trusted(forged()[:8] + tail, capacity_bytes)


SMALL_OR_ANY = {
    name: st.integers(0, 300) | st.integers(0, 2 ** (8 * struct.calcsize(code)) - 1)
    for name, (_, code) in FIELDS.items()
}


@settings(max_examples=300)
@given(
    lies=st.fixed_dictionaries({}, optional=SMALL_OR_ANY),
    consistent=st.booleans(),
    capacity_bytes=st.integers(0, 2**31),
)
@example(lies={"width": 1, "height": 1, "stride": 4}, consistent=True, capacity_bytes=4)
def test_any_lies_in_any_fields_are_refused_or_fit_the_slot(
    lies: dict[str, Any], *, consistent: bool, capacity_bytes: int
) -> None:
    if consistent:
        stride, height = lies.get("stride", HEADER.stride), lies.get("height", HEADER.height)
        lies = lies | {"size_bytes": (stride * height) % 2**64}
    read_if_trusted(forged(**lies), capacity_bytes)


def test_the_fuzz_lets_a_true_header_through_and_so_can_fail() -> None:
    assert read_if_trusted(forged(), CAPACITY_BYTES) == HEADER


def test_a_fresh_frame_of_the_granted_writer_passes() -> None:
    slot_header.check_fresh(5, HEADER, generation=HEADER.generation, seq=HEADER.seq)
    slot_header.check_writer(5, HEADER, HEADER.producer_pid)


@pytest.mark.parametrize("found", [HEADER.generation - 1, HEADER.generation + 1, 0, U64])
def test_a_frame_of_another_grant_is_stale(found: int) -> None:
    header = msgspec.structs.replace(HEADER, generation=found)
    with pytest.raises(StaleSlotError) as caught:
        slot_header.check_fresh(5, header, generation=HEADER.generation, seq=HEADER.seq)
    error = caught.value
    assert (error.slot, error.field, error.expected, error.actual) == (5, "generation", 7, found)


@pytest.mark.parametrize("found", [HEADER.seq - 1, HEADER.seq + 1, 0, U64])
def test_a_frame_of_another_request_is_stale(found: int) -> None:
    header = msgspec.structs.replace(HEADER, seq=found)
    with pytest.raises(StaleSlotError) as caught:
        slot_header.check_fresh(5, header, generation=HEADER.generation, seq=HEADER.seq)
    error = caught.value
    assert (error.slot, error.field, error.expected, error.actual) == (5, "seq", 11, found)


def test_a_frame_that_another_process_claims_is_refused_with_both_process_numbers() -> None:
    with pytest.raises(SlotHeaderError) as caught:
        slot_header.check_writer(5, HEADER, HEADER.producer_pid + 1)
    assert (caught.value.actual, caught.value.limit) == (4242, 4243)


def test_a_frame_of_another_format_than_the_arenas_is_refused() -> None:
    slot_header.check_format(5, HEADER, PixelFormat.RGBA8_PREMULTIPLIED)
    with pytest.raises(SlotHeaderError) as caught:
        slot_header.check_format(5, HEADER, PixelFormat.OPAQUE)
    assert (caught.value.actual, caught.value.limit) == (1, 2)


def test_every_refusal_here_is_one_that_the_arena_catches() -> None:
    assert set(slot_header.REFUSALS) == {SlotHeaderError, StaleSlotError}
