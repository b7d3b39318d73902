"""Every transition on a real screen: exact at both ends, and something to see between them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

import references
from baking import request
from moments import SEED
from shows import environment
from stillframe.contracts.pixels import Size
from stillframe.transitions.model import heading
from stillframe.transitions.registry import BUILT_IN
from stillframe.workers.transitions.bakes import crumble
from stillframe.workers.transitions.core import baked
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


# Where a hard edge falls between two pixels, or luck is a number of many digits, the last bit of a
# float decides: so many of a thousand pixels may differ.
EDGES = {
    "wipe": 15,
    "slide": 8,
    "block_flip": 25,
    "peel": 15,
    "doors": 10,
    "zoom_blur": 90,
    "block_spins": 8,
    "ink": 20,
    "page_curl": 8,
}
FEW = 2
MIDDLES = {2: 0.25, 3: 0.5, 4: 0.75}


def moment_of(
    name: str, direction: str, photos: tuple[npt.NDArray[np.int16], ...], progress: float
) -> references.Moment:
    """Return a moment as the screen was given it."""
    old, new = photos
    transition = next(t for t in BUILT_IN if t.id == name)
    size = Size(old.shape[1], old.shape[0])
    table = None
    if transition.table is not None:
        table = baked(request(name, size, SEED, direction=direction or "none"))[1].texels
    return references.Moment(
        old=old / 255,
        new=new / 255,
        t=progress,
        direction=heading(direction),
        direction_index=transition.directions.index(direction) if direction else 0,
        seed=float(SEED),
        table=table,
    )


@pytest.mark.parametrize(
    ("name", "direction"), [case for case in CASES if case[0] in references.REFERENCES]
)
def test_half_way_it_is_what_its_definition_says(drawn: Path, name: str, direction: str) -> None:
    shown, (old, new) = moments(drawn, name, direction)
    for place, progress in MIDDLES.items():
        moment = moment_of(name, direction, (old, new), progress)
        expected = references.REFERENCES[name](moment) * 255
        off = np.abs(shown[place] - np.clip(expected, 0, 255)).max(axis=2) > 2.5
        assert off.mean() * 1000 <= EDGES.get(name, FEW), f"at {progress}"


@pytest.mark.parametrize(
    ("name", "direction"), [case for case in CASES if case[0] in references.CALM]
)
def test_where_it_has_not_begun_or_is_over_the_photos_are_as_they_are(
    drawn: Path, name: str, direction: str
) -> None:
    shown, photos = moments(drawn, name, direction)
    looked_at = [0, 0]
    for place, progress in MIDDLES.items():
        moment = moment_of(name, direction, tuple(photos), progress)
        for number, (where, photo) in enumerate(references.calm_parts(name, moment)):
            off = np.abs(shown[place][where] - photo[where] * 255)
            looked_at[number] += len(off)
            assert off.size == 0 or (off.max(axis=1) > 2.5).mean() < 0.002, f"at {progress}"
    # On a small screen beads reach everywhere.
    assert sum(looked_at) > (1000 if photos[0].shape[1] >= 640 or name == "burn" else -1)


def test_pieces_that_crumble_show_what_they_showed_where_they_have_fallen_to(drawn: Path) -> None:
    """The middle of each piece, followed from the table, is the old photo a little darker."""
    shown, (old, _) = moments(drawn, "crumble", "")
    height, width, _ = old.shape
    _, table = baked(request("crumble", Size(width, height), SEED, direction="none"))
    columns, rows = crumble.grid(Size(width, height), 16)
    first, second = table.texels[:2, : columns * rows].astype(int)
    number = np.arange(columns * rows)
    x = (number % columns + first[:, 0] / 256) / columns
    y = (number // columns + first[:, 1] / 256) / rows
    delay = (second[:, 0] * 256 + second[:, 1]) / 65536
    for place, progress in ((2, 0.25), (3, 0.5)):
        own = np.clip(((progress - 0.05) / 0.9 - delay) / (1 - delay), 0, 1)
        at_x = x + own * (first[:, 3] - 128) / 256 * 0.3
        at_y = y + own**3 * 7.5 * (0.9 + 0.3 * second[:, 2] / 255)
        seen = (at_y < 0.99) & (at_x > 0.01) & (at_x < 0.99)
        now = shown[place][(at_y[seen] * height).astype(int), (at_x[seen] * width).astype(int)]
        before = old[(y[seen] * height).astype(int), (x[seen] * width).astype(int)]
        dark = 1 - 0.12 * np.clip(own[seen] / 0.25, 0, 1)
        off = np.abs(now - before * dark[:, np.newaxis]).max(axis=1)
        # Some lie behind others, and where a photo is full of detail the next pixel is another.
        assert seen.sum() > 40
        assert (off < 24).mean() > 0.55, f"at {progress}"


def test_streaks_of_sorted_pixels_have_the_colours_of_their_own_line(drawn: Path) -> None:
    shown, (old, new) = moments(drawn, "pixel_sort", "left-to-right")
    for place in MIDDLES:
        for line in range(10, old.shape[0] - 10, 7):
            near = np.concatenate((old[line - 3 : line + 4], new[line - 3 : line + 4])).reshape(
                -1, 3
            )
            assert (shown[place][line] >= near.min(axis=0) - 3).all()
            assert (shown[place][line] <= near.max(axis=0) + 3).all()


def test_each_transition_is_laid_beside_something_that_is_known_of_it() -> None:
    special = {"crumble", "pixel_sort"}
    assert {t.id for t in BUILT_IN} == set(references.REFERENCES) | set(references.CALM) | special


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
