"""Where photos draw the eye, by eye and by rule."""

import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.images.interest import MIDDLE, interest
from stillframe.workers.images.palette import sampled

RGB = st.tuples(*[st.integers(0, 255)] * 3)


def place_of(photo: np.ndarray) -> tuple[float, float]:
    """Return the place as parts of the photo's width and height."""
    height, width, _ = photo.shape
    rgba = np.concatenate((photo, np.full((height, width, 1), 255, np.uint8)), axis=2)
    across, down = interest(*sampled(memoryview(rgba.tobytes()), (width, height), width * 4))
    return across / 1000, down / 1000


@pytest.mark.parametrize(
    ("name", "across", "down"),
    [
        # Each is read off the photo: her face and suit; the cup; the cat's face; the rocket.
        ("astronaut", (0.25, 0.65), (0.1, 0.75)),
        ("coffee", (0.35, 0.75), (0.2, 0.75)),
        ("chelsea", (0.3, 0.75), (0.2, 0.8)),
        ("rocket", (0.42, 0.58), (0.3, 0.95)),
    ],
)
def test_it_is_in_what_was_photographed(
    name: str, across: tuple[float, float], down: tuple[float, float]
) -> None:
    x, y = place_of(getattr(skimage.data, name)())
    assert across[0] <= x <= across[1]
    assert down[0] <= y <= down[1]


@pytest.mark.parametrize("x", [120, 320, 500])
@pytest.mark.parametrize("y", [90, 250])
def test_a_disc_on_a_plain_wall_is_found(x: int, y: int) -> None:
    rows, columns = np.mgrid[0:360, 0:640]
    photo = np.full((360, 640, 3), (90, 110, 120), np.uint8)
    photo[np.hypot(columns - x, rows - y) < 40] = (220, 60, 40)
    across, down = place_of(photo)
    assert abs(across * 640 - x) < 32
    assert abs(down * 360 - y) < 32


def test_nothing_to_see_is_the_middle() -> None:
    assert interest([(120, 130, 140)] * 64, 8) == MIDDLE
    assert interest([], 0) == MIDDLE
    assert interest([(1, 2, 3)], 8) == MIDDLE


@given(st.lists(RGB, min_size=1, max_size=200), st.integers(1, 20))
def test_it_is_always_inside(pixels: list[tuple[int, int, int]], columns: int) -> None:
    across, down = interest(pixels, columns)
    assert 0 <= across <= 1000
    assert 0 <= down <= 1000
