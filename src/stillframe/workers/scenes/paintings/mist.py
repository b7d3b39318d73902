"""Layers of mist: mountains before sunrise, and a conifer forest with light between the trees.

Role: the scenes that are silhouettes behind air. Counterpart: `ridges` draws the shapes.

Guarantees: pure; deterministic for one generator.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stillframe.workers.scenes.colour import along, ease, mix, ramp, tint
from stillframe.workers.scenes.develop import Look
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import Grain, enlarged, field
from stillframe.workers.scenes.ridges import below, forest, mountain_line
from stillframe.workers.scenes.sky import Deck, clouds

LOOKS: Final = {"dawn": Look(), "shafts": Look(bloom=0.10)}
_DAWN_SKY: Final = ("41608a", "6383a9", "97aac4", "cbbfc9", "ecc4b8", "f8cba9", "fad0a4")
_DAWN_RIDGES: Final = (
    "dfc3b4",
    "bfb0b5",
    "8f98ac",
    "617a94",
    "3e5c76",
    "24415a",
    "122a3d",
    "081620",
)
_DAWN_MIST: Final = ("fbd9b6", "f3d2bc", "dccbc9", "bfc3cf", "a3b4c6", "86a0b6")
_RIDGE_COUNT: Final = 8
# An edge this far above a row, in picture heights, is no longer soft there.
_CLEAR: Final = 0.004
_FOREST_SKY: Final = ("ffe9bf", "f4dcb2", "dccfb0", "bcc2b2", "a3b3ad", "94a8a8", "889fa3")
_FOREST_TREES: Final = ("93a39a", "7a8f88", "5c746f", "3d5754", "243d3b", "142726", "0a1615")
_FOREST_FOG: Final = ("b3bcab", "a6b3a6", "93a69e", "7f9692", "678080", "4c6567")
_FOREST_ROWS: Final = 11
_SHAFT_ROWS: Final = 360
_SHAFT_STEPS: Final = 40
# Ridges nearer than this share of the way show the tops of their trees.
_FOREST_FROM: Final = 0.65


@dataclass(frozen=True)
class _Ridge:
    """One mountain range: its edge, its colours from crest to foot, and how deep its mist is."""

    edge: Plane
    trees: NDArray[np.uint8] | None
    crest: Plane
    mist: Plane
    depth: float
    relief: float


def _dawn_ridges(rng: np.random.Generator, frame: Frame) -> list[_Ridge]:
    """Return the ranges from far to near."""
    crests, mists = ramp(_DAWN_RIDGES), ramp(_DAWN_MIST)
    out = []
    for index, own in enumerate(rng.spawn(_RIDGE_COUNT)):
        near = np.float32(index / (_RIDGE_COUNT - 1))
        line_rng, tree_rng = own.spawn(2)
        bold = float(np.sin(np.pi * near))
        height = mountain_line(line_rng, frame, 1.9 - 0.8 * float(near), 0.95 - 0.5 * float(near))
        base = 0.445 + 0.47 * float(near) ** 1.15
        edge = base - (0.022 + 0.03 * bold + 0.014 * float(near)) * height
        edge = edge.astype(np.float32)
        tall = 0.085 * float(near) ** 5
        trees = forest(tree_rng, frame, edge, tall, 0.13) if near > _FOREST_FROM else None
        here = np.array([[near]], dtype=np.float32)
        out.append(
            _Ridge(
                edge,
                trees,
                along(crests, here),
                along(mists, here),
                0.10 + 0.16 * float(near),
                0.05 + 0.12 * float(near),
            )
        )
    return out


def _paint_ridge(
    band: Plane, rows: slice, ridge: _Ridge, frame: Frame, fields: tuple[Plane, Plane]
) -> None:
    """Lay one range over a band of the picture."""
    haze, relief = fields
    y = frame.y(rows)
    cover = below(ridge.edge, y, frame)
    if ridge.trees is not None:
        np.maximum(cover, ridge.trees[rows] * np.float32(1 / 255), out=cover)
    depth = (y - ridge.edge[None, :]) * np.float32(1 / ridge.depth)
    veil = ease(0.05, 1.35, depth + np.float32(0.24) * haze)
    veil *= np.float32(0.93)
    lit = relief * (np.float32(ridge.relief) * np.exp(np.clip(depth, 0, 4) * np.float32(-2)))
    lit = (1 + lit) * (1 - veil)
    for channel in range(3):
        colour = lit * ridge.crest[channel, 0, 0] + veil * ridge.mist[channel, 0, 0]
        colour -= band[channel]
        colour *= cover
        band[channel] += colour


def paint_dawn(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint mountain ranges before sunrise, each paler than the one before it."""
    shape_rng, haze_rng, relief_rng, cloud_rng = rng.spawn(4)
    ridges = _dawn_ridges(shape_rng, frame)
    haze = [field(own, frame, Grain((1.3, 7.0), 6, 0.52)) for own in haze_rng.spawn(2)]
    relief = field(relief_rng, frame, Grain((9, 4), 6, 0.62))
    high = clouds(cloud_rng, frame, Deck(0.5, 0.085, 3.2, 0.05, 1.5))
    sky = ramp(_DAWN_SKY)
    image = frame.blank()
    sun_x, sun_y = 0.17 * frame.aspect, 0.415
    for rows in frame.bands():
        y = frame.y(rows)
        band = image[:, rows]
        first = _hidden_below(ridges, float(y[0, 0]) - _CLEAR - 2 * frame.pixel)
        if first == 0:
            _dawn_sky(band, y, frame, (sky, high.rows(y)), (sun_x, sun_y))
        else:
            band[:] = 0
        noise = [one.rows(y) for one in haze]
        shade = relief.rows(y)
        for index in range(first, _RIDGE_COUNT):
            if y[-1, 0] > ridges[index].edge.min() - 0.14:
                _paint_ridge(band, rows, ridges[index], frame, (noise[index % 2], shade))
        glow = np.exp(-((frame.x - sun_x) ** 2 / 0.30 + (y - sun_y - 0.05) ** 2 / 0.035))
        band += tint("ffb57a", 0.16) * glow[None]
    return image


