"""A photo that moves while it is shown, in a real window, by a mark in it."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shows import environment, eventually, playing
from virtual_screen import VirtualScreen

WIDTH_PX, HEIGHT_PX = 640, 360
MARK_X_PX = 448
# Two that take turns, so that the shader is another one each time.
SETTINGS = """[show]
pan_zoom_by = 50
[transitions]
type = "random"
enabled = "crossfade, luma_wipe"
durations_s = "crossfade=0.3, luma_wipe=0.3"
"""
MOVING = ("--pan-zoom", "--interval", "2", "--transition-duration", "0.3", "--seed", "1")


def marked(path: Path, channel: int, y_px: int) -> Path:
    """Write a dark photo with a light square in one colour, right of the middle."""
    path.parent.mkdir(exist_ok=True)
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 12, np.uint8)
    picture[y_px - 20 : y_px + 20, MARK_X_PX - 20 : MARK_X_PX + 20, channel] = 230
    Image.fromarray(picture).save(path)
    return path


def mark_of(screen: VirtualScreen, channel: int) -> float | None:
    """Return how far across the mark is, if it is clearly seen."""
    window = screen.grab()[:HEIGHT_PX, :WIDTH_PX].astype(int)
    others = [other for other in range(3) if other != channel]
    clear = window[..., channel] - window[..., others].max(axis=2)
    columns = np.nonzero(clear > 60)[1]
    return float(columns.mean()) if columns.size > 400 else None


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with settings in it."""
    (tmp_path / "config" / "stillframe").mkdir(parents=True)
    (tmp_path / "config" / "stillframe" / "settings.toml").write_text(SETTINGS)
    return tmp_path


def test_a_photo_moves_steadily_toward_what_is_in_it_and_while_it_goes(
    home: Path, screen: VirtualScreen
) -> None:
    """The next photo is uploaded and its transition made ready meanwhile: nothing may jump."""
    marked(home / "photos" / "green.png", 1, 180)
    marked(home / "photos" / "red.png", 0, 40)
    with playing(home, screen, str(home / "photos"), *MOVING, size="640x360") as show:
        first = 1 if "green" in show.wait_for("[SHOW] transition") else 0
        eventually(lambda: mark_of(screen, first) is not None, "the first photo's mark")
        places = []
        while (place := mark_of(screen, first)) is not None:
            places.append(place)
        eventually(lambda: mark_of(screen, 1 - first) is not None, "the second photo's mark")
        second = mark_of(screen, 1 - first)
    # From where it is in the photo to where half as large again, kept inside, brings it.
    assert places[0] > MARK_X_PX - 20
    assert abs(places[-1] - (MARK_X_PX * 1.5 - WIDTH_PX / 2)) < 12
    steps = np.diff(places)
    assert steps.max() <= 3, "it never goes back"
    assert len(set(places)) > 10
    # The second goes the other way: it began near and large.
    assert second is not None
    assert second < MARK_X_PX - 40


def test_a_window_of_another_size_changes_nothing_of_the_motion(
    home: Path, screen: VirtualScreen
) -> None:
    """The photo is made anew for it and takes the place of the other on its way."""
    photo = marked(home / "photos" / "green.png", 1, 180)
    with playing(home, screen, str(photo), *MOVING[:1], "--interval", "5", size="640x360") as show:
        show.wait_for("[SHOW] transition")
        eventually(lambda: (mark_of(screen, 1) or WIDTH_PX) < MARK_X_PX - 50, "half of the way")
        program = shutil.which("xdotool")
        assert program is not None, "xdotool moves windows: ./run setup installs it"
        found = [program, "search", "--onlyvisible", "--name", "Stillframe"]
        window = [*found, "windowsize", "600", "338"]
        subprocess.run(window, env=screen.environ(environment(home)), check=True)
        show.wait_for("[SHOW] cut")
        places = []
        while (place := mark_of(screen, 1)) is not None and len(places) < 50:
            places.append(place / 600)
    assert len(places) == 50
    assert max(places) < (MARK_X_PX - 45) / WIDTH_PX
