"""Bytes that nobody meant: a codec answers with a message or a `ContractError`."""

import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

import wire_samples
from stillframe.contracts.errors import ContractError
from wire_samples import Direction

DIRECTIONS = wire_samples.directions()
GOLDEN = wire_samples.golden_files()
TYPES = wire_samples.message_types()
ROUNDS = settings(max_examples=500)

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.binary(max_size=20)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=8,
)
Edit = Callable[[bytes], bytes]
POSITIONS = st.integers(0, 500)


def _replace(position: int, patch: bytes) -> Edit:
    return lambda data: data[:position] + patch + data[position + len(patch) :]


def _insert(position: int, patch: bytes) -> Edit:
    return lambda data: data[:position] + patch + data[position:]


def _cut(position: int, length: int) -> Edit:
    return lambda data: data[:position] + data[position + length :]


def _repeat(position: int, length: int) -> Edit:
    return lambda data: data[: position + length] + data[position:]


EDITS = st.one_of(
    st.builds(_replace, POSITIONS, st.binary(min_size=1, max_size=9)),
    st.builds(_insert, POSITIONS, st.binary(min_size=1, max_size=9)),
    st.builds(_cut, POSITIONS, st.integers(1, 40)),
    st.builds(_repeat, POSITIONS, st.integers(1, 40)),
)


def decode(direction: Direction, data: bytes) -> None:
    """Decode; what passes must be a message of the channel that its peer would accept too."""
    codec = direction.codec
    with contextlib.suppress(ContractError):
        message = codec.decode(data)
        assert message.__struct_config__.tag in direction.tags
        again = codec.encode(message)
        assert codec.encode(codec.decode(again)) == again


@ROUNDS
@given(st.sampled_from(DIRECTIONS), st.binary(max_size=300))
def test_arbitrary_bytes_never_raise_anything_but_a_contract_error(
    direction: Direction, data: bytes
) -> None:
    decode(direction, data)


@ROUNDS
@given(st.sampled_from(DIRECTIONS), VALUES)
def test_arbitrary_valid_messagepack_never_raises_anything_but_a_contract_error(
    direction: Direction, value: Any
) -> None:
    decode(direction, msgspec.msgpack.encode(value))


@ROUNDS
@given(st.data())
def test_a_damaged_message_never_raises_anything_but_a_contract_error(data: st.DataObject) -> None:
    direction = data.draw(st.sampled_from(DIRECTIONS))
    tag = data.draw(st.sampled_from(sorted(direction.tags)))
    damaged = GOLDEN[f"{tag}.bin"]
    for edit in data.draw(st.lists(EDITS, min_size=1, max_size=4)):
        damaged = edit(damaged)
    decode(direction, damaged)


@ROUNDS
@given(st.data())
def test_any_value_in_any_field_never_raises_anything_but_a_contract_error(
    data: st.DataObject,
) -> None:
    direction = data.draw(st.sampled_from(DIRECTIONS))
    tag = data.draw(st.sampled_from(sorted(direction.tags)))
    message: dict[str, Any] = msgspec.msgpack.decode(GOLDEN[f"{tag}.bin"])
    names = st.sampled_from(sorted(set(message) - {"type"}))
    message |= data.draw(st.dictionaries(names, VALUES, min_size=1, max_size=3))
    decode(direction, msgspec.msgpack.encode(message))


def test_the_fuzz_accepts_what_is_valid_and_so_can_fail() -> None:
    for direction in DIRECTIONS:
        for tag in direction.tags:
            message = direction.codec.decode(GOLDEN[f"{tag}.bin"])
            assert isinstance(message, TYPES[tag])
