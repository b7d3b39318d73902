"""Bars as the plan's origin made them, number for number.

Role: pure: one block of samples and what is remembered of those before become bars. Counterpart:
`shape` draws the profile, `sculpt` what is done to it where the spectrum is coarse. Source: the
origin's semantics, in words; its own outputs, 96 runs of two of its revisions, are the oracle.

Guarantees: the same blocks give the same bars; each bar is finite and within 0 and 1, whatever the
samples. What looks odd (no window, no sample rate, a centre that is blended twice) is kept: it is
how those bars look.
"""

import math
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.workers.audio.sculpt import Drop, sculpted
from stillframe.workers.audio.shape import Energies, profiled

Floats: TypeAlias = npt.NDArray[np.float32]

_LONGEST_BLOCK: Final = 2048
# Far beyond any sound; larger ones would not survive being squared.
_LOUDEST: Final = 1e6
_SILENCE: Final = 1e-3
_SMALLEST_FLOOR, _LARGEST_FLOOR, _FIRST_FLOOR = 0.12, 4.0, 2.1
_LIVE_SHARE: Final = 0.82  # of the floor's target that follows the signal itself
_FLOOR_RESPONSE: Final = 0.12
_SCALE: Final = 0.5 * 0.85
_LONG_PAUSE_S: Final = 2.0


class Revision(Enum):
    """Which of the origin's two sets of constants: before and after it learned to adapt."""

    FIRST = "2069059c"
    SECOND = "594f72e7"


@dataclass(frozen=True)
class Config:
    """What a person may choose.

    Attributes:
        recommended: whether the sensitivity is the revision's own; else it is `sensitivity`.
        sensitivity: 0.25 to 2.5.
        dynamic_floor: whether the floor follows the sound; else it is `manual_floor`.
        manual_floor: 0.12 to 4.
    """

    bars: int = 15
    revision: Revision = Revision.SECOND
    recommended: bool = True
    sensitivity: float = 1.0
    dynamic_floor: bool = True
    manual_floor: float = _FIRST_FLOOR


def _none() -> Floats:
    return np.zeros(0, dtype=np.float32)


@dataclass(frozen=True)
class Memory:
    """What is remembered from one block to the next.

    Attributes:
        bins: of the block before; with another number all bars begin anew.
        history: the bars before they are scaled.
        hold: for how many blocks each bar does not fall at full speed.
        raw_bass: of the block before.
        drop: how suddenly the bass went.
        average, floor: of the sound, and the floor under it as it is applied.
        peak: what the loudest bars of late have been.
        at_s: when the last block was, None before the first.
    """

    bins: int = 0
    history: Floats = field(default_factory=_none)
    hold: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    raw_bass: float = 0.0
    drop: Drop = field(default_factory=Drop)
    average: float = _FIRST_FLOOR
    floor: float = _FIRST_FLOOR
    peak: float = 1.0
    at_s: float | None = None


def step(
    memory: Memory, samples: npt.ArrayLike, config: Config, now_s: float
) -> tuple[Memory, Floats | None]:
    """Return the bars of one block, and what to remember.

    Args:
        memory: what the step before returned.
        samples: mono, about -1 to 1; only the last 2048 count. Those that are no numbers are 0.
        config: how.
        now_s: of any clock that does not go back.

    Returns:
        None instead of bars for a block without samples.
    """
    block = np.nan_to_num(np.asarray(samples, dtype=np.float32).ravel(), posinf=0.0, neginf=0.0)
    if not block.size:
        return memory, None
    block = np.clip(block, -_LOUDEST, _LOUDEST)
    peak = float(np.max(np.abs(block)))
    if peak < _SILENCE:
        return memory, np.zeros(config.bars, dtype=np.float32)
    if 0.05 <= peak <= 5.0:  # noqa: PLR2004 - what is louder is scaled wrongly already
        block = block * np.float32(_clamp(1.6 / peak, 1.0, 2.8))
    spectrum = np.abs(np.fft.rfft(block[-_LONGEST_BLOCK:]))[1:].astype(np.float32)
    if not spectrum.size:  # one sample has no pitch
        return memory, np.zeros(config.bars, dtype=np.float32)
    return _from_spectrum(memory, spectrum, config, now_s)


def _from_spectrum(
    memory: Memory, spectrum: Floats, config: Config, now_s: float
) -> tuple[Memory, Floats]:
    count, bars = len(spectrum), config.bars
    paused = memory.at_s is not None and now_s - memory.at_s > _LONG_PAUSE_S
    if memory.bins != count or len(memory.history) != bars or paused:
        memory = replace(
            memory,
            bins=count,
            history=np.zeros(bars, dtype=np.float32),
            hold=np.zeros(bars, dtype=np.int64),
        )
    boost = _clamp(1024 / max(256, count), 0.5, 3.0)
    coarse = boost > 1.05  # noqa: PLR2004 - fewer bins than bars could use
    bass, mid, treble = _thirds(_bands(spectrum, bars))
    before = memory.raw_bass
    fell = max(0.0, (before - bass) / before) if before > _SILENCE else 0.0
    base_floor, expansion = _sensitivity(boost, config)
    average, floor = _floor(memory, (bass, mid), base_floor, boost, config)
    energies = Energies(
        bass=max(0.0, (bass - floor) * expansion),
        mid=max(0.0, (mid - 0.4 * floor) * expansion),
        treble=max(0.0, (treble - 0.2 * floor) * expansion),
    )
    target, drop = profiled(energies, bars), Drop(signal=0.0, sum=memory.drop.sum)
    if coarse:
        target, drop = sculpted(target, memory.drop, fell, bass, floor)
    history, hold = _moved(target, memory.history, memory.hold)
    scaled, loudest = _levelled(history * np.float32(_SCALE), memory.peak, coarse, drop.signal)
    kept = Memory(
        bins=count,
        history=history,
        hold=hold,
        raw_bass=bass,
        drop=drop,
        average=average,
        floor=floor,
        peak=loudest,
        at_s=now_s,
    )
    return kept, np.clip(scaled, 0.0, 1.0)


