"""The list of inputs that workers die of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.supervision.quarantine import Quarantine

POISON = WorkerInput(b"/photos/poison.jpg", "100:5")


def entry(suspect: WorkerInput = POISON, worker: str = "images", at_s: float = 1.0) -> Quarantined:
    return Quarantined(worker=worker, input=suspect, reason="signal 11", at_s=at_s)


def test_an_input_is_known_by_its_worker_its_name_and_its_version() -> None:
    known = Quarantine([entry()])
    assert known.find("images", POISON) == entry()
    assert known.find("scenes", POISON) is None
    assert known.find("images", WorkerInput(POISON.name, "100:6")) is None, "it was changed"
    assert known.find("images", WorkerInput(b"/photos/other.jpg", "100:5")) is None
    assert known.find("images", None) is None


def test_a_newer_version_takes_the_place_of_an_older_one() -> None:
    known = Quarantine([entry()])
    newer = entry(WorkerInput(POISON.name, "100:6"), at_s=2.0)
    known.add(newer)
    assert known.entries() == (newer,)


def test_a_pardon_is_for_one_kind_of_worker() -> None:
    other = entry(worker="feeds")
    known = Quarantine([entry(), other])
    assert (known.count("images"), known.count("feeds"), known.count("audio")) == (1, 1, 0)
    assert known.pardon("images")
    assert known.entries() == (other,)
    assert not known.pardon("images")


@given(st.integers(1, 5), st.lists(st.integers(0, 9), max_size=30))
def test_it_is_bounded_and_forgets_the_oldest_first(cap: int, names: list[int]) -> None:
    known = Quarantine(cap=cap)
    for name in names:
        known.add(entry(WorkerInput(b"%d" % name)))
    newest_first = list(dict.fromkeys(b"%d" % name for name in reversed(names)))
    assert [e.input.name for e in known.entries()] == newest_first[:cap][::-1]


def test_a_quarantine_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Quarantine(cap=0)
