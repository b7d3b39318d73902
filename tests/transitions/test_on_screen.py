"""Every transition on a real screen: exact at both ends, and something to see between them."""

import os
from pathlib import Path

import numpy as np
import pytest

import moments as drawing
import references
from drawn import differing, draw, moment_of
from drawn import moments as read
from references_pieces import calm_parts

CASES = drawing.cases("directions")
SIZES = ("640x360", "333x500")


@pytest.fixture(scope="module", params=SIZES)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp(request.param), request.param, "directions")


def every(*names: str) -> pytest.MarkDecorator:
    """Run a test for each direction of these transitions, or of all."""
    chosen = [case for case in CASES if not names or case.transition.id in names]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.label)


@every()
def test_it_begins_with_the_old_photo_and_ends_with_the_new_one_to_the_bit(
    drawn: Path, case: drawing.Case
) -> None:
    shown, (old, new) = read(drawn, case.label)
    assert np.array_equal(shown[0], old)
    assert np.array_equal(shown[-1], new)


@every()
def test_it_neither_jumps_at_its_ends_nor_stands_still_between_them(
    drawn: Path, case: drawing.Case
) -> None:
    shown, (old, new) = read(drawn, case.label)
    # A ten-thousandth of the way in, hardly anything has changed.
    assert differing(shown[1], old) < 0.02
    assert differing(shown[-2], new) < 0.02
    for photo in (old, new):
        assert differing(shown[3], photo) > 0.2


# The slab of `block_spins` turns on black, and is an edge half way; cracks are black; the front
# that sweeps over a film is white.
DARK = {"block_spins": 0.0}
BLACK = {"block_spins": 1.0, "crumble": 0.06}
BRIGHT = {"film_burn": 1.45}


@every()
def test_it_neither_flashes_nor_goes_black(drawn: Path, case: drawing.Case) -> None:
    shown, (old, new) = read(drawn, case.label)
    ends = sorted((old.mean(), new.mean()))
    name = case.transition.id
    for picture in shown[2:-2]:
        # Cards that stand on their edges are in the shade.
        assert DARK.get(name, 0.7) * ends[0] < picture.mean() < BRIGHT.get(name, 1.1) * ends[1]
        black = (old.max(axis=2) < 3).mean() + BLACK.get(name, 0.03)
        assert (picture.max(axis=2) < 3).mean() < black


# Where a hard edge falls between two pixels, or luck is a number of many digits, the last bit of a
# float decides: so many of a thousand pixels may differ.
EDGES = {
    "wipe": 15,
    "slide": 8,
    "block_flip": 25,
    "peel": 15,
    "doors": 10,
    "block_spins": 14,
    "crumble": 2,
    "ink": 20,
}
FEW = 2
MIDDLES = {2: 0.25, 3: 0.5, 4: 0.75}


@every(*references.REFERENCES)
def test_half_way_it_is_what_its_definition_says(drawn: Path, case: drawing.Case) -> None:
    shown, photos = read(drawn, case.label)
    # Another direction is another way for the same motion.
    first = case.direction in ("", *case.transition.directions[:1])
    for place, progress in MIDDLES.items() if first else [(2, 0.25)]:
        expected = references.REFERENCES[case.transition.id](moment_of(case, photos, progress))
        off = differing(shown[place], np.clip(expected * 255, 0, 255), 2.5)
        assert off * 1000 <= EDGES.get(case.transition.id, FEW), f"at {progress}"


@every(*references.CALM)
def test_where_it_has_not_begun_or_is_over_the_photos_are_as_they_are(
    drawn: Path, case: drawing.Case
) -> None:
    shown, photos = read(drawn, case.label)
    looked_at = [0, 0]
    for place, progress in MIDDLES.items():
        moment = moment_of(case, photos, progress)
        for number, (where, photo) in enumerate(calm_parts(case.transition.id, moment)):
            off = np.abs(shown[place][where] - photo[where] * 255)
            looked_at[number] += len(off)
            assert off.size == 0 or (off.max(axis=1) > 2.5).mean() < 0.002, f"at {progress}"
    # On a small screen beads reach everywhere.
    wide = photos[0].shape[1] >= 640
    assert sum(looked_at) > (1000 if wide or case.transition.id == "burn" else -1)


def test_streaks_of_sorted_pixels_have_the_colours_of_their_own_line(drawn: Path) -> None:
    shown, (old, new) = read(drawn, "pixel_sort.left-to-right")
    for place in MIDDLES:
        for line in range(10, old.shape[0] - 10, 7):
            near = np.concatenate((old[line - 3 : line + 4], new[line - 3 : line + 4])).reshape(
                -1, 3
            )
            assert (shown[place][line] >= near.min(axis=0) - 3).all()
            assert (shown[place][line] <= near.max(axis=0) + 3).all()


def test_each_transition_is_laid_beside_something_that_is_known_of_it() -> None:
    known = {*references.REFERENCES, *references.CALM, "pixel_sort"}
    assert {case.transition.id for case in CASES} == known


def test_a_slide_moves_both_photos_by_as_much(drawn: Path) -> None:
    shown, (old, new) = read(drawn, "slide.left-to-right")
    quarter = round(shown.shape[2] * 0.25)
    moved = shown[2]
    assert np.abs(moved[:, quarter + 2 :] - old[:, 2 : old.shape[1] - quarter]).mean() < 6
    assert np.abs(moved[:, : quarter - 2] - new[:, new.shape[1] - quarter : -2]).mean() < 6


def test_a_wipe_has_one_edge_where_its_progress_is(drawn: Path) -> None:
    shown, (old, new) = read(drawn, "wipe.top-to-bottom")
    edge = shown.shape[1] // 2
    assert np.array_equal(shown[3][: edge - 3], new[: edge - 3])
    assert np.array_equal(shown[3][edge + 3 :], old[edge + 3 :])


def test_a_crossfade_is_the_mean_in_the_middle(drawn: Path) -> None:
    shown, (old, new) = read(drawn, "crossfade.")
    assert np.abs(shown[3] - (old + new) / 2).max() <= 1


def test_all_of_them_were_drawn(drawn: Path) -> None:
    found = {name for name in os.listdir(drawn) if name.endswith(".npz")}
    assert found == {f"{case.label}.npz" for case in CASES}
