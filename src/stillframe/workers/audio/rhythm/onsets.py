"""How suddenly the spectrum rises, and where that is an onset.

Role: pure: blocks of samples become a rise for each frame of 10 ms; onsets are picked from them.
Counterpart: `beats` follows the rises, `tracker` says the onsets. Source: log-compressed spectral
flux with a maximum filter over neighbouring bands (superflux), in words.

Guarantees: the same samples give the same rises however they are cut into blocks; every rise is
finite and not negative, whatever the samples; what is kept does not grow. The loudness of the
whole does not matter: what has been heard of late is the measure, down to silence.
"""

import math
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

LOWEST_RATE_HZ: Final = 8_000
HIGHEST_RATE_HZ: Final = 192_000
_FRAMES_PER_S: Final = 100
_WINDOW_S: Final = 0.0464  # 2048 samples of 44,100: a bass drum's period, and no more
_HIGHEST_ANALYSED_HZ: Final = 48_000  # higher rates are averaged down: nothing is lost to the ear
_BANDS: Final = 32
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 16_000.0
# A bass drum and the bass are below the one, snares and cymbals above the other.
_BASS_HZ, _TREBLE_HZ = 400.0, 2900.0
# How far back a rise is looked for: with a window of five frames, one frame hardly differs.
_LAG: Final = 2
_COMPRESSION: Final = 6.0  # of magnitudes that have a mean of about 1
_LOUDNESS_S: Final = 8.0
# The mean magnitude of what counts as silence; music's is about 0.006.
_SILENCE: Final = 2e-5
# Far beyond any sound, and small enough to be squared.
_LOUDEST: Final = 1e3

_USUAL_S: Final = 1.0
# From recordings: under the floor lies the flutter of a held chord, over the ratio an attack.
_ONSET_FLOOR: Final = 0.03
_ONSET_RATIO: Final = 1.6
_NEIGHBOURS: Final = 3  # frames before, of which an onset is the highest
_SHORTEST_GAP_S: Final = 0.05
# An attack is noticed when a quarter of the window has seen it.
_NOTICED_S: Final = 0.02


class Rise(NamedTuple):
    """How much the spectrum has risen in one frame: a mean over all its bands, and over some."""

    whole: float
    bass: float
    treble: float


NO_RISE: Final = Rise(0.0, 0.0, 0.0)


class Average:
    """A running mean that is right from the first value on.

    The first values weigh as much as there are of them; later ones fade by the time constant.
    """

    def __init__(self, values: float) -> None:
        self._rate = 1 - math.exp(-1 / values)
        self._sum, self._weight = 0.0, 0.0

    def add(self, value: float) -> float:
        """Return the mean, with this value."""
        self._sum += self._rate * (value - self._sum)
        self._weight += self._rate * (1 - self._weight)
        return self._sum / self._weight


