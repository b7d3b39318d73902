"""Crumbling half way, computed again: every piece in turn, without lists of who may be where."""

import math
from dataclasses import dataclass

import numpy as np

from moment import Moment, Plane, look, mix, smooth

_STEP = 3


@dataclass(frozen=True)
class Pieces:
    """The pieces of a photo, from the first two rows of their table.

    A spot is in cells, a column and a row of them; `part` is how much of all of them is on the
    screen: they are square, and a screen of another shape shows the middle of them.
    """

    m: Moment
    cells: Plane
    part: Plane
    middle: Plane
    first: Plane
    second: Plane

    @classmethod
    def of(cls, m: Moment) -> "Pieces":
        assert m.table is not None
        columns, rows = m.table[0, -1, :2].astype(int)
        first, second = m.table[:2, : columns * rows].astype(float)
        number = np.arange(columns * rows)
        middle = np.stack((number % columns, number // columns), axis=-1) + first[:, :2] / 256
        wide = m.aspect * rows / columns
        part = np.array([min(wide, 1), min(1 / wide, 1)])
        return cls(m, np.array([columns, rows]), part, middle, first, second)

    @property
    def pixel(self) -> float:
        return 1.5 * float(self.cells[0] * self.part[0]) / self.m.size[0]

    @property
    def fallen(self) -> Plane:
        """Return how much of its own fall each has behind it."""
        assert self.m.table is not None
        delay = (self.second[:, 0] * 256 + self.second[:, 1]) / 65536
        last = (self.m.table[1, -1, 0] * 256.0 + self.m.table[1, -1, 1]) / 65536
        now = np.clip((self.m.t - 0.05) / 0.89, 0, 1) * last
        return np.asarray(np.clip((now - delay) / (1 - delay), 0, 1))

    def looked_at(self, spot: Plane) -> tuple[Plane, Plane, Plane]:
        """Return whose places these are, whose the next ones, and how far the edge is."""
        columns, rows = (int(number) for number in self.cells)
        home = np.floor(spot).astype(int)
        steps = np.arange(-2, 3)
        across = np.clip(home[..., :1] + np.tile(steps, 5), 0, columns - 1)
        down = np.clip(home[..., 1:] + np.repeat(steps, 5), 0, rows - 1)
        numbers = down * columns + across
        away = np.hypot(*np.moveaxis(self.middle[numbers] - spot[..., np.newaxis, :], -1, 0))
        owner = np.take_along_axis(numbers, away.argmin(axis=-1)[..., np.newaxis], -1)
        near = away.min(axis=-1)
        away = np.where(numbers == owner, np.inf, away)
        other = np.take_along_axis(numbers, away.argmin(axis=-1)[..., np.newaxis], -1)[..., 0]
        owner, far = owner[..., 0], away.min(axis=-1)
        apart = np.linalg.norm(self.middle[owner] - self.middle[other], axis=-1)
        return owner, other, (far**2 - near**2) / (2 * np.maximum(apart, 1e-4))

    def seen(self, spot: Plane, owner: Plane, edge: Plane, fallen: float) -> Plane:
        """Return the old photo's colours there, cracked, lit and in the shade."""
        x, y = np.moveaxis(0.5 + (spot / self.cells - 0.5) / self.part, -1, 0)
        away = 2 * np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
        late = away * 0.75 + self.first[owner, 2] / 2550
        grown = np.clip((self.m.t / 0.25 - late) / 0.22, 0, 1)
        broad, soft = 0.0185 * grown, np.maximum(0.02 * grown + 0.006, self.pixel)
        falling = float(smooth(0, 0.25, fallen))
        crack = grown * (1 - smooth(broad, broad + soft, edge)) * (1 - 0.7 * falling)
        outward = spot - self.middle[owner]
        outward = outward / np.maximum(np.linalg.norm(outward, axis=-1, keepdims=True), 1e-9)
        lit = (1 - smooth(0, 0.09, edge)) * float(smooth(0, 0.06, fallen))
        light = 1 - 0.12 * falling + 0.22 * lit * (outward @ np.array([-0.6, -0.8]))
        return np.asarray(look(self.m.old, x, y) * (light * (1 - crack))[..., np.newaxis])

    def before(self, spot: Plane, piece: int, fallen: float) -> Plane:
        """Return where a spot of a falling piece was at first."""
        drop = fallen**3 * 7.5 * (0.9 + 0.3 * self.second[piece, 2] / 255)
        aside = fallen * (self.first[piece, 3] - 128) / 256 * 0.3
        turn = fallen * (self.first[piece, 2] - 128) / 256 * 3.75
        x, y = np.moveaxis(spot - self.middle[piece] - np.array([aside, drop]) * self.cells, -1, 0)
        c, s = math.cos(turn), math.sin(turn)
        return np.stack((x * c + y * s, y * c - x * s), axis=-1) + self.middle[piece]


def crumble(m: Moment) -> Plane:
    """Return every piece where it has fallen to, at every third place across and down.

    There is no number elsewhere: a hundred pieces are looked for at each place.
    """
    pieces = Pieces.of(m)
    own, cells, pixel = pieces.fallen, pieces.cells, pieces.pixel
    place = (0.5 + (np.stack(m.at, axis=-1)[::_STEP, ::_STEP] - 0.5) * pieces.part) * cells
    owner, other, edge = pieces.looked_at(place)
    shade = 0.15 * float(smooth(0.15, 0.5, m.t)) * (1 - float(smooth(0.85, 0.995, m.t)))
    cleft = smooth(0, 0.02, own[other]) * (1 - smooth(0, pixel, edge))
    there = np.where(own[owner] <= 0, 1 - cleft, 0)
    shown = mix(m.new[::_STEP, ::_STEP] * (1 - shade), pieces.seen(place, owner, edge, 0.0), there)
    delay = pieces.second[:, 0] * 256 + pieces.second[:, 1]
    for piece in np.argsort(delay, kind="stable")[::-1]:
        if own[piece] <= 0:
            continue
        before = pieces.before(place, piece, own[piece])
        near = np.nonzero(np.abs(before - pieces.middle[piece]).max(axis=-1) < 1.4)
        if not near[0].size:
            continue
        spot = before[near]
        owner, _, edge = pieces.looked_at(spot)
        margin = np.minimum(spot, cells - spot) - cells * (1 - pieces.part) / 2
        edge = np.minimum(edge, margin.min(axis=-1))
        hole = float(smooth(0, 0.02, own[piece])) * (1 - smooth(0, pixel, edge))
        solid = np.where((owner == piece) & (edge > 0), 1 - hole, 0)
        colour = pieces.seen(spot, owner, edge, own[piece])
        # What lies in front comes last.
        shown[near] = mix(shown[near], colour, solid)
    whole = np.full_like(m.old, np.nan)
    whole[::_STEP, ::_STEP] = shown
    return whole
