"""Sound over the photo, on a real screen, with a real worker."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from at_work import kill_listener
from shows import environment, eventually, plain_photo, playing
from sound_server import RATE_HZ, write_sound
from virtual_screen import VirtualScreen

BLACK = (0, 0, 0)
STYLES = ("spectrum", "mirror", "radial", "wave", "pulse")
FOREVER = ("--interval", "86400")
SOUND = ("--audio", "synthetic:3", *FOREVER)


def light(screen: VirtualScreen) -> np.ndarray:
    """Return how bright each pixel is."""
    return screen.grab().astype(int).max(axis=2)


def lit(screen: VirtualScreen) -> int:
    return int((light(screen) > 60).sum())


def press(screen: VirtualScreen, key: str, home: Path) -> None:
    program = shutil.which("xdotool")
    assert program is not None, "xdotool presses the keys: ./run setup installs it"
    subprocess.run([program, "key", key], env=screen.environ(environment(home)), check=True)


@pytest.mark.parametrize("style", STYLES)
def test_each_style_is_seen_where_it_stands_and_moves(
    tmp_path: Path, screen: VirtualScreen, style: str
) -> None:
    photo = plain_photo(tmp_path / "photos" / "one.png", BLACK)
    with playing(tmp_path, screen, str(photo), *SOUND, "--visualizer", style, size="640x360"):
        eventually(lambda: lit(screen) > 150, f"{style} on the screen")
        first = light(screen)
        eventually(lambda: (np.abs(light(screen) - first) > 40).sum() > 100, f"{style} in motion")
        if style != "pulse":
            seen = light(screen) > 60
            assert not seen[:60].any(), "it leaves the photo's upper part alone"


def write_bursts(path: Path) -> None:
    """Write half a minute of noise, loud in deep and high tones alike, in bursts."""
    seconds = 30
    rng = np.random.default_rng(3)
    white = rng.standard_normal(RATE_HZ * seconds)
    deep = np.cumsum(white - np.roll(white, 400)) / 20  # the mean of 400, which lets deep tones by
    loud = np.repeat(rng.random(seconds * 4) < 0.5, RATE_HZ // 4)
    write_sound(path, np.clip((0.08 * white + 0.4 * deep) * loud, -1, 1))


def test_bars_take_up_the_photo_s_colours(tmp_path: Path, screen: VirtualScreen) -> None:
    """Dark blue and dark red, half and half: bars are light, the deep tones in one of the two."""
    path = tmp_path / "photos" / "one.png"
    path.parent.mkdir()
    photo = Image.new("RGB", (640, 360), (0, 0, 70))
    photo.paste((60, 0, 0), (0, 0, 320, 360))
    photo.save(path)

    def tints() -> list[np.ndarray]:
        """Return the mean colour of what is light in the left fifth and in the right one."""
        grabbed = screen.grab().astype(int)
        sides = (grabbed[:, :128], grabbed[:, -128:])
        light_ones = [side[side.max(axis=2) > 110] for side in sides]
        return [pixels.mean(axis=0) for pixels in light_ones if len(pixels) > 20]

    def coloured() -> bool:
        """Say whether bars are clearly blue where the photo is red, and red where it is blue."""
        redder = [pixels[0] - pixels[2] for pixels in tints()]
        # White ones, or those that let the photo through, would be of the photo's own colour.
        return len(redder) == 2 and redder[0] < -20 and redder[1] > 20

    write_bursts(tmp_path / "bursts.wav")
    sound = ("--audio", f"file:{tmp_path / 'bursts.wav'}", "--visualizer", "spectrum")
    with playing(tmp_path, screen, str(path), *sound, *FOREVER, size="640x360"):
        eventually(coloured, "blue on the red side, red on the blue one")


def test_v_goes_through_the_styles_and_back_to_none(tmp_path: Path, screen: VirtualScreen) -> None:
    photo = plain_photo(tmp_path / "photos" / "one.png", BLACK)
    with playing(
        tmp_path, screen, str(photo), *SOUND, "--visualizer", "off", size="640x360"
    ) as show:
        show.wait_for("[SHOW] transition")
        eventually(lambda: light(screen).max() == 0, "the black photo alone")
        press(screen, "v", tmp_path)
        eventually(lambda: lit(screen) > 150, "the first style")
        for _ in STYLES:
            press(screen, "v", tmp_path)
        eventually(lambda: light(screen).max() == 0, "the photo alone again, after the last style")


def test_a_worker_that_is_killed_is_heard_again(tmp_path: Path, screen: VirtualScreen) -> None:
    photo = plain_photo(tmp_path / "photos" / "one.png", BLACK)
    with playing(
        tmp_path, screen, str(photo), *SOUND, "--visualizer", "spectrum", size="640x360"
    ) as show:
        eventually(lambda: lit(screen) > 150, "bars")
        for _ in range(3):
            eventually(lambda: kill_listener(show.process.pid), "an audio worker")
            first = light(screen)
            eventually(lambda at=first: (np.abs(light(screen) - at) > 40).sum() > 300, "bars anew")
