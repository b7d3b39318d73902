"""Thirteen kinds of sound and what the classic bars make of them: golden, and with reasons.

The golden rows hold the bars still; the properties say why they may look as they do.
"""

import json

import numpy as np
import numpy.typing as npt
import pytest

from scenarios import BLOCK, GOLDEN, RATE_HZ, SCENARIOS, SECONDS, kept, played

CENTRE, RIDGE = 7, 3
ROWS_PER_S = RATE_HZ / BLOCK
GOLDEN_ROWS = json.loads(GOLDEN.read_text())


@pytest.fixture(scope="module")
def bars() -> dict[str, npt.NDArray[np.float32]]:
    return {name: played(name) for name in SCENARIOS}


def test_there_are_thirteen_kinds_and_each_has_its_gold() -> None:
    assert len(SCENARIOS) == 13
    assert set(GOLDEN_ROWS) == set(SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_bars_are_those_of_the_golden_file(
    name: str, bars: dict[str, npt.NDArray[np.float32]]
) -> None:
    assert np.abs(np.subtract(kept(bars[name]), GOLDEN_ROWS[name])).max() < 1e-4


@pytest.mark.parametrize("name", SCENARIOS)
def test_bars_are_within_one_and_mirror_their_ridges(
    name: str, bars: dict[str, npt.NDArray[np.float32]]
) -> None:
    rows = bars[name]
    assert rows.min() >= 0
    assert rows.max() <= 1
    assert rows[:, CENTRE - RIDGE] == pytest.approx(rows[:, CENTRE + RIDGE], abs=0.05)


def loudness(rows: npt.NDArray[np.float32], start_s: float, end_s: float) -> float:
    return float(rows[round(start_s * ROWS_PER_S) : round(end_s * ROWS_PER_S)].mean())


def test_silence_is_nothing(bars: dict[str, npt.NDArray[np.float32]]) -> None:
    assert bars["silence"].max() == 0


def test_an_impulse_is_seen_once_and_then_gone(bars: dict[str, npt.NDArray[np.float32]]) -> None:
    tallest = bars["impulse"].max(axis=1)
    at = int(tallest.argmax())
    assert at == int(RATE_HZ / BLOCK)
    assert tallest[at] > 0.05
    assert tallest[:at].max() == 0
    assert tallest[at + 1 :].max() == 0


def test_a_ramp_rises(bars: dict[str, npt.NDArray[np.float32]]) -> None:
    assert loudness(bars["ramp"], 0, 0.5) < loudness(bars["ramp"], 3, 4)


def test_noise_is_steady(bars: dict[str, npt.NDArray[np.float32]]) -> None:
    later = bars["noise"][round(ROWS_PER_S) :]
    assert later.mean(axis=1).std() < 0.1 * later.mean() + 0.02


def test_bass_is_in_the_ridges_and_treble_on_the_slopes(
    bars: dict[str, npt.NDArray[np.float32]],
) -> None:
    bass, treble = (bars[f"sustained_{kind}"][-50:].mean(axis=0) for kind in ("bass", "treble"))
    assert bass[CENTRE - RIDGE] > bass[0]
    assert treble[0] / treble[CENTRE - RIDGE] > bass[0] / bass[CENTRE - RIDGE]


@pytest.mark.parametrize("bpm", [60, 120, 180])
def test_each_beat_is_a_rise(bpm: int, bars: dict[str, npt.NDArray[np.float32]]) -> None:
    ridge = bars[f"beats_{bpm}"][:, CENTRE - RIDGE]
    middle = (ridge.max() + ridge.min()) / 2
    rises = int(((ridge[1:] > middle) & (ridge[:-1] <= middle)).sum())
    assert abs(rises - bpm * SECONDS / 60) <= 1


def test_a_louder_half_is_taller(bars: dict[str, npt.NDArray[np.float32]]) -> None:
    assert loudness(bars["volume_step"], 0.5, 1.9) < loudness(bars["volume_step"], 2.2, 4)


def test_blocks_of_any_length_are_drawn(bars: dict[str, npt.NDArray[np.float32]]) -> None:
    assert bars["irregular_cadence"].max() > 0.1
    assert np.isfinite(bars["irregular_cadence"]).all()


def test_another_mode_changes_what_follows_and_nothing_before(
    bars: dict[str, npt.NDArray[np.float32]],
) -> None:
    half = len(bars["mode_switch"]) // 2
    first, second = bars["mode_switch"][:half], bars["mode_switch"][half + 10 :]
    assert first.max() > 0.1
    assert abs(first.mean() - second.mean()) > 1e-3


def test_music_moves(bars: dict[str, npt.NDArray[np.float32]]) -> None:
    assert bars["music_features"][:, CENTRE - RIDGE].std() > 0.05
