"""The two ways through a pool, which keep the same promises."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.library.photos import Photo
from stillframe.library.supply import Ordered, Shuffled, Supply

MAKERS: dict[str, Callable[[], Supply]] = {
    "shuffled": lambda: Shuffled(random.Random(3)),
    "ordered": Ordered,
}
EACH = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def photo(number: int, rank: bytes = b"") -> Photo:
    return Photo(b"%02d" % number, rank=rank)


@EACH
def test_an_empty_supply_has_nothing(make: Callable[[], Supply]) -> None:
    supply = make()
    assert (len(supply), supply.get(b"a"), supply.draw(None, begin=True)) == (0, None, None)
    supply.remove(b"a")
    assert not supply.has_other_than(None)


@EACH
def test_one_photo_is_drawn_once_and_never_after_itself(make: Callable[[], Supply]) -> None:
    supply = make()
    supply.add(photo(1))
    assert supply.draw(None, begin=True) == photo(1)
    assert supply.draw(photo(1), begin=True) is None
    assert supply.draw(photo(2), begin=False) is None, "no new round may begin"
    assert supply.draw(photo(2), begin=True) == photo(1)
    assert supply.rounds == 1


@EACH
def test_a_photo_of_the_same_path_takes_the_other_s_place(make: Callable[[], Supply]) -> None:
    supply = make()
    for number in range(3):
        supply.add(photo(number))
    drawn = supply.draw(None, begin=True)
    assert drawn is not None
    changed = Photo(drawn.path, size_bytes=9)
    supply.exchange(changed)
    assert len(supply) == 3
    assert supply.get(drawn.path) == changed
    rest = {supply.draw(None, begin=False), supply.draw(None, begin=False)}
    assert rest == {photo(number) for number in range(3)} - {drawn}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["add", "remove", "exchange"]), st.integers(0, 9)),
        st.tuples(st.just("draw"), st.booleans()),
    ),
    max_size=60,
)


@EACH
@settings(max_examples=200)
@given(steps=STEPS)
def test_whatever_happens_a_round_shows_each_photo_at_most_once(
    make: Callable[[], Supply], steps: list[tuple[str, int]]
) -> None:
    supply, there, last = make(), dict[bytes, Photo](), None
    drawn: set[bytes] = set()
    for word, number in steps:
        known = photo(number, b"%d" % (7 * number % 10))
        if word == "add" and known.path not in there:
            there[known.path] = known
            drawn.discard(known.path)  # it is another one now
            supply.add(known)
        elif word == "remove":
            there.pop(known.path, None)
            supply.remove(known.path)
        elif word == "exchange" and known.path in there:
            there[known.path] = Photo(known.path, size_bytes=number, rank=known.rank)
            supply.exchange(there[known.path])
        elif word == "draw":
            rounds = supply.rounds
            found = supply.draw(last, begin=bool(number))
            if supply.rounds > rounds:
                drawn.clear()
            if found is None:
                unseen = set(there) - drawn - {last.path if last else b""}
                # In order, what came behind the place waits for the next round.
                assert not unseen or (isinstance(supply, Ordered) and not number)
                continue
            assert there[found.path] is found
            assert found.path not in drawn
            assert last is None or found.path != last.path
            drawn.add(found.path)
            last = found
        assert len(supply) == len(there)
