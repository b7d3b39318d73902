"""Crashes while a second worker stands by: it takes over at once, and another one is started."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from company import Company, spec_of, worker_processes
from crew import is_alive
from stillframe.supervision.events import WorkerState
from worker_kinds import IMAGES, SIMULATED, Kind
from worker_sim import Act, Moment, Script

SIMULATED_KINDS = tuple(kind for kind in SIMULATED if kind.shape)
every_kind = pytest.mark.parametrize("pair", [*SIMULATED_KINDS, IMAGES], indirect=True, ids=str)
WAYS = {
    "sigkill": (signal.SIGKILL, "signal 9"),
    "sigsegv": (signal.SIGSEGV, "signal 11"),
    "sigstop": (signal.SIGSTOP, "hung"),
}


@dataclass(frozen=True)
class Pair:
    """A kind with one worker at work and one that stands by."""

    kind: Kind
    company: Company

    @property
    def name(self) -> str:
        return self.kind.name

    def until_warm(self, but: int = 0) -> int:
        """Wait until a worker stands by that is ready, and is not `but`; return its process."""

        def standby_pid() -> int:
            self.company.until_ready(self.name)
            if self.company.status(self.name).standby != "ready":
                return 0
            standby = self.company.supervisor._pools[self.name]._staff.standby
            return standby.pid if standby is not None and standby.pid != but else 0

        return self.company.until(standby_pid)


@pytest.fixture(scope="module")
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    kind = request.param
    with Company.at_work(spec_of(kind, standby=True)) as company:
        yield Pair(kind, company)


def check_handed_over(pair: Pair, crash: Callable[[int], None], word: str, folder: Path) -> None:
    """See a crash answered by the standby, at once, and another one started in its place."""
    company, name = pair.company, pair.name
    pid, heir = company.until_ready(name), pair.until_warm()
    before, seen = company.status(name), len(company.changes())
    crash(pid)
    assert company.until_ready(name, restarts=before.restarts + 1) == heir
    company.fulfil(pair.kind.good(folder))

    states = [change.state for change in company.changes()[seen:]]
    assert states == [WorkerState.READY], "nobody waited for a start"
    assert not is_alive(pid)
    assert {heir, pair.until_warm(but=heir)} == worker_processes()
    now = company.status(name)
    assert (now.pid, now.restarts) == (heir, before.restarts + 1)
    assert Counter(now.causes) - Counter(before.causes) == {word: 1}
    company.check_everything_ended_once()
    if pair.kind.shape:
        company.until_slots_are_free(name)


@every_kind
@pytest.mark.parametrize("way", WAYS)
def test_an_idle_workers_crash(pair: Pair, way: str, tmp_path: Path) -> None:
    number, word = WAYS[way]
    check_handed_over(pair, lambda pid: os.kill(pid, number), word, tmp_path)


@pytest.mark.parametrize("pair", SIMULATED_KINDS, indirect=True, ids=str)
@pytest.mark.parametrize("moment", [Moment.WORKING, Moment.WRITING, Moment.ANSWERING])
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_with_a_request_in_hand(
    pair: Pair, moment: Moment, way: str, tmp_path: Path
) -> None:
    number, word = WAYS[way]
    script = Script(act=Act.SIGNAL, signal=number, moment=moment, once=str(tmp_path / "mark"))

    def crash(pid: int) -> None:
        del pid
        pair.company.configure(pair.name, script.to_settings())
        pair.company.fulfil(pair.kind.good(tmp_path))

    check_handed_over(pair, crash, word, tmp_path)


@every_kind
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_of_the_one_that_stands_by_leaves_the_other_alone(
    pair: Pair, way: str, tmp_path: Path
) -> None:
    number, word = WAYS[way]
    company, name = pair.company, pair.name
    pid, standby = company.until_ready(name), pair.until_warm()
    before, seen = company.status(name), len(company.changes())
    os.kill(standby, number)
    company.until(lambda: company.status(name).restarts > before.restarts)
    company.fulfil(pair.kind.good(tmp_path))
    assert pair.until_warm(but=standby) != pid
    now = company.status(name)
    assert (now.pid, now.restarts) == (pid, before.restarts + 1)
    assert Counter(now.causes) - Counter(before.causes) == {word: 1}
    assert company.changes()[seen:] == []
    assert not is_alive(standby)
    company.check_everything_ended_once()


@every_kind
def test_both_crash_at_once(pair: Pair, tmp_path: Path) -> None:
    company, name = pair.company, pair.name
    pid, standby = company.until_ready(name), pair.until_warm()
    before = company.status(name)
    os.kill(standby, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    assert company.until_ready(name, restarts=before.restarts + 2) not in (pid, standby)
    company.fulfil(pair.kind.good(tmp_path))
    assert pair.until_warm() not in (pid, standby)
    now = company.status(name)
    assert Counter(now.causes) - Counter(before.causes) == {"signal 9": 2}
    company.check_everything_ended_once()
    if pair.kind.shape:
        company.until_slots_are_free(name)


@pytest.mark.parametrize("pair", SIMULATED_KINDS[:1], indirect=True, ids=str)
def test_settings_reach_the_one_that_stands_by(pair: Pair, tmp_path: Path) -> None:
    company, name = pair.company, pair.name
    pid, heir = company.until_ready(name), pair.until_warm()

    def made_up_size() -> object:
        return getattr(company.fulfil(pair.kind.good(tmp_path)).response, "source_size", None)

    first = made_up_size()
    company.configure(name, Script(seed=77).to_settings())
    second = made_up_size()
    restarts = company.status(name).restarts
    os.kill(pid, signal.SIGKILL)
    assert company.until_ready(name, restarts=restarts + 1) == heir
    assert first != second == made_up_size()
