"""The open sea: the sun's road at evening, and the moon's at night.

Role: the scenes with a horizon of water. Counterpart: `water` tilts the waves, `sky` shapes the
clouds.

Guarantees: pure; deterministic for one generator.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stillframe.workers.scenes.colour import along, ease, mix, ramp, tint
from stillframe.workers.scenes.develop import Look
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import tile
from stillframe.workers.scenes.sky import Deck, add_stars, clouds, moon
from stillframe.workers.scenes.water import Sea, fresnel, sea, slopes

_MOON_RADIUS: Final = 0.04

LOOKS: Final = {"glitter": Look(bloom=0.12, vignette=0.22), "moonrise": Look(bloom=0.14)}


@dataclass(frozen=True)
class _Air:
    """The light of a sky.

    Attributes:
        colours: from the horizon to the zenith.
        disc: the light of sun or moon in the water.
        glow: the light around it.
        place: its x and y, in picture heights.
        deep: the light that comes out of the water.
    """

    colours: Plane
    disc: Plane
    glow: Plane
    place: tuple[float, float]
    deep: Plane


def _sea_band(band: Plane, y: Plane, frame: Frame, waves: Sea, air: _Air) -> None:
    """Paint a band of water: the mirrored sky, the road of light, and the depth below."""
    toward, across, hidden = slopes(waves, frame, y)
    down = y - np.float32(waves.horizon)
    # A wave that leans to the viewer mirrors a higher part of the sky. Hidden waves lean too, and
    # those that lean away are hidden behind others, so that far water mirrors well above itself.
    facing = np.clip(down + toward, np.float32(0.004), None)
    lifted = np.abs(down + 2 * toward) + np.float32(1.6) * hidden
    band[:] = along(air.colours, lifted)
    sun_x, sun_rise = air.place[0], waves.horizon - air.place[1]
    off_x = frame.x - np.float32(sun_x) + np.float32(2) * across * (down + np.float32(0.15))
    off_y = down + 2 * toward - np.float32(sun_rise)
    wide_y = np.float32(0.0018) + 4 * hidden * hidden
    wide_x = np.float32(0.0009) + (hidden * (down + np.float32(0.1))) ** 2 * np.float32(2.2)
    # Far off, a hazy strip of water parts the sea from the sky.
    strip = np.exp(-down / np.float32(0.035))
    road = np.exp(-off_x * off_x / (2 * wide_x) - off_y * off_y / (2 * wide_y))
    road *= np.sqrt(np.float32(0.0018) / wide_y)
    near = np.exp(-(off_x * off_x) / np.float32(0.35) - lifted / np.float32(0.5))
    band += air.glow * near[None]
    mirrored = fresnel(facing)
    mix(band, air.deep, (1 - mirrored)[None] * np.float32(0.92))
    band *= 1 - np.float32(0.34) * strip * (1 - np.float32(0.5) * np.minimum(road, 1))
    band += air.disc * road[None]


def paint_glitter(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint the sun low over a calm sea."""
    high_rng, low_rng, wave_rng = rng.spawn(3)
    horizon = 0.52
    place = (0.09 * frame.aspect, horizon - 0.085)
    colours = ramp(("ffb066", "f7a878", "dc9a94", "a58fae", "6f86b4", "4a6ea3", "33568a", "264674"))
    air = _Air(colours, tint("ffc070", 9.0), tint("ff9a50", 0.35), place, tint("0a2a38"))
    high = clouds(high_rng, frame, Deck(horizon, 0.10, 2.6, 0.05, 1.5))
    low = clouds(low_rng, frame, Deck(horizon + 0.02, 0.07, 4.0, 0.03, 1.45))
    waves = sea(wave_rng, horizon, 0.07, 2.6)
    image = frame.blank()
    first_px = frame.row_px(horizon)
    for rows in frame.bands(0, first_px):
        _evening_sky(
            image[:, rows],
            frame,
            frame.y(rows),
            (high.rows(frame.y(rows)), low.rows(frame.y(rows))),
            air,
        )
    for rows in frame.bands(first_px):
        _sea_band(image[:, rows], frame.y(rows), frame, waves, air)
    return image


