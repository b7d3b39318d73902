"""Clear nights: northern lights over a lake, and the Milky Way over a wooded ridge.

Role: the scenes of stars. Counterpart: `sky` draws the stars, `water` mirrors them.

Guarantees: pure; deterministic for one generator.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stillframe.workers.scenes.colour import along, ease, mix, ramp, tint
from stillframe.workers.scenes.develop import Look
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import Field, Grain, enlarged, line, sample, tile
from stillframe.workers.scenes.ridges import below, forest, mountain_line
from stillframe.workers.scenes.sky import add_stars
from stillframe.workers.scenes.water import mirror, sea

LOOKS: Final = {
    "aurora": Look(bloom=0.12, vignette=0.15, grain=0.9),
    "galaxy": Look(bloom=0.08, vignette=0.2, grain=0.9),
}
_LAKE: Final = 0.66
# Curtains of light: the y of the lower edge, its rise from left to right, how far it wanders, how
# high its rays reach, and its strength.
_CURTAINS: Final = (
    (0.45, -0.09, 0.050, 0.125, 0.95),
    (0.55, 0.03, 0.020, 0.060, 0.40),
    (0.27, -0.12, 0.055, 0.150, 0.42),
)
_CURTAIN_ROWS: Final = 540
_CURTAIN_STEPS: Final = 24000
_OVERHANG: Final = 1.3


def _curtain(rng: np.random.Generator, aspect: float, shape: tuple[float, ...]) -> Plane:
    """Return where the lower edge of a curtain hangs, as light on a grid of 540 rows."""
    edge, rise, wander, _, strength = shape
    fold_rng, sway_rng, ray_rng, glow_rng = rng.spawn(4)
    t = np.linspace(0, 1, _CURTAIN_STEPS, dtype=np.float32)
    at = t * np.float32(3)
    # Where the curtain folds back over itself, its light adds up.
    x = (t * 1.5 - 0.25) * aspect + 0.19 * line(fold_rng, at, Grain((2.1, 1), 3, 0.42))
    y = edge + rise * (t - 0.5) + wander * line(sway_rng, at, Grain((2.2, 1), 4, 0.45))
    rays = np.exp(0.42 * line(ray_rng, at, Grain((24, 1), 4, 0.75)))
    glow = ease(-0.9, 1.5, line(glow_rng, at, Grain((1.7, 1), 3, 0.5))) + np.float32(0.12)
    # The grid is wider than the picture, for rays lean in from beyond its sides.
    columns = max(2, round(_CURTAIN_ROWS * aspect * _OVERHANG))
    column = (x / (aspect * _OVERHANG) + (0.5 - 0.5 / _OVERHANG)) * columns
    row = y * _CURTAIN_ROWS
    kept = (column >= 0) & (column < columns - 1) & (row >= 0) & (row < _CURTAIN_ROWS - 1)
    column, row, weight = column[kept], row[kept], (rays * glow * np.float32(strength))[kept]
    grid = np.zeros((_CURTAIN_ROWS, columns), dtype=np.float32)
    left, top = column.astype(np.intp), row.astype(np.intp)
    for dx in (0, 1):
        for dy in (0, 1):
            share = np.abs(1 - dx - column + left) * np.abs(1 - dy - row + top)
            np.add.at(grid, (top + dy, left + dx), (weight * share).astype(np.float32))
    # Light scatters a little: without this a fold would end in a line.
    for reach in (1, 2, 4, 6):
        beside = np.roll(grid, reach, 1) + np.roll(grid, -reach, 1)
        grid = grid * np.float32(0.5) + beside * np.float32(0.25)
    return grid * np.float32(columns / _CURTAIN_STEPS)


def _rays(length: float, softness: float) -> NDArray[np.complex64]:
    """Return the spectrum of a ray that rises from its edge, lengths in picture heights."""
    up = np.arange(_CURTAIN_ROWS, dtype=np.float32) / np.float32(_CURTAIN_ROWS)
    ray = np.exp(-up / np.float32(length)) * (1 - np.exp(-up / np.float32(softness)))
    # Reversed, for rays rise and rows fall.
    spectrum = np.fft.rfft(ray[::-1].astype(np.float32), 2 * _CURTAIN_ROWS)[:, None]
    return np.asarray(spectrum, dtype=np.complex64)


def _fanned(light: Plane) -> Plane:
    """Return rays that lean towards the zenith, none too bright, without the overhang."""
    light /= 1 + np.float32(0.45) * light
    columns = light.shape[1]
    inner = round(columns / _OVERHANG)
    at = np.arange(inner) - inner / 2
    out = np.empty((light.shape[0], inner), dtype=np.float32)
    for row, values in enumerate(light):
        lean = 1 + 0.30 * (0.5 - row / _CURTAIN_ROWS)
        out[row] = np.interp(at * lean + columns / 2, np.arange(columns), values)
    return out


def _aurora(rng: np.random.Generator, frame: Frame) -> tuple[Field, Field, Field]:
    """Return the green, teal and violet light of all curtains."""
    children = rng.spawn(len(_CURTAINS))
    spectra = [
        (np.fft.rfft(_curtain(own, frame.aspect, shape), 2 * _CURTAIN_ROWS, axis=0), shape[3])
        for own, shape in zip(children, _CURTAINS, strict=True)
    ]
    lights = []
    for reach, softness in ((0.34, 0.012), (0.7, 0.03), (1.2, 0.12)):
        total = sum(edge * _rays(high * reach, softness) for edge, high in spectra)
        light = np.fft.irfft(total, 2 * _CURTAIN_ROWS, axis=0)[_CURTAIN_ROWS - 1 : -1]
        lights.append(enlarged(_fanned(np.asarray(light, dtype=np.float32)), frame))
    return lights[0], lights[1], lights[2]


def paint_aurora(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint northern lights over a lake between dark woods."""
    star_rng, light_rng, shore_rng, wave_rng = rng.spawn(4)
    image = frame.black()
    add_stars(image, star_rng, frame, 5000, 1.3)
    green, teal, violet = _aurora(light_rng, frame)
    night = ramp(("1d3a4c", "16304a", "0f2340", "0a1833", "070f26", "050a1c"))
    first_px = frame.row_px(_LAKE)
    for rows in frame.bands(0, first_px):
        y = frame.y(rows)
        rise = np.float32(_LAKE) - y
        band = image[:, rows]
        band *= ease(0.0, 0.25, rise)
        band += along(night, rise * np.float32(1.55))
        band += tint("4dffa0", 1.35) * green.rows(y) + tint("1fd0b0", 0.5) * teal.rows(y)
        band += tint("9a58ff", 0.42) * violet.rows(y)
    layers = (
        (0.052, 0.030, 0.0, "0d2233"),
        (0.026, 0.018, 0.022, "07141f"),
        (0.008, 0.008, 0.046, "03090f"),
    )
    for (base, swing, tall, colour), own in zip(layers, shore_rng.spawn(3), strict=True):
        _shore(image, frame, own, (base, swing, tall, colour))
    mirror(image, frame, sea(wave_rng, _LAKE, 0.028, 0.7), 0.62)
    return image


