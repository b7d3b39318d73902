"""When beads set out: from the side, the edges or the middle that was wished, and all in time."""

import numpy as np
import pytest

from baking import request
from stillframe.contracts.pixels import Size
from stillframe.workers.transitions.bakes.particle import beads
from stillframe.workers.transitions.core import baked

LATEST = 65535 * 92 // 100


def starts(**changes: object) -> np.ndarray:
    _, table = baked(request("particle", **changes))
    return table.texels[..., 0].astype(int) * 256 + table.texels[..., 1]


@pytest.mark.parametrize("mode", ["Directional", "Swirl", "Converge", "Random"])
def test_all_set_out_in_their_time_and_not_all_at_once(mode: str) -> None:
    found = starts(mode=mode, direction="left-to-right")
    assert found.max() <= LATEST
    assert found.min() < 0.05 * 65535
    assert found.std() > 0.15 * 65535


@pytest.mark.parametrize(
    ("direction", "first", "last"),
    [
        ("left-to-right", (45, 0), (45, 159)),
        ("bottom-to-top", (89, 80), (0, 80)),
        ("diagonal-bl-tr", (89, 0), (0, 159)),
        ("diagonal-br-tl", (89, 159), (0, 0)),
    ],
)
def test_they_come_along_the_direction(
    direction: str, first: tuple[int, int], last: tuple[int, int]
) -> None:
    found = starts(mode="Directional", direction=direction)
    assert found[first] < 0.15 * 65535
    assert found[last] > 0.8 * 65535


def test_they_converge_on_the_middle() -> None:
    found = starts(mode="Converge")
    assert found[45, 80] > 0.85 * 65535
    assert max(found[0, 0], found[-1, -1]) < 0.05 * 65535


def test_a_whirl_goes_inwards_or_outwards() -> None:
    inwards, outwards = (starts(mode="Swirl", swirl_order=order) for order in (2, 1))
    rows, columns = np.indices(inwards.shape)
    away = np.hypot((rows - 44.5) / 45, (columns - 79.5) / 80)
    assert np.corrcoef(inwards.ravel(), away.ravel())[0, 1] < -0.8
    assert np.corrcoef(outwards.ravel(), away.ravel())[0, 1] > 0.8


def test_beads_look_alike_on_every_screen() -> None:
    assert beads(Size(3840, 2160), 8, 4) == beads(Size(1920, 1080), 8, 4) == (160, 90)
    assert beads(Size(640, 360), 8, 4) == (54, 30)
