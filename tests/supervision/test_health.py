"""Busy or hung: the table, and what may never happen."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.supervision.health import Sight, Suspicion, Verdict, look

MISSED = 6
SIGHTS = st.builds(Sight, st.integers(0, 3), st.integers(0, 3), st.booleans())


def verdicts(sights: list[Sight]) -> list[Verdict]:
    suspicion, found = Suspicion(), []
    for sight in sights:
        suspicion, verdict = look(suspicion, sight, MISSED)
        found.append(verdict)
    return found


def still(looks: int) -> list[Sight]:
    return [Sight(1, 100)] * looks


def working(looks: int) -> list[Sight]:
    return [Sight(1, 100 + n) for n in range(looks)]


A_BEAT = Sight(2, 100)
EXCUSED = Sight(1, 100, excused=True)

# What is seen, one look after another, and the last verdict.
TABLE = {
    "the first sight": (still(1), Verdict.ALIVE),
    "five still looks": (still(1 + 5), Verdict.ALIVE),
    "six still looks": (still(1 + 6), Verdict.HUNG),
    "a beat after five": ([*still(6), A_BEAT], Verdict.ALIVE),
    "five more after that beat": ([*still(6), *[A_BEAT] * 6], Verdict.ALIVE),
    "six more after that beat": ([*still(6), *[A_BEAT] * 7], Verdict.HUNG),
    "work without a beat": (working(7), Verdict.BUSY),
    "a thousand looks of work": (working(1000), Verdict.BUSY),
    "work, then five still looks": ([*working(50), *[Sight(1, 149)] * 5], Verdict.BUSY),
    "work, then six still looks": ([*working(50), *[Sight(1, 149)] * 6], Verdict.HUNG),
    "waiting for a disk": ([*still(1), *[EXCUSED] * 1000], Verdict.BUSY),
    "a disk that answers late": ([*still(4), EXCUSED, *still(5)], Verdict.BUSY),
    "a disk, then six still looks": ([*still(1), EXCUSED, *still(6)], Verdict.HUNG),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_is_seen_decides(name: str) -> None:
    sights, verdict = TABLE[name]
    assert verdicts(sights)[-1] is verdict


@given(st.lists(SIGHTS, max_size=60))
def test_hung_is_only_who_was_still_for_so_many_looks_in_a_row(sights: list[Sight]) -> None:
    for number, verdict in enumerate(verdicts(sights)):
        window = sights[number - MISSED : number + 1] if number >= MISSED else []
        was_still = bool(window) and all(
            (now.beats, now.cpu_ns, now.excused) == (before.beats, before.cpu_ns, False)
            for before, now in itertools.pairwise(window)
        )
        assert (verdict is Verdict.HUNG) == was_still
