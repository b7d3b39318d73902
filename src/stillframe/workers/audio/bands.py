"""Which pitches a bar stands for, and how much each of them counts.

Role: pure: the numbers that a spectrum multiplies sound with, made once for a configuration.
Counterpart: `spectrum` uses them for every block.

Guarantees: bars are equally wide to the ear, from the lowest pitch to the highest; a tone of full
scale in the middle of a bar makes 1 of it, before any weighting.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]
Hertz: TypeAlias = npt.NDArray[np.float64]

# How much of a Hann window's power a tone puts into the bins around it, of its peak's.
_HANN_TONE_POWER: Final = 1.5
# The part of the window that lies before its peak, seen from now: the newest sound counts soon.
_FRONT: Final = 0.2
# Poles of the A curve, IEC 61672-1, in Hz.
_A_POLES_HZ: Final = (20.598997, 107.65265, 737.86223, 12194.217)
_REFERENCE_HZ: Final = 1000.0


def edges_hz(low_hz: float, high_hz: float, bars: int) -> Hertz:
    """Return the bars' edges: one more than there are bars."""
    return np.geomspace(low_hz, high_hz, bars + 1)


def middles_hz(edges: Hertz) -> Hertz:
    """Return the middle of each bar, as the ear has it."""
    middles: Hertz = np.sqrt(edges[:-1] * edges[1:])
    return middles


def a_weights(hz: Hertz) -> Hertz:
    """Return how much a tone counts to the ear, as a factor of its amplitude; 1 at 1 kHz."""
    weights: Hertz = _a_curve(hz) / _a_curve(np.array([_REFERENCE_HZ]))
    return weights


def _a_curve(hz: Hertz) -> Hertz:
    f1, f2, f3, f4 = (pole**2 for pole in _A_POLES_HZ)
    square = np.square(hz)
    curve: Hertz = (
        f4 * square**2 / ((square + f1) * np.sqrt((square + f2) * (square + f3)) * (square + f4))
    )
    return curve


def equaliser(decibels: tuple[float, ...], bars: int) -> Hertz:
    """Return each bar's factor: `decibels` lie evenly over the bars, joined by lines."""
    if not decibels:
        return np.ones(bars)
    places = np.linspace(0, 1, len(decibels)) if len(decibels) > 1 else np.array([0.5])
    gains: Hertz = 10 ** (np.interp(np.linspace(0, 1, bars), places, decibels) / 20)
    return gains


def lopsided(frames: int) -> Hertz:
    """Return a window that rises soon from now and falls slowly into the past; the newest last."""
    front = max(2, round(_FRONT * frames))
    rise = np.sin(np.linspace(0, np.pi / 2, front, endpoint=False)) ** 2
    fall = np.sin(np.linspace(np.pi / 2, 0, frames - front)) ** 2
    return np.concatenate((rise, fall))[::-1]


def kernels(middles: Hertz, rate_hz: float, frames: int) -> Floats:
    """Return what a stretch of sound is multiplied with to find tones in it.

    Returns:
        Shape (2 x tones, frames): the cosines, then the sines. The squares of a tone's two
        products add up to the square of its amplitude.
    """
    window = lopsided(frames)
    window *= 2 / window.sum()
    # Phases count from the newest sample: long kernels of deep tones stay exact.
    phases = 2 * np.pi * np.outer(middles, np.arange(frames) - frames) / rate_hz
    return np.concatenate((np.cos(phases) * window, np.sin(phases) * window)).astype(np.float32)


def shares(edges: Hertz, rate_hz: float, frames: int) -> Floats:
    """Return how much of each bin of a Hann-windowed transform's power belongs to each bar.

    Returns:
        Shape (bars, bins). A bar narrower than a bin takes what lies between its neighbours.
    """
    width_hz = rate_hz / frames
    lower, upper = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    bins = np.arange(frames // 2 + 1) * width_hz
    reach = np.maximum(upper - lower, width_hz)
    middle = (upper + lower) / 2
    overlap = (
        np.minimum(middle + reach / 2, bins + width_hz / 2)
        - np.maximum(middle - reach / 2, bins - width_hz / 2)
    ) / width_hz
    window_sum = frames / 2  # of a Hann window
    scale = (2 / window_sum) ** 2 / _HANN_TONE_POWER
    shared: Floats = (np.clip(overlap, 0, 1) * scale).astype(np.float32)
    return shared


def neighbourhood(middles: Hertz, reach_hz: float) -> Floats:
    """Return how much of each tone's neighbours counts where a short window cannot part them.

    Returns:
        Shape (tones, tones); each row adds up to 1.
    """
    away = (middles[:, np.newaxis] - middles[np.newaxis]) / reach_hz
    near = np.exp(-(away**2))
    weights: Floats = (near / near.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights


def low_pass(factor: int) -> Floats:
    """Return a filter that leaves what is kept when only every `factor`-th sample is.

    Three tenths of the new rate pass; what would fold onto them is 60 dB down.
    """
    taps = 12 * factor + 1
    places = np.arange(taps) - taps // 2
    cut = 0.5 / factor
    response = np.sinc(2 * cut * places) * np.kaiser(taps, 6.0)
    response32: Floats = (response / response.sum()).astype(np.float32)
    return response32


def every(factor: int, taps: Floats, count: int) -> Floats:
    """Return a filter as a matrix that leaves every `factor`-th sample, `count` of them.

    Returns:
        Shape ((count - 1) * factor + taps, count): one column a sample that is left. Its upper left
        corner does the same for fewer.
    """
    matrix = np.zeros(((count - 1) * factor + len(taps), count), np.float32)
    for column in range(count):
        matrix[column * factor : column * factor + len(taps), column] = taps
    return matrix
