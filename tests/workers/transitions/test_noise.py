"""Noise that every machine has the same, without a seam."""

import numpy as np

from stillframe.workers.transitions.draws import Draws
from stillframe.workers.transitions.noise import sky


def test_one_layer_goes_smoothly_from_draw_to_draw() -> None:
    found = sky(Draws(5), 64, (4,))
    drawn = Draws(5).below(1 << 12, 16).reshape(4, 4)
    # Rows and columns are exchanged by the two passes.
    assert np.array_equal(found[::16, ::16], drawn)
    between = found[8, 0] * 2
    assert abs(between - drawn[0, 0] - drawn[1, 0]) <= 2


def test_layers_add_up_each_half_as_strong() -> None:
    draws = Draws(5)
    first, second = sky(draws, 32, (4,)), sky(draws, 32, (8,))
    assert np.array_equal(sky(Draws(5), 32, (4, 8)), first + second // 2)


def test_it_has_no_seam_and_stays_in_its_range() -> None:
    found = sky(Draws(1), 128, (4, 8, 16))
    assert found.min() >= 0
    assert found.max() < 1 << 13
    for axis in (0, 1):
        steps = np.abs(found - np.roll(found, 1, axis))
        seam = np.take(steps, 0, axis)
        assert seam.max() <= steps.max()
        assert seam.mean() < 2 * steps.mean()
