"""Silhouettes: ridge lines, the coverage below them, and conifers.

Role: the flat shapes of the misty scenes. Counterpart: paintings lay them over each other from far
to near with `colour.mix`.

Guarantees: pure; every edge is as soft as one pixel, also where it is steep.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import Grain, line

_PROFILE_STEPS: Final = 1024
# How many different trees a forest has; they differ in height and width too.
_CROWNS: Final = 40
# Half of a trunk's width at the ground, per height of the tree.
_TRUNK: Final = 0.012


def mountain_line(rng: np.random.Generator, frame: Frame, cells: float, sharpness: float) -> Plane:
    """Return the height of a mountain range, shape (width,), about unit deviation.

    Args:
        rng: the source of randomness.
        frame: the size of the picture.
        cells: mountains per picture height.
        sharpness: 0 for rolling, 1 for pointed summits.
    """
    soft, folded, fine = rng.spawn(3)
    at = frame.x[0] + np.float32(frame.aspect / 2)
    rolling = line(soft, at, Grain((cells, 1), 3, 0.45))
    crease = 1 - np.abs(line(folded, at, Grain((cells * 1.3, 1), 6, 0.48)))
    rough = line(fine, at, Grain((cells * 6, 1), 7, 0.52))
    height = rolling + np.float32(1.1 * sharpness) * (crease - np.float32(0.25))
    return np.asarray(height + np.float32(0.07 + 0.05 * sharpness) * rough, dtype=np.float32)


def below(edge: Plane, y: Plane, frame: Frame) -> Plane:
    """Return how much of each pixel lies below an edge.

    Args:
        edge: the y of the edge per column, shape (width,).
        y: rows, shape (n, 1).
        frame: the size of the picture.

    Returns:
        shape (n, width), from 0 to 1.
    """
    slope = np.gradient(edge) * np.float32(frame.height_px) if edge.size > 1 else np.zeros(1)
    steep = np.float32(frame.height_px) / np.sqrt(1 + slope.astype(np.float32) ** 2)
    return np.clip((y - edge[None, :]) * steep[None, :] + np.float32(0.5), 0, 1)


@dataclass(frozen=True)
class Crown:
    """The outline of a kind of tree.

    Attributes:
        sides: how far it reaches from the top to the ground on the left and on the right, each of
            shape (1024,), from 0 to 1.
        hang: how far its branches fall per length.
        lean: how far its top stands to the left, per height.
    """

    sides: tuple[Plane, Plane]
    hang: float
    lean: float


@dataclass(frozen=True)
class Tree:
    """Where a tree stands; all lengths in picture heights.

    Attributes:
        x: the middle of the trunk.
        foot: the y of the ground.
        height: from the ground to the top.
        slim: half of the greatest width per height.
        crown: its outline.
    """

    x: float
    foot: float
    height: float
    slim: float
    crown: Crown


@dataclass(frozen=True)
class Silhouette:
    """The shape of one tree: the rows and columns of its box, and its coverage there."""

    rows: slice
    columns: slice
    cover: Plane


def conifer(rng: np.random.Generator, tall: float) -> Crown:
    """Return the outline of a conifer; one that is `tall` picture heights has more branches."""
    tiers = int(rng.integers(15, 23) + 22 * tall)
    return Crown((_branches(rng, tiers), _branches(rng, tiers)), 0.38, float(rng.normal(0, 0.012)))


def _branches(rng: np.random.Generator, tiers: int) -> Plane:
    """Return how far the branches reach from the top to the ground, shape (steps,), 0 to 1."""
    t = np.linspace(0, 1, _PROFILE_STEPS, dtype=np.float32)
    jitter = np.cumsum(rng.uniform(0.5, 1.5, tiers + 2))
    phase = np.interp(t**0.8, np.linspace(0, 1, tiers + 2), jitter / jitter[-1] * tiers)
    tier = phase.astype(np.intp)
    reach = rng.uniform(0.5, 1.0, tiers + 2)[tier]
    # A branch starts short under the one above and is longest just before the next begins.
    saw = 0.36 + 0.64 * (phase - tier) ** 0.8
    needles = rng.standard_normal(_PROFILE_STEPS) * 0.09
    outline = 0.012 + t**0.9 * reach * saw * (1 + needles)
    skirt = 1 - 0.45 * np.clip((t - 0.88) / 0.12, 0, 1)
    return np.asarray(outline * skirt, dtype=np.float32)


def cypress(rng: np.random.Generator) -> Crown:
    """Return the outline of a cypress."""
    return Crown((_leaves(rng), _leaves(rng)), 0.0, float(rng.normal(0, 0.012)))


def _leaves(rng: np.random.Generator) -> Plane:
    """Return how far the leaves reach from the top to the ground, shape (steps,), 0 to 1."""
    t = np.linspace(0, 1, _PROFILE_STEPS, dtype=np.float32)
    fullest = rng.uniform(0.6, 0.8)
    # Full to the ground: only the top is a point.
    lower = 0.5 + 0.5 * np.clip((1 - t) / (1 - fullest), 0, 1)
    swell = np.where(t < fullest, t / fullest, lower)
    ragged = np.interp(t, np.linspace(0, 1, 24), rng.normal(1, 0.09, 24))
    outline = np.sqrt(np.clip(swell, 0, 1)) ** 1.3 * ragged
    outline *= 1 + 0.03 * rng.standard_normal(t.size)
    return np.asarray(np.clip(outline, 0, None), dtype=np.float32)


def silhouette(frame: Frame, tree: Tree) -> Silhouette | None:
    """Return the shape of one tree, or None where it lies outside the picture."""
    high_px, reach_px = tree.height * frame.height_px, tree.slim * tree.height * frame.height_px
    middle_px = tree.x * frame.height_px + frame.width_px / 2
    top_px = tree.foot * frame.height_px - high_px
    left = max(0, int(middle_px - reach_px * 1.3) - 2)
    right = min(frame.width_px, int(middle_px + reach_px * 1.3) + 3)
    top, bottom = max(0, int(top_px) - 1), min(frame.height_px, int(top_px + high_px) + 2)
    if left >= right or top >= bottom:
        return None
    down_px = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - top_px)
    down = down_px * np.float32(1 / high_px)
    across = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5 - middle_px)
    across = across + (1 - down) * np.float32(tree.crown.lean * high_px)
    far = np.abs(across)
    # Branches hang: what lies further out belongs to a branch that started higher.
    start = np.clip(down - far * np.float32(tree.crown.hang / high_px), 0, 1)
    index = (start * np.float32(_PROFILE_STEPS - 1)).astype(np.int32)
    sides = tree.crown.sides
    reach = np.where(across < 0, sides[0][index], sides[1][index]) * np.float32(reach_px)
    trunk = np.float32(_TRUNK * high_px) * np.clip(down, 0, 1)
    inside = np.clip(np.maximum(reach, trunk) - far + np.float32(0.5), 0, 1)
    # Top and foot end as softly as the sides.
    inside *= np.clip(np.minimum(down_px, np.float32(high_px) - down_px) + np.float32(0.5), 0, 1)
    return Silhouette(slice(top, bottom), slice(left, right), inside)


def forest(
    rng: np.random.Generator, frame: Frame, edge: Plane, tall: float, spacing: float = 0.095
) -> NDArray[np.uint8]:
    """Return the coverage of a dense row of conifers that stand along an edge.

    Args:
        rng: the source of randomness.
        frame: the size of the picture.
        edge: the y of the ground per column, shape (width,).
        tall: the usual height of a tree in picture heights.
        spacing: the distance of the trees, in their heights.

    Returns:
        shape (height, width), 0 for air to 255 for tree.
    """
    cover = np.zeros((frame.height_px, frame.width_px), dtype=np.uint8)
    crowns = [conifer(rng, tall) for _ in range(_CROWNS)]
    step = tall * spacing
    middles = np.arange(-0.5 * frame.aspect - tall, 0.5 * frame.aspect + tall, step)
    count = middles.size
    clearings = line(rng.spawn(1)[0], (middles - middles[0]).astype(np.float32), Grain((5, 1), 4))
    grown = (
        rng.uniform(0.45, 1.0, count) * np.clip(0.92 + 0.22 * clearings, 0.4, 1.35) * tall * 1.15
    )
    middles = middles + rng.uniform(-0.5, 0.5, count) * step
    columns = ((middles + frame.aspect / 2) * frame.height_px).astype(np.intp)
    feet = edge[np.clip(columns, 0, frame.width_px - 1)] + tall * rng.uniform(0.05, 0.55, count)
    slims, kinds = rng.uniform(0.13, 0.2, count), rng.integers(0, _CROWNS, count)
    for x, foot, height, slim, kind in zip(middles, feet, grown, slims, kinds, strict=True):
        tree = Tree(float(x), float(foot), float(height), float(slim), crowns[kind])
        shape = silhouette(frame, tree)
        if shape is not None:
            box = cover[shape.rows, shape.columns]
            np.maximum(box, (shape.cover * np.float32(255)).astype(np.uint8), out=box)
    return cover
