"""`stillframe transitions`, as a person types it."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shows import STILLFRAME, environment, photo_folder
from stillframe.transitions.registry import BUILT_IN
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


def test_the_list_names_all_of_them_with_their_parameters(tmp_path: Path) -> None:
    said = run(tmp_path, "list").stdout
    assert all(transition.id in said for transition in BUILT_IN)
    told = json.loads(run(tmp_path, "list", "--json").stdout)
    assert [it["id"] for it in told] == [transition.id for transition in BUILT_IN]
    blinds = next(it for it in told if it["id"] == "blinds")
    assert {p["name"]: p["default"] for p in blinds["parameters"]}["columns"] == 14


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
    with Image.open(film) as image:
        assert getattr(image, "n_frames", 1) > 60


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("render", "wobble", "A", "A", "-o", "a.png"), 2, "no transition is called 'wobble'"),
        (("render", "wipe", "A", "A", "-o", "a.bmp"), 2, "ends in .png or .gif"),
        (("render", "wipe", "A", "A", "--size", "big", "-o", "a.png"), 2, "give it as 1280x720"),
        (("render", "wipe", "A", "A", "--direction", "up", "-o", "a.png"), 2, "wipe does not go"),
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
