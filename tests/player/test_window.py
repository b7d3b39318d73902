"""The window, seen on a real X server without a window manager, as on a bare wall frame."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from shows import environment, eventually, plain_photo, playing
from virtual_screen import VirtualScreen

COLOUR = (30, 160, 60)


def _covered(screen: VirtualScreen) -> tuple[int, int]:
    """Return the width and height of the part of the screen that shows the photo."""
    is_photo = np.all(np.abs(screen.grab().astype(int) - COLOUR) <= 2, axis=2)
    return int(is_photo.any(axis=0).sum()), int(is_photo.any(axis=1).sum())


def _press(screen: VirtualScreen, key: str, home: Path) -> None:
    program = shutil.which("xdotool")
    assert program is not None, "xdotool presses the keys: ./run setup installs it"
    subprocess.run([program, "key", key], env=screen.environ(environment(home)), check=True)


def test_full_screen_covers_the_screen_and_f_makes_a_window_of_it(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    photo = plain_photo(tmp_path / "photos" / "one.png", COLOUR)
    with playing(tmp_path, screen, str(photo), size="") as show:
        eventually(lambda: _covered(screen) == (640, 360), "the photo on the whole screen")
        _press(screen, "f", tmp_path)
        eventually(lambda: _covered(screen) == (320, 180), "the photo in a window")
        _press(screen, "f", tmp_path)
        eventually(lambda: _covered(screen) == (640, 360), "the photo on the whole screen again")
        _press(screen, "q", tmp_path)
        assert show.finish() == 0


@pytest.mark.parametrize(
    ("mode", "size", "covered"),
    [
        ("fill", (100, 100), (320, 180)),
        ("fit", (100, 100), (180, 180)),
        ("shrink", (100, 100), (100, 100)),
        ("shrink", (640, 180), (320, 90)),
    ],
)
def test_a_photo_meets_the_window_as_the_mode_says(
    tmp_path: Path,
    screen: VirtualScreen,
    mode: str,
    size: tuple[int, int],
    covered: tuple[int, int],
) -> None:
    photo = plain_photo(tmp_path / "photos" / "one.png", COLOUR, size)
    with playing(tmp_path, screen, str(photo), "--mode", mode):
        eventually(lambda: _covered(screen) == covered, f"{covered} pixels of photo")


def test_the_keys_walk_forward_and_back(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = tmp_path / "photos"
    for number in range(4):
        plain_photo(photos / f"{number}.png", (40 * number, 90, 200))
    quick = ("--transition-duration", "0.1", "--interval", "86400")
    # Without a window manager keys go to the window under the pointer, which rests in the middle.
    with playing(tmp_path, screen, str(photos), *quick, size="640x360") as show:
        shown = [show.wait_for("[SHOW] transition")]
        for key in ("Right", "space", "Left", "Left", "Right"):
            _press(screen, key, tmp_path)
            shown.append(show.wait_for("[SHOW] transition"))
        _press(screen, "Escape", tmp_path)
        assert show.finish() == 0
    first, second, third, *walk = shown
    assert len({first, second, third}) == 3
    assert walk == [second, first, second]


def _columns(screen: VirtualScreen, colour: tuple[int, int, int]) -> int:
    """Return how many columns of a line have a colour; in the middle is the pointer."""
    line = screen.grab()[90].astype(int)
    return int(np.all(np.abs(line - colour) <= 2, axis=1).sum())


def test_a_key_during_a_transition_ends_it_soon_and_without_a_jump(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    colours = [(40 * number, 90, 200) for number in range(3)]
    paths = [plain_photo(tmp_path / f"{n}.png", colour) for n, colour in enumerate(colours)]
    settings = tmp_path / "config" / "stillframe" / "settings.toml"
    settings.parent.mkdir(parents=True)
    # A minute each: longer than this test waits for anything.
    settings.write_text(
        '[show]\norder = "name"\ninterval_s = 86400\n'
        '[transitions]\ntype = "wipe"\ndurations_s = "wipe=60"\ndirections = "wipe=left-to-right"\n'
    )
    edges: list[int] = []

    def edge() -> int:
        edges.append(_columns(screen, colours[1]))
        return edges[-1]

    words = ("--log-level", "debug", *map(str, paths))
    with playing(tmp_path, screen, *words, size="640x360") as show:
        show.wait_for("[SHOW] transition")
        show.wait_for("[PERF] frame")  # others are decoded when nothing moves
        eventually(lambda: _columns(screen, colours[0]) == 640, "the first photo")
        _press(screen, "Right", tmp_path)
        eventually(lambda: edge() >= 4, "the second one begins to come on")
        _press(screen, "Right", tmp_path)
        eventually(lambda: edge() >= 630, "the second one")
        assert edges == sorted(edges), "the edge only ever goes forward"
        assert [at for at in edges if 60 < at < 600], "and not in one leap"
        eventually(lambda: _columns(screen, colours[2]) >= 4, "the third one begins to come on")
