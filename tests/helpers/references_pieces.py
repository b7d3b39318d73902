"""Transitions of cells, pieces and beads half way, computed again: from their definitions."""

import math

import numpy as np

from moment import Moment, Plane, along_way, luck, mix, smooth


def diffuse(m: Moment) -> Plane:
    shape = str(m.values.get("shape", "Rectangle"))
    assert m.table is not None
    rows, columns, _ = m.table.shape
    x, y = m.at[0] * columns, m.at[1] * rows
    threshold, drawn = m.cell(slice(0, 2)), m.cell(slice(2, 4))
    if shape == "Rectangle":
        in_x, in_y = np.mod(x, 1), np.mod(y, 1)
        edge = np.minimum(np.minimum(in_x, 1 - in_x), np.minimum(in_y, 1 - in_y))
        local = smooth(threshold, threshold + 0.18, m.t)
        here = local * ((0.92 + 0.08 * smooth(0, 0.08, edge)) * (1 - local) + local)
        return mix(m.old, m.new, np.maximum(here, smooth(0.96, 1, m.t)))
    if shape == "Lines":
        own = 1.15 * np.clip((m.t - threshold) / (1 - threshold), 0, 1)
        along = np.where(drawn < 0.5, np.mod(x, 1), np.mod(y, 1))
        along = np.where(np.mod(drawn * 2, 1) < 0.5, along, 1 - along)
        here = np.where(own > 0, 1 - smooth(own - 0.12, own, along), 0)
        return mix(m.old, m.new, np.maximum(here, smooth(0.96, 1, m.t)))
    thirds = np.array(["Membrane", "Diamonds", "Amorph"])[np.minimum(2, (drawn * 3).astype(int))]
    here = np.zeros_like(x)
    for name in ("Membrane", "Diamonds", "Amorph"):
        if shape in (name, "Random"):
            grown = _grown(m, name, x, y)
            here = np.where(thirds == name, grown, here) if shape == "Random" else grown
    tail = {"Membrane": 0.92, "Diamonds": 0.96}.get(shape, 0.88)
    return mix(m.old, m.new, np.maximum(here, smooth(tail, 1, m.t)))


def _grown(m: Moment, name: str, x: Plane, y: Plane) -> Plane:
    """Return how much of each place is under what grows from the cells around it."""
    assert m.table is not None
    rows, columns, _ = m.table.shape
    here = np.zeros_like(x)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            cell_x, cell_y = np.floor(x) + across, np.floor(y) + down
            at = (
                np.clip(cell_y, 0, rows - 1).astype(int),
                np.clip(cell_x, 0, columns - 1).astype(int),
            )
            texel = m.table[at].astype(float)
            threshold = (texel[..., 0] * 256 + texel[..., 1]) / 65535
            drawn = (texel[..., 2] * 256 + texel[..., 3]) / 65535
            own = np.clip((m.t - threshold) / (1 - threshold), 0, 1)
            off_x = x - cell_x - 0.5 - (drawn - 0.5) * 0.3 * own
            off_y = y - cell_y - 0.5 - (np.mod(drawn * 7.13, 1) - 0.5) * 0.3 * own
            if name == "Membrane":
                away, radius, feather = np.hypot(off_x, off_y), 1.2 * own, 0.15
            elif name == "Diamonds":
                away, radius, feather = np.abs(off_x) + np.abs(off_y), 1.5 * own, 0.12
            else:
                # An oval, turned by luck, with a rough edge.
                turn = drawn * 2 * math.pi
                long = off_x * np.cos(turn) + off_y * np.sin(turn)
                broad = off_y * np.cos(turn) - off_x * np.sin(turn)
                long = long * (0.6 + 0.8 * np.mod(drawn * 3.7, 1))
                rough = (luck(np.floor(x * 6), np.floor(y * 6)) - 0.5) * 0.12
                away, radius, feather = np.hypot(long, broad) + rough * own, 1.3 * own, 0.1
            here = np.maximum(here, 1 - smooth(radius - feather, radius, away))
    return here


def calm_parts(name: str, m: Moment) -> list[tuple[Plane, Plane]]:
    """Return where a transition that is made of luck has surely not begun, or is over.

    Each is a plane of yes and no, and what is to be seen there.
    """
    x, y = m.at
    if name == "burn":
        # The fire is at most this far from where it would be without luck, its glow included; the
        # smoke and the ash behind it reach half a screen further.
        place, _ = along_way(m)
        front = -0.01 + 1.213 * max(0.0, m.t - 0.02) / 0.98
        return [(place > front + 0.32, m.old), (place < front - 0.75, m.new)]
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