def _hidden_below(ridges: list[_Ridge], y: float) -> int:
    """Return the nearest of the layers that covers all of the picture from `y` on, or 0."""
    covering = [index for index, ridge in enumerate(ridges) if ridge.edge.max() < y]
    return covering[-1] if covering else 0


def _dawn_sky(
    band: Plane, y: Plane, frame: Frame, sky: tuple[Plane, Plane], sun: tuple[float, float]
) -> None:
    """Fill a band with the sky before sunrise."""
    colours, high = sky
    band[:] = along(colours, y / np.float32(0.47) + 0 * frame.x)
    away = (frame.x - np.float32(sun[0])) ** 2 + ((y - np.float32(sun[1])) * np.float32(1.5)) ** 2
    halo = np.exp(-away / np.float32(0.09))
    band += tint("ffb184", 0.34) * halo[None]
    band += tint("ffd6a4", 0.7) * np.exp(-away / np.float32(0.008))[None]
    rise = np.float32(0.5) - y
    veil = ease(-0.4, 2.5, high) * ease(0.02, 0.16, rise)
    lit = tint("f3c3bd", 0.95) + tint("ffb088", 0.45) * halo[None]
    mix(band, lit, (veil * np.float32(0.62))[None])


def _stands(rng: np.random.Generator, frame: Frame) -> list[_Ridge]:
    """Return rows of conifers on a slope from far to near."""
    tops, feet = ramp(_FOREST_TREES), ramp(_FOREST_FOG)
    out = []
    for index, own in enumerate(rng.spawn(_FOREST_ROWS)):
        near = index / (_FOREST_ROWS - 1)
        line_rng, tree_rng = own.spawn(2)
        # The slopes of a valley: rows lean to one side and then to the other.
        lean = 0.05 * np.sin(index * 2.1 + 0.6) * frame.x[0]
        edge = 0.50 + 0.64 * near**1.25 + lean
        edge = (edge - 0.028 * mountain_line(line_rng, frame, 0.8, 0.2)).astype(np.float32)
        here = np.array([[near]], dtype=np.float32)
        trees = forest(tree_rng, frame, edge, 0.13 + 0.27 * near, 0.085 + 0.03 * near)
        out.append(_Ridge(edge, trees, along(tops, here), along(feet, here), 0.5 + near, near))
    return out


