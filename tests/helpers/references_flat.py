"""Transitions in the plane half way, computed again: each from its definition, in numpy."""

import math

import numpy as np

from moment import Moment, Plane, along_way, bright, look, luck, mix, smooth, within


def crossfade(m: Moment) -> Plane:
    return mix(m.old, m.new, m.t)


def slide(m: Moment) -> Plane:
    x, y = (place - heading * m.t for place, heading in zip(m.at, m.direction, strict=True))
    gone = (x < 0) | (x >= 1) | (y < 0) | (y >= 1)
    old, new = look(m.old, x, y), look(m.new, x + m.direction[0], y + m.direction[1])
    return np.where(gone[..., np.newaxis], new, old)


def wipe(m: Moment) -> Plane:
    place, _ = along_way(m)
    return np.where((place <= m.t)[..., np.newaxis], m.new, m.old)


def block_flip(m: Moment) -> Plane:
    assert m.table is not None
    rows, columns, _ = m.table.shape
    own = np.clip((m.t - m.cell(slice(0, 2)) * 0.72) / 0.28, 0, 1)
    turned = 0.5 - 0.5 * np.cos(math.pi * own)
    scale = np.abs(np.cos(math.pi * turned))
    x, y = m.at
    tile_x, tile_y = np.floor(x * columns), np.floor(y * rows)
    off = [x * columns - tile_x - 0.5, y * rows - tile_y - 0.5]
    axis = int(abs(m.direction[1]) > abs(m.direction[0]))
    off[axis] = off[axis] / np.maximum(scale, 1e-3)
    place = (tile_x + 0.5 + off[0]) / columns, (tile_y + 0.5 + off[1]) / rows
    side = np.where((turned < 0.5)[..., np.newaxis], look(m.old, *place), look(m.new, *place))
    light = (0.42 + 0.58 * scale**0.55)[..., np.newaxis]
    edge = 1.5 * columns / m.size[0]
    card = 1 - smooth(0.5 - edge / np.maximum(scale, 0.05), 0.5, np.abs(off[axis]))
    flipping = mix(m.new * 0.3, side * light, card)
    shown = np.where((own >= 1)[..., np.newaxis], m.new, flipping)
    return np.where((own <= 0)[..., np.newaxis], m.old, shown)


def blinds(m: Moment) -> Plane:
    columns = 14
    rows = max(2, math.floor(columns / m.aspect + 0.5))
    x, y = m.at
    place = (x * columns, y * rows, (x + y) / 4 * (columns + rows))[m.direction_index]
    soft = 2 / 25 / 2
    half = m.t * (0.5 + soft)
    away = np.abs(np.mod(place, 1) - 0.5)
    share = np.maximum(1 - smooth(half - soft, half, away), smooth(0.96, 1, m.t))
    return mix(m.old, m.new, share)


def iris(m: Moment) -> Plane:
    x, y = m.at
    away = np.hypot((x - 0.5) * m.aspect, y - 0.5) / (0.5 * math.hypot(m.aspect, 1))
    soft = max(0.06, 1.5 / m.size[1])
    edge = m.t * (1 + soft)
    return mix(m.old, m.new, 1 - smooth(edge - soft, edge, away))


def clock_wipe(m: Moment) -> Plane:
    x, y = m.at
    off_x = (x - 0.5) * m.aspect * (-1 if m.direction_index == 1 else 1)
    turn = np.mod(np.arctan2(off_x, -(y - 0.5)), 2 * math.pi) / (2 * math.pi)
    soft = np.maximum(0.03, 0.35 / np.maximum(1, np.hypot(off_x, y - 0.5) * m.size[1]))
    edge = m.t * (1 + soft)
    return mix(m.old, m.new, 1 - smooth(edge - soft, edge, turn))


def luma_wipe(m: Moment) -> Plane:
    x, y = m.at
    light, weights = bright(m.new), 1.0
    for number in range(10):
        part, angle = (number + 0.5) / 10, number * 2.3999632
        reach, weight = 0.012 * math.sqrt(part), math.exp(-1.5 * part)
        near = x + reach * math.cos(angle) / m.aspect, y + reach * math.sin(angle)
        light, weights = light + weight * bright(within(m.new, *near)), weights + weight
    light = light / weights
    halves = np.arange(12) + 0.5
    told = bright(look(m.new, 0.7548777 * halves % 1, 0.5698403 * halves % 1))
    place = 1 / (1 + np.exp(-1.7 * (light - told.mean()) / max(told.std(), 0.02)))
    place = place if m.direction_index == 0 else 1 - place
    edge = m.t * 1.25
    return mix(m.old, m.new, 1 - smooth(edge - 0.25, edge, place))


def zoom_blur(m: Moment) -> Plane:
    x, y = m.at
    reach = 0.35 * math.sin(math.pi * m.t)
    shift = luck(np.floor(x * m.size[0]), np.floor(y * m.size[1])) - 0.5
    old, new, weights = np.zeros_like(m.old), np.zeros_like(m.new), np.zeros_like(x)
    for number in range(5):
        part = (number + 0.5 + shift) / 5
        weight = 4 * (part - part * part) + 0.05
        place = x + (0.5 - x) * part * reach, y + (0.5 - y) * part * reach
        old = old + within(m.old, *place) * weight[..., np.newaxis]
        new = new + within(m.new, *place) * weight[..., np.newaxis]
        weights = weights + weight
    return mix(old, new, smooth(0.3, 0.7, m.t)) / weights[..., np.newaxis]


