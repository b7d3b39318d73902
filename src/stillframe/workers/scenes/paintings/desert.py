"""Dunes in the last hour of sun: long crests, blue shadows, ripples in the sand.

Role: the scene of sand. Counterpart: `terrain` shows the map of dunes in perspective.

Guarantees: pure; deterministic for one generator.
"""

from typing import Final

import numpy as np

from stillframe.workers.scenes.colour import along, ease, mix, ramp, tint
from stillframe.workers.scenes.develop import Look
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import repeated, sample, tile
from stillframe.workers.scenes.sky import Deck, clouds
from stillframe.workers.scenes.terrain import Camera, look, map_points, rounded, sunlight

LOOKS: Final = {"dunes": Look(bloom=0.08, vignette=0.22)}
_HORIZON: Final = 0.36
# The share of a dune's length that the wind climbs before it drops over the crest.
_CREST: Final = 0.66
_DUNES_PER_SIDE: Final = 4
_RIPPLES_PER_SIDE: Final = 1250.0


def _profile(phase: Plane) -> Plane:
    """Return the cross-section of a dune: a long rise, a sharp crest, a steep fall."""
    t = phase - np.floor(phase)
    rise = np.clip(t / np.float32(_CREST), 0, 1)
    fall = np.clip((1 - t) / np.float32(1 - _CREST), 0, 1)
    climb = rise * rise * (np.float32(1.7) - np.float32(0.7) * rise)
    drop = fall * (np.float32(0.55) + np.float32(0.45) * fall)
    return np.asarray(np.where(t < np.float32(_CREST), climb, drop), dtype=np.float32)


def _sand(rng: np.random.Generator, points: int) -> Plane:
    """Return the map of heights, in sides of the map."""
    bend_rng, size_rng, small_rng = rng.spawn(3)
    bend, size, small = (tile(own, 3.2, 2.0, 256) for own in (bend_rng, size_rng, small_rng))
    bend, size, small = (repeated(one, points) for one in (bend, size, small))
    across = np.arange(points, dtype=np.float32)[None, :] / np.float32(points)
    away = np.arange(points, dtype=np.float32)[:, None] / np.float32(points)
    main = _profile(np.float32(_DUNES_PER_SIDE) * across + away + np.float32(0.42) * bend)
    high = np.float32(0.045) * np.clip(np.float32(0.62) + np.float32(0.3) * size, 0.12, 1.3)
    cross = _profile(np.float32(7.0) * across - 3 * away + np.float32(0.5) * small)
    minor = np.float32(0.010) * np.clip(np.float32(0.5) + np.float32(0.6) * small, 0, 1.4)
    heights = high * main + minor * cross * (np.float32(0.3) + main)
    # Wind rounds the crests; without this they would show the steps of the map.
    return rounded(heights, 4)


def paint_dunes(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint dunes with the sun low at the left."""
    map_rng, cloud_rng, grain_rng = rng.spawn(3)
    heights = _sand(map_rng, map_points(frame, 2048))
    camera = Camera((0.42, 0.0), 0.088, 0.16, _HORIZON, 1.25, (0.05, 3.0), 1400, 0.4)
    view = look(heights, camera, frame)
    light, _ = sunlight(heights, 0.30, 0.0035)
    colours = ramp(("f3c2a0", "ecb3a0", "cda9ae", "98a2bf", "6a8bbb", "4c78b0"))
    high = clouds(cloud_rng, frame, Deck(_HORIZON, 0.08, 3.0, 0.05, 1.55))
    grain = tile(grain_rng, 0.8, 16.0, 512)
    image = frame.blank()
    for rows in frame.bands():
        y = frame.y(rows)
        band = image[:, rows]
        rise = np.float32(_HORIZON) - y
        glow = np.exp(-((frame.x + np.float32(frame.aspect * 0.5)) ** 2) / np.float32(0.9))
        band[:] = along(colours, rise * np.float32(2.3) + 0 * frame.x)
        band += tint("ffa868", 0.3) * (glow * np.exp(-np.abs(rise) * 4))[None]
        veil = ease(0.5, 3.0, high.rows(y)) * ease(0.0, 0.14, rise)
        mix(band, tint("ffdcb8", 0.95), (veil * np.float32(0.55))[None])
        depth = view.depth[rows]
        seen = np.isfinite(depth)
        if not seen.any():
            continue
        depth = np.where(seen, depth, np.float32(3))
        u, v = camera.ground(frame.x, depth)
        sun = sample(light, u, v)
        near = np.exp(-((depth * np.float32(2.6)) ** 2))
        phase = np.float32(2 * np.pi * _RIPPLES_PER_SIDE) * (
            u + np.float32(0.008) * np.sin(v * 17 + 2 * np.sin(u * 11))
        )
        ripple = np.sin(phase) * near
        dust = sample(grain, u * 28, v * 28)
        lit = sun * (1 + np.float32(0.24) * ripple + np.float32(0.05) * dust * near)
        sand = tint("dc9f63") * (1 + np.float32(0.035) * dust)[None]
        shaded = sand * (
            tint("ffbf80", 3.3) * lit[None] + tint("7f98dc", 0.5) + tint("e0925c", 0.07)
        )
        haze = 1 - np.exp(-np.maximum(depth - np.float32(0.2), 0) * np.float32(0.62))
        air = tint("f0c096", 0.82) + tint("ffb060", 0.35) * glow[None]
        mix(shaded, air, haze[None])
        band[:] = np.where(seen[None], shaded, band)
    view.soften(image)
    return image
