"""Transitions of things that move or shine half way, computed again: from their definitions."""

import math

import numpy as np

from moment import Moment, Plane, bright, look, luck, mix, smooth, within


def peel(m: Moment) -> Plane:
    count, axis = 12, int(m.direction[1] != 0)
    way = m.direction[axis]
    places = list(m.at)
    shown, tail, now = m.new, 1 - float(smooth(0.9, 1, m.t)), 0.93 * m.t
    for number in range(count):
        k = count - 1 - number if way > 0 else number
        own = min(1.0, max(0.0, (now - 0.7 * number / (count - 1)) / 0.3))
        own = own * own * (3 - 2 * own)
        off = (m.at[axis] - (k + 0.5) / count - way * 1.2 * own) / (0.5 / count * (1 - 0.7 * own))
        places[axis] = (k + 0.5) / count + off * 0.5 / count
        shade = 1 + (0.8 + 0.2 * (1 - np.abs(off)) - 1) * min(1.0, own * 6)
        strip = within(m.old, *places) * shade[..., np.newaxis]
        over = mix(m.new, strip, (1 - own) ** 2 * tail)
        shown = np.where((np.abs(off) <= 1)[..., np.newaxis], over, shown)
    return shown


def doors(m: Moment) -> Plane:
    x, y = m.at
    place, height = (y, x) if m.direction_index == 1 else (x, y)
    hinge = np.minimum(place, 1 - place)
    angle, depth = m.t * math.pi / 2, 1.6
    sight = depth * math.cos(angle) - hinge * math.sin(angle) * 0.9
    width = hinge * depth / np.maximum(1e-4, sight)
    across = (height - 0.5) * (1 + width * math.sin(angle) / depth * 0.9) + 0.5
    room = [(part - 0.5) * (0.9 + 0.1 * m.t) + 0.5 for part in (x, y)]
    behind = look(m.new, *room) * (0.45 + 0.55 * float(smooth(0, 0.9, m.t)))
    shadow = 1 - 0.35 * (1 - m.t) * smooth(0.12, 0, np.abs(width - 0.5))
    leaf_at = np.where(place < 0.5, width, 1 - width)
    seen = (across, leaf_at) if m.direction_index == 1 else (leaf_at, across)
    leaf = within(m.old, *seen) * (1 - 0.55 * math.sin(angle) * (0.4 + width))[..., np.newaxis]
    there = (width < 0.5) & (width >= 0) & (across > 0) & (across < 1)
    return np.where(there[..., np.newaxis], leaf, behind * shadow[..., np.newaxis])


def block_spins(m: Moment) -> Plane:
    """Rays, straight ahead, into a box of 2 by 2 by 0.05 that turns about its middle."""
    half = np.array([1, 1, 0.025])
    eased = 4 * m.t**3 if m.t < 0.5 else 1 - (2 - 2 * m.t) ** 3 / 2
    c, s = math.cos(math.pi * eased), math.sin(math.pi * eased)
    way = np.array([*m.direction, 0])
    screen = np.stack([*(2 * part - 1 for part in m.at), np.zeros_like(m.at[0])], axis=-1)
    along = (screen @ way)[..., np.newaxis]
    # In the box's own frame: where each ray is at the height of the middle, and its way to the eye.
    start = screen + along * (c - 1) * way + along * s * np.array([0, 0, 1])
    to_eye = np.where(np.abs(ray := -s * way + [0, 0, c]) < 1e-9, 1e-9, ray)
    nearer, farther = (np.sign(to_eye) * sign * half for sign in (1, -1))
    axis = np.argmin((nearer - start) / to_eye, axis=-1)
    out = np.min((nearer - start) / to_eye, axis=-1)
    hit = out >= np.max((farther - start) / to_eye, axis=-1)
    spot = start + out[..., np.newaxis] * to_eye
    line = max(1.5, min(m.size) / 400)

    def rim(face: int) -> tuple[Plane, Plane]:
        """Return the spot on a face's plane everywhere, and how far its edge is in lines."""
        at = start + ((nearer[face] - start[..., face]) / to_eye[face])[..., np.newaxis] * to_eye
        others = [number for number in range(3) if number != face]
        away = [
            (half[n] - np.abs(at[..., n])) / max(np.hypot(*np.gradient(at[..., n])).max(), 1e-9)
            for n in others
        ]
        return at, 1 - smooth(0.4, 1, np.minimum(*away) / line)

    shown = np.zeros_like(m.old)
    for face in (0, 1):
        at, edge = rim(face)
        # Run against the clock, seen from outside.
        run = at[..., 1 - face] * np.sign(to_eye[face]) * (1 if face == 0 else -1)
        light = np.maximum(smooth(0.09, 0, np.abs(run / 2 + 0.5 - eased)), 0.85 * s * edge)
        shown = np.where((hit & (axis == face))[..., np.newaxis], light[..., np.newaxis], shown)
    _, edge = rim(2)
    # The back is seen where it will lie: mirrored along the way of the turn.
    place = spot if c >= 0 else spot - 2 * (spot @ way)[..., np.newaxis] * way
    photo = within(m.old if c >= 0 else m.new, place[..., 0] / 2 + 0.5, place[..., 1] / 2 + 0.5)
    sheen = smooth(0.5, 0, np.abs(place[..., 0] * 0.6 - place[..., 1] * 0.4 - 1.6 + 1.6 * s))
    lit = photo * (1 - 0.3 * s) + (0.22 * s * sheen)[..., np.newaxis]
    board = mix(lit, np.ones_like(lit), 0.85 * s * edge)
    return np.where((hit & (axis == 2))[..., np.newaxis], board, shown)


