"""Thirteen kinds of sound for the classic bars, each from a seed, on a clock of its own.

`played` gives the bars after every block. `python tests/helpers/scenarios.py` writes the golden
file anew: do it only when the bars are meant to change, and read the difference.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stillframe.workers.audio import classic

RATE_HZ = 48_000
BLOCK = 1024
SECONDS = 4.0
GOLDEN = Path(__file__).parents[1] / "workers" / "audio" / "classic_scenarios.json"
KEPT = 8
"""So many rows of bars of each scenario are golden, evenly over its time."""

Sound = npt.NDArray[np.float64]
TIME = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ


def silence(rng: np.random.Generator) -> Sound:
    del rng
    return np.zeros_like(TIME)


def impulse(rng: np.random.Generator) -> Sound:
    del rng
    sound = np.zeros_like(TIME)
    sound[RATE_HZ] = 0.9
    return sound


def ramp(rng: np.random.Generator) -> Sound:
    return rng.standard_normal(len(TIME)) * TIME / SECONDS * 0.3


def noise(rng: np.random.Generator) -> Sound:
    return rng.standard_normal(len(TIME)) * 0.2


def sustained_bass(rng: np.random.Generator) -> Sound:
    return 0.6 * np.sin(2 * np.pi * 70 * TIME + rng.uniform(0, 6))


def sustained_treble(rng: np.random.Generator) -> Sound:
    return 0.4 * np.sin(2 * np.pi * 9000 * TIME + rng.uniform(0, 6))


def beats(bpm: float) -> Callable[[np.random.Generator], Sound]:
    def sound(rng: np.random.Generator) -> Sound:
        since = TIME % (60 / bpm)
        hiss = 0.01 * rng.standard_normal(len(TIME))
        return 0.8 * np.sin(2 * np.pi * 60 * since) * np.exp(-18 * since) + hiss

    return sound


def volume_step(rng: np.random.Generator) -> Sound:
    return noise(rng) * np.where(TIME < SECONDS / 2, 0.1, 1.0)


def music_features(rng: np.random.Generator) -> Sound:
    chord = sum(np.sin(2 * np.pi * hz * TIME) for hz in (110, 220, 277.2, 329.6))
    return beats(110)(rng) * 0.6 + 0.015 * chord + 0.02 * noise(rng)


def mode_switch(rng: np.random.Generator) -> Sound:
    return music_features(rng)


SCENARIOS: dict[str, Callable[[np.random.Generator], Sound]] = {
    "silence": silence,
    "impulse": impulse,
    "ramp": ramp,
    "noise": noise,
    "sustained_bass": sustained_bass,
    "sustained_treble": sustained_treble,
    "beats_60": beats(60),
    "beats_120": beats(120),
    "beats_180": beats(180),
    "volume_step": volume_step,
    "irregular_cadence": music_features,
    "music_features": music_features,
    "mode_switch": mode_switch,
}


def blocks_of(name: str, sound: Sound) -> Iterator[npt.NDArray[np.float32]]:
    """Yield a sound's blocks; those of an irregular cadence are now long, now short."""
    rng, start = np.random.default_rng(len(name)), 0
    while start < len(sound):
        length = int(rng.choice([256, 512, 1024, 2048])) if "cadence" in name else BLOCK
        yield sound[start : start + length].astype(np.float32)
        start += length


def played(name: str) -> npt.NDArray[np.float32]:
    """Return the bars after each block: shape (blocks, 15)."""
    sound = SCENARIOS[name](np.random.default_rng(sorted(SCENARIOS).index(name)))
    memory, now_s, rows = classic.Memory(), 0.0, []
    for number, block in enumerate(blocks_of(name, sound)):
        now_s += len(block) / RATE_HZ
        # The person turns recommended sensitivity off in the middle, and the floor to a fixed one.
        manual = name == "mode_switch" and number * BLOCK > len(sound) // 2
        config = classic.Config(recommended=not manual, dynamic_floor=not manual)
        memory, bars = classic.step(memory, block, config, now_s)
        assert bars is not None
        rows.append(bars)
    return np.array(rows)


def kept(rows: npt.NDArray[np.float32]) -> list[list[float]]:
    """Return the rows that are golden."""
    places = np.linspace(0, len(rows) - 1, KEPT).astype(int)
    return [[round(float(bar), 6) for bar in rows[place]] for place in places]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: kept(played(name)) for name in SCENARIOS}) + "\n")
