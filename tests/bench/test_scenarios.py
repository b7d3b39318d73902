"""Shows beside workers in trouble: what is said of them, and that they are played."""

import pytest

from bench.frame_marks import Late
from bench.orders import Seen
from bench.scenarios import Pair, played, summed_up
from bench.troubled import Fault, Trouble


def seen(interval_ms: float, late_ms: float, faults: int = 3) -> Seen:
    return Seen(
        intervals_ms=[interval_ms] * 100,
        gui_stall_ms_max=50.0,
        lates=[Late(late_ms, 1.0, 0.0, 0.5)],
        transitions=4,
        motions=[],
        stays=[],
        decoded=0,
        load_cpu_s=0.0,
        supervisor_share=0.01,
        faults=faults,
        resident_bytes=[],
        gc_counts=[0, 0, 0],
        gc_longest_ms=[0.0, 0.0, 0.0],
        gc_full_ms=None,
    )


DEAD = Trouble(kind="images", fault=Fault.DEAD)
HUNG = Trouble(kind="audio", fault=Fault.HUNG)


def test_both_aims_are_judged_by_medians_over_the_pairs_and_counted() -> None:
    held = [Pair(seen(ms, 7.0), seen(16.0, 5.0, 0)) for ms in (16.0, 99.0, 17.0)]
    missed = [Pair(seen(33.0, 12.0), seen(16.0, 9.0, 0))]
    found = summed_up({DEAD: held, HUNG: missed})
    notes = found.notes
    row = next(
        it for it in found.rows if (it.case, it.metric) == ("images-dead", "interval_p99_ms")
    )
    assert row.ours == pytest.approx(17.0, abs=0.5)
    assert row.peers == {"at_peace": pytest.approx(16.0, abs=0.5)}
    assert notes[0].count("holds") == 2
    assert "in trouble 3 times a show" in notes[0]
    assert notes[1].count("MISSED") == 2
    assert notes[-1] == (
        "of 2 scenarios, 1 keep p99 within 1.25 of the show at peace; 1 keep the longest stall "
        "under 8 ms, which the show at peace misses beside 1; 2 keep the work in it "
        "under that"
    )


def test_a_worker_that_was_never_in_trouble_is_a_failure_and_no_row() -> None:
    lucky = [Pair(seen(16.0, 1.0, faults), seen(16.0, 1.0, 0)) for faults in (3, 0)]
    found = summed_up({DEAD: lucky[:1], HUNG: lucky})
    assert found.never == ("audio-hung",)
    assert {row.case for row in found.rows} == {"images-dead"}
    assert found.notes[-1].startswith("of 1 scenarios")


def test_a_scenario_is_played() -> None:
    trouble = Trouble(kind="transitions", fault=Fault.HUNG)
    found = played([trouble], 1)
    assert found.never == ()
    assert {row.case for row in found.rows} == {trouble.name}
    assert {row.metric for row in found.rows} >= {"interval_p99_ms", "settled_stall_ms_max"}
    # An interface that was never late has worked nothing meanwhile.
    assert all(row.ours >= 0 and row.peers["at_peace"] >= 0 for row in found.rows)
    assert len(found.notes) == 2
