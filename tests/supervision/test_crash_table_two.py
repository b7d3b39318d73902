"""Crashes where two work: the other goes on, takes what was in hand, and a new one comes."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from company import Company, spec_of, worker_processes
from crew import Gate, is_alive
from stillframe.supervision.events import Completed
from worker_kinds import IMAGES, SIMULATED, Kind
from worker_sim import Act, Moment, Script

SIMULATED_KINDS = tuple(kind for kind in SIMULATED if kind.shape)
WAYS = {
    "sigkill": (signal.SIGKILL, "signal 9"),
    "sigsegv": (signal.SIGSEGV, "signal 11"),
    "sigstop": (signal.SIGSTOP, "hung"),
}
REQUESTS = 6


@dataclass(frozen=True)
class Two:
    """A kind of which two work."""

    kind: Kind
    company: Company

    @property
    def name(self) -> str:
        return self.kind.name

    def until_both_are_ready(self) -> set[int]:
        """Wait until both are ready; return their processes."""

        def both() -> set[int]:
            self.company.until_ready(self.name)
            now = self.company.status(self.name)
            ready = [other.pid for other in now.others if other.state == "ready"]
            return {now.pid, *ready} if ready else set()

        return self.company.until(both)

    def check_crashes(self, before: object, word: str, deaths: int) -> None:
        """See that so many died so, that both are there again, and that nothing is lost."""
        pids = self.until_both_are_ready()
        assert pids == worker_processes()
        now = self.company.status(self.name)
        assert Counter(now.causes) - Counter(getattr(before, "causes", {})) == {word: deaths}
        self.company.check_everything_ended_once()
        self.company.until_slots_are_free(self.name)


@pytest.fixture(scope="module")
def two(request: pytest.FixtureRequest) -> Iterator[Two]:
    with Company.at_work(spec_of(request.param, processes=2)) as company:
        yield Two(request.param, company)


@pytest.mark.parametrize("two", [*SIMULATED_KINDS, IMAGES], indirect=True, ids=str)
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_of_one_leaves_the_other_alone(two: Two, way: str, tmp_path: Path) -> None:
    number, word = WAYS[way]
    pids, before = two.until_both_are_ready(), two.company.status(two.name)
    victim = max(pids)
    os.kill(victim, number)
    for _ in range(REQUESTS):
        two.company.fulfil(two.kind.good(tmp_path))
    two.company.until(lambda: two.company.status(two.name).restarts > before.restarts)
    two.check_crashes(before, word, deaths=1)
    assert not is_alive(victim)
    assert min(pids) in worker_processes()


@pytest.mark.parametrize("two", SIMULATED_KINDS, indirect=True, ids=str)
@pytest.mark.parametrize("moment", [Moment.WORKING, Moment.WRITING, Moment.ANSWERING])
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_with_requests_in_both_hands(
    two: Two, moment: Moment, way: str, tmp_path: Path
) -> None:
    number, word = WAYS[way]
    company = two.company
    two.until_both_are_ready()
    before = company.status(two.name)
    script = Script(act=Act.SIGNAL, signal=number, moment=moment, once=str(tmp_path / "mark"))
    company.configure(two.name, script.to_settings())
    orders = [company.order(two.kind.good(tmp_path)) for _ in range(REQUESTS)]
    outcomes = [company.outcome(seq) for seq in orders]
    assert all(isinstance(outcome, Completed) for outcome in outcomes), outcomes
    two.check_crashes(before, word, deaths=1)


@pytest.mark.parametrize("two", [*SIMULATED_KINDS, IMAGES], indirect=True, ids=str)
def test_both_crash_at_once(two: Two, tmp_path: Path) -> None:
    pids, before = two.until_both_are_ready(), two.company.status(two.name)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    two.company.until(lambda: two.company.status(two.name).restarts == before.restarts + 2)
    two.company.fulfil(two.kind.good(tmp_path))
    two.check_crashes(before, "signal 9", deaths=2)
    assert not pids & worker_processes()


@pytest.mark.parametrize("two", SIMULATED_KINDS[:1], indirect=True, ids=str)
def test_both_are_at_work_at_the_same_time(two: Two, tmp_path: Path) -> None:
    company = two.company
    two.until_both_are_ready()
    with Gate.at(tmp_path) as gate:
        company.configure(two.name, Script(act=Act.SLOW_FILE, fifo=str(gate.path)).to_settings())
        orders = [company.order(two.kind.good(tmp_path)) for _ in range(2)]
        company.until(lambda: company.status(two.name).in_flight == 2)
        for _ in orders:
            gate.let_through()
        outcomes = [company.outcome(seq) for seq in orders]
    leases = [outcome.lease for outcome in outcomes if isinstance(outcome, Completed)]
    assert len({lease.header.producer_pid for lease in leases if lease}) == 2
