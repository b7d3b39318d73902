"""The order of the show: rounds, looking ahead, stepping, and what is taken off."""

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.library.photos import Photo
from stillframe.library.timeline import HISTORY_CAP, Timeline

unhurried = settings(max_examples=80)
SEEDS = st.integers(0, 2**32)


class CountingRandom(random.Random):
    """A source of randomness that counts how often it is asked."""

    calls = 0

    def getrandbits(self, k: int, /) -> int:
        self.calls += 1
        return super().getrandbits(k)


def photos(count: int, first: int = 0) -> list[Photo]:
    return [Photo(b"%d" % number) for number in range(first, first + count)]


def timeline(count: int, seed: int = 0) -> Timeline:
    line = Timeline(random.Random(seed))
    line.add(photos(count))
    return line


def walk(line: Timeline, steps: int) -> list[Photo | None]:
    """Step forward and return what became current."""
    reached = []
    for _ in range(steps):
        line.move(1)
        reached.append(line.current)
    return reached


def stands_alone(line: Timeline) -> bool:
    """Say whether no photo on the line stands next to itself."""
    back = itertools.takewhile(lambda p: p is not None, (line.at(-n) for n in itertools.count(1)))
    now = [] if line.current is None else [line.current]
    whole = [*reversed(list(back)), *now, *line.ahead(5)]
    return all(left != right for left, right in itertools.pairwise(whole))


def test_an_empty_line_has_nothing_anywhere() -> None:
    line = timeline(0)
    line.move(1)
    line.move(-1)
    assert (len(line), line.current, line.ahead(3), line.at(1), line.at(-1)) == (
        0,
        *[None],
        (),
        *[None] * 2,
    )


@unhurried
@given(count=st.integers(2, 12), rounds=st.integers(2, 4), seed=SEEDS)
def test_each_photo_comes_once_a_round_and_never_twice_running(
    count: int, rounds: int, seed: int
) -> None:
    reached = walk(timeline(count, seed), count * rounds)
    for first in range(0, count * rounds, count):
        assert set(reached[first : first + count]) == set(photos(count))
    assert all(left != right for left, right in itertools.pairwise(reached))


def test_a_line_of_one_photo_ends_with_it_and_goes_on_when_another_is_found() -> None:
    line = timeline(1)
    assert walk(line, 1) == photos(1)
    assert (line.ahead(2), line.at(1)) == ((), None)
    line.move(1)
    assert line.current == photos(1)[0]
    assert line.at(-1) is None, "a move that is not possible leaves no trace"
    line.add(photos(1, first=1))
    assert line.ahead(3) == tuple(photos(2)[n] for n in (1, 0, 1))


@pytest.mark.parametrize("seed", range(20))
def test_what_is_found_later_joins_the_round_before_any_photo_comes_again(seed: int) -> None:
    line = timeline(1, seed)
    walk(line, 1)
    line.ahead(4)
    line.add(photos(3, first=1))
    assert set(line.ahead(3)) == set(photos(3, first=1))


@unhurried
@given(
    counts=st.lists(st.integers(0, 4), min_size=1, max_size=6),
    looks=st.lists(st.integers(0, 9), min_size=6, max_size=6),
    seed=SEEDS,
)
def test_looking_ahead_is_exact_while_more_is_found(
    counts: list[int], looks: list[int], seed: int
) -> None:
    line, first = Timeline(random.Random(seed)), 0
    for count, look in zip(counts, looks, strict=False):
        line.add(photos(count, first))
        first += count
        promised = line.ahead(look)
        assert list(promised) == [line.at(n) for n in range(1, len(promised) + 1)]
        line.add(photos(1, first))
        first += 1
        assert walk(line, len(promised)) == list(promised)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_move_of_several_steps_is_as_many_moves_of_one(steps: int) -> None:
    one, many = timeline(5), timeline(5)
    walk(one, steps)
    many.move(steps)
    assert (one.current, one.ahead(9)) == (many.current, many.ahead(9))
    assert [one.at(-n) for n in range(1, 9)] == [many.at(-n) for n in range(1, 9)]


@unhurried
@given(moves=st.lists(st.integers(-4, 4), max_size=30), seed=SEEDS)
def test_walking_back_and_forth_is_walking_along_one_fixed_line(
    moves: list[int], seed: int
) -> None:
    line = timeline(6, seed)
    track = list(timeline(6, seed).ahead(140))
    position = -1
    for steps in moves:
        target = position + steps
        reachable = target >= 0
        line.move(steps)
        position = target if reachable else position
        assert line.current == (track[position] if position >= 0 else None)


def test_the_past_reaches_back_so_far_and_no_farther() -> None:
    line = timeline(9)
    reached = walk(line, HISTORY_CAP + 20)
    assert line.at(-HISTORY_CAP) == reached[-HISTORY_CAP - 1]
    assert line.at(-HISTORY_CAP - 1) is None
    before = line.current
    line.move(-HISTORY_CAP - 1)
    assert line.current == before


