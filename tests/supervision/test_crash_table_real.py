"""The crash table of the real workers: what can be reached from outside, with real work in hand.

Each is stopped in the middle first, so that the moment is certain, and then meets its end. What
only happens within a few microseconds is left to the simulated workers and to chance.
"""

import contextlib
import os
import resource
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from company import Company, spec_of, worker_processes
from crew import is_alive
from long_work import FRAME_SHAPE, TABLE_SHAPE, LongWork, group_of, stop_in_the_middle
from stillframe.contracts.control import Stop
from stillframe.contracts.status import WorkerStatus
from stillframe.supervision.events import Completed, RefusalSource, Refused
from stillframe.supervision.spec import Heartbeat, WorkerSpec
from worker_kinds import (
    BAKER,
    EARS,
    FETCHER,
    IMAGES,
    LIBRARY,
    LISTENER,
    PAINTER,
    PARSER,
    TABLES,
    Kind,
)

# Their work takes tenths of a second wherever it is done; the baker's is done by another program.
LONG = (replace(IMAGES, shape=FRAME_SHAPE), LIBRARY, PAINTER, LISTENER, BAKER)
KINDS = (*LONG, EARS, replace(TABLES, shape=TABLE_SHAPE), FETCHER, PARSER)
# A table is copied into its slot whole; a frame comes line by line, and a program bakes a shader.
WRITES_SLOWLY = ("images", "shaders")
# Nothing that it is given takes it long enough to be met in the middle of.
IS_QUICK = ("feedparse",)
# The others wait for a program or a server, or have no need of memory that grows.
NEEDS_MEMORY = [kind for kind in KINDS if kind not in (FETCHER, PARSER, BAKER)]
# So much stillness, 0.4 s, is borne: enough to look at a stopped worker before it is killed.
PATIENT = Heartbeat(interval_s=0.02, missed=20)
# A twentieth of a second of stillness is suspicious: any of the long work takes longer.
SUSPICIOUS = Heartbeat(interval_s=0.02, missed=3)
WORDS = {
    "sigkill": "signal 9",
    "sigsegv": "signal 11",
    "sigstop": "hung",
    "exit-1": "exit 1",
    "exit-0": "exit 0",
}
SIGNALS = ("sigkill", "sigsegv", "sigstop")
EXITS = ("exit-1", "exit-0")


@dataclass(frozen=True)
class Cell:
    """One crash of one kind."""

    kind: Kind
    moment: str
    way: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.moment}-{self.way}"


CELLS = [
    Cell(kind, moment, way)
    for kind in KINDS
    for moment, ways in {
        "idle": SIGNALS + EXITS,
        "working": () if kind.name in IS_QUICK else SIGNALS,
        "writing": SIGNALS if kind.name in WRITES_SLOWLY else (),
        "answering": () if kind.name in IS_QUICK else EXITS,
    }.items()
    for way in ways
]


@pytest.fixture(scope="module")
def work() -> Iterator[LongWork]:
    with LongWork.prepared() as prepared:
        yield prepared


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of those workers that are given one when they start."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def company(home: Path) -> Iterator[Company]:
    with Company.at_work(*(spec_at(home, kind, PATIENT) for kind in KINDS)) as crew:
        yield crew


def spec_at(home: Path, kind: Kind, heartbeat: Heartbeat) -> WorkerSpec:
    own = {kind.folder_setting: str(home)} if kind.folder_setting else {}
    return spec_of(kind, heartbeat=heartbeat, settings={**kind.settings, **own})


def end(company: Company, cell: Cell, pid: int) -> None:
    """Have a worker meet its end: by a signal, stopped or not, or by what it is told."""
    match cell.way:
        case "sigkill":
            os.kill(pid, signal.SIGKILL)
        case "sigsegv":
            os.kill(pid, signal.SIGSEGV)
            os.kill(pid, signal.SIGCONT)
        case "sigstop":
            os.kill(pid, signal.SIGSTOP)
        case "exit-1":
            company.child(cell.kind.name).channel._socket.send(b"nonsense")
        case "exit-0":
            company.child(cell.kind.name).channel.send(Stop())


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_crash_costs_nobody_else_anything(
    company: Company, work: LongWork, cell: Cell, home: Path, tmp_path: Path
) -> None:
    name = cell.kind.name
    pid, before = company.until_ready(name), company.status(name)
    if cell.moment == "idle":
        end(company, cell, pid)
        company.until_ready(name, restarts=before.restarts + 1)
    else:
        seq = in_hand(company, work, cell, tmp_path)
        outcome = company.outcome(seq)
        assert isinstance(outcome, Completed), outcome
    company.fulfil(cell.kind.good(tmp_path))
    now_pid = company.until_ready(name, restarts=before.restarts + 1)
    assert now_pid != pid
    assert not is_alive(pid)
    check_nothing_is_left(company, cell.kind)
    company.until(lambda: not group_of(pid))
    check_death(before, company.status(name), WORDS[cell.way])
    left = [*tmp_path.rglob(".*"), *home.rglob(".*")]
    assert not left, "the next painter, or baker, sweeps what a dead one has left"


