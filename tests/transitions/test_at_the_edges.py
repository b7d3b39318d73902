"""Every transition on screens of odd shapes, with tables made for others, and at its extremes."""

from pathlib import Path

import numpy as np
import pytest

import moments as drawing
import references
from drawn import differing, draw, moment_of
from drawn import moments as read
from stillframe.transitions.registry import BUILT_IN

SHAPES = ("641x119", "97x503")
SHAPED = drawing.cases("shapes")
SET = drawing.cases("settings")


@pytest.fixture(scope="module", params=SHAPES)
def shaped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp(request.param), request.param, "shapes")


@pytest.fixture(scope="module")
def at_extremes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("settings"), "160x90", "settings")


def exact_and_without_a_jump(folder: Path, label: str) -> None:
    shown, (old, new) = read(folder, label)
    assert np.array_equal(shown[0], old)
    assert np.array_equal(shown[-1], new)
    assert differing(shown[1], old) < 0.02
    assert differing(shown[-2], new) < 0.02


@pytest.mark.parametrize("case", SHAPED, ids=lambda case: case.label)
def test_on_a_screen_of_any_shape_it_is_exact_at_its_ends(shaped: Path, case: drawing.Case) -> None:
    exact_and_without_a_jump(shaped, case.label)


@pytest.mark.parametrize("case", SET, ids=lambda case: case.label)
def test_with_each_setting_at_its_extremes_it_is_exact_at_its_ends(
    at_extremes: Path, case: drawing.Case
) -> None:
    exact_and_without_a_jump(at_extremes, case.label)


@pytest.mark.parametrize(
    "case", [c for c in SHAPED if c.transition.id in ("crumble", "diffuse", "block_flip")]
)
def test_a_table_made_for_another_screen_is_drawn_whole(shaped: Path, case: drawing.Case) -> None:
    shown, photos = read(shaped, case.label)
    few = {"crumble": 4, "block_flip": 60, "diffuse": 6}[case.transition.id]
    for place, progress in ((2, 0.25), (3, 0.5), (4, 0.75)):
        expected = references.REFERENCES[case.transition.id](moment_of(case, photos, progress))
        off = differing(shown[place], np.clip(expected * 255, 0, 255), 2.5)
        assert off * 1000 <= few, f"at {progress}"


@pytest.mark.parametrize(
    "shape", ["Rectangle", "Membrane", "Lines", "Diamonds", "Amorph", "Random"]
)
def test_cells_grow_in_the_shape_that_is_asked_for(at_extremes: Path, shape: str) -> None:
    case = next(c for c in SET if c.transition.id == "diffuse" and c.values.get("shape") == shape)
    shown, photos = read(at_extremes, case.label)
    for place, progress in ((2, 0.25), (3, 0.5), (4, 0.75)):
        expected = references.REFERENCES["diffuse"](moment_of(case, photos, progress))
        assert differing(shown[place], expected * 255, 2.5) < 0.004, f"at {progress}"


@pytest.mark.parametrize("mode", ["Directional", "Swirl", "Converge", "Random"])
def test_beads_that_have_landed_show_the_new_photo_and_those_to_come_leave_the_old_one(
    at_extremes: Path, mode: str
) -> None:
    case = next(c for c in SET if c.transition.id == "particle" and c.values.get("mode") == mode)
    shown, photos = read(at_extremes, case.label)
    for place, progress in ((2, 0.25), (3, 0.5), (4, 0.75)):
        start = moment_of(case, photos, progress).cell(slice(0, 2)) * 0.65
        landed, to_come = start + 0.30 + 0.12 < progress, start > progress
        for where, near, far in ((landed, photos[1], photos[0]), (to_come, *photos)):
            if where.mean() > 0.1:
                off = [np.abs(shown[place] - photo)[where].mean() for photo in (near, far)]
                # Others fly past them.
                assert off[0] < 0.6 * off[1], f"at {progress}"


def test_tiles_are_square_on_a_screen_of_any_shape_unless_rows_are_asked_for(shaped: Path) -> None:
    case = next(c for c in SHAPED if c.label == "block_flip.left-to-right")
    _, photos = read(shaped, case.label)
    table = moment_of(case, photos, 0.5).table
    assert table is not None
    height, width, _ = photos[0].shape
    assert height / table.shape[0] == pytest.approx(width / table.shape[1], rel=0.13)


def test_every_parameter_is_among_those_at_their_extremes() -> None:
    named = {(case.transition.id, *case.values) for case in SET}
    assert named == {(t.id, p.name) for t in BUILT_IN for p in t.parameters}
