"""Work that waits: bounded, keyed, newest wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.transport.backlog import Backlog, Dropped, DropReason, Urgency

NOW, LATER = Urgency.ON_SCREEN, Urgency.PREFETCH


def backlog(cap: int = 4) -> Backlog[str, str]:
    return Backlog(cap)


def everything(line: Backlog[str, str]) -> list[str]:
    return list(iter(line.pop, None))


def test_the_oldest_of_the_most_urgent_goes_first() -> None:
    line = backlog()
    for key, urgency in (("a", LATER), ("b", NOW), ("c", LATER), ("d", NOW)):
        assert line.push(key, key, urgency) == ()
    assert everything(line) == ["b", "d", "a", "c"]


def test_a_newer_item_of_the_same_key_replaces_the_older_and_says_so() -> None:
    line = backlog()
    line.push("a", "old", LATER)
    assert line.push("a", "new", LATER) == (Dropped("old", DropReason.SUPERSEDED),)
    assert everything(line) == ["new"]


def test_what_the_screen_waits_for_stays_urgent_when_it_is_replaced() -> None:
    line = backlog()
    line.push("a", "old", NOW)
    line.push("b", "b", LATER)
    line.push("a", "new", LATER)
    assert everything(line) == ["new", "b"]


def test_overflow_drops_the_oldest_of_the_least_urgent() -> None:
    line = backlog(2)
    line.push("a", "a", NOW)
    line.push("b", "b", LATER)
    assert line.push("c", "c", LATER) == (Dropped("b", DropReason.OVERFLOW),)
    assert line.push("d", "d", NOW) == (Dropped("c", DropReason.OVERFLOW),)
    assert line.push("e", "e", NOW) == (Dropped("a", DropReason.OVERFLOW),)
    assert everything(line) == ["d", "e"]


def test_a_prefetch_does_not_drive_out_what_the_screen_waits_for() -> None:
    line = backlog(1)
    line.push("a", "a", NOW)
    assert line.push("b", "b", LATER) == (Dropped("b", DropReason.OVERFLOW),)


def test_what_is_put_back_goes_before_all_even_over_the_cap() -> None:
    line = backlog(1)
    line.push("a", "a", NOW)
    assert line.push_front("b", "b") == ()
    assert everything(line) == ["b", "a"]


def test_what_is_put_back_gives_way_to_a_newer_item_of_its_key() -> None:
    line = backlog()
    line.push("a", "new", LATER)
    assert line.push_front("a", "old") == (Dropped("old", DropReason.SUPERSEDED),)
    assert everything(line) == ["new"]


def test_cancelling_drops_what_waits_and_nothing_else() -> None:
    line = backlog()
    line.push("a", "a", NOW)
    assert line.cancel("b") == ()
    assert line.cancel("a") == (Dropped("a", DropReason.CANCELLED),)
    assert line.cancel("a") == ()


def test_clearing_drops_everything() -> None:
    line = backlog()
    line.push("a", "a", NOW)
    line.push("b", "b", LATER)
    assert {dropped.item for dropped in line.clear()} == {"a", "b"}
    assert len(line) == 0


@pytest.mark.parametrize("cap", [0, -1])
def test_a_cap_below_one_is_refused_by_number(cap: int) -> None:
    with pytest.raises(ValueError, match=str(cap)):
        Backlog(cap)


ACTS = st.one_of(
    st.tuples(st.just("push"), st.integers(0, 5), st.sampled_from(Urgency)),
    st.tuples(st.just("pop"), st.just(0), st.just(NOW)),
    st.tuples(st.just("cancel"), st.integers(0, 5), st.just(NOW)),
)


@given(st.integers(1, 4), st.lists(ACTS, max_size=60))
def test_every_item_leaves_exactly_once_and_the_cap_holds(
    cap: int, acts: list[tuple[str, int, Urgency]]
) -> None:
    line: Backlog[int, int] = Backlog(cap)
    left: list[int] = []
    entered = 0
    for act, key, urgency in acts:
        if act == "push":
            left += [dropped.item for dropped in line.push(key, entered, urgency)]
            entered += 1
        elif act == "cancel":
            left += [dropped.item for dropped in line.cancel(key)]
        elif (item := line.pop()) is not None:
            left.append(item)
        assert len(line) <= cap
    left += [dropped.item for dropped in line.clear()]
    assert sorted(left) == list(range(entered))


def test_what_does_not_fit_is_passed_over_and_keeps_its_place() -> None:
    line = backlog()
    for key, urgency in (("a", NOW), ("b", LATER), ("c", LATER)):
        line.push(key, key, urgency)
    assert line.pop(lambda item: item != "a") == "b"
    assert line.pop(lambda item: item == "z") is None
    assert everything(line) == ["a", "c"]


def test_a_push_after_several_were_put_back_brings_it_down_to_the_cap() -> None:
    line = backlog(2)
    for key in "abcd":
        line.push_front(key, key)
    dropped = line.push("e", "e", NOW)
    assert [d.item for d in dropped] == ["d", "c", "b"]
    assert everything(line) == ["a", "e"]
