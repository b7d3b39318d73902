"""What transitions look like half way, computed again: each from its definition, in numpy.

Role: an independent picture of a moment. Counterpart: `tests/transitions/test_references.py` lays
it beside what the screen shows.

A place is x, y from the top left in 0..1, at the middle of each pixel. Pictures are floats of 0 to
1, shape (rows, columns, 3).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float64]
INSIDE = 0.9999


@dataclass(frozen=True)
class Moment:
    """One moment of one transition: `t` is its progress, the rest what its shader is given."""

    old: Plane
    new: Plane
    t: float
    direction: tuple[float, float] = (0.0, 0.0)
    direction_index: int = 0
    seed: float = 0.0
    table: npt.NDArray[np.uint8] | None = None

    @property
    def size(self) -> tuple[int, int]:
        return self.old.shape[1], self.old.shape[0]

    @property
    def aspect(self) -> float:
        return self.size[0] / self.size[1]

    @property
    def at(self) -> tuple[Plane, Plane]:
        width, height = self.size
        x = np.broadcast_to((np.arange(width) + 0.5) / width, (height, width))
        y = np.broadcast_to(((np.arange(height) + 0.5) / height)[:, np.newaxis], (height, width))
        return x, y

    def cell(self, channels: slice) -> Plane:
        """Return a 16-bit number of the table for each pixel, 0 to 1; read without a filter."""
        assert self.table is not None
        rows, columns, _ = self.table.shape
        x, y = self.at
        pair = self.table[(y * rows).astype(int), (x * columns).astype(int), channels].astype(float)
        return (pair[..., 0] * 256 + pair[..., 1]) / 65535


def smooth(low: float | Plane, high: float | Plane, value: float | Plane) -> Plane:
    """Return the cubic step of GLSL, which also falls where `low` is more than `high`."""
    share = np.clip((np.asarray(value) - low) / (np.asarray(high) - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def mix(one: Plane, other: Plane, share: float | Plane) -> Plane:
    """Return a blend; a plane of shares counts for all colours."""
    share = np.asarray(share, float)
    if share.ndim and share.ndim < one.ndim:
        share = share[..., np.newaxis]
    return one * (1 - share) + other * share


def look(photo: Plane, x: Plane, y: Plane) -> Plane:
    """Return a photo between its pixels, clamped to its edges."""
    height, width, _ = photo.shape
    across, down = np.clip(x, 0, 1) * width - 0.5, np.clip(y, 0, 1) * height - 0.5
    left, top = np.floor(across).astype(int), np.floor(down).astype(int)
    part_x, part_y = (across - left)[..., np.newaxis], (down - top)[..., np.newaxis]
    rows = [np.clip(top + n, 0, height - 1) for n in (0, 1)]
    columns = [np.clip(left + n, 0, width - 1) for n in (0, 1)]
    upper = photo[rows[0], columns[0]] * (1 - part_x) + photo[rows[0], columns[1]] * part_x
    lower = photo[rows[1], columns[0]] * (1 - part_x) + photo[rows[1], columns[1]] * part_x
    return np.asarray(upper * (1 - part_y) + lower * part_y)


def within(photo: Plane, x: Plane, y: Plane) -> Plane:
    return look(photo, np.clip(x, 0, INSIDE), np.clip(y, 0, INSIDE))


def luck(x: Plane | float, y: Plane | float) -> Plane:
    """Return the shaders' pseudo-random numbers, in their precision."""
    f = np.float32
    x, y = np.asarray(x, f), np.asarray(y, f)
    q = [np.mod(value * f(0.1031), f(1)) for value in (x, y, x)]
    shift = q[0] * (q[1] + f(33.33)) + q[1] * (q[2] + f(33.33)) + q[2] * (q[0] + f(33.33))
    a, b, c = (part + shift for part in q)
    return np.mod((a + b) * c, f(1)).astype(float)


def bright(colour: Plane) -> Plane:
    return np.asarray(colour @ np.array([0.2126, 0.7152, 0.0722]))


