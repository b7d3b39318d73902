"""The figure of the classic bars."""

import numpy as np
import pytest

from stillframe.workers.audio.shape import RIDGE, Energies, offsets, profiled


def test_without_energy_there_is_no_figure() -> None:
    assert not profiled(Energies(0.0, 0.0, 0.0), 15).any()


@pytest.mark.parametrize("bars", [7, 15, 16, 32, 64, 127])
def test_bass_makes_two_ridges_beside_the_centre(bars: int) -> None:
    figure, away = profiled(Energies(1.0, 0.0, 0.0), bars), offsets(bars)
    assert figure[away == RIDGE].min() > figure[away == RIDGE - 1].max()
    assert figure[away == RIDGE].min() > figure[away == 0].max()


def test_the_middle_of_the_spectrum_lifts_the_centre_and_treble_the_edges() -> None:
    mid = profiled(Energies(0.0, 0.5, 0.0), 15)
    assert mid.argmax() == 7
    treble = profiled(Energies(0.0, 0.0, 1.0), 15)
    assert set(np.argsort(treble)[-2:]) == {0, 14}


@pytest.mark.parametrize("bars", [1, 2, 3, 5])
def test_few_bars_are_bars_too(bars: int) -> None:
    assert np.isfinite(profiled(Energies(1.0, 1.0, 1.0), bars)).all()
