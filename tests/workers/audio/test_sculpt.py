"""What is carved out of the figure where there are few bins."""

import numpy as np
import pytest

from stillframe.workers.audio.sculpt import Drop, sculpted
from stillframe.workers.audio.shape import RIDGE, Energies, offsets, profiled

FIGURE = profiled(Energies(0.6, 0.3, 0.1), 15)


def carved(fell: float, *, bass: float = 3.0, before: Drop = Drop()) -> tuple[np.ndarray, Drop]:  # noqa: B008 - it is frozen
    return sculpted(FIGURE, before, fell, bass, 1.0)


def test_the_centre_stays_under_the_ridges() -> None:
    bars, drop = carved(0.0)
    away = offsets(15)
    assert bars[away == 0].max() < bars[away == RIDGE].min()
    assert drop == Drop(0.0, 0.0)


def test_when_the_bass_goes_the_middle_falls_and_comes_back_slowly() -> None:
    before, _ = carved(0.0)
    at_once, drop = carved(0.8)
    assert at_once.sum() < before.sum()
    assert at_once[7] < before[7]
    assert drop.signal == 0.8
    gathered = [drop.sum]
    for _ in range(20):
        bars, drop = carved(0.0, before=drop)
        gathered.append(drop.sum)
    assert gathered == sorted(gathered, reverse=True)
    assert drop.sum < 0.1
    assert bars.sum() > at_once.sum()


def test_bass_under_its_floor_counts_as_gone() -> None:
    _, drop = carved(0.0, bass=0.2)
    assert drop.signal > 0.3


@pytest.mark.parametrize("bars", range(1, 12))
def test_any_number_of_bars_is_carved(bars: int) -> None:
    figure = profiled(Energies(0.6, 0.3, 0.1), bars)
    found, _ = sculpted(figure, Drop(), 0.5, 1.0, 1.0)
    assert found.shape == (bars,)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
