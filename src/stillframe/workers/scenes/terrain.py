"""Terrain: a map of heights, its light and shadow, and its view in perspective.

Role: the scenes with real depth. Counterpart: paintings make a map, ask which point of it every
pixel sees, and colour the pixels by what the maps say there.

Guarantees: pure; hidden ground is never shown; the edge of a ridge is blended, not stepped.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.noise import sample, spread

_CHUNK: Final = 64
_COARSEST_MAP: Final = 256
# More points than this per row of the picture would not be seen.
_POINTS_PER_ROW: Final = 2.0


@dataclass(frozen=True)
class Camera:
    """Where the viewer stands on a map whose side is 1.

    Attributes:
        place: x and z on the map.
        height: above the zero of the map, in sides of the map.
        turn: the heading in radians; 0 looks along z, positive to the side of larger x.
        horizon: the y of the horizon in picture heights.
        focal: the distance of the picture in picture heights; larger is a longer lens.
        reach: the nearest and the farthest ground, in sides of the map.
        slices: how many distances are tried between them; they are denser near the viewer.
        crisp: how many points of the map may lie between two slices before a smoother map is
            used; small for smooth crests, large for rough ones.
    """

    place: tuple[float, float]
    height: float
    turn: float
    horizon: float
    focal: float
    reach: tuple[float, float]
    slices: int
    crisp: float

    def ground(self, x: Plane, depth: Plane) -> tuple[Plane, Plane]:
        """Return the place on the map that lies at `depth` behind column `x`."""
        sine, cosine = np.float32(np.sin(self.turn)), np.float32(np.cos(self.turn))
        side = x * np.float32(1 / self.focal)
        u = depth * (side * cosine + sine) + np.float32(self.place[0])
        v = depth * (cosine - side * sine) + np.float32(self.place[1])
        return u, v


@dataclass(frozen=True)
class View:
    """What each pixel sees.

    Attributes:
        depth: the distance of the ground, shape (height, width); infinite for the sky.
        edges: rows and columns of the pixels just above an edge, and the share that each of them
            sees of the ground below; negative where the pixel below sees past the edge instead.
    """

    depth: Plane
    edges: tuple[NDArray[np.intp], NDArray[np.intp], Plane]

    def soften(self, image: Plane) -> None:
        """Blend a painted picture along its edges, in place."""
        row, column, share = self.edges
        above, under = image[:, row, column], image[:, row + 1, column]
        image[:, row, column] = above + (under - above) * np.clip(share, 0, 0.5)
        image[:, row + 1, column] = under + (above - under) * np.clip(-share, 0, 0.5)


def map_points(frame: Frame, most: int) -> int:
    """Return how many points per side a map needs for a picture: a power of two up to `most`."""
    points = most
    while points > _COARSEST_MAP and points > _POINTS_PER_ROW * frame.height_px:
        points //= 2
    return points


def eroded(rng: np.random.Generator, cells: int, points: int, fold: float) -> Plane:
    """Return a map of mountains: smooth in the valleys, rough and creased towards the crests.

    Args:
        rng: the source of randomness.
        cells: mountains per side.
        points: per side of the map, `4 * cells` times a power of two.
        fold: 0 for round hills to 1 for sharp crests.

    Returns:
        shape (n, n), about zero mean and unit deviation.
    """
    octaves = (points // (4 * cells)).bit_length()
    size, strength = cells, 1.0
    total = np.zeros((1, 1), dtype=np.float32)
    for octave, own in enumerate(rng.spawn(octaves)):
        knots = own.standard_normal((size + 4, size + 4), dtype=np.float32)
        noise = _resized(
            knots, np.arange(0, 4 * size, dtype=np.float32) * np.float32(0.25)
        ) * np.float32(2.0)
        if fold > 0:
            # The crease is rounded a little, for no crest is a knife's edge.
            crease = np.float32(0.8) - np.sqrt(noise * noise + np.float32(0.01))
            noise += np.float32(fold) * (np.float32(1.15) * crease - noise)
        if octave == 0:
            total = noise
        else:
            total = _doubled(total)
            rough = np.clip(np.float32(0.62) + np.float32(0.42) * total, 0.06, 1.5)
            total += np.float32(strength) * rough * noise
        size, strength = size * 2, strength * 0.47
    return np.ascontiguousarray((total - total.mean()) / total.std())


def _resized(knots: Plane, at: Plane) -> Plane:
    """Evaluate a spline over a square at the same positions down and across."""
    down = spread(knots, at)
    return np.ascontiguousarray(spread(np.ascontiguousarray(down.T), at).T)


def _doubled(values: Plane) -> Plane:
    """Return a map with twice the points per side."""
    padded = np.pad(values, 2, mode="edge")
    return _resized(padded, np.arange(2 * values.shape[0], dtype=np.float32) * np.float32(0.5) + 1)


def rounded(heights: Plane, passes: int) -> Plane:
    """Return a map whose sharp crests are rounded, each pass by about a point; it repeats."""
    for _ in range(passes):
        for axis in (0, 1):
            beside = np.roll(heights, 1, axis)
            beside += np.roll(heights, -1, axis)
            beside *= np.float32(0.25)
            beside += heights * np.float32(0.5)
            heights = beside
    return heights


def sunlight(heights: Plane, altitude: float, softness: float) -> tuple[Plane, Plane]:
    """Light a map by a sun that stands towards smaller x.

    Args:
        heights: shape (n, n), in sides of the map.
        altitude: the tangent of the sun's height above the horizon.
        softness: how wide the border of a shadow is, in sides of the map.

    Returns:
        the direct light per area from 0 to 1, shadows included, and the share of sky that the
        ground sees from 0 to 1, both of shape (n, n).
    """
    size = heights.shape[0]
    tilt_y, tilt_x = np.gradient(heights, np.float32(1 / size))
    length = np.sqrt(1 + tilt_x**2 + tilt_y**2)
    facing = np.clip((altitude - tilt_x) / (length * np.sqrt(1 + altitude**2)), 0, 1)
    ray = heights + np.arange(size, dtype=np.float32)[None, :] * np.float32(altitude / size)
    crest = np.maximum.accumulate(ray, axis=1)
    open_sky = np.clip(1 - (crest - ray) / np.float32(softness), 0, 1)
    return rounded((facing * open_sky).astype(np.float32), 1), (1 / length).astype(np.float32)


def look(heights: Plane, camera: Camera, frame: Frame, end_px: int | None = None) -> View:
    """Find the ground that every pixel sees.

    Args:
        heights: shape (n, n), n a power of two, in sides of the map; repeats beyond its borders.
        camera: the viewer.
        frame: the size of the picture.
        end_px: the rows of the picture that are wanted, all by default.
    """
    height_px = frame.height_px if end_px is None else end_px
    near, far = camera.reach
    slices = camera.slices
    crest = _projected(heights, camera, frame)
    np.minimum.accumulate(crest, axis=0, out=crest)
    # A slice is behind all rows above its crest: count, per row, the slices that end below it.
    cells = (height_px + 1) * frame.width_px
    counts = np.zeros(cells, dtype=np.int32)
    for start in range(0, slices, _CHUNK):
        chunk = crest[start : start + _CHUNK]
        first = np.clip(np.ceil(chunk * frame.height_px - 0.5), 0, height_px).astype(np.intp)
        first *= frame.width_px
        first += np.arange(frame.width_px)
        counts += np.bincount(first.ravel(), minlength=cells)
    upward = counts.reshape(height_px + 1, frame.width_px)[::-1]
    np.cumsum(upward, axis=0, out=upward)
    index = upward[::-1][1:]
    depth = np.empty((height_px, frame.width_px), dtype=np.float32)
    flat, log_step = crest.reshape(-1), np.float32(np.log(far / near) / (slices - 1))
    columns = np.arange(frame.width_px, dtype=np.int32)
    for rows in frame.bands(0, height_px):
        behind = index[rows]
        at = np.minimum(behind, slices - 1) * np.int32(frame.width_px) + columns
        upper = flat[at]
        lower = flat[np.maximum(at - np.int32(frame.width_px), columns)]
        share = (lower - frame.y(rows)) / np.maximum(lower - upper, np.float32(1e-9))
        step = behind - 1 + np.clip(share, 0, 1)
        depth[rows] = np.where(behind >= slices, np.inf, np.float32(near) * np.exp(step * log_step))
    return View(depth, _edges(depth, crest, index, frame))


def _projected(heights: Plane, camera: Camera, frame: Frame) -> Plane:
    """Return the y of the ground per distance and column, shape (slices, width)."""
    (near, far), slices = camera.reach, camera.slices
    distance = np.geomspace(near, far, slices).astype(np.float32)[:, None]
    out = np.empty((slices, frame.width_px), dtype=np.float32)
    level, half_cell = heights, np.float32(0)
    for start in range(0, slices, _CHUNK):
        z = distance[start : start + _CHUNK]
        # Where the slices are sparse, a smoother map keeps crests from falling between them.
        gap = float(z[-1, 0]) * np.log(far / near) / (slices - 1)
        while gap * level.shape[0] > camera.crisp and level.shape[0] > _COARSEST_MAP:
            half_cell += np.float32(0.5 / level.shape[0])
            level = rounded(level, 1)
            pairs = level[0::2] + level[1::2]
            level = (pairs[:, 0::2] + pairs[:, 1::2]) * np.float32(0.25)
        u, v = camera.ground(frame.x, z)
        ground = sample(level, u - half_cell, v - half_cell)
        ground -= np.float32(camera.height)
        out[start : start + _CHUNK] = camera.horizon - np.float32(camera.focal) * ground / z
    return out


def _edges(
    depth: Plane, crest: Plane, index: NDArray[np.int32], frame: Frame
) -> tuple[NDArray[np.intp], NDArray[np.intp], Plane]:
    """Return where the depth jumps from a row to the one below, and how to blend there."""
    row, column = np.nonzero(depth[:-1] > depth[1:] * np.float32(1.02))
    top = crest[np.maximum(index[row, column] - 1, 0), column] * np.float32(frame.height_px)
    share = (row.astype(np.float32) + 1) - top
    return row, column, np.clip(share, -0.5, 0.5).astype(np.float32)
