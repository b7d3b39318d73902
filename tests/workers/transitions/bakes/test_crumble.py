"""The pieces of a photo: none is missed where it falls, and they fall in the order wished for."""

import numpy as np
import pytest

from baking import request
from stillframe.contracts.pixels import Size
from stillframe.workers.transitions.bakes.crumble import grid
from stillframe.workers.transitions.core import baked

SLICES, LANES = 96, 16
NONE = 255


def texels(**changes: object) -> np.ndarray:
    _, table = baked(request("crumble", **changes))
    return table.texels.astype(int)


def last_of(table: np.ndarray) -> float:
    return float(table[1, -1, 0] * 256 + table[1, -1, 1]) / 65536


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        (Size(3840, 2160), (16, 9)),
        (Size(2160, 3840), (9, 16)),
        (Size(1000, 1000), (16, 15)),
        (Size(5000, 100), (16, 2)),
    ],
)
def test_pieces_are_about_square_and_their_numbers_fit_a_byte(
    size: Size, shape: tuple[int, int]
) -> None:
    assert grid(size, 16) == shape


@pytest.mark.parametrize("weighting", ["Top Weighted", "Bottom Weighted", "Age Weighted"])
def test_a_falling_piece_is_listed_wherever_its_middle_is(weighting: str) -> None:
    """Followed in floating point, as the shader does it."""
    table = texels(weighting=weighting, seed=5)
    columns, rows = grid(Size(3840, 2160), 16)
    number = np.arange(columns * rows)
    first, second = table[0, : columns * rows], table[1, : columns * rows]
    x = (number % columns + first[:, 0] / 256) / columns
    y = (number // columns + first[:, 1] / 256) / rows
    delay = (second[:, 0] * 256 + second[:, 1]) / 65536
    lists = table[2:].reshape(SLICES, 4, LANES, LANES, 4)
    looked_at, last = 0, last_of(table)
    for phase in np.linspace(0.001, last - 0.001, 200):
        own = np.clip((phase - delay) / (1 - delay), 0, 1)
        at_x = x + own * (first[:, 3] - 128) / 256 * 0.3
        at_y = y + own**3 * 7.5 * (0.9 + 0.3 * second[:, 2] / 255)
        slice_ = min(int(phase / last * SLICES), SLICES - 1)
        for piece in np.nonzero((own > 0) & (at_y < 1) & (at_x >= 0) & (at_x < 1))[0]:
            lane = lists[slice_, :, int(at_y[piece] * LANES), int(at_x[piece] * LANES)].ravel()
            looked_at += 1
            assert piece in lane or NONE not in lane, "it is there, or the list is full"
    assert looked_at > 1000


@pytest.mark.parametrize("weighting", ["Top Weighted", "Bottom Weighted", "Age Weighted"])
@pytest.mark.parametrize("size", [Size(3840, 2160), Size(500, 3000)])
def test_the_table_says_how_many_pieces_there_are_and_when_the_last_is_gone(
    weighting: str, size: Size
) -> None:
    table = texels(weighting=weighting, size=size, seed=5)
    columns, rows = grid(size, 16)
    assert table[0, -1, :2].tolist() == [columns, rows]
    first, second = table[:2, : columns * rows]
    delay = (second[:, 0] * 256 + second[:, 1]) / 65536
    upper = (np.arange(columns * rows) // columns + first[:, 1] / 256 - second[:, 3] / 64) / rows
    for part, gone in ((1.0, True), (0.97, False)):
        own = np.clip((part * last_of(table) - delay) / (1 - delay), 0, 1)
        fallen = upper + own**3 * 7.5 * (0.9 + 0.3 * second[:, 2] / 255)
        assert bool((fallen >= 1).all()) == gone


@pytest.mark.parametrize(
    ("weighting", "low", "high"),
    [("Top Weighted", 0.85, 1), ("Bottom Weighted", -1, -0.85), ("Age Weighted", -0.3, 0.3)],
)
def test_what_falls_first_is_as_wished(weighting: str, low: float, high: float) -> None:
    table = texels(weighting=weighting, seed=3)
    delay = table[1, :144, 0] * 256 + table[1, :144, 1]
    row = np.arange(144) // 16
    assert low <= np.corrcoef(delay, row)[0, 1] <= high
    assert delay.max() <= 0.3 * 65536


def test_a_coin_for_all_is_top_or_bottom_by_seed() -> None:
    rows = np.arange(144) // 16
    signs = set()
    for seed in range(12):
        table = texels(weighting="Random Choice", seed=seed)
        delay = table[1, :144, 0] * 256 + table[1, :144, 1]
        signs.add(np.sign(np.corrcoef(delay, rows)[0, 1]))
    assert signs == {-1, 1}
