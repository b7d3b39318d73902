"""The quarantine on disk: what comes back, and what a hostile file says."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refusals import refused_in_one_sentence
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.show.quarantine_file import decode, encode
from stillframe.show.state_file import FILE_CAP_BYTES
from stillframe.supervision.quarantine import ENTRIES_CAP

ENTRIES = st.builds(
    Quarantined,
    worker=st.from_regex(r"\A[a-z][a-z0-9_]{0,31}\Z"),
    input=st.builds(
        WorkerInput, name=st.binary(min_size=1, max_size=4096), version=st.text(max_size=128)
    ),
    reason=st.text(max_size=1024),
    at_s=st.floats(0, 1e11),
)
ENTRY = Quarantined(
    worker="images", input=WorkerInput(b"/p/\xff\n.jpg", "5:7"), reason="signal 9", at_s=1.5
)
LARGEST = Quarantined(
    worker="images", input=WorkerInput(b"\xff" * 4096, "v" * 128), reason="\x01" * 1024, at_s=1.5
)


def document(**changes: object) -> bytes:
    """Return the file of one entry, with some of its fields replaced."""
    entry = {
        "worker": "images",
        "input": {"name": base64.b64encode(b"/p").decode(), "version": ""},
        "reason": "r",
        "at_s": 1.0,
    }
    return json.dumps({"version": 1, "entries": [entry | changes]}).encode()


@given(st.lists(ENTRIES, max_size=8))
def test_what_is_encoded_comes_back(entries: list[Quarantined]) -> None:
    assert decode(encode(entries)) == tuple(entries)


def test_of_too_many_the_newest_are_kept() -> None:
    entries = [
        Quarantined(worker="images", input=WorkerInput(b"%d" % n), reason="", at_s=n)
        for n in range(ENTRIES_CAP + 10)
    ]
    assert decode(encode(entries)) == tuple(entries[10:])


def test_the_longest_entries_are_cut_to_what_is_read_again() -> None:
    entries = [LARGEST] * (ENTRIES_CAP - 1) + [ENTRY]
    data = encode(entries)
    assert FILE_CAP_BYTES // 2 < len(data) <= FILE_CAP_BYTES
    assert decode(data)[-1] == ENTRY


def test_our_own_example_is_accepted_so_that_the_changes_below_are_what_is_refused() -> None:
    assert len(decode(document())) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}trailing",
        b'{"version":2,"entries":[]}',
        b'{"version":"1","entries":[]}',
        b'{"version":1,"entries":[],"more":1}',
        b'{"version":1,"entries":{}}',
        document()[:-1],
        document(worker="../images"),
        document(worker="images\n"),
        document(input={"name": "", "version": ""}),
        document(input={"name": "not base 64!", "version": ""}),
        document(input={"name": base64.b64encode(bytes(4097)).decode(), "version": ""}),
        document(input={"name": base64.b64encode(b"/p").decode(), "version": "v" * 129}),
        document(reason="r" * 1025),
        document(reason=1),
        document(at_s=-1),
        document(at_s="now"),
        document(at_s=10**400),
        document(extra=1),
        json.dumps(
            {"version": 1, "entries": [json.loads(document())["entries"][0]] * 257}
        ).encode(),
        b"[" * 100_000,
        b'{"version":1,"entries":[' + b"[" * 100_000,
        b'{"version":1,"entries":[{"worker":' + b'{"a":' * 100_000,
        b" " * FILE_CAP_BYTES + document(),
        b"\xff\xfe" + document(),
        b"\x00" * 4096,
    ],
)
def test_what_is_not_ours_is_refused_in_one_sentence(data: bytes) -> None:
    refused_in_one_sentence(decode, data)


@settings(max_examples=300)
@given(st.data())
def test_a_file_with_a_changed_byte_is_entries_or_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(encode([ENTRY, LARGEST]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        entries = decode(bytes(whole))
    except ValueError:
        return
    assert decode(encode(entries)) == entries
