"""From the settings' lists to what is played."""

from typing import Any

import pytest

from stillframe.settings import SettingError, load
from stillframe.show.repertoire import plan_of
from stillframe.show.shading import Shelf
from stillframe.show.stagecraft import TransitionPlan
from stillframe.transitions.dropped import Dropped, dropped
from stillframe.transitions.model import Easing
from stillframe.transitions.registry import BUILT_IN


def plan(**settings: str) -> TransitionPlan:
    environ = {f"STILLFRAME_{name.upper()}": value for name, value in settings.items()}
    return plan_of(load(file_text=None, file_name="", environ=environ, flags={}), BUILT_IN)


def styles(**settings: str) -> dict[str, Any]:
    return {transition.id: style for transition, style in plan(**settings).pool}


def test_a_crossfade_alone_is_what_a_show_has_without_settings() -> None:
    made = plan()
    assert [transition.id for transition, _ in made.pool] == ["crossfade"]
    assert (made.duration_s, made.longest_s, made.easing) == (None, 10, None)
    assert made.time_s(*made.pool[0]) == 1.2


def test_a_time_is_for_all_transitions_but_those_with_their_own() -> None:
    made = plan(
        transitions_type="random",
        transitions_durations_s="wipe=3.5",
        show_transition_duration_s="2",
    )
    times = {transition.id: made.time_s(transition, style) for transition, style in made.pool}
    assert times.pop("wipe") == 3.5
    assert set(times.values()) == {2}


def test_in_turn_is_all_of_them_each_in_its_own_time() -> None:
    made = plan(transitions_type="in-turn", show_interval_s="2")
    assert made.in_turn
    assert [transition.id for transition, _ in made.pool] == [it.id for it in BUILT_IN]
    assert all(made.time_s(*entry) == entry[0].default_duration_s for entry in made.pool)
    assert not plan(transitions_type="random").in_turn


@pytest.mark.parametrize(
    ("word", "name"),
    [("Rain Drops", "ripple"), ("Shuffle", "crossfade"), ("claw marks", "crossfade")],
)
def test_names_of_the_shows_that_people_come_from_are_known(word: str, name: str) -> None:
    assert set(styles(transitions_type=word)) == {name}


@pytest.mark.parametrize(
    ("words", "direction"),
    [("Left to Right", "left-to-right"), ("Diagonal TL-BR", "diagonal-tl-br")],
)
def test_a_direction_may_be_said_in_words(words: str, direction: str) -> None:
    assert (
        styles(transitions_type="wipe", transitions_directions=f"wipe={words}")["wipe"].direction
        == direction
    )


@pytest.mark.parametrize("name", ["block_flip", "Block Puzzle Flip", "block-flip", " BLOCK_FLIP "])
def test_a_transition_goes_by_any_of_its_names(name: str) -> None:
    assert set(styles(transitions_type=name)) == {"block_flip"}


def test_random_is_all_of_them_or_those_that_are_named_with_their_weights() -> None:
    assert set(styles(transitions_type="random")) == {transition.id for transition in BUILT_IN}
    some = styles(transitions_type="random", transitions_enabled="wipe=3, slide, diffuse=0")
    assert {name: style.weight for name, style in some.items()} == {"wipe": 3.0, "slide": 1.0}


def test_single_transitions_have_times_ways_and_parameters_of_their_own() -> None:
    made = styles(
        transitions_type="random",
        transitions_durations_s="wipe=3.5",
        transitions_directions="slide=left-to-right, wipe=random",
        transitions_parameters="blinds.columns=20, diffuse.shape=Lines, diffuse.block_size=8",
    )
    assert made["wipe"].duration_s == 3.5
    assert made["slide"].direction == "left-to-right"
    assert made["blinds"].parameters == {"columns": 20}
    assert made["diffuse"].parameters == {"shape": "Lines", "block_size": 8}


def test_an_easing_is_for_all() -> None:
    assert plan(transitions_easing="out-cubic").easing is Easing.OUT_CUBIC


@pytest.mark.parametrize(
    ("setting", "text", "said"),
    [
        ("type", "wobble", "no transition is called 'wobble'; there are .*crossfade"),
        ("enabled", "wipe=x", "transitions.enabled has 'x': give 0 to 1000"),
        ("enabled", "wipe=0", "leaves no transition"),
        ("enabled", "wipe=nan", "give 0 to 1000"),
        ("durations_s", "wipe", "has 'wipe': give it a value"),
        ("durations_s", "wipe=0", "give 0.1 to 60"),
        ("directions", "slide=up", "slide does not go 'up'; give random, left-to-right"),
        (
            "parameters",
            "blinds.slats=3",
            "blinds has no parameter 'slats'; it has feather, columns",
        ),
        ("parameters", "blinds.columns=999", "columns = 999 is out of range: 2 to 64"),
        ("parameters", "blinds.columns=many", "columns = 'many' is not a number"),
        ("parameters", "columns=3", "no transition is called ''"),
    ],
)
def test_what_means_nothing_is_refused_with_what_is_allowed(
    setting: str, text: str, said: str
) -> None:
    with pytest.raises(SettingError, match=said):
        plan(**{"transitions_type": "random", f"transitions_{setting}": text})


def own(name: str) -> Dropped:
    return dropped(f"{name}.glsl", "vec4 transition(vec2 uv) { return getToColor(uv); }", "")


def with_own(shelf: Shelf, **settings: str) -> TransitionPlan:
    environ = {f"STILLFRAME_{name.upper()}": value for name, value in settings.items()}
    return plan_of(load(file_text=None, file_name="", environ=environ, flags={}), BUILT_IN, shelf)


def test_a_persons_own_are_among_all_and_can_be_named_before_they_are_baked() -> None:
    ready, waiting = own("Swirl"), own("melt")
    shelf = Shelf(ready=(ready.transition,), unbaked=(waiting,))
    made = with_own(shelf, transitions_type="random")
    assert {"gl-swirl", "gl-melt", "crossfade"} <= {transition.id for transition, _ in made.pool}
    assert made.unbaked == (waiting,)
    named = with_own(shelf, transitions_type="gl-melt", transitions_durations_s="gl-melt=2")
    assert [(it.id, style.duration_s) for it, style in named.pool] == [("gl-melt", 2)]
    assert named.unbaked == (waiting,)


def test_nothing_is_baked_that_cannot_come() -> None:
    shelf = Shelf(unbaked=(own("swirl"),))
    assert with_own(shelf).unbaked == ()
    chosen = {"transitions_type": "random", "transitions_enabled": "slide, gl-swirl=0"}
    assert with_own(shelf, **chosen).unbaked == ()


def test_one_of_our_own_names_stays_ours() -> None:
    shelf = Shelf(ready=(own("wipe").transition,))
    assert [it.id for it, _ in with_own(shelf, transitions_type="wipe").pool] == ["wipe"]
    assert [it.id for it, _ in with_own(shelf, transitions_type="gl-wipe").pool] == ["gl-wipe"]
