"""A show whose workers all stand still: what is on the screen stays, moves, and obeys."""

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from shows import STILLFRAME, Show, environment, eventually, photo_folder, playing
from virtual_screen import VirtualScreen

MOVING = ("--interval", "86400", "--pan-zoom", "--audio", "synthetic:3", "--visualizer", "mirror")
SIZE = "320x180"


def workers_of(pid: int) -> list[int]:
    """Return the processes that a show has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid and b"stillframe.workers" in words:
            found.append(int(folder.name))
    return found


def stop_all(show: Show) -> int:
    found = workers_of(show.process.pid)
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    return len(found)


def pictures(screen: VirtualScreen, count: int) -> list[np.ndarray]:
    """Return so many pictures that differ from one another, as they come."""
    seen = [screen.grab()[:180, :320].astype(int)]

    def another() -> bool:
        now = screen.grab()[:180, :320].astype(int)
        if (np.abs(now - seen[-1]) > 2).any():
            seen.append(now)
        return len(seen) > count

    eventually(another, f"{count} different pictures")
    return seen


@pytest.mark.parametrize("then", ["stopped", "killed"])
def test_without_a_single_worker_the_photo_stays_and_moves_and_keys_are_obeyed(
    tmp_path: Path, screen: VirtualScreen, then: str
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos), *MOVING, size=SIZE) as show:
        show.wait_for("[SHOW] transition")
        before = pictures(screen, 40)[-1]
        if then == "stopped":
            assert stop_all(show) >= 3
        else:
            for pid in workers_of(show.process.pid):
                os.kill(pid, signal.SIGKILL)
        # Bars sink, the photo goes on its way: frames come, and none of them is black.
        seen = pictures(screen, 60)
        assert all(picture.mean() > 0.6 * before.mean() for picture in seen)
        asked = subprocess.run(
            [STILLFRAME, "pause"],
            env=environment(tmp_path),
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert asked.returncode == 0, asked.stderr
        show.process.terminate()
        assert show.finish() == 0
