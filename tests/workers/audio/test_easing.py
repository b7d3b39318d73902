"""The origin's two stages of smoothing."""

import numpy as np
import pytest

from stillframe.workers.audio.easing import DISPLAY, Easing, eased, engine


def at(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_the_engine_rises_in_a_third_of_its_time_and_falls_in_three() -> None:
    moved = eased(at(0.0, 1.0), at(1.0, 0.0), 0.063, engine(0.18))
    assert moved[0] == pytest.approx(1 - np.exp(-1))
    assert moved[1] == pytest.approx(np.exp(-0.063 / 0.54))
    assert engine(0.0) == engine(0.05)


@pytest.mark.parametrize("elapsed_s", [0.0, -1.0, 2.01, 3600.0])
def test_the_engine_copies_where_there_is_no_time_between_or_too_much(elapsed_s: float) -> None:
    assert eased(at(0.2), at(0.9), elapsed_s, engine()).tolist() == at(0.9).tolist()


def test_the_display_copies_after_a_pause_and_never_stands_still() -> None:
    assert eased(at(0.2), at(0.9), 0.41, DISPLAY).tolist() == at(0.9).tolist()
    assert 0.2 < eased(at(0.2), at(0.9), 0.0, DISPLAY)[0] < 0.21


@pytest.mark.parametrize(("easing", "least"), [(engine(), 1e-3), (DISPLAY, 1e-4)])
def test_what_is_almost_nothing_is_nothing(easing: Easing, least: float) -> None:
    before, target = at(least, 2 * least), at(0.0, 2 * least)
    assert eased(before, target, 0.02, easing).tolist() == [0.0, pytest.approx(2 * least)]


def test_bars_of_another_number_begin_where_they_should_be() -> None:
    assert eased(at(0.1), at(0.5, 0.6), 0.02, engine()).tolist() == at(0.5, 0.6).tolist()
