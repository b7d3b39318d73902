"""Soft randomness: fractal noise along a line, over the picture, and as a repeating tile.

Role: every irregular thing in a scene starts here. Counterpart: skies, ridges, terrain and water
ask for noise in picture heights, never in pixels.

Guarantees: pure and deterministic for one generator; about zero mean and unit deviation; a larger
picture adds finer octaves to the same shapes and never moves them; cubic B-splines everywhere, so
that no lattice shows.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stillframe.workers.scenes.frame import Frame, Plane

# The deviation of unit white noise seen through a cubic B-spline, per axis.
_SPLINE_DEVIATION: Final = 0.692
_BLOCK_PX: Final = 64
# An octave finer than this many cells per pixel would only alias.
_FINEST_CELLS_PER_PIXEL: Final = 0.6


def spline_weights(at: Plane) -> tuple[np.ndarray, Plane]:
    """Return the first of four coefficients and their weights for positions in cells.

    Returns:
        indices of shape (n,), and weights of shape (n, 4) that sum to 1.
    """
    first = np.floor(at).astype(np.intp)
    t = (at - first).astype(np.float32)
    s = 1 - t
    weights = np.stack(
        [s**3, 3 * t**3 - 6 * t**2 + 4, 3 * s**3 - 6 * s**2 + 4, t**3],
        axis=1,
    )
    return first, (weights / 6).astype(np.float32)


def spread(coefficients: Plane, at: Plane) -> Plane:
    """Evaluate a cubic B-spline along axis 0.

    Args:
        coefficients: shape (m, k); the spline is defined for positions 0 to m - 3.
        at: rising positions in cells, shape (n,).

    Returns:
        shape (n, k).
    """
    first, weights = spline_weights(at)
    first = np.clip(first, 0, coefficients.shape[0] - 4)
    out = np.empty((at.shape[0], coefficients.shape[1]), dtype=np.float32)
    # A small dense product per block is far quicker than four gathers over the whole plane.
    for start in range(0, at.shape[0], _BLOCK_PX):
        block = slice(start, start + _BLOCK_PX)
        low, high = int(first[block].min()), int(first[block].max()) + 4
        matrix = np.zeros((first[block].shape[0], high - low), dtype=np.float32)
        lines = np.arange(matrix.shape[0])[:, None]
        matrix[lines, (first[block] - low)[:, None] + np.arange(4)] = weights[block]
        np.matmul(matrix, coefficients[low:high], out=out[block])
    return out


@dataclass(frozen=True)
class Grain:
    """What a noise looks like.

    Attributes:
        cells: lattice cells per picture height in the coarsest octave, across and down.
        octaves: how often the cells are halved.
        gain: the strength of an octave relative to the one before it.
    """

    cells: tuple[float, float]
    octaves: int
    gain: float = 0.5

    @property
    def deviation(self) -> float:
        """The deviation of the raw sum over two axes."""
        powers = sum(self.gain ** (2 * octave) for octave in range(self.octaves))
        return _SPLINE_DEVIATION**2 * float(np.sqrt(powers))


@dataclass(frozen=True)
class Field:
    """Noise over the picture, evaluated band by band.

    Attributes:
        lines: the spline's coefficients, already spread along x: shape (m, width).
        cells_per_height: how many coefficients one picture height has.
        shift: the position of the top of the picture, in cells.
    """

    lines: Plane
    cells_per_height: float
    shift: float = 0.0

    def rows(self, y: Plane) -> Plane:
        """Return the noise on the rows at `y`, of shape (n, 1), as shape (n, width)."""
        at = y[:, 0] * np.float32(self.cells_per_height) + np.float32(self.shift)
        return spread(self.lines, at)


def _finer(coefficients: Plane) -> Plane:
    """Return the same spline on cells of half the length along axis 0: n + 3 become 2n + 3."""
    middle = (coefficients[:-2] + 6 * coefficients[1:-1] + coefficients[2:]) / 8
    between = (coefficients[:-1] + coefficients[1:]) / 2
    out = np.empty((middle.shape[0] + between.shape[0], coefficients.shape[1]), dtype=np.float32)
    out[0::2] = between
    out[1::2] = middle
    return out


def field(rng: np.random.Generator, frame: Frame, grain: Grain) -> Field:
    """Return fractal noise over the whole picture."""
    cells_x, cells_y = grain.cells
    # An octave has its own generator, so that a small picture's octaves are a large one's.
    octaves = rng.spawn(grain.octaves)
    shape = (int(np.ceil(cells_y)) + 3, int(np.ceil(cells_x * frame.aspect)) + 3)
    total = octaves[0].standard_normal(shape, dtype=np.float32)
    strength = 1.0
    for octave in octaves[1:]:
        if max(cells_x, cells_y) * 2 * frame.pixel > _FINEST_CELLS_PER_PIXEL:
            break
        strength *= grain.gain
        cells_x, cells_y = cells_x * 2, cells_y * 2
        total = _finer(np.ascontiguousarray(_finer(total).T)).T
        total = total + strength * octave.standard_normal(total.shape, dtype=np.float32)
    at = (frame.x[0] + np.float32(frame.aspect / 2)) * np.float32(cells_x)
    lines = np.ascontiguousarray(spread(np.ascontiguousarray(total.T), at).T)
    lines /= np.float32(grain.deviation)
    return Field(lines, cells_y)


def enlarged(small: Plane, frame: Frame) -> Field:
    """Return a plane that was painted at a reduced size as a field over the whole picture."""
    padded = np.pad(small, 2, mode="edge")
    rows, columns = small.shape
    at = (np.arange(frame.width_px) + 0.5) / frame.width_px * columns + 0.5
    lines = spread(np.ascontiguousarray(padded.T), at.astype(np.float32)).T
    return Field(np.ascontiguousarray(lines), rows, 0.5)


def plane(rng: np.random.Generator, frame: Frame, grain: Grain) -> Plane:
    """Return fractal noise over the whole picture at once, shape (height, width)."""
    return field(rng, frame, grain).rows(frame.y())


def line(rng: np.random.Generator, at: Plane, grain: Grain) -> Plane:
    """Return fractal noise along a line.

    Args:
        rng: the source of randomness.
        at: positions in picture heights, 0 or more, shape (n,).
        grain: only the first of its cells counts.

    Returns:
        shape (n,), about unit deviation.
    """
    length = float(at.max()) if at.size else 0.0
    total = np.zeros(at.shape, dtype=np.float32)
    cells, strength = grain.cells[0], 1.0
    step = length / max(1, at.size)
    for octave in rng.spawn(grain.octaves):
        if cells * step > _FINEST_CELLS_PER_PIXEL and strength < 1:
            break
        knots = octave.standard_normal((int(np.ceil(length * cells)) + 4, 1), dtype=np.float32)
        total += np.float32(strength) * spread(knots, at * np.float32(cells))[:, 0]
        cells, strength = cells * 2, strength * grain.gain
    return total / np.float32(grain.deviation / _SPLINE_DEVIATION)


def tile(
    rng: np.random.Generator, power: float, coarsest: float = 2.0, points: int = 1024
) -> Plane:
    """Return a square of fractal noise that repeats without a seam.

    Args:
        rng: the source of randomness.
        power: how fast the amplitude falls with the frequency; 1 is rough, 2 is smooth.
        coarsest: waves per tile of the longest wave.
        points: per side, a power of two; 256 are enough for smooth noise.

    Returns:
        shape (points, points).
    """
    white = rng.standard_normal((points, points), dtype=np.float32)
    down = np.fft.fftfreq(points, 1 / points).astype(np.float32)[:, None]
    across = np.fft.rfftfreq(points, 1 / points).astype(np.float32)[None, :]
    waves = np.sqrt(down**2 + across**2)
    strength = np.maximum(waves, np.float32(coarsest)) ** np.float32(-power)
    # The finest waves would show the points between which a sample is taken.
    strength *= np.exp(-((waves / np.float32(0.35 * points)) ** 4))
    # No tile is brighter than another.
    strength[0, 0] = 0
    out = np.fft.irfft2(np.fft.rfft2(white) * strength, s=white.shape)
    return np.asarray(out / out.std(), dtype=np.float32)


def sample(square: Plane, u: Plane, v: Plane) -> Plane:
    """Look up a repeating tile between its points.

    Args:
        square: shape (n, n), n a power of two.
        u: across, in tiles; any shape.
        v: down, in tiles; the shape of `u`.

    Returns:
        the shape of `u`.
    """
    size = square.shape[0]
    column, row = u * np.float32(size), v * np.float32(size)
    left, top = np.floor(column), np.floor(row)
    column -= left
    row -= top
    x0, y0 = left.astype(np.int32) & (size - 1), top.astype(np.int32) & (size - 1)
    x1, y1 = (x0 + 1) & (size - 1), ((y0 + 1) & (size - 1)) * size
    y0 *= size
    flat: Plane = square.reshape(-1)
    upper: Plane = flat[y0 + x0]
    upper += column * (flat[y0 + x1] - upper)
    lower = flat[y1 + x0]
    lower += column * (flat[y1 + x1] - lower)
    lower -= upper
    lower *= row
    upper += lower
    return upper


def repeated(square: Plane, points: int) -> Plane:
    """Return a repeating tile with more points per side, smooth between the old ones."""
    size = square.shape[0]
    at = np.arange(points, dtype=np.float32) * np.float32(size / points) + 1
    padded = np.pad(square, 2, mode="wrap")
    down = spread(padded, at)
    return np.ascontiguousarray(spread(np.ascontiguousarray(down.T), at).T)