def depth_parallax(m: Moment) -> Plane:
    """Near things pass quickly; far ones of the old photo give way to the new one first."""
    travel, relief, layering = 0.18, 0.4, 0.78
    gone, to_come = m.t**1.5, (1 - m.t) ** 1.5

    def closer(part: float) -> tuple[Plane, Plane]:
        x, y = (0.5 + (p - 0.5) * (1 - 2 * travel * part) for p in m.at)
        return x, y

    def moved(photo: Plane, place: tuple[Plane, Plane], shift: Plane) -> Plane:
        x, y = (p + heading * shift for p, heading in zip(place, m.direction, strict=True))
        return within(photo, x, y)

    before, after = closer(gone), closer(to_come)
    light = np.zeros_like(before[0])
    for number in range(9):
        angle, reach = number * 2.3999632, 0.006 * (1 + number)
        aside = before[0] + math.cos(angle) / m.aspect * reach, before[1] + math.sin(angle) * reach
        light = light + bright(within(m.old, *aside)) / 9
    near = mix(smooth(0.1, 1, before[1]), smooth(0.1, 0.8, light), relief)
    old = moved(m.old, before, -travel * gone * (2 * near - 1))
    new = moved(m.new, after, travel * to_come * (2 * smooth(0.1, 1, after[1]) - 1))
    begun = (m.t - layering * near) / (1 - layering)
    shade = 0.55 * layering * smooth(0.2, 0.6, begun) * smooth(2.4, 0.9, begun) * (1 - m.t)
    return mix(old, new * (1 - shade)[..., np.newaxis], smooth(0, 1, begun))


