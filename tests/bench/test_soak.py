"""The long show: its plan by rule, and the shortest one with every fault in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bench.soak_plan import KINDS, Act, faults
from bench.soak_world import make_library
from stillframe.player.visualizer import STYLES

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


def test_the_visualizer_goes_through_all_its_styles() -> None:
    steps = [fault.act for fault in faults(60, seed=3)].count(Act.NEXT_STYLE)
    first = STYLES.index("spectrum")
    assert {STYLES[(first + step) % len(STYLES)] for step in range(steps + 1)} == set(STYLES)


def test_a_worker_comes_to_harm_every_twenty_seconds() -> None:
    times_s = [fault.at_s for fault in faults(600, seed=1) if fault.kind]
    assert len(times_s) == pytest.approx(30, abs=2)
    assert faults(600, seed=1) == faults(600, seed=1)
    assert faults(600, seed=1) != faults(600, seed=2)


def test_one_photo_in_a_hundred_is_broken_and_no_two_are_the_same(tmp_path: Path) -> None:
    unfit = make_library(tmp_path, 300, seed=1)
    files = sorted(tmp_path.rglob("*.jpg"))
    assert len({path.read_bytes() for path in files}) == 300
    broken = set()
    for path in files:
        with Image.open(path) as image:
            try:
                image.load()
            except OSError:
                broken.add(str(path))
    assert len(broken) == 3
    assert broken == unfit


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
    assert "does not hold" not in done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    rows = {(row["case"], row["metric"]): row["ours"] for row in said["rows"]}
    assert rows["show", "broken_clauses"] == 0
    assert rows["interface", "lives"] == 1
    assert {case for case, metric in rows if metric == "lives"} > set(KINDS)
    assert {case for case, metric in rows if metric == "answered"} > set(KINDS)
    assert rows["show", "styles"] == len(STYLES) - 1
    assert rows["show", "transitions"] >= 8
    assert rows["show", "photos"] >= 8
    assert "clock-back" in done.stdout
    assert sum(value for (_, metric), value in rows.items() if metric == "restarts") >= 3
