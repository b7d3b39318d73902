"""The benches that start processes, in their shortest form: what they measure is there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120


def shortest(
    bench: str, *arguments: str, alone: tuple[str, ...] = (), quiet: bool = True
) -> dict[tuple[str, str], dict[str, Any]]:
    """Run one round of a bench; return its rows by case and metric.

    Metrics that stand `alone` have no peer. One that is not `quiet` may say something on the side.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{bench}", "--seconds", "0", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (quiet and done.stderr)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["bench"] == bench
    for row in said["rows"]:
        assert set(row) == {"case", "metric", "unit", "ours", "peers", "ratio"}
        assert row["ours"] > 0
        assert bool(row["peers"]) != (row["metric"] in alone)
        assert set(row["ratio"]) == {name for name, value in row["peers"].items() if value}
    rows = {(row["case"], row["metric"]): row for row in said["rows"]}
    assert len(rows) == len(said["rows"])
    return rows


def test_round_trips_and_hand_offs() -> None:
    rows = shortest("ipc")
    assert {"mp_pipe", "mp_queue"} <= set(rows["round_trip", "p50_us"]["peers"])
    assert set(rows["handoff_4k", "ms"]["peers"]) == {"shm_per_transfer", "queue_bytes"}
    for metric in ("delivered_ms", "read_ms", "cpu_ms"):
        assert ("handoff_1080p", metric) in rows
    assert ("supervised_round_trip", "p50_us") in rows
    assert set(rows["handoff_beside", "delivered_ms"]["peers"]) == {"ours_1080p"}


def test_recovery() -> None:
    # The peers' own servers of processes complain now and then when theirs are killed.
    rows = shortest("recover", quiet=False)
    for case in ("standby", "cold"):
        # The one figure that does not depend on the machine: no task is lost.
        assert rows[case, "tasks_answered"]["ours"] == 8
        assert "process_pool" in rows[case, "tasks_answered"]["peers"]
        assert (case, "next_result_ms") in rows
        assert (case, "next_of_8_ms") in rows


def test_memory_that_is_held() -> None:
    rows = shortest("memory")
    assert set(rows["worker", "late"]["peers"]) == {"early", "process_pool"}
    assert set(rows["interface", "late"]["peers"]) == {"early"}
    most = rows["worker", "most"]
    assert most["ours"] >= rows["worker", "late"]["ours"]


def test_bars_on_the_screen() -> None:
    rows = shortest("visual")
    for style in ("spectrum", "mirror", "radial", "wave", "pulse"):
        for metric in ("cpu_ms", "raster_ms"):
            assert set(rows[style, metric]["peers"]) == {"bare", "rectangles", "polyline"}


def test_transitions_are_drawn_baked_and_played() -> None:
    alone = ("bake_p99_ms", "payload_bytes", "first_frame_ratio", "frames_in_stall")
    rows = shortest("transitions", "--only", "slide,diffuse", alone=alone)
    for name in ("slide", "diffuse"):
        assert set(rows[name, "frame_cost"]["peers"]) == {"crossfade"}
        assert (name, "first_frame_ratio") in rows
        assert (name, "frames_in_stall") in rows
    assert ("slide", "bake_p99_ms") not in rows
    assert rows["diffuse", "payload_bytes"]["ours"] <= 1 << 20
