"""Ghosts: they stand, they fall, and they never lie."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.audio.ghosts import Ghosts, held, origins

UNIT = st.floats(0, 1, width=32)
BARS = st.lists(UNIT, min_size=1, max_size=8).map(lambda v: np.array(v, np.float32))


def at(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_a_ghost_stands_for_its_time_and_then_falls_by_its_time_constant() -> None:
    ghosts = Ghosts.over(at(0.8))
    for _ in range(25):
        ghosts = held(ghosts, at(0.0), 0.01, hold_s=0.25, decay_s=0.5)
    assert ghosts.peaks[0] == pytest.approx(0.8, abs=1e-6)
    for _ in range(50):
        ghosts = held(ghosts, at(0.0), 0.01, hold_s=0.25, decay_s=0.5)
    assert ghosts.peaks[0] == pytest.approx(0.8 * math.exp(-1), rel=0.01)


def test_a_ghost_falls_alike_in_one_step_and_in_many() -> None:
    once = held(Ghosts.over(at(1.0)), at(0.2), 0.6, hold_s=0.1, decay_s=0.3)
    many = Ghosts.over(at(1.0))
    for _ in range(600):
        many = held(many, at(0.2), 0.001, hold_s=0.1, decay_s=0.3)
    assert once.peaks[0] == pytest.approx(0.2 + 0.8 * math.exp(-0.5 / 0.3), rel=1e-3)
    assert many.peaks[0] == pytest.approx(once.peaks[0], rel=1e-2)


def test_a_bar_that_passes_its_ghost_takes_it_along_and_it_stands_anew() -> None:
    ghosts = held(Ghosts.over(at(0.5)), at(0.0), 0.2, hold_s=0.25, decay_s=0.1)
    ghosts = held(ghosts, at(0.9), 0.01, hold_s=0.25, decay_s=0.1)
    ghosts = held(ghosts, at(0.0), 0.2, hold_s=0.25, decay_s=0.1)
    assert ghosts.peaks[0] == pytest.approx(0.9)


def test_without_a_time_constant_a_ghost_drops_at_once() -> None:
    ghosts = held(Ghosts.over(at(0.9)), at(0.1), 0.01, hold_s=0.0, decay_s=0.0)
    assert ghosts.peaks[0] == pytest.approx(0.1)


def test_the_origins_ghost_falls_by_so_much_a_second_and_faster_from_high_above() -> None:
    # 0.4 a second, times 0.75 + 0.75 of the distance: 0.4 * 0.75 * 2 = 0.6 from a distance of 1.
    assert origins(Ghosts.over(at(1.0)), at(0.0), 0.1).peaks[0] == pytest.approx(0.94)
    # From a distance of 0.2: 0.4 * 0.75 * 1.2 = 0.36.
    assert origins(Ghosts.over(at(0.7)), at(0.5), 0.1).peaks[0] == pytest.approx(0.664)
    assert origins(Ghosts.over(at(0.7)), at(0.69), 1.0).peaks[0] == pytest.approx(0.69)


@pytest.mark.parametrize("step", [origins, lambda g, b, s: held(g, b, s, hold_s=0.1, decay_s=0.2)])
@given(before=BARS, bars=BARS, elapsed_s=st.floats(-10, 1e6))
def test_a_ghost_is_never_under_its_bar_nor_above_one(step, before, bars, elapsed_s) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    ghosts = step(Ghosts.over(before), bars, elapsed_s)
    assert ghosts.peaks.shape == bars.shape
    assert (ghosts.peaks >= bars).all()
    assert (ghosts.peaks <= 1).all()
    if before.shape == bars.shape:
        assert (ghosts.peaks <= np.maximum(before, bars) + 1e-6).all()
