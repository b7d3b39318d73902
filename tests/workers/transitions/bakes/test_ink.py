"""When the ink arrives: evenly over the time, from the drops outwards, on every shape of screen."""

import numpy as np
import pytest

from baking import request
from stillframe.contracts.pixels import Size
from stillframe.workers.transitions.core import baked

HIGHEST = 765


def arrivals(**changes: object) -> np.ndarray:
    _, table = baked(request("ink", **changes))
    return table.texels[..., :3].astype(int).sum(axis=-1)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("drops", [1, 16])
def test_at_each_moment_as_much_is_under_ink_as_the_time_says(seed: int, drops: int) -> None:
    found = arrivals(seed=seed, drops=drops)
    assert (found.min(), found.max()) == (0, HIGHEST)
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert (found <= share * HIGHEST).mean() == pytest.approx(share, abs=0.01)


def test_one_drop_without_raggedness_spreads_in_a_circle() -> None:
    found = arrivals(drops=1, raggedness=0.0, size=Size(800, 800))
    rows, columns = np.nonzero(found == 0)
    row, column = rows.mean(), columns.mean()
    down, across = np.indices(found.shape)
    away = np.hypot(down - row, across - column)
    for level in (60, 120, 240):
        ring = away[found == level]
        assert np.ptp(ring) < 4, "all of a ring is as far away, to within its own width"


def test_ink_is_ragged_where_that_is_wanted() -> None:
    smooth, ragged = (np.abs(np.diff(arrivals(raggedness=r), axis=0)).mean() for r in (0.0, 1.0))
    assert ragged > 1.1 * smooth


def test_the_field_has_the_shape_of_the_screen_so_that_drops_are_round() -> None:
    for size, shape in (
        (Size(3840, 2160), (216, 384)),
        (Size(1080, 1920), (384, 216)),
        (Size(16384, 1), (1, 384)),
    ):
        assert arrivals(size=size).shape == shape


def test_the_finer_noise_reaches_from_nothing_to_full() -> None:
    _, table = baked(request("ink"))
    fine = table.texels[..., 3]
    assert (fine.min(), fine.max()) == (0, 255)
    assert 30 < fine.std() < 90