def _bands(spectrum: Floats, bars: int) -> Floats:
    """Return one level a band, of bands that widen towards the treble."""
    loud = np.log1p(spectrum) ** np.float32(1.2)
    if len(loud) > 4:  # noqa: PLR2004 - as long as the kernel and more
        loud = np.convolve(loud, np.array([0.25, 0.5, 0.25], dtype=np.float32), "same")
    count = len(loud)
    edges = np.logspace(0, np.log10(count), bars + 1, dtype=np.float32).astype(int)
    levels = np.zeros(bars, dtype=np.float32)
    for band in range(bars):
        start, end = int(edges[band]), max(int(edges[band + 1]), int(edges[band]) + 1)
        if start < count and end <= count:
            levels[band] = math.sqrt(float(np.mean(loud[start:end] ** 2)))
    return levels


def _thirds(levels: Floats) -> tuple[float, float, float]:
    """Return the levels of bass, middle and treble."""
    bass = float(np.mean(levels[:4])) if len(levels) >= 4 else float(levels[0])  # noqa: PLR2004
    mid = float(np.mean(levels[4:10])) if len(levels) >= 10 else 0.5 * bass  # noqa: PLR2004
    treble = float(np.mean(levels[10:])) if len(levels) > 10 else 0.2 * bass  # noqa: PLR2004
    return bass, mid, treble


def _sensitivity(boost: float, config: Config) -> tuple[float, float]:
    """Return the highest floor, and how much what is over it is stretched."""
    floor, stretch = max(0.8, 1.5 / boost**0.35), 3.6 * boost**0.4
    if not config.recommended:
        chosen = _clamp(config.sensitivity, 0.25, 2.5)
        return _clamp(floor / chosen, _SMALLEST_FLOOR, _LARGEST_FLOOR), stretch * chosen**0.35
    if config.revision is Revision.FIRST:
        return floor, stretch
    auto = 0.285
    if boost > 1:
        auto = max(0.25, auto * (1 - min(0.4, (boost - 1) * 0.55)))
    else:
        auto = min(2.5, auto * (1 + min(0.25, (1 - boost) * 0.4)))
    lowered = _clamp(floor / auto, _SMALLEST_FLOOR, _LARGEST_FLOOR)
    return lowered, stretch * max(0.55, auto**0.35)


def _floor(
    memory: Memory, levels: tuple[float, float], base_floor: float, boost: float, config: Config
) -> tuple[float, float]:
    """Return the sound's average, and the floor under it."""
    coarse = boost > 1.05  # noqa: PLR2004
    bass, mid = levels
    if not config.dynamic_floor:
        average = target = _clamp(config.manual_floor, _SMALLEST_FLOOR, _LARGEST_FLOOR)
    else:
        weight = min(0.65, 0.18 + 0.12 * (boost - 1)) if coarse else 0.18
        signal = bass * (1 - weight) + mid * weight
        if signal < 0.05:  # noqa: PLR2004 - nothing but the bass is heard
            signal = bass
        rate = 0.15 if signal >= memory.average else 0.40
        average = memory.average + rate * (signal - memory.average)
        ratio = 0.42 if config.revision is Revision.FIRST else 0.462
        if coarse:
            ratio = min(0.75, ratio * (1 + 0.35 * (boost - 1)))
        under = _clamp(average * ratio, _SMALLEST_FLOOR, _LARGEST_FLOOR)
        slow = max(_SMALLEST_FLOOR, min(base_floor, under))
        mixed = signal * _LIVE_SHARE + slow * (1 - _LIVE_SHARE)
        target = max(_SMALLEST_FLOOR, min(base_floor, mixed))
        if coarse and memory.drop.signal > 0.05:  # noqa: PLR2004 - a drop that can be seen
            target = max(_SMALLEST_FLOOR, target * (1 - memory.drop.signal * 0.45))
    return average, memory.floor + (target - memory.floor) * _FLOOR_RESPONSE


def _moved(
    target: Floats, before: Floats, hold: npt.NDArray[np.int64]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return where the bars are on their way to `target`: up at once, down in steps."""
    fall = before - target
    rising, far = target > before, fall > 0.01  # noqa: PLR2004 - what can be seen
    holding = ~rising & ~far & (hold > 0)
    slow = np.where(holding, np.float32(0.25), np.float32(0.35)) * before
    moved = np.where(
        rising | far, before + np.float32(0.85) * (target - before), np.maximum(target, slow)
    )
    held = np.where(rising, 0, np.where(far, 2, np.where(holding, hold - 1, hold)))
    return moved.astype(np.float32), held.astype(np.int64)


def _levelled(bars: Floats, peak: float, coarse: bool, drop: float) -> tuple[Floats, float]:  # noqa: FBT001 - a fact of the block
    """Return the bars, lowered where all have been too loud of late, and how loud that was."""
    loudest = min(float(np.max(bars)), 1.35)
    if loudest > peak:
        peak += 0.32 * (loudest - peak)
    else:
        keep = 0.9 if loudest < 0.5 * peak else 0.965
        peak = peak * keep + loudest * (1 - keep)
    if coarse and drop > 0.35:  # noqa: PLR2004 - a break in the music
        peak *= max(0.95, 1 - 0.08 * drop)
    peak = _clamp(peak, 0.18, 1.35)
    if peak > 1.1 and loudest > 0:  # noqa: PLR2004 - a little over is left to the clip
        bars = bars * np.float32(1 / peak)
    return bars, peak


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))
