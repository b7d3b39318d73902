"""Water under a sky: the slopes of waves in perspective, and what they mirror.

Role: seas and lakes. Counterpart: a painting gives the sky's light by elevation, and gets back how
each pixel of water is tilted.

Guarantees: pure; a wave that is smaller than a pixel is never drawn: it widens the highlights
instead, so that the water keeps its brightness and does not flicker into noise.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import sample, tile

_WAVE_COUNT: Final = 22
# Ripples are noise: many short sines in step would weave a visible net. Each layer has a size of
# its tile in units of the longest wave, and its share of the whole slope.
_RIPPLES: Final = ((1.9, 0.55, 0.31), (0.43, 0.62, -0.23))
_RIPPLES_PER_TILE: Final = 60.0
# Waves that keep less than this share of their slope are not worth drawing.
_UNSEEN: Final = 0.02


@dataclass(frozen=True)
class Sea:
    """A train of waves seen from one unit above the water; lengths in that unit.

    Attributes:
        horizon: the y of the horizon in picture heights.
        across: wave numbers along x, shape (waves,).
        away: wave numbers along the view, shape (waves,).
        phase: in radians, shape (waves,).
        slope: the steepest slope of each wave, shape (waves,).
        longest: the longest wave.
        ripples: a tile of slopes for what is shorter than the waves, shape (n, n).
    """

    horizon: float
    across: Plane
    away: Plane
    phase: Plane
    slope: Plane
    roughness: float
    longest: float
    ripples: Plane


def sea(rng: np.random.Generator, horizon: float, roughness: float, longest: float) -> Sea:
    """Return waves that mostly run towards the viewer.

    Args:
        rng: the source of randomness.
        horizon: the y of the horizon in picture heights.
        roughness: the deviation of the slopes, 0.02 for calm to 0.2 for wind.
        longest: the longest wave, in heights of the eye above the water.
    """
    lengths = longest * np.geomspace(1, 0.03, _WAVE_COUNT) * rng.uniform(0.85, 1.18, _WAVE_COUNT)
    number = 2 * np.pi / lengths
    # Long waves keep to the wind; short ones run every way.
    fan = np.linspace(0.30, 1.0, _WAVE_COUNT)
    heading = rng.normal(0.12, 1, _WAVE_COUNT) * fan
    slope = rng.uniform(0.6, 1.2, _WAVE_COUNT) * np.linspace(0.75, 1.0, _WAVE_COUNT)
    slope *= 0.62 * roughness / np.sqrt((slope**2).sum() / 4)
    heights = tile(rng.spawn(1)[0], 2.1, 14.0, 512)
    ripples = np.roll(heights, -1, 0) - np.roll(heights, 1, 0)
    return Sea(
        horizon,
        (number * np.sin(heading)).astype(np.float32),
        (number * np.cos(heading)).astype(np.float32),
        rng.uniform(0, 2 * np.pi, _WAVE_COUNT).astype(np.float32),
        slope.astype(np.float32),
        roughness,
        longest,
        ripples / ripples.std(),
    )


def slopes(waves: Sea, frame: Frame, y: Plane) -> tuple[Plane, Plane, Plane]:
    """Return how the water is tilted.

    Args:
        waves: the sea.
        frame: the size of the picture.
        y: rows below the horizon, shape (n, 1).

    Returns:
        the slope along the view and across it, both of shape (n, width), and the deviation of the
        slopes too fine to draw, shape (n, 1).
    """
    down = np.maximum(y - np.float32(waves.horizon), np.float32(0.4 * frame.pixel))
    distance = 1 / down
    # How far apart two rows, and two columns, lie on the water.
    row_step = distance * distance * np.float32(frame.pixel)
    column_step = distance * np.float32(frame.pixel)
    along = np.zeros((y.shape[0], frame.width_px), dtype=np.float32)
    across = np.zeros_like(along)
    hidden = np.zeros_like(y)
    for kx, kz, phase, steep in zip(
        waves.across, waves.away, waves.phase, waves.slope, strict=True
    ):
        blur = (kz * row_step) ** 2 + (kx * column_step) ** 2
        seen = np.exp(-blur * np.float32(0.35))
        hidden += steep**2 * (1 - seen**2) / 4
        if float(seen.max()) < _UNSEEN:
            continue
        swing = np.cos(distance * (kx * frame.x + kz) + phase)
        number = np.hypot(kx, kz)
        along += swing * (seen * (steep * kz / number))
        across += swing * (seen * (steep * kx / number))
    hidden += _ripple((along, across), waves, frame, distance)
    hidden = np.sqrt(hidden)
    # What is too fine to draw still glints, one spot here and another there.
    glint = sample(
        waves.ripples, frame.x * np.float32(4.2) + 0 * y, y * np.float32(14.6) + 0 * frame.x
    )
    along += glint * (hidden * np.float32(0.3))
    return along, across, hidden


def _ripple(tilt: tuple[Plane, Plane], waves: Sea, frame: Frame, distance: Plane) -> Plane:
    """Add the ripples to both slopes, in place.

    Returns:
        the square of the slopes too fine to draw, shape (n, 1).
    """
    along, across = tilt
    hidden = np.zeros_like(distance)
    row_step = distance * distance * np.float32(frame.pixel)
    for size, share, turn in _RIPPLES:
        length = np.float32(waves.longest * size)
        steep = np.float32(waves.roughness * share)
        seen = np.exp(-((row_step * np.float32(_RIPPLES_PER_TILE) / length) ** 2))
        hidden += steep**2 * (1 - seen**2)
        # The far rows come first, and show none.
        shown = int(np.searchsorted(seen[:, 0], _UNSEEN))
        if shown < distance.shape[0]:
            v, x = distance[shown:] / length, frame.x * distance[shown:] / length
            u = x + np.float32(turn) * v
            v = v - np.float32(turn) * x
            strength = seen[shown:] * steep
            along[shown:] += sample(waves.ripples, u, v) * strength
            strength = strength * np.float32(0.7)
            across[shown:] += sample(waves.ripples, v + np.float32(0.37), u) * strength
    return hidden


def fresnel(cosine: Plane) -> Plane:
    """Return the share of light that water mirrors, for the cosine of the angle to its normal."""
    away = 1 - np.clip(cosine, 0, 1)
    square = away * away
    return np.float32(0.02) + np.float32(0.98) * square * square * away


def mirror(image: Plane, frame: Frame, waves: Sea, clarity: float) -> None:
    """Fill the water with the mirrored picture above it, in place.

    Args:
        image: shape (3, height, width), painted down to the horizon of `waves`.
        frame: the size of the picture.
        waves: the ripples.
        clarity: the share of light that the water gives back where the viewer looks down on it.
    """
    first_px = frame.row_px(waves.horizon)
    flat = image.reshape(3, -1)
    columns = np.arange(frame.width_px, dtype=np.int32)
    for rows in frame.bands(first_px):
        y = frame.y(rows)
        toward, across, _ = slopes(waves, frame, y)
        down = y - np.float32(waves.horizon)
        reach = np.minimum(down * 4, np.float32(1)) * np.float32(0.5)
        # Slopes too small to see smear the image up and down.
        source = np.float32(waves.horizon) - np.abs(down * np.float32(1.04) + reach * toward)
        shift = np.rint(across * reach * np.float32(0.4 * frame.height_px)).astype(np.int32)
        column = np.clip(columns + shift, 0, frame.width_px - 1)
        place = np.clip(source * np.float32(frame.height_px) - np.float32(0.5), 0, first_px - 1)
        upper = place.astype(np.int32)
        part = place - upper
        at = upper * np.int32(frame.width_px) + column
        under = at + np.where(upper + 1 < first_px, np.int32(frame.width_px), np.int32(0))
        dim = np.float32(1) - np.float32(1 - clarity) * np.minimum(down * np.float32(2.4), 1)
        for channel in range(3):
            near = flat[channel][at]
            image[channel, rows] = (near + part * (flat[channel][under] - near)) * dim
