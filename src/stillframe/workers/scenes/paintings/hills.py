"""Rolling hills in the morning: fog in the valleys, cypresses on the crests.

Role: the scene of farmland. Counterpart: `terrain` shows the hills, `ridges` draws the trees.

Guarantees: pure; deterministic for one generator.
"""

from typing import Final

import numpy as np

from stillframe.workers.scenes.colour import along, ease, mix, ramp, tint
from stillframe.workers.scenes.develop import Look
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import sample, tile
from stillframe.workers.scenes.ridges import Tree, cypress, silhouette
from stillframe.workers.scenes.sky import Deck, clouds
from stillframe.workers.scenes.terrain import Camera, View, look, rounded, sunlight

LOOKS: Final = {"hills": Look(bloom=0.10, vignette=0.2)}
_HORIZON: Final = 0.40
_GROUPS: Final = 90
# Trees stand on ground higher than this, in sides of the map.
_FOG_TOP: Final = 0.002


def _downs(rng: np.random.Generator) -> Plane:
    """Return the map of hills, in sides of the map."""
    broad_rng, small_rng = rng.spawn(2)
    broad, small = tile(broad_rng, 3.4, 5.0, 512), tile(small_rng, 3.2, 14.0, 512)
    heights = rounded(np.float32(0.0078) * broad + np.float32(0.0012) * small, 2)
    at = np.linspace(0, 1, heights.shape[0], endpoint=False, dtype=np.float32)
    # The ground falls away below the viewer, so that no near hill hides the valleys.
    near = np.exp(-(((at[None, :] - 0.5) / 0.2) ** 2) - ((at[:, None] - 0.12) / 0.13) ** 2)
    return np.asarray(heights - np.float32(0.0075) * near, dtype=np.float32)


def paint_hills(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint green hills with fog between them and the sun low at the left."""
    map_rng, field_rng, grass_rng, fog_rng, cloud_rng, tree_rng = rng.spawn(6)
    heights = _downs(map_rng)
    camera = Camera((0.5, 0.1), 0.038, 0.25, _HORIZON, 1.9, (0.03, 2.2), 800, 0.8)
    view = look(heights, camera, frame)
    light, _ = sunlight(heights, 0.20, 0.004)
    fields, grass, fog = (
        tile(field_rng, 2.4, 9.0),
        tile(grass_rng, 0.7, 12.0),
        tile(fog_rng, 1.9, 4.0),
    )
    colours = ramp(("f6d3b4", "efcab6", "d6c4c2", "a8b8cd", "7b9cc4", "5a83b4"))
    greens = ramp(("46522a", "616c36", "888848", "ab9a58", "937a4a"))
    high = clouds(cloud_rng, frame, Deck(_HORIZON, 0.08, 2.8, 0.05, 1.55))
    image = frame.blank()
    for rows in frame.bands():
        y = frame.y(rows)
        band = image[:, rows]
        rise = np.float32(_HORIZON) - y
        glow = np.exp(-((frame.x + np.float32(frame.aspect * 0.33)) ** 2) / np.float32(0.5))
        band[:] = along(colours, rise * np.float32(2.2) + 0 * frame.x)
        band += tint("ffb078", 0.36) * (glow * np.exp(-np.abs(rise) * 6))[None]
        veil = ease(0.0, 2.8, high.rows(y)) * ease(0.0, 0.14, rise)
        mix(band, tint("fff0dc", 0.95), (veil * np.float32(0.6))[None])
        depth = view.depth[rows]
        seen = np.isfinite(depth)
        if not seen.any():
            continue
        depth = np.where(seen, depth, np.float32(2.2))
        u, v = camera.ground(frame.x, depth)
        sun, height = sample(light, u, v), sample(heights, u, v)
        crop = sample(fields, u, v)
        blade = sample(grass, u * 24, v * 24) * np.exp(-depth * 3)
        ground = along(greens, np.float32(0.42) + np.float32(0.2) * crop + np.float32(0.03) * blade)
        ground *= (1 + np.float32(0.14) * blade)[None]
        lit = ground * (tint("ffd49a", 4.6) * sun[None] + tint("9ab4dc", 0.58))
        wisps = sample(fog, u * 2, v * 2 + depth * np.float32(0.3))
        low = np.exp(-np.maximum(height + np.float32(0.0075) - np.float32(0.0022) * wisps, 0) * 260)
        pool = 1 - np.exp(-low * depth * np.float32(9))
        haze = 1 - np.exp(-np.maximum(depth - np.float32(0.1), 0) * np.float32(1.2))
        air = tint("e6d3c0", 0.80) + tint("ffc080", 0.42) * glow[None]
        mix(lit, air, np.maximum(pool * np.float32(0.95), haze)[None])
        band[:] = np.where(seen[None], lit, band)
    view.soften(image)
    _plant(image, frame, tree_rng, (camera, view, heights))
    return image


def _plant(
    image: Plane, frame: Frame, rng: np.random.Generator, scene: tuple[Camera, View, Plane]
) -> None:
    """Set groups of cypresses on the crests, from far to near, in place."""
    camera, view, heights = scene
    places = []
    for own in rng.spawn(_GROUPS):
        depth, x = (
            float(np.exp(own.uniform(np.log(0.20), np.log(0.9)))),
            float(own.uniform(-0.55, 0.55)),
        )
        step_x = own.choice((-1, 1)) * (0.0016 + abs(own.normal(0, 0.0016)))
        step_z = own.normal(0, 0.0016)
        for index in range(int(own.integers(2, 10))):
            z = depth + step_z * index
            places.append(
                (z, x * frame.aspect + step_x * index / z * camera.focal, own.uniform(0.6, 1.1))
            )
    for (depth, x, grown), own in zip(
        sorted(places, reverse=True), rng.spawn(len(places)), strict=True
    ):
        u, v = camera.ground(np.array([x], np.float32), np.array([depth], np.float32))
        ground = float(sample(heights, u, v)[0])
        foot = camera.horizon - camera.focal * (ground - camera.height) / depth
        column, row = int((x + frame.aspect / 2) * frame.height_px), int(foot * frame.height_px)
        if ground < _FOG_TOP or not (0 <= column < frame.width_px and 0 < row < frame.height_px):
            continue
        if abs(float(view.depth[row, column]) - depth) > 0.06 * depth:
            continue
        tall = float(grown) * 0.0062 * camera.focal / depth
        shape = silhouette(frame, Tree(x, foot + 0.03 * tall, tall, 0.10, cypress(own)))
        if shape is None:
            continue
        haze = 1 - np.exp(-max(depth - 0.1, 0) * 1.2)
        box = image[:, shape.rows, shape.columns]
        side = frame.x[:, shape.columns] - np.float32(x)
        sunny = ease(0.05 * tall, -0.09 * tall, side)
        colour = tint("141d12") + tint("8c8a3e", 0.42) * sunny[None]
        colour = colour * np.float32(1 - haze) + tint("e6d3c0", 0.85) * np.float32(haze)
        mix(box, colour, shape.cover[None])