def _evening_sky(
    band: Plane, frame: Frame, y: Plane, decks: tuple[Plane, Plane], air: _Air
) -> None:
    """Paint a band of evening sky with two layers of cloud, lit from below by the sun."""
    high, low = decks
    rise = np.float32(0.52) - y
    band[:] = along(air.colours, rise * np.float32(1.75))
    off_x, off_y = frame.x - np.float32(air.place[0]), y - np.float32(air.place[1])
    away = off_x * off_x + off_y * off_y * np.float32(1.6)
    halo = np.exp(-np.sqrt(away) * np.float32(4.2))
    band += tint("ff9a55", 0.55) * halo[None]
    warm = halo + np.float32(0.18)
    veil = ease(-0.9, 2.3, high) * ease(0.0, 0.10, rise)
    lit = tint("ffb487", 0.95) * warm + tint("a695b4", 0.55)
    mix(band, lit, (veil * np.float32(0.75))[None])
    body = ease(0.0, 1.7, low) * ease(0.015, 0.07, rise) * ease(0.42, 0.16, rise)
    rim = ease(0.0, 0.5, low) * ease(1.2, 0.5, low) * body
    dark = tint("71698c", 0.8) + tint("d9805c", 0.5) * halo
    mix(band, dark, (body * np.float32(0.8))[None])
    band += tint("ffb070", 1.1) * (rim * warm)[None]
    sun = np.exp(-away / np.float32(0.00035)) * np.float32(9) + np.exp(-away / 0.004) * 0.9
    band += tint("ffd08a") * (sun * (1 - np.float32(0.6) * body))[None]


def paint_moonrise(frame: Frame, rng: np.random.Generator) -> Plane:
    """Paint the full moon a hand above the sea, behind thin clouds."""
    high_rng, low_rng, wave_rng, star_rng, moon_rng = rng.spawn(5)
    horizon = 0.6
    place = (-0.13 * frame.aspect, horizon - 0.24)
    colours = ramp(("5f7f9a", "4a6c8c", "34547a", "233f66", "182e52", "101f3f", "0b1630"))
    air = _Air(colours, tint("d8e6ff", 2.6), tint("6f93bd", 0.22), place, tint("04101c"))
    high = clouds(high_rng, frame, Deck(horizon, 0.11, 2.4, 0.06, 1.5))
    low = clouds(low_rng, frame, Deck(horizon + 0.02, 0.075, 3.6, 0.04, 1.45))
    waves = sea(wave_rng, horizon, 0.085, 2.2)
    seas = tile(moon_rng, 1.9, 2.0, 256)
    image = frame.black()
    add_stars(image, star_rng, frame, 700, 0.8)
    first_px = frame.row_px(horizon)
    for rows in frame.bands(0, first_px):
        _night_sky(
            image[:, rows],
            frame,
            frame.y(rows),
            (high.rows(frame.y(rows)), low.rows(frame.y(rows)), seas),
            air,
        )
    for rows in frame.bands(first_px):
        _sea_band(image[:, rows], frame.y(rows), frame, waves, air)
    return image


def _night_sky(
    band: Plane, frame: Frame, y: Plane, layers: tuple[Plane, Plane, Plane], air: _Air
) -> None:
    """Paint a band of moonlit sky over its stars; the layers are two of cloud and the moon's."""
    high, low, seas = layers
    rise = np.float32(0.6) - y
    off_x, off_y = frame.x - np.float32(air.place[0]), y - np.float32(air.place[1])
    away = np.sqrt(off_x * off_x + off_y * off_y)
    # Moonlight in the air drowns the stars around it.
    band *= ease(0.1, 0.6, away) * ease(0.03, 0.25, rise)
    band += along(air.colours, rise * np.float32(1.5) + np.float32(0.0) * frame.x)
    halo = np.exp(-away * np.float32(5.5))
    band += tint("86a8d0", 0.34) * halo[None]
    disc, cover = moon(seas, off_x, off_y, _MOON_RADIUS)
    mix(band, tint("fff0d4", 1.15) * disc, cover[None])
    band += (
        tint("c8dcff", 0.5) * np.exp(-(np.maximum(away - _MOON_RADIUS, 0)) * 42)[None] * (1 - cover)
    )
    veil = ease(-0.6, 2.3, high) * ease(0.0, 0.12, rise)
    lit = tint("8fa9cc", 0.75) * (halo * np.float32(1.6) + np.float32(0.16))
    mix(band, lit, (veil * np.float32(0.5))[None])
    body = ease(0.0, 1.6, low) * ease(0.0, 0.08, rise) * ease(0.62, 0.2, rise)
    rim = body * ease(1.5, 0.3, low)
    mix(band, tint("1b2b45", 0.9), (body * np.float32(0.72))[None])
    band += tint("a9c2e6", 1.15) * (rim * (halo * np.float32(1.5) + np.float32(0.04)))[None]
