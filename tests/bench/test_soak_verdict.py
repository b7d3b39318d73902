"""The judgement of a long show: one that held, and each way in which one does not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.soak_observed import (
    INTERFACE,
    Book,
    Dark,
    Ending,
    Life,
    Observed,
    Photos,
    Picture,
    Played,
    Skip,
    Store,
)
from bench.soak_verdict import broken, rise_of

NAMES = ("a", "b", "c", "block_spins")
ON_EDGE = Dark(at_s=30.0, brightness=20.0, effect="block_spins")
ALL = frozenset(NAMES)
STYLES = frozenset({"bars", "wave"})


def samples(
    kib_min: float = 0.0, end_s: float = 600.0, steps: dict[float, float] | None = None
) -> list[tuple[float, float]]:
    """Return sizes at every other second: a line, and so many KiB more from a time on."""
    found = []
    for second in range(0, round(end_s), 2):
        stepped = sum(kib for at_s, kib in (steps or {}).items() if second >= at_s)
        found.append((float(second), 100_000 + kib_min * second / 60 + stepped))
    return found


def life(name: str = INTERFACE, pid: int = 1, kib_min: float = 0.0, end_s: float = 600.0) -> Life:
    return Life(name, pid, samples(kib_min, end_s), [60, 62] * 15, [14, 15] * 15)


HELD = Observed(
    seconds=600.0,
    lives=[life(), life("images", 2, end_s=90), life("images", 3, kib_min=-50, end_s=400)],
    books=[Book("images", asked=20, answered=18, open=2), Book("scenes", 0, 0)],
    stores=[Store("images, slots", 32, 32, 2, 2), Store("cache", 9, 10)],
    photos=Photos(
        total=10,
        broken=frozenset({"/p/x"}),
        known=9,
        shown=["/p/a", "/p/b"],
        counted=3,
        skipped=[Skip("/p/x", "corrupt")],
        elsewhere=1,
    ),
    picture=Picture(looks=2000, dark=[ON_EDGE], still_s=4.0, frames=4000, slow_ms=20.0),
    played=Played(dict.fromkeys(NAMES, 50), ALL, 3, STYLES, STYLES),
    ending=Ending(0),
    first_drawn_s=[1.0, 30.0],
)
Change = Callable[[Observed], Observed]


def photos(**changed: object) -> Change:
    return lambda seen: replace(seen, photos=replace(seen.photos, **changed))


def picture(**changed: object) -> Change:
    return lambda seen: replace(seen, picture=replace(seen.picture, **changed))


def played(**changed: object) -> Change:
    return lambda seen: replace(seen, played=replace(seen.played, **changed))


def lives(*also: Life) -> Change:
    return lambda seen: replace(seen, lives=[*seen.lives, *also])


def books(*books: Book) -> Change:
    return lambda seen: replace(seen, books=books)


def stores(*stores: Store) -> Change:
    return lambda seen: replace(seen, stores=stores)


def test_a_show_that_held() -> None:
    assert broken(HELD) == ()


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (lives(life("feeds", 9, kib_min=2000)), "memory: feeds 9 grew 2000 KiB a minute"),
        (lambda seen: replace(seen, lives=[life(kib_min=1949)]), "memory: interface 1 grew 1949"),
        (lambda seen: replace(seen, lives=[life("images", 2)]), "memory: the interface was not"),
        (lives(replace(life("audio", 9), files=[9] * 10 + [14] * 20)), "files: audio 9 had"),
        (lives(replace(life("audio", 9), threads=[2] * 10 + [5] * 20)), "threads: audio 9 had"),
        (lambda seen: replace(seen, lives=[replace(life(), files=())]), "files: the interface's"),
        (stores(Store("cache", 11, 10)), "caps: cache took 11 of 10"),
        (stores(Store("tables", 3, 4, 3, 2)), "caps: tables keeps 3, not 2"),
        (stores(), "caps: no arena"),
        (books(Book("feeds", asked=9, answered=8)), "ledger: feeds: 9 asked, 8 answered, 0 open"),
        (books(Book("feeds", asked=9, answered=10)), "ledger: feeds: 9 asked, 10 answered"),
        (
            books(Book("feeds", asked=9, answered=8, open=1, overdue=1)),
            "ledger: feeds: 1 without an answer in their time",
        ),
        (books(Book("feeds", 9, 9, twice=1)), "ledger: feeds: 1 answered twice"),
        (books(), "ledger: nothing was answered"),
        (photos(shown=[], counted=1), "photos: none was shown"),
        (photos(counted=4), "photos: 4 were counted, and 3 came on"),
        (photos(shown=["/p/a", "/p/x"]), "photos: broken ones were shown: ['/p/x']"),
        (photos(shown=["/p/a", "/p/a"]), "photos: 1 were shown again before all others"),
        (photos(skipped=[Skip("/p/c", "deadline")]), "photos: /p/c was passed over: deadline"),
        (photos(known=8, skipped=[]), "photos: of 10, 8 can be shown, 1 are broken and 0"),
        (picture(looks=200), "screen: looked at 200 times"),
        (picture(dark=[replace(ON_EDGE, effect="a")]), "screen: black 1 times: 20 in a"),
        (picture(dark=[ON_EDGE] * 51), "screen: black 51 times: 20 in block_spins, 20 in"),
        (picture(still_s=26), "screen: 26.0 s one photo"),
        (picture(frames=500), "frames: 500 in 200 transitions"),
        (picture(slow_ms=0.0), "frames: 99 of 100 within 0 ms"),
        (picture(slow_ms=2000.0), "frames: 99 of 100 within 2000 ms"),
        (
            played(transitions={"a": 200, "b": 1, "block_spins": 1}),
            "transitions: 197 in turn, of 4; not",
        ),
        (played(styles=frozenset({"bars"})), "styles: not played: ['wave']"),
        (played(failed=["no unplug in time"]), "faults: no unplug in time"),
        (lambda seen: replace(seen, notes=["no network"]), "notes: no network"),
        (lambda seen: replace(seen, ending=Ending(None)), "ending: exit status None"),
        (lambda seen: replace(seen, ending=Ending(-6)), "ending: exit status -6"),
        (lambda seen: replace(seen, ending=Ending(0, ["a socket"])), "ending: left behind: a soc"),
    ],
)
def test_each_clause_can_be_broken_by_itself(change: Change, clause: str) -> None:
    (said,) = broken(change(HELD))
    assert said.startswith(clause)


@pytest.mark.parametrize(
    "change",
    [
        photos(skipped=[Skip("/p/x", "corrupt"), Skip("/p/c", "worker-died")], known=8),
        lambda seen: replace(seen, notes=["images: 1 quarantined; see `stillframe quarantine`"]),
        photos(known=10, skipped=[]),  # a broken one's turn may not have come
        photos(shown=[f"/p/{name}" for name in "abcdefghia"], counted=11),  # a second round
        played(transitions={**dict.fromkeys(NAMES, 50), "own": 3}),
    ],
)
def test_what_is_explained_breaks_nothing(change: Change) -> None:
    assert broken(change(HELD)) == ()


def test_two_lives_of_a_kind_are_never_joined() -> None:
    first, second = life("feeds", 8, end_s=200), life("feeds", 9, end_s=200)
    larger = replace(second, memory_kib=[(200 + s, 9000 + kib) for s, kib in second.memory_kib])
    assert broken(replace(HELD, lives=[*HELD.lives, first, larger])) == ()


def test_a_warm_up_is_left_out_and_a_short_life_is_not_judged() -> None:
    warming = Life("feeds", 9, samples(steps={50: 90_000}))
    rise = rise_of(warming, ())
    assert rise is not None
    assert rise.slope_kib_min == pytest.approx(0)
    assert rise.bound_kib_min == pytest.approx(64 + 3072 / (398 / 60), rel=0.01)
    assert rise_of(life("feeds", 9, kib_min=9999, end_s=24), ()) is None


def test_what_is_given_back_is_no_growth() -> None:
    taken = replace(life("feeds", 9), memory_kib=samples(steps={560: 60_000, 580: -60_000}))
    assert broken(lives(taken)(HELD)) == ()
    kept = replace(taken, memory_kib=samples(steps={480: 60_000}))
    assert [said.split()[0] for said in broken(lives(kept)(HELD))] == ["memory:"]


def test_what_is_drawn_for_the_first_time_may_be_kept_and_nothing_else() -> None:
    """So much for each; and where there is a long rest after the last, it is the warm-up."""
    late = replace(life(), memory_kib=samples(steps={450: 2800, 500: 2800, 540: 2800}))
    assert broken(replace(HELD, lives=[late], first_drawn_s=[450.0, 500.0, 540.0])) == ()
    assert [said.split()[0] for said in broken(replace(HELD, lives=[late]))] == ["memory:"]
    early = replace(life(), memory_kib=samples(steps={250: 40_000}))
    assert broken(replace(HELD, lives=[early], first_drawn_s=[250.0])) == ()
    assert [said.split()[0] for said in broken(replace(HELD, lives=[early]))] == ["memory:"]
    assert rise_of(Life("feeds", 9, late.memory_kib), [450.0]) == rise_of(
        Life("feeds", 9, late.memory_kib), []
    ), "a worker draws nothing"


def test_a_short_show_plays_what_fits() -> None:
    some = played(transitions={"a": 2, "b": 1, "c": 1}, instead=1)(HELD)
    assert not any(clause.startswith("transitions") for clause in broken(some))
    (clause,) = (it for it in broken(played(instead=0, transitions={"a": 4})(HELD)) if "turn" in it)
    assert clause == "transitions: 2 in turn, of 4; not played: ['b', 'block_spins', 'c']"
