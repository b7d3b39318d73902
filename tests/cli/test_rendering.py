"""`stillframe transitions render`, as a person types it."""

import contextlib
import os
import pty
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from shows import STILLFRAME, environment, photo_folder
from virtual_screen import VirtualScreen


def run(
    home: Path, *words: object, screen: VirtualScreen | None = None
) -> subprocess.CompletedProcess[str]:
    environ = environment(home)
    return subprocess.run(
        [STILLFRAME, "transitions", *map(str, words)],
        env=screen.environ(environ) if screen else environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["wipe", "diffuse"])
def test_a_strip_begins_with_one_photo_and_ends_with_the_other(
    tmp_path: Path, screen: VirtualScreen, name: str
) -> None:
    photos = photo_folder(tmp_path / "photos")
    first, second = photos / "coffee.png", photos / "rocket.jpg"
    strip = tmp_path / "strip.png"
    wishes = ("--size", "160x90", "--moments", 3, "-o", strip)
    done = run(tmp_path, "render", name, first, second, *wishes, screen=screen)
    assert (done.returncode, done.stderr) == (0, "")
    shown = np.asarray(Image.open(strip)).astype(int)
    assert shown.shape == (90, 480, 3)
    begin, middle, end = shown[:, :160], shown[:, 160:320], shown[:, 320:]
    assert np.abs(begin - end).mean() > 30
    assert 5 < np.abs(middle - begin).mean() < np.abs(begin - end).mean()


def test_a_gif_is_the_whole_of_it(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = photo_folder(tmp_path / "photos")
    film = tmp_path / "wipe.gif"
    arguments = ("wipe", photos / "coffee.png", photos / "chelsea.png", "--size", "96x54")
    done = run(tmp_path, "render", *arguments, "-o", film, screen=screen)
    assert done.returncode == 0, done.stderr
    lasts_ms, shown = 0, []
    with Image.open(film) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            lasts_ms += image.info["duration"]
            shown.append(np.asarray(image.convert("RGB")).astype(int))
    assert lasts_ms == 4000, "as long as in a show"
    photo = Image.open(photos / "coffee.png").resize((96, 64)).crop((0, 5, 96, 59))
    assert np.abs(shown[0] - np.asarray(photo).astype(int)).mean() < 12, "in its own colours"
    assert np.abs(shown[-1] - shown[0]).mean() > 30


def test_a_bar_goes_along_while_it_is_drawn(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = photo_folder(tmp_path / "photos")
    words = [photos / "coffee.png", photos / "rocket.jpg", "--size", "96x54", "--moments", 9]
    command = [STILLFRAME, "transitions", "render", "wipe", *words, "-o", tmp_path / "a.PNG"]
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*map(str, command)],
        env=screen.environ(environment(tmp_path, TERM="xterm")),
        stdout=subprocess.PIPE,
        stderr=follower,
    ) as process:
        os.close(follower)
        said = b""
        with contextlib.suppress(OSError):  # which is how a terminal ends
            while piece := os.read(leader, 4096):
                said += piece
        assert process.stdout is not None
        assert process.stdout.read() == b"", "a result would be all that is there"
    os.close(leader)
    assert process.returncode == 0
    assert b"drawing" in said
    assert b"100%" in said


def test_a_film_lasts_as_long_and_moves_as_in_a_show(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = photo_folder(tmp_path / "photos")
    film = tmp_path / "wipe.mp4"
    arguments = ("wipe", photos / "coffee.png", photos / "rocket.jpg", "--size", "97x55")
    way = ("--direction", "left-to-right")
    done = run(tmp_path, "render", *arguments, *way, "-o", film, screen=screen)
    assert done.returncode == 0, done.stderr
    with av.open(film) as opened:
        frames = [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]
    assert frames[0].shape == (54, 96, 3), "the codec takes even sizes"
    assert len(frames) == 30 * 4
    away = [np.abs(frame.astype(int) - frames[0]).mean() for frame in frames]
    share = [value / away[-1] for value in away]
    # Eased: after an eighth of the time it has gone a thirty-second of the way.
    assert share[15] < 0.08
    assert 0.3 < share[60] < 0.7


def test_a_parameter_changes_what_is_drawn(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = photo_folder(tmp_path / "photos")
    drawn = []
    for mode in ("Directional", "Random"):
        strip = tmp_path / f"{mode}.png"
        words = ("particle", photos / "coffee.png", photos / "rocket.jpg", "--size", "160x90")
        wishes = ("--moments", 3, "--set", f"mode={mode}", "-o", strip)
        done = run(tmp_path, "render", *words, *wishes, screen=screen)
        assert (done.returncode, done.stderr) == (0, "")
        drawn.append(np.asarray(Image.open(strip)).astype(int))
    assert np.array_equal(drawn[0][:, :160], drawn[1][:, :160])
    assert np.abs(drawn[0][:, 160:320] - drawn[1][:, 160:320]).mean() > 5


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("render", "wobble", "A", "A", "-o", "a.png"), 2, "no transition is called 'wobble'"),
        (("render", "wipe", "A", "A", "-o", "a.bmp"), 2, "ends in .png, .gif or .mp4"),
        (("render", "wipe", "A", "A", "--size", "big", "-o", "a.png"), 2, "not a size such as"),
        (("render", "wipe", "A", "A", "--size", "0x0", "-o", "a.png"), 2, "is outside 1x1"),
        (("render", "wipe", "A", "A", "--size", "40000x9", "-o", "a.png"), 2, "is outside 1x1"),
        (("render", "wipe", "A", "A", "-o", "nowhere/a.png"), 2, "nowhere: no such folder"),
        (("render", "wipe", "A", __file__, "-o", "a.png"), 1, "cannot identify image file"),
        (
            ("render", "blinds", "A", "A", "--set", "feather=2.0.0", "-o", "a.png"),
            2,
            "is not a number",
        ),
        (("render", "wipe", "A", "A", "--direction", "up", "-o", "a.png"), 2, "wipe does not go"),
        (("render", "wipe", "A", "A", "--set", "grip=1", "-o", "a.png"), 2, "no parameter 'grip'"),
        (("render", "wipe", "A", "no such file", "-o", "a.png"), 2, "does not exist"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(
    tmp_path: Path, screen: VirtualScreen, words: tuple[str, ...], status: int, said: str
) -> None:
    photo = photo_folder(tmp_path / "photos") / "coffee.png"
    done = run(tmp_path, *(photo if word == "A" else word for word in words), screen=screen)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_display_the_line_says_what_to_do(tmp_path: Path) -> None:
    photo = photo_folder(tmp_path / "photos") / "coffee.png"
    done = run(tmp_path, "render", "wipe", photo, photo, "-o", tmp_path / "a.png")
    assert done.returncode == 3
    assert "xvfb-run" in done.stderr