def warp_dissolve(m: Moment) -> Plane:
    x, y = m.at
    now = 0.5 - 0.5 * math.cos(math.pi * m.t)
    off_x, off_y = (x - 0.5) * m.aspect, y - 0.5
    away = np.hypot(off_x, off_y) / (0.5 * math.hypot(m.aspect, 1))
    calm = smooth(0.6, 1, now)
    rest = 1 - smooth(0.94, 1, away)
    twist = math.sin(math.pi * now) * 3.3 * math.pi * (1 - away) ** 2 * rest * (1 - 0.75 * calm)
    turned_x = off_x * np.cos(twist) - off_y * np.sin(twist)
    turned_y = off_x * np.sin(twist) + off_y * np.cos(twist)
    shrunk = 1 - 0.45 * now * (1 - away)
    zoomed = (0.85 + 0.25 * now) * (1 - calm) + calm
    old = within(m.old, turned_x * shrunk / m.aspect + 0.5, turned_y * shrunk + 0.5)
    new = within(m.new, turned_x * zoomed / m.aspect + 0.5, turned_y * zoomed + 0.5)
    centre = smooth(0.16, 0.41, now) * (1 - away)
    edges = smooth(0.27, 0.63, now) * smooth(0.15, 1, away)
    share = np.maximum(np.maximum(centre, edges), smooth(0.72, 0.94, now))
    return mix(old, new, np.clip(share, 0, 1))


def ripple(m: Moment) -> Plane:
    x, y = m.at
    diagonal = 0.5 * math.hypot(m.aspect, 1)
    now = 0.95 * m.t - 0.5 * m.t * (1 - m.t)
    bend, reveal, ring = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for number in range(3):
        centre, start = (0.5, 0.5), 0.0
        if number:
            centre = (
                0.15 + 0.7 * float(luck(number + 1.0, m.seed)),
                0.15 + 0.7 * float(luck(m.seed + 7.0, number + 3.0)),
            )
            start = 0.25 * float(luck(np.float32(m.seed) * np.float32(0.37), float(number)))
        own = min(1.0, max(0.0, (now - start) / (1 - start)))
        away = np.hypot((x - centre[0]) * m.aspect, y - centre[1]) / diagonal
        front = own * 1.3
        near = np.exp(-6 * np.abs(away - front)) * (away <= front + 0.25)
        wave = 0.012 * np.sin(18 * (away - front) - 4 * own) * near
        bend = bend + wave * smooth(0, 0.08, own)
        reveal = np.maximum(reveal, smooth(-0.04, 0.18, front - away) * smooth(0, 0.05, own))
        ring = np.maximum(ring, smooth(0.03, 0, np.abs(away - front)) * smooth(0, 0.1, own))
    far = np.maximum(1e-4, np.hypot((x - 0.5) * m.aspect, y - 0.5))
    bent = within(m.old, x + (x - 0.5) / far * bend, y + (y - 0.5) / far * bend)
    reveal = np.maximum(reveal, smooth(0.78, 0.95, now))
    lit = mix(mix(m.old, bent, 0.7), m.new, reveal)
    return np.asarray(lit + (0.08 * ring * (1 - reveal))[..., np.newaxis])


def kaleidoscope(m: Moment) -> Plane:
    x, y = m.at
    off_x, off_y = (x - 0.5) * m.aspect, y - 0.5
    far = np.hypot(off_x, off_y)
    sector = 2 * math.pi / 6
    turn = np.arctan2(off_y, off_x) + 1.2 * (m.t - 0.5)
    folded = np.abs(np.mod(turn + sector / 2, sector) - sector / 2) + 2 * m.t
    glass = far * np.cos(folded) / m.aspect, far * np.sin(folded)
    seen = [1 - np.abs(np.mod(part + 0.5, 2) - 1) for part in glass]
    fold = smooth(0, 0.35, m.t) * (1 - smooth(0.65, 1, m.t))
    plain = mix(m.old, m.new, smooth(0.4, 0.6, m.t))
    folded_both = mix(within(m.old, *seen), within(m.new, *seen), smooth(0.3, 0.7, m.t))
    return mix(plain, folded_both, fold)


def ink(m: Moment) -> Plane:
    assert m.table is not None
    field = m.table.astype(float) / 255
    x, y = m.at
    arrival = look(field, x, y)[..., :3].sum(axis=-1) / 3
    rows, columns, _ = field.shape
    fine_at = y * 1.3 + 0.13, x * m.aspect * columns / rows * 1.3 + 0.13
    fine = look(field, *(np.abs(np.mod(part, 2) - 1) for part in fine_at))[..., 3]
    fray, softness, wet = 0.05, 0.08, 0.16
    arrival = arrival + fray * (fine - 0.5)
    front = (-0.5 * fray - wet) * (1 - m.t) + (1 + 0.5 * fray + softness) * m.t
    opened = smooth(0, softness, front - arrival)
    ahead = smooth(wet, 0, arrival - front) * (1 - opened)
    gathered = smooth(0, 0.4, opened) * (1 - smooth(0.4, 1, opened))
    dark = (0.5 * (0.45 * ahead * ahead + 0.75 * gathered))[..., np.newaxis]
    return np.asarray(mix(m.old, m.new, opened) * (1 - dark * np.array([1, 0.86, 0.72])))