def _shore(
    image: Plane, frame: Frame, rng: np.random.Generator, layer: tuple[float, float, float, str]
) -> None:
    """Lay one hill behind the lake over the sky, in place."""
    base, swing, tall, colour = layer
    line_rng, tree_rng = rng.spawn(2)
    edge = _LAKE - base - swing * mountain_line(line_rng, frame, 1.1, 0.5)
    edge = np.minimum(edge, np.float32(_LAKE - 0.006)).astype(np.float32)
    trees = forest(tree_rng, frame, edge, tall) if tall > 0 else None
    for rows in frame.bands(frame.row_px(float(edge.min()) - 0.1), frame.row_px(_LAKE)):
        cover = below(edge, frame.y(rows), frame)
        if trees is not None:
            cover = np.maximum(cover, trees[rows] * np.float32(1 / 255))
        mix(image[:, rows], tint(colour), cover[None])


def _milky_way(rng: np.random.Generator, frame: Frame) -> tuple[Plane, Plane, Plane]:
    """Return the glow, the dust in front of it and the warmth of its core, all at half size."""
    cloud_rng, dust_rng, bend_rng = rng.spawn(3)
    small = frame.scaled(2)
    cloud, dust, bend = (
        tile(cloud_rng, 1.5, 3.0),
        tile(dust_rng, 1.45, 4.0),
        tile(bend_rng, 2.4, 2.0, 256),
    )
    x, y = small.x + 0 * small.y(), small.y() + 0 * small.x
    # The band climbs from the lower left to the upper right.
    tilt = np.float32(np.deg2rad(57))
    run = x * np.cos(tilt) - (y - np.float32(0.45)) * np.sin(tilt)
    off = x * np.sin(tilt) + (y - np.float32(0.45)) * np.cos(tilt)
    swirl = sample(bend, run * np.float32(0.3), off * np.float32(0.3)) * np.float32(0.03)
    off = off + swirl * np.float32(0.6)
    core = np.exp(-((run + np.float32(0.30)) ** 2) / np.float32(0.16))
    wide = np.float32(0.15) + np.float32(0.07) * core
    body = np.exp(-(np.abs(off / wide) ** np.float32(1.6)))
    puffs = sample(cloud, run * np.float32(0.42), (off + swirl) * np.float32(0.55))
    lanes = sample(dust, run * np.float32(0.45) + swirl, off * np.float32(0.9) + swirl)
    rift = np.exp(-(((off - np.float32(0.02) + swirl) / (wide * np.float32(0.42))) ** 2))
    shadow = ease(-0.75, 0.9, lanes + np.float32(0.9) * rift - np.float32(0.35)) * (
        np.float32(0.25) + rift
    )
    glow = (
        body
        * np.clip(np.float32(0.75) + np.float32(0.38) * puffs, 0.05, 2.2)
        * (np.float32(0.62) + core)
    )
    return glow, np.clip(shadow, 0, 1), core * body