def along_way(m: Moment) -> tuple[Plane, int]:
    """Return how far each place lies along the direction, 0 to 1, and how many axes that has."""
    parts = [
        part if heading > 0 else 1 - part
        for part, heading in zip(m.at, m.direction, strict=True)
        if abs(heading) > 0.01
    ]
    return np.asarray(sum(parts) / len(parts)), len(parts)


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


def diffuse(m: Moment) -> Plane:
    threshold = m.cell(slice(0, 2))
    assert m.table is not None
    rows, columns, _ = m.table.shape
    x, y = m.at
    in_x, in_y = np.mod(x * columns, 1), np.mod(y * rows, 1)
    edge = np.minimum(np.minimum(in_x, 1 - in_x), np.minimum(in_y, 1 - in_y))
    local = smooth(threshold, threshold + 0.18, m.t)
    rim = 0.92 + 0.08 * smooth(0, 0.08, edge)
    here = local * (rim * (1 - local) + local)
    return mix(m.old, m.new, np.maximum(here, smooth(0.96, 1, m.t)))


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
    width, height = m.size
    light = bright(m.new)
    for step_x in (-6 / width, 6 / width):
        for step_y in (-6 / height, 6 / height):
            light = light + bright(within(m.new, x + step_x, y + step_y))
    light = light / 5
    place = light if m.direction_index == 0 else 1 - light
    edge = m.t * 1.25
    return mix(m.old, m.new, 1 - smooth(edge - 0.25, edge, place))


def zoom_blur(m: Moment) -> Plane:
    x, y = m.at
    reach = 0.35 * math.sin(math.pi * m.t)
    shift = luck(x * m.size[0], y * m.size[1]) - 0.5
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
    off_x, off_y = (x - 0.5) * m.aspect, y - 0.5
    away = np.hypot(off_x, off_y) / (0.5 * math.hypot(m.aspect, 1))
    calm = smooth(0.6, 1, m.t)
    rest = 1 - smooth(0.94, 1, away)
    twist = math.sin(math.pi * m.t) * 3.3 * math.pi * (1 - away) ** 2 * rest * (1 - 0.75 * calm)
    turned_x = off_x * np.cos(twist) - off_y * np.sin(twist)
    turned_y = off_x * np.sin(twist) + off_y * np.cos(twist)
    shrunk = 1 - 0.45 * m.t * (1 - away)
    zoomed = (0.85 + 0.25 * m.t) * (1 - calm) + calm
    old = within(m.old, turned_x * shrunk / m.aspect + 0.5, turned_y * shrunk + 0.5)
    new = within(m.new, turned_x * zoomed / m.aspect + 0.5, turned_y * zoomed + 0.5)
    centre = smooth(0.16, 0.41, m.t) * (1 - away)
    edges = smooth(0.27, 0.63, m.t) * smooth(0.15, 1, away)
    share = np.maximum(np.maximum(centre, edges), smooth(0.72, 0.94, m.t))
    return mix(old, new, np.clip(share, 0, 1))


def ripple(m: Moment) -> Plane:
    x, y = m.at
    diagonal = 0.5 * math.hypot(m.aspect, 1)
    bend, reveal, ring = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for number in range(3):
        centre, start = (0.5, 0.5), 0.0
        if number:
            centre = (
                0.15 + 0.7 * float(luck(number + 1.0, m.seed)),
                0.15 + 0.7 * float(luck(m.seed + 7.0, number + 3.0)),
            )
            start = 0.25 * float(luck(np.float32(m.seed) * np.float32(0.37), float(number)))
        own = min(1.0, max(0.0, (m.t - start) / (1 - start)))
        away = np.hypot((x - centre[0]) * m.aspect, y - centre[1]) / diagonal
        front = own * 1.3
        near = np.exp(-6 * np.abs(away - front)) * (away <= front + 0.25)
        wave = 0.012 * np.sin(18 * (away - front) - 4 * own) * near
        bend = bend + wave * smooth(0, 0.08, own)
        reveal = np.maximum(reveal, smooth(-0.04, 0.18, front - away) * smooth(0, 0.05, own))
        ring = np.maximum(ring, smooth(0.03, 0, np.abs(away - front)) * smooth(0, 0.1, own))
    far = np.maximum(1e-4, np.hypot((x - 0.5) * m.aspect, y - 0.5))
    bent = within(m.old, x + (x - 0.5) / far * bend, y + (y - 0.5) / far * bend)
    reveal = np.maximum(reveal, smooth(0.78, 0.95, m.t))
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


