"""A show whose workers all stand still: what is on the screen stays, moves, and obeys.

A stopped worker is replaced within seconds and a killed one at once; whoever comes is stopped or
killed too, and only what happens while none of them works is counted.
"""

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from shows import STILLFRAME, Show, environment, eventually, photo_folder, playing
from virtual_screen import VirtualScreen

MOVING = ("--interval", "86400", "--pan-zoom", "--audio", "synthetic:3", "--visualizer", "mirror")
SIZE = "320x180"
STOPPED, GONE = "T", "TZX"


def workers_of(pid: int) -> dict[int, str]:
    """Return the workers that a show has started, and the letter of each one's state."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and b"stillframe.workers" in (folder / "cmdline").read_bytes():
                found[int(folder.name)] = state
        except OSError:
            continue
    return found


@dataclass(frozen=True)
class Absence:
    """Sees to it that no worker of a show works, and knows whether one did."""

    show: Show
    sign: signal.Signals

    def renew(self) -> frozenset[int] | None:
        """Stop or kill whoever works; return who stands stopped, None if somebody did work.

        Twice the same answer: nobody worked in between, for nobody is told to go on.
        """
        found = workers_of(self.show.process.pid)
        at_work = [pid for pid, state in found.items() if state not in GONE]
        for pid in at_work:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, self.sign)
        return None if at_work else frozenset(p for p, state in found.items() if state == STOPPED)


def picture_of(screen: VirtualScreen) -> np.ndarray:
    return screen.grab()[:180, :320].astype(int)


def differ(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.abs(one - other) > 2).any())


def moves(screen: VirtualScreen, count: int) -> np.ndarray:
    """Wait for so many changes of the picture; return the last one."""
    seen = [picture_of(screen)]

    def another() -> bool:
        now = picture_of(screen)
        if differ(now, seen[-1]):
            seen.append(now)
        return len(seen) > count

    eventually(another, f"{count} different pictures")
    return seen[-1]


def moves_alone(screen: VirtualScreen, absence: Absence, count: int, darkest: float) -> None:
    """Wait for so many changes of the picture while nobody works; no picture may be darker."""
    changes, still = 0, absence.renew()
    last: np.ndarray | None = None

    def another() -> bool:
        nonlocal changes, still, last
        now = picture_of(screen)
        assert now.mean() > darkest, "a black frame"
        before, still = still, absence.renew()
        if still is None or still != before:
            last = None  # somebody may have worked since the picture before
        elif last is None:
            last = now
        elif differ(now, last):
            last, changes = now, changes + 1
        return changes >= count

    eventually(another, f"{count} different pictures without a worker")


def obeys(home: Path, absence: Absence) -> None:
    """See that a command is obeyed, while whoever would work is kept from it."""
    command = [STILLFRAME, "pause"]
    with subprocess.Popen(command, env=environment(home), stderr=subprocess.PIPE) as asked:
        eventually(lambda: absence.renew() is not None and asked.poll() is not None, "an answer")
        assert asked.stderr is not None
        assert asked.returncode == 0, asked.stderr.read()


@pytest.mark.parametrize("sign", [signal.SIGSTOP, signal.SIGKILL], ids=["stopped", "killed"])
def test_without_a_single_worker_the_photo_stays_and_moves_and_keys_are_obeyed(
    tmp_path: Path, screen: VirtualScreen, sign: signal.Signals
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos), *MOVING, size=SIZE) as show:
        show.wait_for("[SHOW] transition")
        before = moves(screen, 12)
        assert len(workers_of(show.process.pid)) >= 3
        absence = Absence(show, sign)
        # Bars sink, the photo goes on its way: frames come, and none of them is black.
        moves_alone(screen, absence, 12, darkest=0.6 * before.mean())
        obeys(tmp_path, absence)
        show.process.terminate()
        assert show.finish() == 0
