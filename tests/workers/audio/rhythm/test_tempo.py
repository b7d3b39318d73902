"""The tempi that are told apart."""

import numpy as np
import pytest

from stillframe.workers.audio.rhythm.tempo import FASTEST_BPM, SLOWEST_BPM, Tempi

STEP_S = 0.02


def test_they_go_from_the_fastest_to_the_slowest_in_small_steps() -> None:
    tempi = Tempi.of(STEP_S)
    bpm = 60 / (tempi.interval * STEP_S)
    assert bpm[0] == pytest.approx(FASTEST_BPM)
    assert bpm[-1] == pytest.approx(SLOWEST_BPM)
    assert np.all(bpm[:-1] / bpm[1:] < 1.025)


def test_an_interval_between_whole_steps_is_right_on_the_mean() -> None:
    tempi = Tempi.of(STEP_S)
    mean = tempi.early * (tempi.places - 1) + (1 - tempi.early) * tempi.places
    np.testing.assert_allclose(mean, tempi.interval, rtol=1e-5)
    assert tempi.early.min() >= 0
    assert tempi.early.max() < 1


def test_the_prior_is_one_and_its_peak_is_where_people_tap() -> None:
    tempi = Tempi.of(STEP_S)
    assert tempi.likely.sum() == pytest.approx(1, abs=1e-5)
    assert 60 / (tempi.interval[tempi.likely.argmax()] * STEP_S) == pytest.approx(125, rel=0.02)


def test_to_stay_is_likelier_than_to_change_and_nothing_is_impossible() -> None:
    changes = Tempi.of(STEP_S).changes
    assert changes.min() > 0
    middle = changes.shape[0] // 2
    assert changes[middle, middle] > changes[middle, middle + 1] > changes[middle, middle + 5]
    assert changes.sum(axis=1).max() < 1.03
