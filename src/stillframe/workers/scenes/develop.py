"""From light to a picture: bloom, vignette, tone curve, grain, and 8 bits without banding.

Role: the darkroom, the last step of every scene. Counterpart: `core` hands it the light of a
painting.

Guarantees: every gradient is dithered with triangular noise before it is rounded; works in bands.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import spread

# Light above this share of white is rolled off towards white instead of clipped.
_SHOULDER: Final = 0.62
_BLOOM_CELLS: Final = (96, 20)


@dataclass(frozen=True)
class Look:
    """How a scene is developed.

    Attributes:
        exposure: what light is multiplied with.
        bloom: the share of light that the lens scatters.
        vignette: how much darker the corners are, 0 to 1.
        grain: the deviation of the film grain in 8-bit steps.
    """

    exposure: float = 1.0
    bloom: float = 0.08
    vignette: float = 0.18
    grain: float = 0.7


def _pooled(image: Plane, cells: int) -> Plane:
    """Return the mean light of `cells` rows of cells, with one ring around: (3, rows, columns)."""
    _, height, width = image.shape
    rows = min(cells, height)
    columns = max(1, min(width, round(cells * width / height)))
    tops = np.linspace(0, height, rows, endpoint=False).astype(np.intp)
    lefts = np.linspace(0, width, columns, endpoint=False).astype(np.intp)
    down = np.add.reduceat(image, tops, axis=1)
    both = np.add.reduceat(down, lefts, axis=2)
    counts = np.diff(np.append(tops, height))[:, None] * np.diff(np.append(lefts, width))[None, :]
    mean = both / counts.astype(np.float32)
    return np.pad(mean, ((0, 0), (2, 2), (2, 2)), mode="edge")


def _spread_across(cells: Plane, width: int) -> Plane:
    """Spread cells along x: (3, rows, columns) becomes (3, rows, width)."""
    columns = cells.shape[2] - 4
    at = ((np.arange(width) + 0.5) / width * columns + 0.5).astype(np.float32)
    flat = cells.reshape(-1, cells.shape[2]).T
    return np.ascontiguousarray(spread(np.ascontiguousarray(flat), at).T).reshape(3, -1, width)


def develop(image: Plane, frame: Frame, look: Look, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture for linear light.

    Args:
        image: shape (3, height, width), changed in place.
        frame: the size of the picture.
        look: how to develop it.
        rng: the source of grain and dither.

    Returns:
        shape (height, width, 3), sRGB.
    """
    glows = [_spread_across(_pooled(image, cells), frame.width_px) for cells in _BLOOM_CELLS]
    out = np.empty((frame.height_px, frame.width_px, 3), dtype=np.uint8)
    edge = (frame.x / np.float32(frame.aspect / 2)) ** 2
    for rows in frame.bands():
        band = image[:, rows] * np.float32(1 - look.bloom)
        y = frame.y(rows)
        for glow in glows:
            at = y[:, 0] * np.float32(glow.shape[1] - 4) + np.float32(0.5)
            for channel in range(3):
                band[channel] += spread(glow[channel], at) * np.float32(look.bloom / 2)
        radius = edge * np.float32(0.6) + (2 * y - 1) ** 2 * np.float32(0.4)
        band *= np.float32(look.exposure) * (1 - np.float32(look.vignette) * radius * radius)
        out[rows] = _quantise(_encode(_roll_off(band)), look.grain, rng)
    return out


def _roll_off(band: Plane) -> Plane:
    """Compress what is brighter than the shoulder so that it ends at white."""
    room = np.float32(1 - _SHOULDER)
    bright = np.maximum(band - np.float32(_SHOULDER), 0)
    np.clip(band, 0, np.float32(_SHOULDER), out=band)
    band += room * (1 - np.exp(-bright / room))
    return band


def _encode(band: Plane) -> Plane:
    """Apply the transfer function of sRGB, in 8-bit steps; light from 0 to 1."""
    curve = np.float32(1.055 * 255) * np.power(band, np.float32(1 / 2.4))
    curve -= np.float32(0.055 * 255)
    return np.where(band <= np.float32(0.0031308), band * np.float32(12.92 * 255), curve)


def _quantise(band: Plane, grain: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Round to 8 bits with dither and grain: (3, n, width) becomes (n, width, 3)."""
    _, height, width = band.shape
    # The difference of two neighbours is triangular and has little energy at low frequencies.
    white = rng.random((3, height, width + 1), dtype=np.float32)
    band += white[:, :, 1:] - white[:, :, :-1]
    if grain > 0:
        silver = rng.standard_normal((height, width), dtype=np.float32)
        band += silver * np.float32(grain)
    band += np.float32(0.5)
    np.clip(band, 0, 255, out=band)
    return np.ascontiguousarray(band.transpose(1, 2, 0)).astype(np.uint8)
