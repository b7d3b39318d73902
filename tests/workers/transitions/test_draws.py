"""Luck that is the same on every machine, beside the generator written down again."""

from itertools import islice

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import PCG64

from stillframe.workers.transitions.draws import Draws

_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645


def words_of(seed: int):  # type: ignore[no-untyped-def] # noqa: ANN201 - a generator
    """PCG-XSL-RR 128/64 as its author defines it, from the state that the seed gives."""
    state = PCG64(seed).state["state"]
    value, increment, mask = state["state"], state["inc"], (1 << 128) - 1
    while True:
        value = (value * _MULTIPLIER + increment) & mask
        folded, turn = (value >> 64) ^ (value & ((1 << 64) - 1)), value >> 122
        yield ((folded >> turn) | (folded << (64 - turn))) & ((1 << 64) - 1)


@given(st.integers(0, 2**63), st.integers(1, 2**32))
def test_numbers_are_the_scaled_words_of_the_generator(seed: int, limit: int) -> None:
    drawn = Draws(seed).below(limit, 20)
    assert drawn.tolist() == [(w >> 32) * limit >> 32 for w in islice(words_of(seed), 20)]
    assert drawn.min() >= 0
    assert drawn.max() < limit


def test_all_numbers_come_up() -> None:
    counts = np.bincount(Draws(1).below(6, 6000))
    assert len(counts) == 6
    assert counts.min() > 850


def test_an_order_of_luck_has_each_number_once() -> None:
    order = Draws(3).shuffled(500)
    assert sorted(order.tolist()) == list(range(500))
    assert order.tolist() != sorted(order.tolist())
    assert order.tolist() == Draws(3).shuffled(500).tolist()
    assert order.tolist() != Draws(4).shuffled(500).tolist()
