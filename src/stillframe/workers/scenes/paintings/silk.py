"""Folds of silk: soft waves of light over each other.

Role: the abstract scene. Counterpart: `noise.line` draws the fall of the cloth.

Guarantees: pure; deterministic for one generator.
"""

from typing import Final

import numpy as np

from stillframe.workers.scenes.colour import along, mix, ramp, tint
from stillframe.workers.scenes.develop import Look
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import Grain, enlarged, line

LOOKS: Final = {"silk": Look(bloom=0.12, vignette=0.25)}
_COLOURS: Final = ("f7c9a4", "ef9a86", "d8637a", "a63e78", "6a2f74", "3a2a68", "1c2552", "0d1a38")
_FOLDS: Final = 11
_SMALL_PX: Final = 1080
# How far a fold throws its shadow, in picture heights.
_SHADOW: Final = 0.17


def _folds(rng: np.random.Generator, frame: Frame) -> list[tuple[Plane, ...]]:
    """Return the edge, softness, sheen and warmth of every fold, each of shape (1, width)."""
    at = frame.x[0] + np.float32(frame.aspect / 2)
    out = []
    for index, own in enumerate(rng.spawn(_FOLDS)):
        fall_rng, soft_rng, wave_rng, glow_rng = own.spawn(4)
        edge = -0.12 + 1.05 * index / (_FOLDS - 1) - 0.14 * frame.x[0]
        edge = edge + 0.13 * line(fall_rng, at, Grain((0.75, 1), 2, 0.3))
        soft = np.exp(0.6 * np.clip(line(soft_rng, at, Grain((0.8, 1), 2, 0.4)), -1.6, 1.3))
        wave = line(wave_rng, at, Grain((0.6, 1), 2, 0.4))
        glow = line(glow_rng, at, Grain((0.7, 1), 2, 0.4))
        out.append(tuple(one.astype(np.float32)[None, :] for one in (edge, soft, wave, glow)))
    return out


def paint_silk(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint layers of silk that fall from the upper right to the lower left.

    Nothing in it is sharper than a few pixels of 4K, so that half the size is enough.
    """
    small = frame.scaled(2 if frame.height_px > _SMALL_PX else 1)
    colours = ramp(_COLOURS)
    folds = _folds(rng, small)
    light = small.blank()
    for rows in small.bands():
        y = small.y(rows)
        band = light[:, rows]
        band[:] = along(colours, np.float32(0.06) + 0.1 * y + 0 * small.x)
        for index, fold in enumerate(folds):
            _lay(band, y, small, colours, (index / (_FOLDS - 1), fold))
    if small == frame:
        return light
    image = frame.blank()
    for channel in range(3):
        image[channel] = enlarged(light[channel], frame).rows(frame.y())
    return image


def _lay(
    band: Plane, y: Plane, frame: Frame, colours: Plane, layer: tuple[float, tuple[Plane, ...]]
) -> None:
    """Lay one fold over a band."""
    share, (edge, soft, wave, glow) = layer
    depth = y - edge
    if float(depth.max()) < -_SHADOW * float(soft.max()):
        return
    # The layer under the fold lies in its shadow.
    shade = np.clip(1 + np.minimum(depth, 0) / (np.float32(_SHADOW) * soft), 0, 1) ** 3
    band *= 1 - np.float32(0.34) * shade
    inside = np.clip(depth / (np.float32(0.0035) * soft) + np.float32(0.5), 0, 1)
    inside = inside * inside * (3 - 2 * inside)
    fall = np.maximum(depth, 0)
    crest = np.exp(-fall / (np.float32(0.055) * soft))
    sheen = np.float32(0.5) + np.float32(0.5) * np.cos(fall * np.float32(13) / soft + wave * 2)
    place = (
        np.float32(0.08 + 0.86 * share) + np.float32(0.10) * (1 - sheen) - np.float32(0.24) * crest
    )
    place = place - np.float32(0.07) * glow - np.float32(0.05) * frame.x
    colour = along(colours, place)
    colour *= np.float32(0.6) + np.float32(0.65) * sheen * sheen
    rim = crest * crest * np.clip(np.float32(0.55) + np.float32(0.5) * glow, 0, 1.4)
    colour += tint("ffb8a0", 0.13) * rim[None]
    mix(band, colour, inside[None])
