"""Shaders that do not end, or nearly not, in real shows: the photos go on, and the show ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shaders_to_try import ENDLESS, ENDLESS_LINE, slow
from shows import STILLFRAME, Show, alive, environment, eventually, photo_folder, playing
from stillframe.contracts.trials import HEIGHT_PX, WIDTH_PX, decoded
from stillframe.show import trying
from stillframe.show.shading import read
from stillframe.show.trying import Verdict, keep
from stillframe.transitions.dropped import Dropped
from virtual_screen import VirtualScreen

QUICK = ("--interval", "2", "--transition-duration", "0.3")
SIZE = (320, 180)
# How long a frame of the slow one shall take: twice what a show bears.
SLOW_S = 8.0
# The machine that draws may end a loop on its own beyond this.
STEPS_CAP = 60_000


@pytest.fixture
def photos(tmp_path: Path) -> str:
    return str(photo_folder(tmp_path / "photos"))


def baked(home: Path, name: str, text: str) -> Dropped:
    """Have a file baked and put into the person's folder, without a display and so untried."""
    file = home / f"{name}.glsl"
    file.write_text(text)
    done = subprocess.run(
        [STILLFRAME, "transitions", "add", str(file)],
        env=environment(home),
        check=True,
        capture_output=True,
        text=True,
    )
    assert "not tried here" in done.stdout
    return read(file, os.fsencode(home / "cache" / "stillframe" / "shaders"))


def slow_here(home: Path, screen: VirtualScreen) -> str:
    """Return a text of which a frame takes so long on this machine, as it is now."""
    steps = 100
    shader = baked(home, "slow", slow(steps)).transition.shader
    process = subprocess.run(
        [sys.executable, "-P", "-m", trying.MODULE, shader, str(os.getpid())],
        env=screen.environ(environment(home)),
        check=True,
        capture_output=True,
        text=True,
    )
    measured = decoded(process.stdout.splitlines()[-1])
    assert measured is not None
    pixels = WIDTH_PX * HEIGHT_PX / (SIZE[0] * SIZE[1])
    return slow(min(STEPS_CAP, round(steps * pixels * SLOW_S / measured.frame_s)))


def status(home: Path) -> str:
    done = subprocess.run(
        [STILLFRAME, "status", "--json"],
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def until_shown(show: Show, photos: int) -> None:
    for _ in range(photos):
        show.wait_for("[SHOW] transition photo=")


def test_one_that_does_not_end_never_comes_on_screen_and_is_told(
    tmp_path: Path, screen: VirtualScreen, photos: str
) -> None:
    baked(tmp_path, "endless", ENDLESS)
    with playing(tmp_path, screen, photos, "--transition", "gl-endless", *QUICK) as show:
        said = show.wait_for("transition cannot be taken")
        assert "endless.glsl" in said
        assert f"line {ENDLESS_LINE}: a frame of 640 x 360" in said
        until_shown(show, 2)
        assert "endless.glsl cannot be taken" in status(tmp_path)
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
    report = show.report()
    assert set(report["transitions_played"]) == {"crossfade"}
    assert sum("cannot be taken" in line for line in show.log) == 1


def test_one_that_holds_the_screen_up_after_all_comes_no_more(
    tmp_path: Path, screen: VirtualScreen, photos: str
) -> None:
    keep(baked(tmp_path, "slow", slow_here(tmp_path, screen)), Verdict())
    with playing(tmp_path, screen, photos, "--transition", "gl-slow", *QUICK) as show:
        said = show.wait_for("transition cannot be played")
        assert "gl-slow" in said
        assert "held the screen up for" in said
        until_shown(show, 2)
        assert "cannot play gl-slow" in status(tmp_path)
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
    before = show.log[: show.log.index(said)]
    played = show.report()["transitions_played"]
    assert played["gl-slow"] == sum("by=gl-slow" in line for line in before)
    assert played["crossfade"] >= 2
    assert sum("cannot be played" in line for line in show.log) == 1


@pytest.mark.parametrize("way", ["SIGTERM", "quit"])
def test_a_show_whose_screen_hangs_ends_all_the_same(
    tmp_path: Path, screen: VirtualScreen, photos: str, way: str
) -> None:
    keep(baked(tmp_path, "endless", ENDLESS), Verdict())
    endless = ("--transition", "gl-endless", *QUICK)
    with playing(tmp_path, screen, photos, *endless) as show:
        until_shown(show, 2)  # the first one fades in
        workers = show.worker_pids()
        status(tmp_path)  # which takes longer than it takes the screen to hang
        begun_s = time.monotonic()
        if way == "SIGTERM":
            show.process.send_signal(signal.SIGTERM)
        else:
            subprocess.run([STILLFRAME, "quit"], env=environment(tmp_path), check=True)
        assert show.finish() == 0
        assert time.monotonic() - begun_s < 25, "seconds, not for ever"
    assert any("the screen does not answer" in line for line in show.log)
    assert show.report()["photos_shown"] >= 1
    eventually(lambda: not any(map(alive, workers)), "no worker is left")