def page_curl(m: Moment) -> Plane:
    """A page rolls over a cylinder: what lies, what rises into the bend, what was turned over."""
    radius, translucency, shadow = 0.14, 0.45, 0.55
    paper = np.array([0xB4, 0xAD, 0xA2]) / 255
    square = m.aspect, 1.0
    against = [-part for part in m.direction]
    p = [part * side for part, side in zip(m.at, square, strict=True)]
    along = p[0] * against[0] + p[1] * against[1]
    least, most = (
        sum(limit(part, 0) * side for part, side in zip(against, square, strict=True))
        for limit in (min, max)
    )
    reach, pixel = radius * 1.6, 1.5 / m.size[1]
    corner = 2 * abs(m.direction[0] * m.direction[1])
    run = m.t + (0.13 * corner - 0.05) * math.sin(2 * math.pi * m.t)
    bend = most * (1 - run) + (least - radius - reach / 2) * run
    past = along - bend
    begun = smooth(0, 2 * radius, most - bend)
    fall = np.exp(-np.maximum(0, past - radius) * 3 / reach) * smooth(radius + reach, radius, past)
    shown = m.new * (1 - shadow * begun * fall * (1 - smooth(0.9, 1, m.t)))[..., np.newaxis]
    sine = np.clip(past / radius, 0, 1)
    angle = np.arcsin(sine)

    def shifted(part: Plane) -> list[Plane]:
        return [a + way * (part - along) for a, way in zip(p, against, strict=True)]

    def on_page(place: list[Plane]) -> Plane:
        margins = [np.minimum(a, side - a) for a, side in zip(place, square, strict=True)]
        return smooth(-pixel / 2, pixel / 2, np.minimum(*margins))

    back_at = shifted(
        np.where(past <= 0, bend + math.pi * radius - past, bend + radius * (math.pi - angle))
    )
    face_at = shifted(np.where(past <= 0, along, bend + radius * angle))
    top = 1 - smooth(radius - pixel, radius, past)
    face = np.where(past <= 0, 1, on_page(face_at) * top)
    out = [np.maximum(np.maximum(-a, a - side), 0) for a, side in zip(back_at, square, strict=True)]
    near = smooth(0.9 * radius, 0, np.hypot(*out)) * (1 - sine)
    dark = (1 - 0.55 * begun * sine**2) * (1 - 0.8 * shadow * begun * near**2)
    old = within(m.old, face_at[0] / m.aspect, face_at[1]) * dark[..., np.newaxis]
    shown = mix(shown, old, face)
    facing = np.where(past <= 0, 1, np.cos(angle))
    light = 0.5 + 0.5 * smooth(0, 0.85, facing) + 0.16 * smooth(0.3, 0, np.abs(facing - 0.75))
    through = within(m.old, back_at[0] / m.aspect, back_at[1]) * translucency
    page = (paper * (1 - translucency) + through) * light[..., np.newaxis]
    return mix(shown, page, on_page(back_at) * top)


def film_burn(m: Moment) -> Plane:
    """A white-hot front sweeps over the frame; grains of the film catch its light one by one."""
    x, y = m.at
    p, q = (x - 0.5) * m.aspect, y - 0.5

    def drift(p: Plane, q: Plane) -> Plane:
        bent = np.sin(p * 2.1 + np.sin(q * 1.7 + m.seed) + m.seed * 0.31)
        return np.asarray(0.5 + 0.5 * bent * np.cos(q * 1.3 - p * 0.6 + m.seed * 0.17))

    side, slope = 1 - 2 * (m.seed % 2), 0.5 * (float(luck(m.seed, 3.0)) - 0.5)
    place = (side * p + slope * q) / (m.aspect + abs(slope)) + 0.5
    hazy_p, hazy_q = p * 1.6 + 0.9 * m.t, q * 1.6 + 0.5 * m.t
    haze = drift(hazy_p, hazy_q) * 0.65 + drift(hazy_p * 1.9 + 3, hazy_q * 1.9 + 3) * 0.35
    coarse, moment = max(1, m.size[1] / 1080), math.floor(m.t * 48) * 7.0
    cell = np.floor(x * m.size[0] / coarse), np.floor(y * m.size[1] / coarse)
    grain = luck(cell[0] + moment, cell[1] + moment) - 0.5
    ahead = place + 0.22 * (haze - 0.5) - (-0.22 + 1.38 * m.t)
    rough = ahead + 0.05 * grain
    over, under = np.maximum(ahead, 0), np.maximum(-ahead, 0)
    lights = (
        (np.exp(-over / 0.3 - under / 0.1) * (0.25 + haze), (0.85, 0.16, 0.03)),
        (np.exp(-over / 0.09 - under / 0.05), (1.5, 0.62, 0.12)),
        (np.exp(-((rough / 0.04) ** 2)), (4.0, 3.4, 2.2)),
    )
    there = float(smooth(0, 0.03, m.t)) * (1 - float(smooth(0.9, 1, m.t)))
    light = sum(strength[..., np.newaxis] * np.array(colour) for strength, colour in lights)
    exposed = 1 - (1 - mix(m.old, m.new, smooth(0.02, -0.02, rough))) * np.exp(-light * there)
    return np.asarray(
        exposed + (grain * 0.12 * there * np.minimum(1, lights[0][0]))[..., np.newaxis]
    )