def new_worker(company: Company, name: str) -> int:
    """Replace a worker by one that has not worked yet; return its process."""
    restarts = company.status(name).restarts
    os.kill(company.until_ready(name), signal.SIGKILL)
    return company.until_ready(name, restarts=restarts + 1)


def in_hand(company: Company, work: LongWork, cell: Cell, folder: Path) -> int:
    """Have a worker meet its end with a request in hand; return the request's number."""
    folders = (folder / str(number) for number in range(10**6))
    seq, pid = stop_in_the_middle(
        company,
        lambda: work.of[cell.kind.name](next(folders)),
        cell.kind.name,
        writing=cell.moment == "writing",
    )
    os.killpg(pid, signal.SIGSTOP)  # a program that works for it would soon end by itself
    end(company, cell, pid)
    if cell.moment == "answering":  # told to go while it worked: it answers first
        os.killpg(pid, signal.SIGCONT)
    return seq


def check_nothing_is_left(company: Company, kind: Kind) -> None:
    company.check_everything_ended_once()
    assert {company.until_ready(kind.name) for kind in KINDS} == worker_processes()
    if kind.shape:
        company.until_slots_are_free(kind.name)


def check_death(before: WorkerStatus, now: WorkerStatus, word: str) -> None:
    assert Counter(now.causes) - Counter(before.causes) == {word: 1}
    assert now.restarts == before.restarts + 1
    assert now.refused == before.refused
    assert (now.queued, now.in_flight, now.stale) == (0, 0, before.stale)


# What is no death.


@pytest.mark.parametrize("kind", LONG, ids=str)
def test_a_worker_that_computes_for_longer_than_its_heart_may_rest_is_not_killed(
    work: LongWork, kind: Kind, tmp_path: Path
) -> None:
    with Company.at_work(spec_at(tmp_path, kind, SUSPICIOUS)) as company:
        pid = company.until_ready(kind.name)
        company.fulfil(work.of[kind.name](tmp_path / "new"))
        status = company.status(kind.name)
        still_s = SUSPICIOUS.interval_s * SUSPICIOUS.missed
        assert status.handling.max_ms >= still_s * 1000, "it was still for long enough"
        assert (status.pid, status.restarts, status.causes) == (pid, 0, {})


@pytest.mark.parametrize("kind", NEEDS_MEMORY, ids=str)
def test_a_worker_without_memory_refuses_or_dies_and_the_next_request_succeeds(
    company: Company, work: LongWork, kind: Kind, tmp_path: Path
) -> None:
    name = kind.name
    # One that has done such work before may have enough left of it to do it again.
    pid = new_worker(company, name)
    before = company.status(name)
    limits = resource.prlimit(pid, resource.RLIMIT_AS)
    with open(f"/proc/{pid}/statm") as file:
        used_bytes = int(file.read().split()[0]) * resource.getpagesize()
    resource.prlimit(pid, resource.RLIMIT_AS, (used_bytes, limits[1]))
    outcome = company.outcome(company.order(work.of[name](tmp_path / "new")))
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_AS, limits)
    if isinstance(outcome, Refused):
        # Some libraries do not say that it was memory that they lacked.
        assert outcome.reason in ("out-of-memory", "decoder-error")
        assert outcome.source is RefusalSource.WORKER
        assert company.status(name).restarts == before.restarts
    else:  # a library that cannot go on without memory ends the process; the next one has some
        assert isinstance(outcome, Completed), outcome
        assert company.status(name).restarts == before.restarts + 1
    company.fulfil(kind.good(tmp_path))
    check_nothing_is_left(company, kind)
