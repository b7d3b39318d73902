"""What a pool makes of a worker's wish about its companion."""

import pytest

from fake_staff import FakeStaff
from stillframe.contracts.control import Accompany
from stillframe.supervision.spec import Companion, RestartBudget

PROGRAM = Companion(("a-program", "{}"))


def wanted(crew: FakeStaff) -> bool:
    """Say whether the pool has tried to start the program."""
    return any("a-program" in line for line in crew.logged())


@pytest.mark.parametrize("at_work", [True, False])
def test_only_who_is_at_work_has_wishes(*, at_work: bool) -> None:
    crew = FakeStaff(standby=True, companion=PROGRAM)
    crew.turn(6)
    who = crew.active if at_work else crew.standby
    assert who is not None
    who.say(Accompany(argument="a"))
    crew.turn()
    assert wanted(crew) == at_work


def test_a_worker_without_a_companion_wishes_in_vain() -> None:
    crew = FakeStaff()
    crew.active.say(Accompany(argument="a"))
    crew.turn()
    assert crew.logged() == []
    assert len(crew.at_work) == 1


def test_a_wish_outlives_its_worker_but_not_the_last_of_them() -> None:
    crew = FakeStaff(companion=PROGRAM, budget=RestartBudget(restarts=1))
    crew.active.say(Accompany(argument="a"))
    crew.turn()
    pool = crew.pool
    assert pool._companion is not None
    crew.active.die("signal 9")
    crew.turn()
    assert pool._companion.next_ns() is not None
    crew.turn(1)
    crew.active.die("signal 9")
    crew.turn()
    assert pool._companion.next_ns() is None


def test_a_program_that_cannot_be_started_is_no_failure_of_the_worker() -> None:
    crew = FakeStaff(companion=PROGRAM)
    crew.active.say(Accompany(argument="a"))
    for _ in range(20):
        crew.turn(10)
    assert len(crew.children) == 1
    assert sum("a-program" in line for line in crew.logged()) > 3
