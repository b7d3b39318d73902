"""Every transition on a real screen: exact at both ends, and something to see between them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from shows import environment
from stillframe.transitions.registry import BUILT_IN
from virtual_screen import VirtualScreen

HELPERS = Path(__file__).parents[1] / "helpers"
CASES = [(t.id, direction) for t in BUILT_IN for direction in t.directions or ("",)]
SIZES = ("640x360", "333x500")

Moments = tuple[npt.NDArray[np.int16], list[npt.NDArray[np.int16]]]


@pytest.fixture(scope="module", params=SIZES)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw all of them once, in one window."""
    out = tmp_path_factory.mktemp(request.param)
    with VirtualScreen(1000, 700) as screen:
        done = subprocess.run(
            [sys.executable, str(HELPERS / "moments.py"), str(out), request.param],
            env=screen.environ(environment(out, PYTHONPATH=str(HELPERS))),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "ShaderEffect" not in done.stderr
    return out


def moments(drawn: Path, name: str, direction: str) -> Moments:
    photos = [np.asarray(Image.open(drawn / f"{n}.png")).astype(np.int16) for n in (0, 1)]
    with np.load(drawn / f"{name}.{direction}.npz") as file:
        return file["shown"].astype(np.int16), photos


@pytest.mark.parametrize(("name", "direction"), CASES)
def test_it_begins_with_the_old_photo_and_ends_with_the_new_one_to_the_bit(
    drawn: Path, name: str, direction: str
) -> None:
    shown, (old, new) = moments(drawn, name, direction)
    assert np.array_equal(shown[0], old)
    assert np.array_equal(shown[-1], new)


@pytest.mark.parametrize(("name", "direction"), CASES)
def test_it_neither_jumps_at_its_ends_nor_stands_still_between_them(
    drawn: Path, name: str, direction: str
) -> None:
    shown, (old, new) = moments(drawn, name, direction)
    # A ten-thousandth of the way in, hardly anything has changed.
    assert (np.abs(shown[1] - old).max(axis=2) > 8).mean() < 0.02
    assert (np.abs(shown[-2] - new).max(axis=2) > 8).mean() < 0.02
    middle = shown[3]
    for photo in (old, new):
        assert (np.abs(middle - photo).max(axis=2) > 8).mean() > 0.2


@pytest.mark.parametrize(("name", "direction"), CASES)
def test_it_neither_flashes_nor_goes_black(drawn: Path, name: str, direction: str) -> None:
    shown, (old, new) = moments(drawn, name, direction)
    ends = sorted((old.mean(), new.mean()))
    for picture in shown[2:-2]:
        # Cards that stand on their edges are in the shade.
        assert 0.7 * ends[0] < picture.mean() < 1.1 * ends[1]
        assert (picture.max(axis=2) < 3).mean() < (old.max(axis=2) < 3).mean() + 0.03


def test_a_slide_moves_both_photos_by_as_much(drawn: Path) -> None:
    shown, (old, new) = moments(drawn, "slide", "left-to-right")
    quarter = round(shown.shape[2] * 0.25)
    moved = shown[2]
    assert np.abs(moved[:, quarter + 2 :] - old[:, 2 : old.shape[1] - quarter]).mean() < 6
    assert np.abs(moved[:, : quarter - 2] - new[:, new.shape[1] - quarter : -2]).mean() < 6


def test_a_wipe_has_one_edge_where_its_progress_is(drawn: Path) -> None:
    shown, (old, new) = moments(drawn, "wipe", "top-to-bottom")
    edge = shown.shape[1] // 2
    assert np.array_equal(shown[3][: edge - 3], new[: edge - 3])
    assert np.array_equal(shown[3][edge + 3 :], old[edge + 3 :])


def test_a_crossfade_is_the_mean_in_the_middle(drawn: Path) -> None:
    shown, (old, new) = moments(drawn, "crossfade", "")
    assert np.abs(shown[3] - (old + new) / 2).max() <= 1


def test_all_of_them_were_drawn(drawn: Path) -> None:
    found = {name for name in os.listdir(drawn) if name.endswith(".npz")}
    assert found == {f"{name}.{direction}.npz" for name, direction in CASES}
