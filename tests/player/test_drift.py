"""The paths of photos that move, by rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.images import Mode
from stillframe.player.drift import drift
from stillframe.player.placement import Rect

WHOLE = Rect(0, 0, 1, 1)
TOWARD = st.tuples(st.integers(0, 1000), st.integers(0, 1000))
ZOOM = st.floats(1, 2)
NEAR = 1e-9


def test_it_grows_toward_the_place_as_far_as_covering_allows() -> None:
    path = drift(WHOLE, Mode.FILL, 1.5, (600, 1000), inward=True)
    assert path.start == WHOLE
    # Six tenths of the way across lies in the middle then; the lower edge stays at the edge.
    assert path.goal.x + 0.6 * path.goal.width == pytest.approx(0.5)
    assert path.goal.y + path.goal.height == pytest.approx(1)
    assert (path.goal.width, path.goal.height) == (1.5, 1.5)


def test_outward_is_the_same_path_back() -> None:
    there = drift(WHOLE, Mode.FILL, 1.2, (100, 800), inward=True)
    back = drift(WHOLE, Mode.FILL, 1.2, (100, 800), inward=False)
    assert (there.start, there.goal) == (back.goal, back.start)


@pytest.mark.parametrize("mode", Mode)
def test_without_zoom_it_stays_where_it_is_to_the_bit(mode: Mode) -> None:
    placed = Rect(0.1, 0.2, 0.3, 0.7)
    assert drift(placed, mode, 1.0, (0, 0), inward=True) == (placed, placed)


@given(zoom=ZOOM, toward=TOWARD, inward=st.booleans(), over=st.floats(0, 1), moment=st.floats(0, 1))
def test_what_covers_the_screen_covers_it_all_the_way(
    zoom: float, toward: tuple[int, int], *, inward: bool, over: float, moment: float
) -> None:
    wide = Rect(-over / 2, 0, 1 + over, 1)
    path = drift(wide, Mode.FILL, zoom, toward, inward=inward)
    x, y, width, height = (
        a * (1 - moment) + b * moment for a, b in zip(path.start, path.goal, strict=True)
    )
    assert x <= NEAR
    assert y <= NEAR
    assert x + width >= 1 - NEAR
    assert y + height >= 1 - NEAR


@given(
    zoom=ZOOM,
    toward=TOWARD,
    inward=st.booleans(),
    width=st.floats(0.1, 1),
    height=st.floats(0.1, 1),
)
def test_what_is_seen_whole_stays_whole_and_in_the_middle(
    zoom: float, toward: tuple[int, int], *, inward: bool, width: float, height: float
) -> None:
    placed = Rect((1 - width) / 2, (1 - height) / 2, width, height)
    path = drift(placed, Mode.FIT, zoom, toward, inward=inward)
    assert placed in path
    for rect in path:
        assert rect.x >= placed.x - NEAR
        assert rect.width <= width + NEAR
        assert rect.x + rect.width / 2 == pytest.approx(0.5)
        assert rect.y + rect.height / 2 == pytest.approx(0.5)
        assert rect.width / rect.height == pytest.approx(width / height)
