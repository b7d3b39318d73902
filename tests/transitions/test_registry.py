"""Every file of a transition belongs to one that is listed, and is what it says."""

import runpy
from importlib import resources
from pathlib import Path

import pytest

from stillframe.transitions.model import Transition
from stillframe.transitions.registry import BUILT_IN

PACKAGE = Path(str(resources.files("stillframe.transitions")))
TOOL = Path(__file__).parents[2] / "tools" / "bake_shaders.py"


def test_each_declaration_is_listed_once_under_the_name_of_its_file() -> None:
    files = {path.stem for path in (PACKAGE / "declared").glob("*.py")} - {"__init__"}
    assert sorted(t.id for t in BUILT_IN) == sorted(files)
    assert len({t.name for t in BUILT_IN}) == len(BUILT_IN)


def test_each_has_its_shader_and_no_shader_is_left_over() -> None:
    shaders = {path.name for path in (PACKAGE / "shaders").iterdir()}
    wanted = {f"{t.id}{end}" for t in BUILT_IN for end in (".glsl", ".frag.qsb")}
    assert shaders == wanted | {"prelude.glsl"}


@pytest.mark.parametrize("transition", BUILT_IN, ids=lambda t: t.id)
def test_a_shader_baked_anew_is_the_one_that_is_shipped(transition: Transition) -> None:
    again = runpy.run_path(str(TOOL))["baked"](transition.id)
    assert again == (PACKAGE / "shaders" / f"{transition.id}.frag.qsb").read_bytes()


@pytest.mark.parametrize("transition", BUILT_IN, ids=lambda t: t.id)
def test_a_transition_takes_a_time_that_people_wait_for(transition: Transition) -> None:
    assert 0.5 <= transition.default_duration_s <= 15
