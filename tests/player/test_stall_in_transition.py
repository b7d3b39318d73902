"""A transition does not need the interface's thread: counted, not timed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shows import photo_folder
from virtual_screen import VirtualScreen

PROGRAM = Path(__file__).parent.parent / "helpers" / "stalled_show.py"


STALLS = pytest.mark.parametrize("stalls", ["burn", "hold"])


def _frames(tmp_path: Path, screen: VirtualScreen, kind: str, stalls: str) -> dict[str, int]:
    """Return how many frames were presented in the calm span and in the stalled one."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(photo_folder(tmp_path / "photos")), kind, stalls],
        env=screen.environ(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    counts = {"calm": 0, "stall": 0}
    span = ""
    for line in done.stderr.splitlines():
        mark = re.search(r"MARK (calm|stall)-(begin|end)", line)
        if mark is not None:
            span = mark[1] if mark[2] == "begin" else ""
        elif span and "frame rendered" in line:
            counts[span] += 1
    return counts


@STALLS
def test_a_stall_of_half_a_second_does_not_interrupt_a_transition(
    tmp_path: Path, screen: VirtualScreen, stalls: str
) -> None:
    frames = _frames(tmp_path, screen, "render", stalls)
    assert frames["calm"] >= 5, "the undisturbed span shows motion"
    assert frames["stall"] >= 0.6 * frames["calm"], frames


@STALLS
def test_the_same_stall_stops_an_animation_of_the_interface_thread(
    tmp_path: Path, screen: VirtualScreen, stalls: str
) -> None:
    frames = _frames(tmp_path, screen, "gui", stalls)
    assert frames["calm"] >= 5, "the undisturbed span shows motion"
    assert frames["stall"] <= 0.1 * frames["calm"], frames