class Flux:
    """Blocks in, one rise a frame out.

    Args:
        sample_rate_hz: 8,000 to 192,000.

    Raises:
        ValueError: if the rate is outside that.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        if not LOWEST_RATE_HZ <= sample_rate_hz <= HIGHEST_RATE_HZ:
            raise ValueError(
                f"the sample rate is {sample_rate_hz} Hz; rhythm is heard from"
                f" {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz: resample it"
            )
        self._averaged = math.ceil(sample_rate_hz / _HIGHEST_ANALYSED_HZ)
        rate_hz = sample_rate_hz / self._averaged
        self._hop = round(rate_hz / _FRAMES_PER_S)
        self.frame_s: Final = self._hop / rate_hz
        """How long a frame is, in seconds: frame k ends at (k + 1) times this."""
        size = quick(_WINDOW_S * rate_hz)
        window = np.hanning(size)
        self._window = (window / (window.sum() / 2)).astype(np.float32)
        edges_hz = _edges(rate_hz)
        self._weights = _triangles(edges_hz, rate_hz, size)
        middle_hz = edges_hz[1:-1]
        parts = (middle_hz > 0, middle_hz < _BASS_HZ, middle_hz > _TREBLE_HZ)
        # One product is all three means: three calls of `mean` take as long as the transform.
        self._shares = np.stack([part / part.sum() for part in parts], axis=1).astype(np.float32)
        self._heard = np.zeros(size, dtype=np.float32)
        self._uneven = np.zeros(0, dtype=np.float32)
        self._waiting = np.zeros(0, dtype=np.float32)
        self._loudness = Average(_LOUDNESS_S / self.frame_s)
        self._before: deque[Floats] = deque(
            [np.zeros(_BANDS, dtype=np.float32)] * _LAG, maxlen=_LAG
        )
        # Until the window is full and there is something to compare with: a sound that is on when
        # the listening begins has not begun.
        self._missing = math.ceil(size / self._hop) + _LAG

    def push(self, block: Floats) -> list[Rise]:
        """Return the rise of every frame that the block completes.

        Args:
            block: mono, shape (frames,), about -1 to 1; what is no number counts as 0.

        Raises:
            ValueError: if the block has another shape.
        """
        if block.ndim != 1:
            raise ValueError(
                f"the block has shape {block.shape}; rhythm is heard in mono: (frames,)"
            )
        clean = block.astype(np.float32, copy=False)
        if not np.abs(clean).max(initial=0.0) <= _LOUDEST:  # nor is what is no number
            clean = np.nan_to_num(clean, posinf=0.0, neginf=0.0).clip(-_LOUDEST, _LOUDEST)
        waiting = np.concatenate((self._waiting, self._down(clean)))
        whole = waiting.size - waiting.size % self._hop
        self._waiting = waiting[whole:]
        return [self._frame(part) for part in waiting[:whole].reshape(-1, self._hop)]

    def _down(self, block: Floats) -> Floats:
        """Return the block at the rate that is analysed."""
        if self._averaged == 1:
            return block
        uneven = np.concatenate((self._uneven, block))
        whole = uneven.size - uneven.size % self._averaged
        self._uneven = uneven[whole:]
        lowered: Floats = uneven[:whole].reshape(-1, self._averaged).mean(axis=1)
        return lowered

    def _frame(self, part: Floats) -> Rise:
        heard, hop = self._heard, self._hop
        heard[:-hop] = heard[hop:]
        heard[-hop:] = part
        bands = np.abs(np.fft.rfft(heard * self._window)) @ self._weights
        usual = max(self._loudness.add(float(bands.sum()) / _BANDS), _SILENCE)
        levels = np.log1p(bands * np.float32(_COMPRESSION / usual))
        reference = self._before[0]
        # A note that glides into the next band has not begun anew.
        widest = reference.copy()
        np.maximum(widest[1:], reference[:-1], out=widest[1:])
        np.maximum(widest[:-1], reference[1:], out=widest[:-1])
        self._before.append(levels)
        if self._missing:
            self._missing -= 1
            return NO_RISE
        risen = np.maximum(levels - widest, 0)
        whole, bass, treble = (risen @ self._shares).tolist()
        return Rise(whole, bass, treble)


class OnsetPicker:
    """Rises of all bands in, onsets out, each one frame after the rise was highest."""

    def __init__(self, frame_s: float) -> None:
        self._frame_s = frame_s
        self._usual = Average(_USUAL_S / frame_s)
        self._recent: deque[float] = deque([0.0] * (_NEIGHBOURS + 1), maxlen=_NEIGHBOURS + 1)
        self._threshold = 0.0
        self._count = 0
        self._last_s = -math.inf
        self.strength = 0.0
        """How much the latest frame stands out, 0 to 1."""

    def step(self, risen: float) -> float | None:
        """Take one frame; return when the onset was, in seconds, if the frame before was one."""
        self._count += 1
        peak, before = self._recent[-1], max(list(self._recent)[:-1])
        threshold = self._threshold
        usual = self._usual.add(risen)
        self._threshold = _ONSET_FLOOR + _ONSET_RATIO * usual
        self._recent.append(risen)
        self.strength = min(1.0, risen / (4 * usual + _ONSET_FLOOR))
        at_s = max(0.0, (self._count - 1) * self._frame_s - _NOTICED_S)
        if peak <= threshold or peak < before or peak <= risen:
            return None
        if at_s - self._last_s < _SHORTEST_GAP_S:
            return None
        self._last_s = at_s
        return at_s


def quick(size: float) -> int:
    """Return the even number nearest to a size that has no prime factor above 5.

    A transform of 2228 samples takes seven times as long as one of 2250.
    """
    numbers: Iterator[int] = (
        2**a * 3**b * 5**c for a in range(1, 14) for b in range(6) for c in range(4)
    )
    return min(numbers, key=lambda number: abs(number - size))


def _edges(rate_hz: float) -> npt.NDArray[np.float64]:
    """Return where the bands begin, are highest and end: each begins where the last was highest."""
    highest_hz = min(_HIGHEST_HZ, 0.45 * rate_hz)
    mels = np.linspace(_mel(_LOWEST_HZ), _mel(highest_hz), _BANDS + 2)
    edges_hz: npt.NDArray[np.float64] = 700 * np.expm1(mels / 1127)
    return edges_hz


def _mel(frequency_hz: float) -> float:
    return 1127 * math.log1p(frequency_hz / 700)


def _triangles(edges_hz: npt.NDArray[np.float64], rate_hz: float, size: int) -> Floats:
    """Return the weights of each bin in each band, shape (bins, bands); bands sum to 1."""
    spacing_hz = rate_hz / size
    middle = edges_hz[1:-1]
    # The lowest bands are narrower than a bin; each still takes part of two.
    left = np.minimum(edges_hz[:-2], middle - spacing_hz)
    right = np.maximum(edges_hz[2:], middle + spacing_hz)
    bins_hz = (np.arange(size // 2 + 1) * spacing_hz)[:, None]
    rising, falling = (bins_hz - left) / (middle - left), (right - bins_hz) / (right - middle)
    weights = np.clip(np.minimum(rising, falling), 0, None)
    weights /= np.maximum(weights.sum(axis=0), 1e-9)
    return np.asarray(weights, dtype=np.float32)
