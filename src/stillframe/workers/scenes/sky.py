"""Skies: clouds in perspective, stars, and a moon.

Role: what stands above the horizon in most scenes. Counterpart: paintings colour what this module
shapes.

Guarantees: pure; sizes are in picture heights; a star gives the same light in a small picture as
in a large one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stillframe.workers.scenes.colour import ease
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import Field, enlarged, sample, tile

_REDUCED: Final = 3
# Stars above this share of the brightest have a disc that needs more pixels.
_BRIGHT_STAR: Final = 0.35
_SMALLEST_DISC_PX: Final = 0.55
# A picture with no more rows than this is painted as it is.
_SMALL_PX: Final = 600


@dataclass(frozen=True)
class Deck:
    """A flat layer of cloud, seen from below.

    Attributes:
        horizon: the y where it vanishes, in picture heights.
        scale: tiles of noise per unit of distance; larger is finer.
        stretch: how much longer than deep the clouds are.
        warp: how strongly they swirl.
        power: the smoothness of their noise.
    """

    horizon: float
    scale: float
    stretch: float
    warp: float
    power: float = 1.35


def clouds(rng: np.random.Generator, frame: Frame, deck: Deck) -> Field:
    """Return the thickness of a layer of cloud, about zero mean and unit deviation.

    It is worked out at a third of the size: clouds have no edges that would show it.
    Below the horizon it is a mirror image.
    """
    noise_rng, warp_rng, place_rng = rng.spawn(3)
    small = frame.scaled(_REDUCED if frame.height_px > _SMALL_PX else 1)
    noise, warp = tile(noise_rng, deck.power, 3.0), tile(warp_rng, 2.0, 2.0, 256)
    shift = place_rng.uniform(0, 1, 2).astype(np.float32)
    rise = np.abs(np.float32(deck.horizon) - small.y())
    distance = 1 / (rise + np.float32(0.09))
    v = np.float32(deck.scale) * distance + np.zeros_like(small.x) + shift[0]
    u = np.float32(deck.scale / deck.stretch) * distance * small.x + shift[1]
    bend = sample(warp, u * np.float32(0.6), v * np.float32(0.6)) * np.float32(deck.warp)
    out = sample(noise, u + bend, v + bend * np.float32(0.7))
    return enlarged(out, frame)


def add_stars(
    image: Plane,
    rng: np.random.Generator,
    frame: Frame,
    per_area: float,
    brightest: float,
    crowd: Plane | None = None,
) -> None:
    """Add points of light, many faint and few bright, in place.

    Args:
        image: shape (3, height, width), in linear light.
        rng: the source of randomness.
        frame: the size of the picture.
        per_area: stars per squared picture height.
        brightest: the light in the middle of the brightest star.
        crowd: how likely a star is shown, over the picture; every star by default.
    """
    count = int(per_area * frame.aspect)
    x, y, luck = rng.random((3, count))
    if crowd is not None:
        chance = crowd[(y * crowd.shape[0]).astype(int), (x * crowd.shape[1]).astype(int)]
        x, y = x[luck < chance], y[luck < chance]
        count = x.size
    x, y = x * frame.width_px, y * frame.height_px
    power = np.minimum((1 - rng.random(count)) ** -0.7 * 0.02, 1.0)
    warmth = rng.normal(0, 1, count).clip(-2, 2)
    colours = np.stack([1 + 0.13 * warmth, 1 - 0.02 * np.abs(warmth), 1 - 0.16 * warmth])
    scale = frame.height_px / 2160
    bright = power > _BRIGHT_STAR
    for reach_px, chosen in ((2, ~bright), (6, bright)):
        disc_px = scale * (0.78 + 1.2 * power[chosen])
        sigma_px = np.maximum(_SMALLEST_DISC_PX, disc_px)
        # A disc that cannot be drawn any smaller is fainter instead.
        total = brightest * power[chosen] * (disc_px / sigma_px) ** 2
        column, row = np.floor(x[chosen]).astype(int), np.floor(y[chosen]).astype(int)
        for dy in range(-reach_px, reach_px + 1):
            for dx in range(-reach_px, reach_px + 1):
                far = (column + dx + 0.5 - x[chosen]) ** 2 + (row + dy + 0.5 - y[chosen]) ** 2
                value = total * np.exp(-far / (2 * sigma_px**2))
                in_x, in_y = column + dx, row + dy
                kept = (
                    (in_x >= 0) & (in_x < frame.width_px) & (in_y >= 0) & (in_y < frame.height_px)
                )
                flat = in_y[kept] * frame.width_px + in_x[kept]
                for channel in range(3):
                    light = (value * colours[channel][chosen])[kept].astype(np.float32)
                    np.add.at(image[channel].reshape(-1), flat, light)


def moon(seas: Plane, x: Plane, y: Plane, radius: float) -> tuple[Plane, Plane]:
    """Return the disc of a full moon around the origin.

    Args:
        seas: a smooth tile of noise.
        x: across, shape (1, width), in picture heights from its middle.
        y: down, shape (n, 1), likewise.
        radius: in picture heights.

    Returns:
        its light, from 0 to 1, and its coverage, both of shape (n, width).
    """
    away = np.sqrt(x * x + y * y)
    pixel = float(abs(x[0, 1] - x[0, 0])) if x.size > 1 else radius
    cover = np.clip((radius - away) / np.float32(pixel) + np.float32(0.5), 0, 1)
    u = np.broadcast_to(x / np.float32(radius) * np.float32(0.27), away.shape)
    v = np.broadcast_to(y / np.float32(radius) * np.float32(0.27), away.shape)
    dark = ease(-0.6, 1.2, sample(seas, u + np.float32(0.3), v + np.float32(0.4)))
    limb = np.sqrt(np.clip(1 - (away / np.float32(radius)) ** 2, 0, 1))
    shade = (1 - np.float32(0.34) * dark) * (np.float32(0.72) + np.float32(0.28) * limb)
    return np.asarray(shade, dtype=np.float32), np.asarray(cover, dtype=np.float32)
