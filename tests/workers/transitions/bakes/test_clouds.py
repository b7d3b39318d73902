"""The image for files that want one: soft, without a seam, and never full."""

import numpy as np

from baking import request
from stillframe.transitions.dropped import CLOUDS
from stillframe.workers.transitions.core import baked


def sky(seed: int = 1) -> np.ndarray:
    return baked(request(CLOUDS.id, seed=seed))[1].texels.astype(int)


def test_each_channel_reaches_from_nothing_to_short_of_full() -> None:
    for channel in range(3):
        assert (sky()[..., channel].min(), sky()[..., channel].max()) == (0, 250)
    assert (sky()[..., 3] == 255).all()


def test_the_channels_are_skies_of_their_own() -> None:
    red, green, blue = (sky()[..., channel].ravel() for channel in range(3))
    for one, other in ((red, green), (green, blue), (red, blue)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.6


def test_neighbours_are_alike_over_the_edges_too() -> None:
    found = sky()[..., :3]
    for axis in (0, 1):
        steps = np.abs(found - np.roll(found, 1, axis))
        assert steps.max() < 20, "no edge, and no seam"
    assert found.std() > 30, "and yet there is much to see"
