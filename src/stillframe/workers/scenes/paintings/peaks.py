"""High mountains over a lake: the last light on snow, and their image in still water.

Role: the scene of rock and snow. Counterpart: `terrain` gives the mountains, `water` the ripples.

Guarantees: pure; deterministic for one generator.
"""

from typing import Final

import numpy as np

from stillframe.workers.scenes.colour import along, ease, mix, ramp, tint
from stillframe.workers.scenes.develop import Look
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import Grain, line, sample, tile
from stillframe.workers.scenes.ridges import below, forest
from stillframe.workers.scenes.sky import Deck, clouds
from stillframe.workers.scenes.terrain import Camera, eroded, look, map_points, sunlight
from stillframe.workers.scenes.water import mirror, sea

LOOKS: Final = {"alpenglow": Look(bloom=0.07, vignette=0.2)}
_HORIZON: Final = 0.63
# Mountains on the map: x, z, radius and height, in sides of the map.
_MASSIFS: Final = (
    (0.60, 0.62, 0.20, 0.150),
    (0.40, 0.70, 0.17, 0.100),
    (0.26, 0.52, 0.13, 0.062),
    (0.80, 0.60, 0.16, 0.070),
    (0.10, 0.72, 0.20, 0.080),
    (0.95, 0.80, 0.20, 0.085),
    (0.50, 0.36, 0.10, 0.020),
)


def _mountains(rng: np.random.Generator, points: int) -> Plane:
    """Return the map of a range that rises behind a plain, in sides of the map."""
    rough = eroded(rng, 16, points, 0.85)
    size = rough.shape[0]
    z = np.linspace(0, 1, size, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, size, dtype=np.float32)[None, :]
    envelope = np.zeros_like(rough)
    for middle_x, middle_z, wide, high in _MASSIFS:
        away = ((x - np.float32(middle_x)) / np.float32(wide)) ** 2
        away = away + ((z - np.float32(middle_z)) / np.float32(wide * 0.9)) ** 2
        # A pointed hill: steeper to its summit.
        envelope += np.float32(high) * np.exp(-np.sqrt(away + np.float32(0.02)) * np.float32(1.9))
    foot = ease(0.1, 0.3, z)
    height = envelope * (1 + np.float32(0.24) * np.clip(rough, -1.0, 1.6)) + np.float32(
        0.006
    ) * foot * (rough + 1)
    return np.asarray(height * foot, dtype=np.float32)


def paint_alpenglow(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint snowy mountains in the last light, mirrored in a lake."""
    map_rng, cloud_rng, wave_rng, tree_rng, detail_rng = rng.spawn(5)
    heights = _mountains(map_rng, map_points(frame, 2048))
    camera = Camera((0.5, 0.02), 0.0012, 0.0, _HORIZON, 2.1, (0.1, 1.0), 640, 4.0)
    first_px = frame.row_px(_HORIZON)
    view = look(heights, camera, frame, first_px)
    light, steep = sunlight(heights, 0.42, 0.004)
    colours = ramp(("f0b9a4", "e3b0b0", "b9a3bd", "8794bb", "5f7bac", "47659a", "3a5688"))
    high = clouds(cloud_rng, frame, Deck(_HORIZON, 0.09, 2.6, 0.05, 1.5))
    detail = tile(detail_rng, 1.1, 8.0, 512)
    image = frame.blank()
    for rows in frame.bands(0, first_px):
        y = frame.y(rows)
        band = image[:, rows]
        rise = np.float32(_HORIZON) - y
        band[:] = along(colours, rise * np.float32(1.45) + 0 * frame.x)
        veil = ease(0.0, 2.8, high.rows(y)) * ease(0.1, 0.3, rise)
        mix(band, tint("f4c4b4", 0.95), (veil * np.float32(0.6))[None])
        _cover(band, view.depth[rows], frame, (camera, heights, light, steep, detail))
    view.soften(image)
    _shore(image, frame, tree_rng)
    mirror(image, frame, sea(wave_rng, _HORIZON, 0.02, 0.6), 0.5)
    return image


def _cover(
    band: Plane, depth: Plane, frame: Frame, land: tuple[Camera, Plane, Plane, Plane, Plane]
) -> None:
    """Lay the mountains over a band of sky: woods, rock and snow, in sun, shade and haze."""
    camera, heights, light, steep, detail = land
    seen = np.isfinite(depth)
    if not seen.any():
        return
    depth = np.where(seen, depth, np.float32(1))
    u, v = camera.ground(frame.x, depth)
    height, sun, slope = sample(heights, u, v), sample(light, u, v), sample(steep, u, v)
    grain = sample(detail, u * 18, v * 18)
    # Snow lies high up, and where the rock is not too steep for it.
    snow = ease(0.016, 0.04, height + np.float32(0.006) * grain)
    snow *= ease(0.36, 0.66, slope + np.float32(0.1) * grain)
    woods = ease(0.034, 0.016, height + np.float32(0.007) * grain)
    ground = tint("3f3b42") * (1 + np.float32(0.25) * grain)[None]
    mix(ground, tint("1c2a2b"), woods[None])
    mix(ground, tint("eef2f8"), snow[None])
    sky = np.float32(0.55) + np.float32(0.45) * slope
    ground *= tint("ff9a74", 1.75) * sun[None] + tint("7f9ccf", 0.62) * sky[None]
    thick = (depth - np.float32(0.1)) * np.float32(1.1) * np.exp(-height * np.float32(14))
    mix(ground, tint("a493b8", 0.8), (1 - np.exp(-thick))[None])
    mist = np.exp(-height * np.float32(170)) * np.float32(0.6)
    mix(ground, tint("b9a6bf", 0.9), mist[None])
    band[:] = np.where(seen[None], ground, band)


def _shore(image: Plane, frame: Frame, rng: np.random.Generator) -> None:
    """Set two rows of conifers on the far shore, in place."""
    at = frame.x[0] + np.float32(frame.aspect / 2)
    layers = ((0.02, 0.012, "474a60"), (0.034, 0.004, "141a24"))
    for (tall, raised, colour), own in zip(layers, rng.spawn(len(layers)), strict=True):
        line_rng, tree_rng = own.spawn(2)
        swell = 1 + np.float32(0.6) * line(line_rng, at, Grain((1.5, 1), 5))
        edge = np.asarray(_HORIZON - raised * swell, dtype=np.float32)
        trees = forest(tree_rng, frame, edge, tall, 0.13)
        for rows in frame.bands(frame.row_px(_HORIZON - 0.15), frame.row_px(_HORIZON)):
            cover = trees[rows] * np.float32(1 / 255)
            np.maximum(cover, below(edge, frame.y(rows), frame), out=cover)
            mix(image[:, rows], tint(colour), cover[None])
