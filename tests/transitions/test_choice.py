"""Which transition comes next: luck, weights, and what came before."""

import collections
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.transitions.choice import History, Style, choose, direction_of, following
from stillframe.transitions.model import CARDINAL, Transition


def transition(name: str, **changes: object) -> Transition:
    fields = {"id": name, "name": name, "summary": "a test", "default_duration_s": 1.0, **changes}
    return Transition(**fields)  # type: ignore[arg-type]


A, B, C = (transition(name) for name in "abc")
SLIDE = transition("slide", directions=CARDINAL, remembers_direction=True)
FLIP = transition("flip", directions=CARDINAL)


@given(st.integers(0, 2**32))
def test_none_comes_twice_in_a_row_and_the_same_seed_is_the_same_show(seed: int) -> None:
    shows = []
    for _ in range(2):
        rng, history, shown = Random(seed), History(), []
        for _ in range(30):
            chosen, _ = choose([(A, Style()), (B, Style()), (C, Style())], history, rng)
            assert chosen.id != history.last
            history = history.after(chosen, "")
            shown.append(chosen.id)
        shows.append(shown)
    assert shows[0] == shows[1]


def test_in_turn_each_follows_the_one_before_it_and_the_first_the_last() -> None:
    pool = [(A, Style()), (B, Style()), (C, Style())]
    assert [following(pool, last)[0].id for last in ("", "a", "b", "c", "gone")] == [*"abcaa"]


def test_one_alone_comes_again_and_again() -> None:
    history = History().after(A, "")
    assert choose([(A, Style())], history, Random(1))[0] is A


def test_weights_say_how_often() -> None:
    rng, counts = Random(7), collections.Counter[str]()
    for _ in range(4000):
        pool = [(A, Style(weight=1)), (B, Style(weight=3))]
        counts[choose(pool, History(), rng)[0].id] += 1
    assert counts["b"] / counts["a"] == pytest.approx(3, rel=0.12)


@given(st.integers(0, 2**63), st.sampled_from(["", *CARDINAL]))
def test_a_direction_of_luck_is_never_the_one_before_where_it_is_remembered(
    seed: int, before: str
) -> None:
    assert direction_of(SLIDE, "random", before, seed) in set(CARDINAL) - {before}


def test_a_direction_that_a_person_wants_is_taken_however_often() -> None:
    assert direction_of(SLIDE, CARDINAL[2], CARDINAL[2], 5) == CARDINAL[2]
    assert direction_of(SLIDE, "sideways", "", 5) in CARDINAL
    assert direction_of(A, CARDINAL[0], "", 5) == ""


def test_seeds_in_a_row_go_all_ways() -> None:
    counts = collections.Counter(direction_of(FLIP, "random", "", seed) for seed in range(400))
    assert set(counts) == set(CARDINAL)
    assert min(counts.values()) > 60


def test_each_transition_has_a_memory_of_its_own() -> None:
    history = History().after(SLIDE, CARDINAL[0]).after(FLIP, CARDINAL[1])
    assert (history.last, history.directions["slide"]) == ("flip", CARDINAL[0])