def film_burn(m: Moment) -> Plane:
    x, y = m.at

    def haze(p: Plane, q: Plane) -> Plane:
        bent = np.sin(p * 2.1 + np.sin(q * 1.7 + m.seed) + m.seed * 0.31)
        return np.asarray(0.5 + 0.5 * bent * np.cos(q * 1.3 - p * 0.6 + m.seed * 0.17))

    p, q = (x - 0.5) * m.aspect * 1.6 + m.t * 1.8, (y - 0.5) * 1.6 + m.t * 0.5
    leak = haze(p, q) * 0.65 + haze(p * 1.9 + 3, q * 1.9 + 3) * 0.35
    local = smooth(0, 0.5, m.t * 1.5 - 0.5 * (1 - leak))
    base = mix(m.old, m.new, smooth(0.25, 0.75, local * m.t * 1.2 + 0.15 * m.t))
    base = mix(base, m.new, smooth(0.85, 1, m.t))
    light = (math.sin(math.pi * m.t) ** 2 * leak * 0.31)[..., np.newaxis]
    ends = np.array([0.95, 0.28, 0.05]), np.array([1.0, 0.75, 0.32])
    warm = ends[0] * (1 - leak[..., np.newaxis]) + ends[1] * leak[..., np.newaxis]
    return np.asarray(1 - (1 - base) * (1 - warm * light))


def peel(m: Moment) -> Plane:
    count, axis = 12, int(m.direction[1] != 0)
    way = m.direction[axis]
    places = list(m.at)
    shown, tail = m.new, 1 - float(smooth(0.9, 1, m.t))
    for number in range(count):
        k = count - 1 - number if way > 0 else number
        own = min(1.0, max(0.0, (m.t - 0.7 * number / (count - 1)) / 0.3))
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
    thick = 0.03
    eased = 4 * m.t**3 if m.t < 0.5 else 1 - (2 - 2 * m.t) ** 3 / 2
    c, s = math.cos(math.pi * eased), math.sin(math.pi * eased)
    front = c >= 0
    place = [(part - 0.5) * 2 for part in m.at]
    along = place[0] * m.direction[0] + place[1] * m.direction[1]
    beside = place[1] * m.direction[0] - place[0] * m.direction[1]
    on_face = (along - (thick if front else -thick) * s) / (
        max(c, 1e-4) if front else min(c, -1e-4)
    )
    shift = (on_face if front else -on_face) - along
    face = [part + heading * shift for part, heading in zip(place, m.direction, strict=True)]
    dim = 1 - 0.26 * math.sin(math.pi * eased)
    back = mix(m.old, m.new, smooth(0.3, 0.7, eased)) * dim
    side = within(m.old if front else m.new, face[0] / 2 + 0.5, face[1] / 2 + 0.5)
    sheen = smooth(0.18, 0, np.abs(on_face - (1.5 - 3 * eased))) * 0.25 * s
    rims = [
        (1 - np.abs(part)) * pixels / 2 * max(abs(c), 0.05)
        for part, pixels in zip(face, m.size, strict=True)
    ]
    glow = smooth(2.5, 0.5, np.minimum(*rims)) * 0.45 * s
    board = side * (0.75 + 0.25 * abs(c)) + (sheen + glow)[..., np.newaxis]
    band = smooth(
        0.09, 0, np.abs(place[0] * m.direction[1] + place[1] * m.direction[0] - (1 - 2 * eased))
    )
    edge = np.broadcast_to((0.3 + 0.5 * band)[..., np.newaxis], m.old.shape)
    on_board = (np.abs(face[0]) <= 1) & (np.abs(face[1]) <= 1)
    on_edge = (np.abs(np.abs(along) - abs(c)) <= 2 * thick * s) & (np.abs(beside) <= 1)
    shown = np.where(on_edge[..., np.newaxis], edge, back)
    return np.where(on_board[..., np.newaxis], board, shown)


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


