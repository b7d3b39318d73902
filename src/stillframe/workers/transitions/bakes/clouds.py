"""What files that want an image of their own read in its place: soft clouds without a seam.

Role: red, green and blue are three skies; alpha is full. Each channel reaches from 0 to 250, never
to 255: a file that compares it with the progress must have passed all of it at the end.
"""

import numpy as np

from stillframe.workers.transitions.baking import BakeRequest, Table
from stillframe.workers.transitions.draws import Draws
from stillframe.workers.transitions.noise import sky

_SIDE = 256
# Cells of each layer of clouds.
_LAYERS = (4, 8, 16, 32)
_HIGHEST = 250


def bake(request: BakeRequest, draws: Draws) -> Table:
    """Give each channel a sky of its own."""
    del request
    texels = np.full((_SIDE, _SIDE, 4), 255, np.uint8)
    for channel in range(3):
        clouds = sky(draws, _SIDE, _LAYERS)
        clouds -= clouds.min()
        texels[..., channel] = clouds * _HIGHEST // clouds.max()
    return Table(texels)
