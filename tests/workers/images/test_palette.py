"""The colours of a photo, by eye and by rule."""

import colorsys

import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.images.palette import palette, sampled

RGB = st.tuples(*[st.integers(0, 255)] * 3)


def hue(colour: tuple[int, int, int]) -> float:
    return 360 * colorsys.rgb_to_hsv(*(part / 255 for part in colour))[0]


def pixels_of(photo: np.ndarray) -> tuple[tuple[int, int, int], ...]:
    height, width, _ = photo.shape
    rgba = np.concatenate((photo, np.full((height, width, 1), 255, np.uint8)), axis=2)
    return sampled(memoryview(rgba.tobytes()), (width, height), width * 4)[0]


def test_an_astronauts_suit_is_orange_and_her_flag_blue() -> None:
    first, second = palette(pixels_of(skimage.data.astronaut()))
    assert 0 <= hue(first) <= 40
    assert len({first, second}) == 2


def test_coffee_is_brown_on_wood() -> None:
    first, _ = palette(pixels_of(skimage.data.coffee()))
    assert 10 <= hue(first) <= 50


def test_a_photo_of_one_colour_has_that_and_its_neighbour() -> None:
    first, second = palette([(20, 60, 200)] * 50)
    assert abs(hue(first) - 227) < 10
    assert 30 <= abs(hue(second) - hue(first)) <= 90


@pytest.mark.parametrize("grey", [(0, 0, 0), (128, 128, 128), (255, 255, 255), (120, 122, 121)])
def test_a_photo_without_colour_has_none(grey: tuple[int, int, int]) -> None:
    assert palette([grey] * 100) == ()
    assert palette([]) == ()


@given(st.lists(RGB, max_size=60))
def test_each_colour_is_bright_and_clear(pixels: list[tuple[int, int, int]]) -> None:
    colours = palette(pixels)
    assert len(colours) in (0, 2)
    for colour in colours:
        _, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
        assert value == 1
        assert 0.24 <= saturation <= 0.51


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (31, 64), (320, 180), (3840, 20)])
def test_samples_are_pixels_from_all_over(size: tuple[int, int]) -> None:
    width, height = size
    photo = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    pixels = pixels_of(photo)
    known = {tuple(pixel) for pixel in photo.reshape(-1, 3).tolist()}
    assert 1 <= len(pixels) <= 70 * 70
    assert set(pixels) <= known
