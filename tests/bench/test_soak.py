"""The long show: its plan by rule, and the shortest one with every fault in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bench.soak import slope_kib_min
from bench.soak_plan import KINDS, Act, faults
from bench.soak_world import make_library

ROOT = Path(__file__).parents[2]
ONCE = set(Act) - {Act.KILL, Act.STOP}


@pytest.mark.parametrize("seconds", [20, 60, 600, 7200])
def test_everything_goes_wrong_at_least_once_and_in_time(seconds: float) -> None:
    plan = faults(seconds, seed=3)
    assert {fault.kind for fault in plan if fault.kind} == set(KINDS)
    assert {fault.act for fault in plan} >= ONCE
    assert [fault.at_s for fault in plan] == sorted(fault.at_s for fault in plan)
    assert all(5 < fault.at_s < seconds for fault in plan)
    filled, freed = (
        next(fault.at_s for fault in plan if fault.act is act)
        for act in (Act.FILL_DISK, Act.FREE_DISK)
    )
    assert filled < freed


def test_a_worker_comes_to_harm_every_twenty_seconds() -> None:
    times_s = [fault.at_s for fault in faults(600, seed=1) if fault.kind]
    assert len(times_s) == pytest.approx(30, abs=2)
    assert faults(600, seed=1) == faults(600, seed=1)
    assert faults(600, seed=1) != faults(600, seed=2)


def test_one_photo_in_a_hundred_is_broken_and_no_two_are_the_same(tmp_path: Path) -> None:
    assert make_library(tmp_path, 300, seed=1) == 3
    files = sorted(tmp_path.rglob("*.jpg"))
    assert len({path.read_bytes() for path in files}) == 300
    broken = 0
    for path in files:
        with Image.open(path) as image:
            try:
                image.load()
            except OSError:
                broken += 1
    assert broken == 3


def test_the_slope_of_memory_leaves_out_the_beginning() -> None:
    growing = [(second, 1000.0 * (second < 20) + 10.0 * second) for second in range(0, 100, 2)]
    assert slope_kib_min(growing[15:]) == pytest.approx(600)
    assert slope_kib_min([(0, 5.0), (9, 5.0), (18, 5.0), (27, 5.0)]) == 0
    assert slope_kib_min([(0, 5.0)]) == 0


def test_a_show_outlives_all_of_it() -> None:
    """A minute, in which each fault comes; `python -m bench.soak` takes ten."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak", "--seconds", "60"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    rows = {(row["case"], row["metric"]): row["ours"] for row in said["rows"]}
    ledger = [row for row in said["rows"] if row["metric"] == "answered"]
    assert {row["case"] for row in ledger} > set(KINDS)
    assert all(row["ours"] == row["peers"]["asked"] for row in ledger), ledger
    assert rows["show", "black"] == 0
    assert "clock-back" in done.stdout
    assert rows["show", "photos"] >= 12
    assert all(value == 0 for (_, metric), value in rows.items() if metric == "answered_twice")
    assert sum(value for (_, metric), value in rows.items() if metric == "restarts") >= 3
