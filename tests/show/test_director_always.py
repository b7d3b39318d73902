"""The director against a model of the world that does anything in any order."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.cache.keys import scaled_key
from stillframe.contracts.images import Profile
from stillframe.show import script
from stillframe.show.script import Appearance
from theatre import Theatre

NUMBERS = st.integers(0, 7)
HAPPENINGS = st.one_of(
    st.tuples(st.sampled_from(["answer", "miss"]), NUMBERS),
    st.tuples(st.sampled_from(["upload", "finish", "pause", "all found"])),
    st.tuples(st.just("step"), st.sampled_from([-1, 1])),
    st.tuples(st.just("wait"), st.sampled_from([1, 100_000_000, 5_000_000_000, 20_000_000_000])),
    st.tuples(st.just("resize"), NUMBERS),
    st.tuples(st.just("find"), st.integers(1, 3), st.booleans()),
    st.tuples(st.sampled_from(["spoil", "change", "vanish"]), NUMBERS),
    st.tuples(st.just("decoder"), st.booleans()),
)
PLOTS = st.lists(HAPPENINGS, max_size=80)


def happen(theatre: Theatre, word: str, *arguments: int) -> None:
    """Let one thing happen."""
    match word:
        case "find":
            theatre.find(arguments[0], broken=bool(arguments[1]))
        case "miss":
            theatre.answer(*arguments, miss=True)
        case "pause":
            theatre.cue(script.PauseToggled())
        case "all found":
            theatre.cue(script.SourcesEnded())
        case "step":
            theatre.cue(script.Stepped(*arguments))
        case "decoder":
            theatre.cue(script.DecoderChanged(available=bool(*arguments)))
        case _:
            getattr(theatre, word)(*arguments)


def played(seed: int, look_ahead: int, plot: list[tuple]) -> Theatre:
    """Return a theatre in which all of `plot` has happened."""
    theatre = Theatre(seed, look_ahead)
    for happening in plot:
        happen(theatre, *happening)
    return theatre


@settings(max_examples=400)
@given(seed=st.integers(0, 99), look_ahead=st.integers(1, 4), plot=PLOTS)
def test_nothing_that_happens_makes_it_break_its_word(
    seed: int, look_ahead: int, plot: list[tuple]
) -> None:
    theatre = played(seed, look_ahead, plot)
    theatre.end()


@settings(max_examples=400)
@given(seed=st.integers(0, 99), look_ahead=st.integers(1, 4), plot=PLOTS)
def test_whatever_has_happened_every_photo_that_can_be_shown_is_shown_again(
    seed: int, look_ahead: int, plot: list[tuple]
) -> None:
    theatre = played(seed, look_ahead, plot)
    theatre.find(1, broken=False)
    theatre.resize(0)
    theatre.calm(rounds=2)
    theatre.presented.clear()
    there = {photo for photo in theatre.photos if photo.path not in theatre.gone}
    good = there - theatre.broken - set(theatre.skipped)
    # Steps back lengthen what is planned already; then every photo comes within two rounds.
    theatre.calm(rounds=2 * len(theatre.photos) + plot.count(("step", -1)) + 10)
    shown = {action.photo for action in theatre.presented}
    assert len(good) == 1 or good <= shown
    _stands_in_its_size(theatre)
    theatre.end()


def _stands_in_its_size(theatre: Theatre) -> None:
    """The photo on screen was made for the window, and no two transitions show the same one."""
    assert theatre.front is not None
    assert theatre.size is not None
    transitions = [a for a in theatre.presented if a.appearance is Appearance.TRANSITION]
    assert all(left.photo != right.photo for left, right in itertools.pairwise(transitions))
    for photo in transitions[-1:]:
        expected = scaled_key(photo.photo.path, theatre.size, Profile())
        assert theatre.front.key == expected


@settings(max_examples=100)
@given(seed=st.integers(0, 99), plot=PLOTS)
def test_a_seed_and_the_same_events_give_the_same_show(seed: int, plot: list[tuple]) -> None:
    assert played(seed, 2, plot).presented == played(seed, 2, plot).presented
