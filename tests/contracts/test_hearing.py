"""What is heard, as bytes and back."""

import math
import struct
from array import array

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.hearing import (
    HEARING_CAP_BYTES,
    WAVE_POINTS,
    Beat,
    Condition,
    Floats,
    Hearing,
    HearingError,
    pack,
    unpack,
)

UNIT = st.floats(0, 1, width=32)
NS = st.integers(0, 2**63)


def floats(values: list[float]) -> Floats:
    return memoryview(array("f", values))


@st.composite
def hearings(draw: st.DrawFn) -> Hearing:
    channels, bars = draw(st.integers(1, 2)), draw(st.integers(1, 128))
    values = st.lists(UNIT, min_size=channels * bars, max_size=channels * bars)
    wave = st.lists(st.floats(-1, 1, width=32), min_size=WAVE_POINTS, max_size=WAVE_POINTS)
    return Hearing(
        generation=draw(st.integers(0, 2**32 - 1)),
        ts_ns=draw(NS),
        channels=channels,
        condition=draw(st.sampled_from(Condition)),
        level=draw(UNIT),
        onset=draw(UNIT),
        beat=Beat(
            count=draw(st.integers(0, 2**32 - 1)),
            last_ns=draw(NS),
            next_ns=draw(NS),
            period_ns=draw(NS),
            tempo_bpm=draw(st.floats(0, 1000, width=32)),
            confidence=draw(UNIT),
            in_bar=draw(st.integers(-1, 15)),
        ),
        bars=floats(draw(values)),
        ghosts=floats(draw(values)),
        wave=floats(draw(wave)),
        note=draw(st.text(max_size=60).filter(str.isprintable)),
    )


def hearing(bars: list[float], channels: int = 1) -> Hearing:
    nothing = floats([0.0] * len(bars))
    wave = floats([0.0] * WAVE_POINTS)
    return Hearing(
        ts_ns=1,
        channels=channels,
        condition=Condition.SOUNDING,
        bars=floats(bars),
        ghosts=nothing,
        wave=wave,
    )


@given(hearings())
def test_what_was_packed_comes_back_to_the_bit(heard: Hearing) -> None:
    payload = pack(heard)
    assert len(payload) <= HEARING_CAP_BYTES
    assert unpack(payload) == heard


def test_the_largest_hearing_fits_the_cap() -> None:
    largest = msgspec.structs.replace(hearing([0.5] * 256, channels=2), note="n" * 1000)
    assert len(pack(largest)) == HEARING_CAP_BYTES
    assert unpack(pack(largest)).note == "n" * 256


def test_a_long_note_is_cut_where_a_character_ends() -> None:
    heard = msgspec.structs.replace(hearing([0.1]), note="x" + "\u20ac" * 100)
    assert unpack(pack(heard)).note == "x" + "\u20ac" * 85


@pytest.mark.parametrize("note", [b"\xff\xfe", b"\x1b[2J"])
def test_a_note_that_no_terminal_should_print_is_refused(note: bytes) -> None:
    payload = bytearray(pack(msgspec.structs.replace(hearing([0.1]), note="n" * len(note))))
    payload[-len(note) :] = note
    with pytest.raises(HearingError, match="the note"):
        unpack(bytes(payload))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.01, 1.01])
def test_a_bar_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(HearingError, match="a bar or ghost is"):
        unpack(pack(hearing([0.1, value, 0.2])))


def test_infinities_that_cancel_out_are_refused() -> None:
    with pytest.raises(HearingError, match="not finite"):
        unpack(pack(hearing([math.inf, -math.inf])))


@pytest.mark.parametrize(
    ("place", "word", "cause"),
    [
        (0, b"\0\0\0\0", "magic"),
        (4, b"\x09\0", "layout"),
        (6, b"\0\0", "channels"),
        (6, b"\x03\0", "channels"),
        (8, b"\0\0", "bars"),
        (8, b"\x81\0", "bars"),
        (8, b"\x05\0", "length"),
        (10, b"\x03\0", "condition"),
        (72, b"\x01\x01\0\0\0\0\0\0", "note"),
        (24, struct.pack("<f", math.nan), "level"),
        (28, struct.pack("<f", 1.5), "onset"),
        (32, struct.pack("<f", math.inf), "tempo"),
        (36, struct.pack("<f", -1), "confidence"),
    ],
)
def test_a_header_that_lies_is_refused_by_name(place: int, word: bytes, cause: str) -> None:
    payload = bytearray(pack(hearing([0.1] * 4)))
    payload[place : place + len(word)] = word
    with pytest.raises(HearingError, match=cause):
        unpack(bytes(payload))


@given(st.binary(max_size=HEARING_CAP_BYTES + 10))
def test_any_bytes_are_a_hearing_or_refused(payload: bytes) -> None:
    try:
        heard = unpack(payload)
    except HearingError:
        return
    assert all(0 <= value <= 1 for value in (*heard.bars, *heard.ghosts))


def test_the_error_names_cause_and_numbers() -> None:
    with pytest.raises(HearingError, match=r"shorter than its header \(got 3, allowed 80\)"):
        unpack(b"abc")