def test_a_path_that_is_known_is_passed_over_wherever_it_is() -> None:
    line = timeline(3)
    line.move(1)
    line.add(photos(3))
    assert len(line) == 3
    line.discard(photos(1)[0])
    line.add(photos(3))
    assert len(line) == 2, "what cannot be shown does not come back"
    assert photos(1)[0] not in line.ahead(20)


def test_a_photo_that_is_not_known_can_be_discarded_beforehand() -> None:
    line = timeline(1)
    line.discard(photos(1, first=7)[0])
    line.add(photos(1, first=7))
    assert (len(line), line.ahead(3)) == (1, (photos(1)[0],))


def test_a_discarded_photo_leaves_past_and_future() -> None:
    line = timeline(4)
    line.move(6)
    gone = line.at(-2)
    assert gone is not None
    line.ahead(8)
    line.discard(gone)
    assert gone not in [line.at(-n) for n in range(1, 6)]
    assert gone not in line.ahead(20)
    assert len(line) == 3


def test_where_a_discarded_photo_stood_between_two_of_one_the_two_become_one() -> None:
    line = timeline(2)
    line.move(5)
    line.ahead(5)
    here = line.current
    line.discard(photos(2)[0] if here == photos(2)[1] else photos(2)[1])
    assert (line.current, line.at(-1), line.at(1)) == (here, None, None)


LINE_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 4)),
        st.tuples(st.just("move"), st.integers(-3, 4)),
        st.tuples(st.just("ahead"), st.integers(0, 5)),
        st.tuples(st.just("discard"), st.integers(0, 9)),
    ),
    max_size=40,
)


@settings(max_examples=250)
@given(steps=LINE_STEPS, seed=SEEDS)
def test_whatever_happens_no_photo_stands_beside_itself_and_the_living_go_on(
    steps: list[tuple[str, int]], seed: int
) -> None:
    line, alive, first = Timeline(random.Random(seed)), set[Photo](), 0
    for word, number in steps:
        if word == "add":
            found = photos(number, first)
            first += number
            alive |= set(found)
            line.add(found)
        elif word == "move":
            line.move(number)
        elif word == "ahead":
            line.ahead(number)
        else:
            nearest = [
                p for p in line.ahead(10) + tuple(sorted(alive, key=str)) if p != line.current
            ]
            for gone in nearest[number : number + 1]:
                alive.discard(gone)
                line.discard(gone)
        assert len(line) == len(alive)
        assert stands_alone(line)
    # What was planned before the last was found, at most the past stepped back over, and a round.
    assert set(line.ahead(HISTORY_CAP + 10 + len(line) * 2)) | {line.current} - {None} == alive


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_a_seed_repeats_its_order_and_another_seed_does_not(seed: int) -> None:
    assert timeline(50, seed).ahead(150) == timeline(50, seed).ahead(150)
    assert timeline(50, seed).ahead(50) != timeline(50, seed + 1).ahead(50)


def test_every_order_of_a_round_is_possible() -> None:
    orders = {timeline(3, seed).ahead(3) for seed in range(200)}
    assert orders == set(itertools.permutations(photos(3)))


@pytest.mark.parametrize("dead", [0, 4_000])
def test_a_draw_asks_for_randomness_as_often_whatever_the_size(dead: int) -> None:
    # A power of two needs one try for a number below it: the count then says what was drawn.
    rng = CountingRandom(1)
    line = Timeline(rng)
    line.add(photos(dead))
    for photo in _drawn(line, dead):
        line.discard(photo)
    line.add(photos(4_096, first=dead))
    rng.calls = 0
    line.ahead(1)
    assert rng.calls <= 8, "one draw, however many were discarded and however many there are"
    rng.calls = 0
    line.ahead(4_096 + 100)
    assert rng.calls < 3 * 4_196, "the next round costs no more than the first"


def _drawn(line: Timeline, count: int) -> Iterator[Photo]:
    for _ in range(count):
        yield line.ahead(1)[0]


def test_what_is_coming_is_what_is_on_screen_and_what_was_drawn_and_draws_nothing() -> None:
    line = timeline(9)
    assert line.coming == ()
    drawn = line.ahead(3)
    assert line.coming == drawn
    line.move(1)
    assert line.coming == drawn
    line.move(-1)
    assert line.coming == drawn, "there is no photo before the first"
    line.move(1)
    assert line.coming == drawn[1:]
    line.remove(drawn[2].path)
    assert line.coming == (drawn[1],)


def test_a_new_round_waits_while_more_photos_may_be_found() -> None:
    line = timeline(2)
    line.expect(more=True, needed=False)
    line.move(1)
    assert len(line.ahead(3)) == 1, "only the photo that was not shown yet"
    line.add(photos(1, first=2))
    assert set(line.ahead(3)) == set(photos(3)) - {line.current}


def test_a_new_round_begins_when_a_photo_is_needed_and_the_one_after_it_waits() -> None:
    line = timeline(2)
    line.expect(more=True, needed=True)
    walk(line, 2)
    assert len(line.ahead(5)) == 2


def test_a_new_round_begins_once_all_photos_are_found() -> None:
    line = timeline(2)
    line.expect(more=True, needed=False)
    line.move(1)
    line.expect(more=False, needed=False)
    assert len(line.ahead(3)) == 3
