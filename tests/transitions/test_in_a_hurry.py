"""Three hundred transitions at random, while the worker that bakes them is killed at random."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from shows import PHOTOS, STILLFRAME, alive, environment, photo_folder
from stillframe.transitions.registry import BUILT_IN
from virtual_screen import VirtualScreen

PROGRAM = Path(__file__).parents[1] / "helpers" / "hurried_show.py"
MOMENT_S = "0.04"
TRANSITIONS = 300
# As many as a worker may die in a minute; one more, and there are only those without tables.
KILLS = 5
PATIENCE_S = 150
# A frame of this window has half a megabyte: if each photo left one behind, it would be 120.
GROWTH_KIB = 30 * 1024


def resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def slots_in_use(home: Path) -> dict[str, int]:
    """Return how many slots of each worker's arena are not free, by the show's own account."""
    said = subprocess.run(
        [STILLFRAME, "status", "--json"],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    workers = json.loads(said.stdout)["workers"]
    return {
        worker["name"]: sum(worker["arena"]["stages"].values())
        - worker["arena"]["stages"].get("free", 0)
        for worker in workers
        if worker["arena"]
    }


def test_none_is_skipped_none_is_stuck_and_nothing_stays_behind(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    rng = random.Random(4)
    kills_at = set(rng.sample(range(10, TRANSITIONS - 20), KILLS))
    shown, killed, worker, memory_kib = [], 0, 0, 0
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(photo_folder(tmp_path / "photos")), MOMENT_S],
        env=screen.environ(environment(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        watchdog = threading.Timer(PATIENCE_S, process.kill)
        watchdog.start()
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            words = dict(word.partition("=")[::2] for word in line.split())
            if words.get("worker") == "transitions" and words.get("state") == "ready":
                worker = int(words["pid"])
            if "[SHOW] transition " not in line:
                continue
            shown.append(Path(words["photo"]).name)
            if kills_at and len(shown) >= min(kills_at) and alive(worker):
                kills_at.remove(min(kills_at))
                os.kill(worker, signal.SIGKILL)
                killed += 1
            if len(shown) == TRANSITIONS // 5:
                memory_kib = resident_kib(process.pid)
            if len(shown) == TRANSITIONS:
                grown_kib = resident_kib(process.pid) - memory_kib
                in_use = slots_in_use(tmp_path)
                process.terminate()
        report: dict[str, Any] = json.loads(process.stdout.read())
        watchdog.cancel()
    assert len(shown) >= TRANSITIONS
    rounds = [set(shown[at : at + len(PHOTOS)]) for at in range(0, TRANSITIONS, len(PHOTOS))]
    assert all(names == set(PHOTOS) for names in rounds), "every photo had its turn"
    assert sum(report["transitions_played"].values()) == report["photos_shown"] == len(shown)
    assert report["skipped"] == {}
    assert killed == KILLS
    assert report["workers"]["transitions"]["restarts"] == KILLS
    baked = {transition.id for transition in BUILT_IN if transition.table}
    assert len(baked & set(report["transitions_played"])) >= 2, "some were baked in time"
    # One plays, one is made ready.
    assert in_use["transitions"] <= 2
    # All photos stay in the cache, and one may be on its way there.
    assert in_use["images"] <= len(PHOTOS) + 1
    assert grown_kib < GROWTH_KIB
