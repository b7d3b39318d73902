"""The program that draws a transition for nobody, by itself, in a real X server."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shaders_to_try import ENDLESS, FINE
from shows import STILLFRAME, alive, environment, eventually
from stillframe.contracts.trials import BEGUN, Measured, decoded
from stillframe.player.trial import EXIT_CANNOT
from stillframe.show.shading import read
from virtual_screen import VirtualScreen


def baked(home: Path, text: str) -> str:
    """Have a text baked, without a display and so without a trial."""
    file = home / "file.glsl"
    file.write_text(text)
    command = [STILLFRAME, "transitions", "add", str(file)]
    subprocess.run(command, env=environment(home), check=True, stdout=subprocess.DEVNULL)
    return read(file, os.fsencode(home / "cache" / "stillframe" / "shaders")).transition.shader


def begin(environ: dict[str, str], shader: str, parent: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "stillframe.player.trial", shader, str(parent)],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines_of(home: Path, screen: VirtualScreen, shader: str) -> list[str]:
    process = begin(screen.environ(environment(home)), shader, os.getpid())
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 0, complaint
    return said.splitlines()


def test_each_frame_is_told_with_what_a_crossfade_takes(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    begun, *lines = lines_of(tmp_path, screen, baked(tmp_path, FINE))
    assert begun == BEGUN
    told = [decoded(line) for line in lines]
    assert len(told) == 9
    for measured in told:
        assert isinstance(measured, Measured)
        assert measured.failed == ""
        assert 0 < measured.frame_s < 20 * measured.crossfade_s < 60


def test_one_that_the_driver_cannot_take_is_told_at_once(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    _, line = lines_of(tmp_path, screen, str(tmp_path / "none.qsb"))
    measured = decoded(line)
    assert measured is not None
    assert measured.failed


def visible(screen: VirtualScreen) -> str:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", ""],  # noqa: S607 - of the development tools
        env=screen.environ(dict(os.environ)),
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout


def test_no_window_comes_on_screen(tmp_path: Path, screen: VirtualScreen) -> None:
    shader, before = baked(tmp_path, ENDLESS), visible(screen)
    process = begin(screen.environ(environment(tmp_path)), shader, os.getpid())
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == BEGUN
        assert visible(screen) == before
    finally:
        process.kill()
        process.communicate()


def test_who_started_it_takes_it_along(tmp_path: Path, screen: VirtualScreen) -> None:
    shader = baked(tmp_path, ENDLESS)
    code = (
        "import os, subprocess, sys\n"
        "command = [sys.executable, '-P', '-m', 'stillframe.player.trial', sys.argv[1]]\n"
        "child = subprocess.Popen([*command, str(os.getpid())], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, shader],
        env=screen.environ(environment(tmp_path)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    eventually(lambda: not alive(pid), "the trial has ended too")


def test_an_orphan_draws_nothing(tmp_path: Path) -> None:
    process = begin(environment(tmp_path), "any.qsb", 1)
    assert process.communicate(timeout=60)[0] == ""
    assert process.returncode == EXIT_CANNOT


@pytest.mark.parametrize("platform", ["offscreen", "minimal"])
def test_where_nothing_can_be_drawn_it_says_so_and_nothing_of_the_shader(
    tmp_path: Path, platform: str
) -> None:
    environ = environment(tmp_path, QT_QPA_PLATFORM=platform)
    process = begin(environ, "any.qsb", os.getpid())
    said, complaint = process.communicate(timeout=60)
    assert (said, process.returncode) == ("", EXIT_CANNOT)
    assert complaint.strip()
