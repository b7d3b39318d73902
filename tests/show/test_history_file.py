"""What was played last, on disk: what comes back, and what a hostile file says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusals import refused_in_one_sentence
from stillframe.show.history_file import DIRECTIONS_CAP, decode, encode
from stillframe.transitions.choice import History

NAMES = st.text(max_size=255)
HISTORIES = st.builds(History, NAMES, st.dictionaries(NAMES, NAMES, max_size=8))


@given(HISTORIES)
def test_what_is_encoded_comes_back(history: History) -> None:
    assert decode(encode(history)) == history


def test_a_person_can_read_it() -> None:
    said = json.loads(encode(History("wipe", {"slide": "left-to-right"})))
    assert said == {"version": 1, "last": "wipe", "directions": {"slide": "left-to-right"}}


def test_of_too_many_directions_the_newest_are_kept() -> None:
    many = {str(number): "left-to-right" for number in range(DIRECTIONS_CAP + 3)}
    assert list(decode(encode(History("", many))).directions) == list(many)[3:]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"version":2}',
        b'{"version":1,"more":1}',
        b'{"version":1,"last":7}',
        b'{"version":1,"directions":["slide"]}',
        b'{"version":1,"directions":{"slide":1}}',
        json.dumps({"version": 1, "last": "x" * 256}).encode(),
        json.dumps({"version": 1, "directions": dict.fromkeys(map(str, range(101)), "")}).encode(),
        b'{"version":1,"directions":' + b"[" * 100_000,
        b" " * (1 << 20) + b'{"version":1}',
    ],
)
def test_what_is_not_ours_is_refused_in_one_sentence(data: bytes) -> None:
    refused_in_one_sentence(decode, data)
