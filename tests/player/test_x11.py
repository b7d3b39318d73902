"""The X server dies: nothing of the show may stay behind."""

import os
import signal
from pathlib import Path

import pytest

from shows import alive, eventually, photo_folder, playing
from virtual_screen import VirtualScreen

MOVING = ("--interval", "5", "--transition-duration", "5")
RESTING = ("--interval", "86400", "--transition-duration", "0.1")


@pytest.mark.parametrize("pace", [MOVING, RESTING], ids=["moving", "resting"])
def test_the_show_and_its_workers_end_with_the_x_server(
    tmp_path: Path, pace: tuple[str, ...]
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with VirtualScreen(640, 360) as screen, playing(tmp_path, screen, str(photos), *pace) as show:
        show.wait_for("[SHOW] transition")
        workers = show.worker_pids()
        os.kill(screen.pid, signal.SIGKILL)
        eventually(lambda: show.process.poll() is not None, "the show is over", deadline_s=10)
        assert show.process.returncode == 1
        eventually(lambda: not any(alive(pid) for pid in workers), "so are its workers")
