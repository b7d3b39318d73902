"""When a worker dies, and how: every kind, every moment, every way, on real processes.

After each crash the next request succeeds, every request has ended once, no slot and no process is
left over, and the supervisor has counted what happened.
"""

import collections
import itertools
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from company import STILL_S, Company, spec_of, worker_processes
from crew import PATIENCE_S, Gate, is_alive
from stillframe.contracts.status import WorkerStatus
from stillframe.supervision.events import Completed, Outcome, RefusalSource, Refused
from stillframe.supervision.spec import Deadlines
from worker_kinds import SIMULATED, Kind
from worker_sim import Act, Moment, Script


@dataclass(frozen=True)
class Way:
    """How it goes wrong; `word` is what a death is counted under, empty if the worker lives."""

    script: Script
    word: str = ""


WAYS = {
    "sigkill": Way(Script(act=Act.SIGNAL, signal=signal.SIGKILL), "signal 9"),
    "sigsegv": Way(Script(act=Act.SIGNAL, signal=signal.SIGSEGV), "signal 11"),
    "sigstop": Way(Script(act=Act.SIGNAL, signal=signal.SIGSTOP), "hung"),
    "exit-1": Way(Script(act=Act.EXIT, status=1), "exit 1"),
    "exit-0": Way(Script(act=Act.EXIT, status=0), "exit 0"),
    "out-of-memory": Way(Script(act=Act.EXHAUST_MEMORY)),
    "lock-held": Way(Script(act=Act.HOLD_LOCK, hold_s=1.5 * STILL_S)),
}


@dataclass(frozen=True)
class Cell:
    """One crash of one kind."""

    kind: Kind
    moment: Moment
    way: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.moment}-{self.way}"

    @property
    def word(self) -> str:
        """What the death is counted under; empty if there is none."""
        if (self.moment, self.way) == (Moment.IDLE, "out-of-memory"):
            return "exit 1"  # there is no request to refuse: it ends as with any bug
        return WAYS[self.way].word

    @property
    def is_refused(self) -> bool:
        """Whether the request in hand is refused by the worker, which goes on."""
        return self.way == "out-of-memory" and self.moment in (
            Moment.WORKING,
            Moment.WRITING,
            Moment.ANSWERING,
        )

    @property
    def answers_twice(self) -> bool:
        """Whether the worker lives to answer again what it has answered."""
        return self.moment is Moment.ANSWERED and not self.word


CELLS = [
    Cell(kind, moment, way)
    for kind, moment, way in itertools.product(SIMULATED, Moment, WAYS)
    if kind.shape or moment is not Moment.WRITING
]


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with Company.at_work(*(spec_of(kind) for kind in SIMULATED)) as crew:
        yield crew


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_crash_costs_nobody_else_anything(company: Company, cell: Cell, tmp_path: Path) -> None:
    name, mark = cell.kind.name, tmp_path / "mark"
    pid, before = company.until_ready(name), company.status(name)
    script = msgspec.structs.replace(WAYS[cell.way].script, moment=cell.moment, once=str(mark))
    company.configure(name, script.to_settings())
    outcomes: list[Outcome] = []
    if cell.moment is not Moment.IDLE:
        outcomes.append(company.outcome(company.order(cell.kind.good(tmp_path))))
        check_outcome(outcomes[0], is_refused=cell.is_refused)
        if cell.moment is Moment.ANSWERED:
            check_writer(outcomes[0], pid)
    elif cell.word:
        company.until_ready(name, restarts=before.restarts + 1)
    outcomes.append(company.fulfil(cell.kind.good(tmp_path)))
    assert mark.exists(), "it happened"

    company.check_everything_ended_once()
    now_pid = company.until_ready(name, restarts=before.restarts + bool(cell.word))
    assert (now_pid != pid) == bool(cell.word)
    assert is_alive(pid) is not bool(cell.word)
    assert {company.until_ready(kind.name) for kind in SIMULATED} == worker_processes()
    if cell.kind.shape:
        company.until_slots_are_free(name)
    check_counts(cell, before, company.status(name), outcomes)


def test_computing_past_its_deadline_is_what_it_is_killed_for(tmp_path: Path) -> None:
    kind = next(kind for kind in SIMULATED if kind.name == "audio")
    script = Script(act=Act.HOLD_LOCK, hold_s=PATIENCE_S, once=str(tmp_path / "mark"))
    deadlines = Deadlines(start_s=PATIENCE_S, task_s=4 * STILL_S)
    with Company.at_work(spec_of(kind, deadlines=deadlines, settings=script.to_settings())) as crew:
        refused = crew.outcome(crew.order(kind.good(tmp_path)))
        assert isinstance(refused, Refused)
        assert (refused.reason, refused.source) == ("deadline", RefusalSource.SUPERVISOR)
        crew.fulfil(kind.good(tmp_path))
        assert crew.status(kind.name).causes == {"deadline": 1}


def test_waiting_for_a_file_in_a_thread_of_its_own_is_not_hanging(tmp_path: Path) -> None:
    kind = next(kind for kind in SIMULATED if kind.name == "audio")
    with Gate.at(tmp_path) as gate:
        script = Script(act=Act.SLOW_FILE, fifo=str(gate.path), once=str(tmp_path / "mark"))
        with Company.at_work(spec_of(kind, settings=script.to_settings())) as crew:
            pid, seq = crew.until_ready(kind.name), crew.order(kind.good(tmp_path))
            crew.until((tmp_path / "mark").exists)
            began = time.monotonic()
            crew.until(lambda: time.monotonic() - began >= 5 * STILL_S)
            assert crew.outcomes(seq) == []
            gate.let_through()
            assert isinstance(crew.outcome(seq), Completed)
            status = crew.status(kind.name)
            assert (status.pid, status.causes) == (pid, {})


def check_outcome(outcome: Outcome, *, is_refused: bool) -> None:
    if not is_refused:
        assert isinstance(outcome, Completed), outcome
        return
    assert isinstance(outcome, Refused), outcome
    assert (outcome.reason, outcome.source) == ("out-of-memory", RefusalSource.WORKER)


def check_writer(outcome: Outcome, pid: int) -> None:
    """See that what a worker managed to answer before its end has counted."""
    assert isinstance(outcome, Completed)
    assert outcome.lease is None or outcome.lease.header.producer_pid == pid


def check_counts(
    cell: Cell, before: WorkerStatus, now: WorkerStatus, outcomes: list[Outcome]
) -> None:
    died = collections.Counter(now.causes) - collections.Counter(before.causes)
    assert died == ({cell.word: 1} if cell.word else {})
    assert now.restarts - before.restarts == bool(cell.word)
    refused = collections.Counter(now.refused) - collections.Counter(before.refused)
    assert refused == ({"out-of-memory": 1} if cell.is_refused else {})
    assert now.completed - before.completed == len(outcomes) - cell.is_refused
    assert now.stale - before.stale == cell.answers_twice
    assert (now.queued, now.in_flight) == (0, 0)
    if cell.way == "lock-held" and cell.moment is not Moment.IDLE:
        assert now.handling.max_ms >= STILL_S * 1000, "it was still for long enough to be suspected"
