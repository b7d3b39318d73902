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


REFRESH_HZ = 60
STALLS = pytest.mark.parametrize("stalls", ["burn", "hold"])


def _frames(tmp_path: Path, screen: VirtualScreen, kind: str, stalls: str) -> dict[str, int]:
    """Return how many frames a display would have shown in the calm spans and the stalled ones.

    Nothing throttles the render thread under Xvfb: it presents as many frames as the processor
    allows, which says more of the processor than of the show. A display shows one a refresh.
    """
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(photo_folder(tmp_path / "photos")), kind, stalls],
        env=screen.environ(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    shown: dict[str, set[int]] = {"calm": set(), "stall": set()}
    span = ""
    for line in done.stderr.splitlines():
        mark = re.search(r"MARK (calm|stall)-(begin|end)", line)
        if mark is not None:
            span = mark[1] if mark[2] == "begin" else ""
        elif span and "frame rendered" in line:
            shown[span].add(int(float(line.split()[0]) * REFRESH_HZ))
    return {name: len(refreshes) for name, refreshes in shown.items()}


@STALLS
def test_a_stall_of_half_a_second_does_not_interrupt_a_transition(
    tmp_path: Path, screen: VirtualScreen, stalls: str
) -> None:
    frames = _frames(tmp_path, screen, "render", stalls)
    assert frames["calm"] >= 15, "the undisturbed span shows motion"
    assert frames["stall"] >= 0.6 * frames["calm"], frames


@pytest.mark.parametrize("stalls", ["burn", "hold", "kill"])
def test_sound_over_the_photo_changes_nothing_of_it(
    tmp_path: Path, screen: VirtualScreen, stalls: str
) -> None:
    """Nor does the death of the worker that listens."""
    frames = _frames(tmp_path, screen, "sound", stalls)
    assert frames["calm"] >= 15, "the undisturbed span shows motion"
    assert frames["stall"] >= 0.6 * frames["calm"], frames


@STALLS
def test_the_same_stall_stops_an_animation_of_the_interface_thread(
    tmp_path: Path, screen: VirtualScreen, stalls: str
) -> None:
    frames = _frames(tmp_path, screen, "gui", stalls)
    assert frames["calm"] >= 15, "the undisturbed span shows motion"
    assert frames["stall"] <= 0.1 * frames["calm"], frames