def depth_parallax(m: Moment) -> Plane:
    travel, relief, layering = 0.14, 0.25, 0.45
    gone, to_come = m.t**2, (1 - m.t) ** 2
    x, y = m.at

    def depth(photo: Plane, place: tuple[Plane, Plane]) -> Plane:
        light = np.zeros_like(x)
        for number in range(7):
            angle, reach = number * 2.3999632, 0.008 + 0.007 * number
            near = place[0] + math.cos(angle) / m.aspect * reach, place[1] + math.sin(angle) * reach
            light = light + bright(within(photo, *near)) / 7
        return np.asarray(smooth(0.1, 1, place[1]) * (1 - relief) + light * relief)

    def moved(photo: Plane, part: float, way: float) -> tuple[Plane, Plane]:
        place = tuple(0.5 + (p - 0.5) * (1 - 2 * travel * part) for p in (x, y))
        far = depth(photo, (place[0], place[1]))
        shift = way * travel * part * (2 * far - 1)
        seen = [p + heading * shift for p, heading in zip(place, m.direction, strict=True)]
        return within(photo, *seen), far

    old, far_old = moved(m.old, gone, -1)
    new, far_new = moved(m.new, to_come, 1)
    nearness = far_old * (1 - m.t) + far_new * m.t
    start = 0.15 + layering * (nearness - 0.5) * 0.6
    back = 4 * (m.t - 0.5) ** 2
    return mix(old, new, smooth(start, start + 0.7, m.t) * (1 - back) + m.t * back)


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
    bend = most * (1 - m.t) + (least - radius - reach) * m.t
    past = along - bend
    begun = smooth(0, 2 * radius, most - bend)
    fall = np.exp(-np.maximum(0, past - radius) * 3 / reach) * smooth(radius + reach, radius, past)
    shown = m.new * (1 - shadow * begun * fall)[..., np.newaxis]
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


def calm_parts(name: str, m: Moment) -> list[tuple[Plane, Plane]]:
    """Return where a transition that is made of luck has surely not begun, or is over.

    Each is a plane of yes and no, and what is to be seen there.
    """
    x, y = m.at
    if name == "burn":
        # The fire is at most this far from where it would be without luck, its glow included.
        place, _ = along_way(m)
        front = float(smooth(0.05, 1, m.t)) * 1.35 - 0.02
        return [(place > front + 0.5, m.old), (place < front - 0.42, m.new)]
    if name == "particle":
        assert m.table is not None
        rows, columns, _ = m.table.shape
        starts = (m.table[..., 0] * 256.0 + m.table[..., 1]) / 65535 * 0.65
        first, last = (_around(starts, 7, least=least) for least in (True, False))
        at = (y * rows).astype(int), (x * columns).astype(int)
        return [(first[at] > m.t, m.old), (last[at] + 0.3 + 0.3 < m.t, m.new)]
    raise KeyError(name)


def _around(cells: Plane, reach: int, *, least: bool) -> Plane:
    """Return the least or the most of all cells around each."""
    rows, columns = cells.shape
    padded = np.pad(cells, reach, mode="edge")
    views = [
        padded[down : down + rows, across : across + columns]
        for down in range(2 * reach + 1)
        for across in range(2 * reach + 1)
    ]
    return np.asarray((np.min if least else np.max)(np.stack(views), axis=0))


CALM = ("burn", "particle")

REFERENCES: dict[str, Callable[[Moment], Plane]] = {
    reference.__name__: reference
    for reference in (
        *(crossfade, slide, wipe, diffuse, block_flip, blinds, peel, ripple, warp_dissolve, iris),
        *(clock_wipe, zoom_blur, luma_wipe, kaleidoscope, film_burn, doors, block_spins),
        *(ink, depth_parallax, page_curl),
    )
}