def paint_shafts(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint a conifer forest in fog with the sun above the trees."""
    row_rng, fog_rng = rng.spawn(2)
    sun = (0.13 * frame.aspect, 0.30)
    fog = field(fog_rng, frame, Grain((1.4, 4.5), 6, 0.52))
    sky = ramp(_FOREST_SKY)
    stands = _stands(row_rng, frame)
    image = frame.blank()
    for rows in frame.bands():
        y = frame.y(rows)
        wisps = fog.rows(y)
        away = np.sqrt((frame.x - np.float32(sun[0])) ** 2 + (y - np.float32(sun[1])) ** 2)
        band = image[:, rows]
        band[:] = along(sky, away * np.float32(0.8) + np.float32(0.035) * wisps)
        band += tint("fff0c8", 1.4) * np.exp(-((away / np.float32(0.045)) ** 2))[None]
        band += tint("ffdca0", 0.34) * np.exp(-away / np.float32(0.15))[None]
        # How much lit air lies before what is seen.
        air = np.zeros_like(away)
        for stand in stands[_hidden_below(stands, float(y[0, 0]) - _CLEAR - 2 * frame.pixel) :]:
            _paint_stand((band, air), rows, stand, frame, wisps)
        band += tint("ffcd8c", 0.42) * (air * np.exp(-((away / np.float32(0.46)) ** 2)))[None]
    _add_shafts(image, frame, sun)
    return image


def _paint_stand(
    planes: tuple[Plane, Plane], rows: slice, stand: _Ridge, frame: Frame, wisps: Plane
) -> None:
    """Lay one row of trees over a band and over the share of lit air, with fog at its feet."""
    band, air = planes
    y, near = frame.y(rows), stand.relief
    if stand.trees is None or y[-1, 0] < stand.edge.min() - 0.8:
        return
    cover = stand.trees[rows] * np.float32(1 / 255)
    if y[-1, 0] > stand.edge.min() - 0.01:
        np.maximum(cover, below(stand.edge, y, frame), out=cover)
    tall = 0.13 + 0.27 * near
    depth = (y - stand.edge[None, :]) * np.float32(1 / tall)
    depth += np.float32(0.30) * wisps
    veil = ease(-0.75, 0.55, depth) * np.float32(0.95 - 0.40 * near)
    air += (veil * np.float32(1 - near) + np.float32((1 - near) ** 2) - air) * cover
    veil *= cover
    for channel in range(3):
        crest, mist = stand.crest[channel, 0, 0], stand.mist[channel, 0, 0]
        band[channel] += (crest - band[channel]) * cover
        band[channel] += (mist - crest) * veil


def _add_shafts(image: Plane, frame: Frame, sun: tuple[float, float]) -> None:
    """Let the bright parts around the sun streak outwards through the fog, in place."""
    small = frame.scaled(max(1, frame.height_px // _SHAFT_ROWS))
    step = max(1, frame.height_px // _SHAFT_ROWS)
    light = image[:2, ::step, ::step].mean(axis=0)
    light = np.clip(light - np.float32(0.5), 0, 1.2)
    x, y = small.x + 0 * small.y(), small.y() + 0 * small.x
    total = np.zeros_like(light)
    for index in range(_SHAFT_STEPS):
        shrink = np.float32(1 - 0.9 * index / _SHAFT_STEPS)
        column = (sun[0] + (x - sun[0]) * shrink + frame.aspect / 2) * (
            small.width_px / frame.aspect
        )
        row = (sun[1] + (y - sun[1]) * shrink) * small.height_px
        at_x = np.clip(column.astype(np.intp), 0, light.shape[1] - 1)
        at_y = np.clip(row.astype(np.intp), 0, light.shape[0] - 1)
        total += light[at_y, at_x]
    total *= np.float32(1 / _SHAFT_STEPS)
    beams = enlarged(total, frame)
    for rows in frame.bands():
        y = frame.y(rows)
        away = (frame.x - np.float32(sun[0])) ** 2 + (y - np.float32(sun[1])) ** 2
        beam = np.clip(beams.rows(y), 0, None) * np.exp(-away / np.float32(0.30))
        image[:, rows] += tint("ffd494", 0.8) * beam[None]
