"""The classic bars against what the plan's origin gave, and against anything else."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stillframe.workers.audio.classic import Config, Memory, Revision, step

HOP, RATE_HZ, FRAMES_PER_S = 800, 48_000, 60
# 96 runs of the origin's own functions, two revisions of them, rounded to six places: after
# frames 1, 5, 15, 30 and 60, with the floor and the running peak at the end.
RUNS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "reference_vectors.json").read_text()
)
RUN_NAME = ("rev", "bars", "N", "kind")
# What was played to it, in frequencies (Hz) and amplitudes; all swell once a second.
TONES = {
    "silence": {},
    "bass": {60: 0.8},
    "treble": {8000: 0.5},
    "mix": {100: 0.3, 1000: 0.2, 5000: 0.1},
}


def block(kind: str, frame: int, count: int) -> np.ndarray:
    t = (np.arange(count) + HOP * frame) / RATE_HZ
    tones = sum((a * np.sin(2 * np.pi * f * t) for f, a in TONES[kind].items()), np.zeros(count))
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * frame / FRAMES_PER_S)
    return (tones * swell).astype(np.float32)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: "-".join(str(run[k]) for k in RUN_NAME))
def test_the_origins_own_bars_come_out(run: dict[str, Any]) -> None:
    memory, config = Memory(), Config(bars=run["bars"], revision=Revision(run["rev"]))
    for frame in range(61):
        memory, bars = step(memory, block(run["kind"], frame, run["N"]), config, frame / 60)
        if str(frame) in run["frames"]:
            np.testing.assert_allclose(bars, run["frames"][str(frame)], rtol=0, atol=1e-5)
    assert memory.floor == pytest.approx(run["applied_floor"], abs=1e-5)
    assert memory.peak == pytest.approx(run["running_peak"], abs=1e-5)


BLOCKS = arrays.arrays(
    np.float32,
    st.integers(0, 600),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)
CONFIGS = st.builds(
    Config,
    bars=st.integers(1, 128),
    revision=st.sampled_from(Revision),
    recommended=st.booleans(),
    sensitivity=st.floats(0, 10),
    dynamic_floor=st.booleans(),
    manual_floor=st.floats(0, 10),
)


@given(st.lists(BLOCKS, min_size=1, max_size=4), CONFIGS, st.floats(0, 1e6))
def test_any_samples_give_finite_bars_between_nothing_and_all(
    blocks: list[np.ndarray], config: Config, now_s: float
) -> None:
    memory = Memory()
    for number, samples in enumerate(blocks):
        memory, bars = step(memory, samples, config, now_s + number)
        if bars is None:
            assert not samples.size
            continue
        assert bars.shape == (config.bars,)
        assert bars.dtype == np.float32
        assert np.isfinite(bars).all()
        assert ((bars >= 0) & (bars <= 1)).all()


def played(kind: str, frames: range, memory: Memory, config: Config) -> tuple[Memory, np.ndarray]:
    bars = None
    for frame in frames:
        memory, bars = step(memory, block(kind, frame, 1024), config, frame / 60)
    assert bars is not None
    return memory, bars


def test_the_same_blocks_give_the_same_bars() -> None:
    first = played("mix", range(40), Memory(), Config())[1]
    assert (played("mix", range(40), Memory(), Config())[1] == first).all()


def test_silence_shows_nothing_and_is_forgotten() -> None:
    memory, _ = played("bass", range(20), Memory(), Config())
    again, bars = step(memory, np.zeros(1024), Config(), 1.0)
    assert again is memory
    assert not bars.any()  # type: ignore[union-attr]


def test_after_a_long_pause_the_bars_begin_at_the_bottom() -> None:
    loud, _ = played("bass", range(30), Memory(), Config())
    at_once, _ = step(loud, block("treble", 0, 1024), Config(), 30 / 60)
    later, _ = step(loud, block("treble", 0, 1024), Config(), 30 / 60 + 2.1)
    assert later.history.sum() < at_once.history.sum()


def test_the_figure_is_symmetric_where_the_bars_have_a_middle() -> None:
    _, bars = played("mix", range(30), Memory(), Config(bars=15))
    np.testing.assert_allclose(bars, bars[::-1], atol=1e-6)


def test_more_sensitive_is_higher() -> None:
    low, high = (
        played("mix", range(30), Memory(), Config(recommended=False, sensitivity=sensitivity))[1]
        for sensitivity in (0.25, 2.5)
    )
    assert high.sum() > low.sum()


def test_a_floor_of_a_persons_own_is_approached_and_kept() -> None:
    config = Config(dynamic_floor=False, manual_floor=1.0)
    memory, _ = played("mix", range(200), Memory(), config)
    assert memory.floor == pytest.approx(1.0, abs=1e-6)
