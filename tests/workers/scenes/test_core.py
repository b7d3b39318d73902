"""The painted scenes: their shape, their sameness, and that there is something to see."""

import itertools
import pickle

import numpy as np
import pytest
from numpy.typing import NDArray

from stillframe.workers.scenes.core import SCENES, UnknownSceneError, paint

NAMES = [scene.name for scene in SCENES]

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return {name: paint(name, 384, 216, 7) for name in NAMES}


@pytest.fixture(scope="module")
def small() -> dict[str, Picture]:
    return {name: paint(name, 96, 54, 7) for name in NAMES}


def luminance(picture: Picture) -> NDArray[np.float64]:
    return np.asarray(picture @ np.array([0.2126, 0.7152, 0.0722]), dtype=np.float64)


def shrunk(picture: Picture, divisor: int) -> NDArray[np.float64]:
    height, width, _ = picture.shape
    cells = picture.reshape(height // divisor, divisor, width // divisor, divisor, 3)
    return np.asarray(cells.mean(axis=(1, 3)), dtype=np.float64)


def test_there_are_enough_scenes_and_their_names_are_unique() -> None:
    assert len(NAMES) >= 8
    assert len(set(NAMES)) == len(NAMES)
    assert all(scene.title for scene in SCENES)
    # Names stand in file names.
    assert all(name.isascii() and name.isalnum() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_request_paints_the_same_picture(name: str, small: dict[str, Picture]) -> None:
    assert np.array_equal(small[name], paint(name, 96, 54, 7))


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_size_and_another_seed_paint_another_picture(
    name: str, small: dict[str, Picture]
) -> None:
    picture = paint(name, 65, 37, 8)
    assert np.abs(shrunk(picture[:36, :64], 4) - shrunk(small[name], 6)).max() > 4
    assert picture.shape == (37, 65, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous


@pytest.mark.parametrize("name", ["hills", "silk", "moonrise"])
@pytest.mark.parametrize(("width_px", "height_px"), [(36, 64), (1, 1)])
def test_extreme_sizes_have_their_shape(name: str, width_px: int, height_px: int) -> None:
    assert paint(name, width_px, height_px, 0).shape == (height_px, width_px, 3)


@pytest.mark.parametrize("name", NAMES)
def test_a_smaller_picture_shows_the_same_composition(
    name: str, pictures: dict[str, Picture], small: dict[str, Picture]
) -> None:
    large, little = shrunk(pictures[name], 24), shrunk(small[name], 6)
    assert np.abs(large - little).mean() < 5
    assert np.corrcoef(large.ravel(), little.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_neither_black_nor_blown_nor_flat(
    name: str, pictures: dict[str, Picture]
) -> None:
    light = luminance(pictures[name])
    assert 18 < light.mean() < 205
    assert light.std() > 12
    assert np.percentile(light, 99) - np.percentile(light, 1) > 60
    assert (pictures[name] == 255).all(axis=2).mean() < 0.03


def test_no_two_scenes_look_alike(pictures: dict[str, Picture]) -> None:
    for one, other in itertools.combinations(NAMES, 2):
        apart = np.abs(shrunk(pictures[one], 24) - shrunk(pictures[other], 24)).mean()
        assert apart > 10, (one, other)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_dithered(name: str, pictures: dict[str, Picture]) -> None:
    # A band is a long run of one value; dither breaks every run.
    green = pictures[name][:, :, 1].astype(int)
    still = np.ones_like(green[:, 8:], dtype=bool)
    for step in range(8):
        still &= green[:, step : step - 8] == green[:, step + 1 : green.shape[1] - 7 + step]
    dark_or_white = (green[:, 8:] < 2) | (green[:, 8:] > 252)
    assert (still & ~dark_or_white).mean() < 0.01


def test_an_unknown_scene_is_named_along_with_the_known() -> None:
    with pytest.raises(UnknownSceneError, match=r"'beach'.*dawn") as caught:
        paint("beach", 64, 36, 0)
    assert isinstance(caught.value, ValueError)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (copy.name, copy.known) == ("beach", tuple(NAMES))


@pytest.mark.parametrize(("width_px", "height_px", "seed"), [(0, 9, 0), (9, 0, 0), (9, 9, -1)])
def test_a_size_or_seed_out_of_range_is_refused(width_px: int, height_px: int, seed: int) -> None:
    with pytest.raises(ValueError, match="cannot paint dawn"):
        paint(NAMES[0], width_px, height_px, seed)