def paint_galaxy(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint the Milky Way above a wooded ridge."""
    star_rng, dust_rng, way_rng, ridge_rng = rng.spawn(4)
    glow, dust, core = _milky_way(way_rng, frame)
    crowd = np.clip(np.float32(0.10) + glow * (1 - np.float32(0.85) * dust), 0, 1)
    image = frame.black()
    add_stars(image, star_rng, frame, 1500, 1.3)
    add_stars(image, dust_rng, frame, 160000, 0.8, crowd)
    fields = [enlarged(one, frame) for one in (glow, dust, core)]
    night = ramp(("5a5b63", "3b4a63", "233655", "152544", "0d1a35", "0a142b", "081022"))
    for rows in frame.bands():
        y = frame.y(rows)
        rise = np.float32(0.86) - y
        band = image[:, rows]
        band *= ease(0.02, 0.3, rise)
        band += along(night, rise * np.float32(1.15) + 0 * frame.x)
        shown = ease(0.0, 0.35, rise)
        glow, dust, core = (one.rows(y) for one in fields)
        light = glow * (1 - np.float32(0.86) * dust) * shown
        band += tint("94a6e0", 0.40) * light[None]
        band += tint("ffc9a0", 0.52) * (light * core)[None]
        band += tint("a85a78", 0.045) * (glow * dust * shown)[None]
        lamp = np.exp(-((frame.x + np.float32(0.25 * frame.aspect)) ** 2) / 0.5 - np.abs(rise) * 6)
        band += tint("ffb070", 0.10) * lamp[None]
    layers = (
        (0.150, 0.024, 0.0, "2c3448"),
        (0.118, 0.030, 0.0, "1c2538"),
        (0.080, 0.026, 0.022, "0e1524"),
        (0.030, 0.030, 0.085, "04070d"),
    )
    for (base, swing, tall, colour), own in zip(layers, ridge_rng.spawn(4), strict=True):
        line_rng, tree_rng = own.spawn(2)
        edge = (0.955 - base - swing * mountain_line(line_rng, frame, 0.9, 0.5)).astype(np.float32)
        trees = forest(tree_rng, frame, edge, tall) if tall > 0 else None
        for rows in frame.bands(frame.row_px(0.55)):
            cover = below(edge, frame.y(rows), frame)
            if trees is not None:
                cover = np.maximum(cover, trees[rows] * np.float32(1 / 255))
            mix(image[:, rows], tint(colour), cover[None])
    return image
