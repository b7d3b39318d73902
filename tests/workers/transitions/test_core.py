"""From a request's words to a table, the same on any machine."""

import hashlib
from typing import Any

import numpy as np
import pytest

from baking import request
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.pixels import Size
from stillframe.transitions.dropped import CLOUDS
from stillframe.transitions.model import CARDINAL
from stillframe.transitions.registry import BUILT_IN
from stillframe.workers.transitions.baking import TABLE_CAP_BYTES
from stillframe.workers.transitions.core import BAKES, baked


def digest(name: str, **changes: Any) -> str:
    _, table = baked(request(name, **changes))
    shape = f"{table.columns}x{table.rows}:".encode()
    return hashlib.sha256(shape + table.texels.tobytes()).hexdigest()[:16]


def test_each_transition_that_names_a_table_has_a_bake_and_no_other_has() -> None:
    assert set(BAKES) == {transition.bake for transition in (*BUILT_IN, CLOUDS) if transition.table}


# Bytes that some machine made once: every other must make the same.
GOLDEN = [
    ("diffuse", {}, "f155315e90bd8f0c"),
    ("diffuse", {"size": Size(640, 360), "seed": 7, "block_size": 8}, "d69acd0d79a2aa20"),
    ("diffuse", {"size": Size(333, 500), "seed": 2**62}, "3d1a04d5bab00523"),
    ("block_flip", {"direction": "left-to-right", "rows": 14}, "a2b2dc356dc6b87f"),
    (
        "block_flip",
        {"direction": "diagonal-tr-bl", "seed": 9, "columns": 5, "rows": 25},
        "0956e0c69a98e6e7",
    ),
    (
        "block_flip",
        {"direction": "bottom-to-top", "seed": 3, "columns": 2, "rows": 2},
        "3c497b89dfcffca6",
    ),
    ("crumble", {}, "674a559fa097f4f7"),
    (
        "crumble",
        {
            "size": Size(333, 500),
            "seed": 2**62,
            "piece_count": 5,
            "crack_complexity": 2.0,
            "weighting": "Random Choice",
        },
        "9e3ec356051810a5",
    ),
    ("particle", {}, "6b72e0dc5bf312da"),
    ("particle", {"size": Size(640, 360), "seed": 7, "mode": "Swirl"}, "7dcebdefd092dafa"),
    (
        "particle",
        {"direction": "diagonal-br-tl", "mode": "Directional", "radius": 20.5},
        "61ac7f7e41443e27",
    ),
    ("ink", {}, "f4bbe0acbcb94136"),
    ("ink", {"size": Size(640, 360), "seed": 7, "drops": 1}, "83ed455207a1b1ee"),
    ("ink", {"size": Size(333, 500), "seed": 2**62, "raggedness": 1.0}, "91ec5535456b75c9"),
]


@pytest.mark.parametrize(("name", "changes", "expected"), GOLDEN)
def test_a_table_is_the_same_on_any_machine(
    name: str, changes: dict[str, Any], expected: str
) -> None:
    assert digest(name, **changes) == expected


@pytest.mark.parametrize("name", BAKES)
def test_another_seed_is_another_table_and_the_same_one_the_same(name: str) -> None:
    assert digest(name, seed=1) != digest(name, seed=2)
    assert digest(name, seed=1) == digest(name, seed=1)


@pytest.mark.parametrize("name", BAKES)
@pytest.mark.parametrize("size", [Size(1, 1), Size(16384, 1), Size(7680, 4320), Size(640, 360)])
def test_no_table_passes_the_cap_whatever_the_screen(name: str, size: Size) -> None:
    _, table = baked(request(name, size))
    assert 0 < table.texels.nbytes <= TABLE_CAP_BYTES


def test_the_cells_of_a_diffuse_begin_at_all_times_and_end_with_time_to_spare() -> None:
    _, table = baked(request("diffuse"))
    thresholds = table.texels[..., 0].astype(int) * 256 + table.texels[..., 1]
    assert thresholds.max() == round(0.82 * 65535)
    assert thresholds.min() < 300
    assert np.median(thresholds) == pytest.approx(0.5**1.35 * 65535, rel=0.1)


@pytest.mark.parametrize("direction", CARDINAL)
def test_the_tiles_of_a_flip_begin_one_after_the_other_along_their_way(direction: str) -> None:
    _, table = baked(request("block_flip", direction=direction))
    starts = table.texels[..., 0].astype(int) * 256 + table.texels[..., 1]
    along = starts.mean(axis=0) if direction in CARDINAL[:2] else starts.mean(axis=1)
    if direction in (CARDINAL[1], CARDINAL[3]):
        along = along[::-1]
    assert (np.diff(along) > 0).all()


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("wobble", {}, "no transition with a table"),
        ("crossfade", {}, "no transition with a table"),
        ("diffuse", {"block_size": 0}, "out of range"),
        ("diffuse", {"blocks": 3}, "no parameter blocks"),
        ("diffuse", {"shape": "Oval"}, "give Rectangle or"),
    ],
)
def test_a_word_that_means_nothing_is_refused_by_name(
    name: str, params: dict[str, Any], said: str
) -> None:
    with pytest.raises(FaultError, match=said) as refused:
        baked(request(name, **params))
    assert refused.value.fault.kind is FaultKind.BAD_REQUEST
