"""Who works, who stands by, and what follows a death."""

import pytest

from fake_child import FakeChild
from fake_staff import FakeStaff
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.quarantine import WorkerInput
from stillframe.supervision.events import Configure, QuarantineChanged, WorkerState
from stillframe.supervision.spec import Deadlines, RestartBudget, Shutdown
from stillframe.transport.arena import ArenaShape

POISON = WorkerInput(b"/photos/poison.jpg", "100:5")


def with_standby(**changes: object) -> FakeStaff:
    crew = FakeStaff(standby=True, **changes)
    crew.turn()
    assert crew.standby is not None
    return crew


def kill_active(crew: FakeStaff, how: str = "signal 9") -> None:
    crew.active.die(how)
    crew.turn()


def test_a_spec_without_a_standby_gets_one_process_and_waits_after_a_death() -> None:
    crew = FakeStaff()
    assert len(crew.children) == 1
    kill_active(crew)
    assert crew.states()[-1] is WorkerState.BACKOFF
    crew.turn(1)
    assert crew.states()[-1] is WorkerState.READY
    assert len(crew.children) == 2


def test_a_standby_takes_over_at_once_with_the_task_in_hand_and_another_is_warmed() -> None:
    crew = with_standby()
    crew.submit(1)
    first, heir = crew.active, crew.standby
    kill_active(crew)
    assert crew.active is heir
    assert heir.in_hand is not None
    assert heir.in_hand.seq == 1
    assert crew.changed() == crew.changed().__class__(
        "unruly", WorkerState.READY, heir.pid, 1, "signal 9"
    )
    assert WorkerState.BACKOFF not in crew.states()
    heir.answer(heir.in_hand)
    heir.in_hand = None
    crew.turn(1)
    assert crew.standby not in (None, first, heir)


def test_no_standby_is_started_while_there_is_work_unless_there_always_is() -> None:
    crew = FakeStaff(start=False, standby=True, deadlines=Deadlines(start_s=30, task_s=60))
    crew.submit(1)
    assert crew.active.in_hand is not None
    assert crew.standby is None
    crew.turn(4.9)
    assert crew.standby is None
    crew.turn(0.2)
    assert crew.standby is not None


def test_a_standby_that_still_starts_takes_over_when_it_is_ready() -> None:
    crew = with_standby()
    kill_active(crew)
    crew.turn(1)
    crew.children[-1].frozen = True  # the second standby hears nothing
    heir = crew.standby
    kill_active(crew)
    assert crew.active is heir
    crew.submit(1)
    heir.frozen = False
    crew.turn()
    assert crew.states()[-1] is WorkerState.READY
    assert heir.in_hand is not None


def test_a_standby_that_dies_harms_nobody_and_is_given_up_after_its_own_budget() -> None:
    budget = RestartBudget(restarts=2, window_s=60, backoff_first_s=0.1, backoff_cap_s=0.1)
    crew = with_standby(budget=budget)
    first = crew.active
    for _ in range(3):
        assert crew.standby is not None
        crew.standby.die("signal 11")
        crew.turn()
        crew.turn(0.2)
    assert crew.standby is None
    assert crew.active is first
    assert crew.states()[-1] is WorkerState.READY
    assert crew.logged() == ["standby died"] * 2 + ["standby died; no other is started"]
    crew.turn(3600)
    assert crew.standby is None
    crew.pool.restart(crew.now_ns)
    kill_active(crew)
    crew.turn(1)
    crew.turn(1)
    assert crew.standby is not None, "a restart begins anew"


def test_deaths_count_though_a_standby_hides_them_and_failing_ends_it_too() -> None:
    crew = with_standby(budget=RestartBudget(restarts=2, backoff_first_s=0.1, backoff_cap_s=0.1))
    for _ in range(2):
        kill_active(crew)
        crew.turn(0.2)
    crew.submit(7)
    kill_active(crew)
    assert crew.states()[-1] is WorkerState.FAILED
    assert "3 deaths in 60 s" in crew.changed().cause
    assert [refusal.reason for refusal in crew.refused()] == ["worker-failed"]
    assert crew.standby is None or crew.standby.killed


@pytest.mark.parametrize("by", ["settings", "restart"])
def test_a_failed_worker_is_armed_again(by: str) -> None:
    crew = FakeStaff(budget=RestartBudget(restarts=0))
    kill_active(crew)
    assert crew.states()[-1] is WorkerState.FAILED
    if by == "settings":
        crew.pool.configure(Configure("unruly", {"level": 3}), crew.now_ns)
    else:
        crew.pool.restart(crew.now_ns)
    crew.turn()
    assert crew.states()[-1] is WorkerState.READY


def test_a_restart_costs_no_request_an_attempt_and_the_worker_no_budget() -> None:
    crew = FakeStaff(budget=RestartBudget(restarts=0))
    crew.submit(1, POISON)
    for _ in range(5):
        crew.pool.restart(crew.now_ns)
        assert crew.active.killed
        kill_active(crew)
        crew.turn()
        assert crew.states()[-1] is WorkerState.READY
        assert crew.active.in_hand is not None
    assert crew.refused() == []
    assert crew.changed().restarts == 0


def test_after_a_restart_with_a_standby_the_next_death_counts_again() -> None:
    crew = with_standby()
    crew.pool.restart(crew.now_ns)
    kill_active(crew)
    crew.turn(1)
    for _ in range(2):
        crew.submit(1, POISON) if not crew.active.in_hand else None
        kill_active(crew)
        crew.turn(1)
    assert [refusal.reason for refusal in crew.refused()] == ["worker-died"]


def test_a_restart_while_it_waits_starts_it_now() -> None:
    crew = FakeStaff(budget=RestartBudget(backoff_first_s=30, backoff_cap_s=30))
    kill_active(crew)
    assert crew.states()[-1] is WorkerState.BACKOFF
    crew.pool.restart(crew.now_ns)
    crew.turn()
    assert crew.states()[-1] is WorkerState.READY


def test_a_stop_ends_the_standby_too_and_no_other_follows() -> None:
    crew = with_standby(shutdown=Shutdown(wait_s=1))
    crew.pool.stop(crew.now_ns)
    crew.turn()
    assert all(child.told_to_stop for child in crew.children)
    kill_active(crew, "exit 0")
    assert not crew.pool.gone
    assert crew.standby is not None
    crew.standby.die("exit 0")
    crew.turn()
    assert crew.pool.gone
    assert crew.states()[-1] is WorkerState.ABSENT
    crew.turn(100)
    assert len(crew.children) == 2


def test_a_system_without_processes_is_a_death_that_is_counted() -> None:
    crew = FakeStaff(start=False)
    crew.no_process = True
    crew.pool.start(crew.now_ns)
    assert crew.states() == [WorkerState.BACKOFF]
    assert "cannot start a process" in crew.changed().cause
    crew.no_process = False
    crew.turn(1)
    assert crew.states()[-1] is WorkerState.READY


def test_an_input_that_two_workers_died_of_is_quarantined_and_refused_from_then_on() -> None:
    crew = FakeStaff()
    crew.submit(1, POISON)
    for _ in range(2):
        assert crew.active.in_hand is not None
        kill_active(crew, "signal 11")
        crew.turn(1)
    (said,) = [event for event in crew.events if isinstance(event, QuarantineChanged)]
    (entry,) = said.entries
    assert (entry.worker, entry.input, entry.reason) == ("unruly", POISON, "signal 11")
    assert entry.at_s == 1.5e9
    crew.submit(2, POISON)
    crew.submit(3, WorkerInput(POISON.name, "100:6"))
    assert [(r.request.seq, r.reason) for r in crew.refused()] == [
        (1, "worker-died"),
        (2, "quarantined"),
    ]
    assert crew.active.in_hand is not None
    assert crew.active.in_hand.seq == 3, "a changed file is another input"
    assert crew.pool.status(crew.now_ns).quarantined == 1
    crew.pool.pardon()
    assert crew.quarantine.entries() == ()


@pytest.mark.parametrize("signal", ["signal 15", "signal 1", "signal 2"])
def test_an_input_is_not_to_blame_where_somebody_asked_the_workers_to_end(signal: str) -> None:
    crew = FakeStaff()
    crew.submit(1, POISON)
    for _ in range(2):
        kill_active(crew, signal)
        crew.turn(1)
    assert [(r.request.seq, r.reason) for r in crew.refused()] == [(1, "worker-died")]
    assert not [event for event in crew.events if isinstance(event, QuarantineChanged)]
    crew.submit(2, POISON)
    assert crew.active.in_hand is not None, "it is tried again"


def test_what_is_about_nothing_in_particular_is_never_quarantined() -> None:
    crew = FakeStaff()
    crew.submit(1)
    for _ in range(2):
        kill_active(crew)
        crew.turn(1)
    assert [refusal.reason for refusal in crew.refused()] == ["worker-died"]
    assert crew.quarantine.entries() == ()


@pytest.mark.parametrize("works", [True, False])
def test_an_overrun_is_quarantined_if_it_was_work_and_not_if_it_was_waiting(works: bool) -> None:  # noqa: FBT001
    crew = FakeStaff(deadlines=Deadlines(start_s=30, task_s=30))
    crew.submit(1, POISON)
    crew.active.used_ns = 20 * 10**9 if works else 10**9
    crew.turn(31)
    kill_active(crew)
    assert [refusal.reason for refusal in crew.refused()] == ["deadline"]
    assert (crew.quarantine.find("unruly", POISON) is not None) == works


@pytest.mark.parametrize(("index", "generation"), [(1, 1), (0, 2)])
def test_an_answer_about_another_slot_is_not_to_be_trusted(index: int, generation: int) -> None:
    crew = FakeStaff()
    crew.submit(1)
    request = crew.active.in_hand
    assert request is not None
    assert request.slot == SlotGrant(index=0, generation=1)
    crew.active.answer(request, named=SlotGrant(index=index, generation=generation))
    crew.turn()
    assert [refusal.reason for refusal in crew.refused()] == ["bad-answer"]
    assert crew.active.killed


# Where two work.


def with_two(**changes: object) -> FakeStaff:
    crew = FakeStaff(processes=2, arena=ArenaShape(3, 8192), **changes)
    assert len(crew.children) == 2
    return crew


def finish(crew: FakeStaff, child: FakeChild) -> None:
    assert child.in_hand is not None
    request, child.in_hand = child.in_hand, None
    child.answer(request)
    crew.turn()


def in_hands(crew: FakeStaff) -> list[int]:
    return [child.in_hand.seq for child in crew.at_work if child.in_hand]


def test_two_work_at_the_same_time_and_each_that_is_done_gets_the_next() -> None:
    crew = with_two()
    for seq in (1, 2, 3):
        crew.submit(seq)
    assert in_hands(crew) == [1, 2]
    finish(crew, crew.at_work[1])
    assert in_hands(crew) == [1, 3]
    assert crew.pool.status(crew.now_ns).completed == 1


def test_the_death_of_one_costs_the_other_nothing_and_its_task_is_the_others_next() -> None:
    crew = with_two(budget=RestartBudget(backoff_first_s=30, backoff_cap_s=30))
    for seq in (1, 2, 3):
        crew.submit(seq)
    _, other = crew.at_work
    kill_active(crew)
    assert crew.states()[-1] is WorkerState.READY
    assert crew.changed().restarts == 1
    assert crew.at_work == [other]
    finish(crew, other)
    assert in_hands(crew) == [1]
    crew.turn(31)
    assert len(crew.at_work) == 2
    assert in_hands(crew) == [1, 3]


def test_one_that_rests_takes_over_at_once() -> None:
    crew = with_two(budget=RestartBudget(backoff_first_s=30, backoff_cap_s=30))
    crew.submit(1)
    assert in_hands(crew) == [1]
    crew.active.die("signal 9")
    crew.staff.at_work[0].on_exit(crew.now_ns)  # and it says nothing that would wake anybody
    crew.active.listen()
    assert in_hands(crew) == [1]


def test_one_file_is_never_in_two_hands_so_that_it_kills_two_at_most() -> None:
    crew = with_two()
    crew.submit(1, POISON)
    crew.submit(2, POISON)
    crew.submit(3)
    assert in_hands(crew) == [1, 3]
    for _ in range(2):
        victim = next(child for child in crew.at_work if child.in_hand and child.in_hand.seq == 1)
        victim.die("signal 11")
        crew.turn()
        crew.turn(1)
    assert [(r.request.seq, r.reason) for r in crew.refused()] == [
        (1, "worker-died"),
        (2, "quarantined"),
    ]
    assert crew.changed().restarts == 2


def test_deaths_of_both_count_together_and_what_is_in_hand_is_refused_when_they_are_too_many() -> (
    None
):
    budget = RestartBudget(restarts=2, backoff_first_s=0.1, backoff_cap_s=0.1)
    crew = with_two(budget=budget)
    for seq in (1, 2, 3):
        crew.submit(seq)
    innocent = crew.at_work[1]
    for _ in range(3):
        next(child for child in crew.at_work if child is not innocent).die("signal 9")
        crew.turn()
        crew.turn(1)
    assert crew.states()[-1] is WorkerState.FAILED
    assert innocent.killed
    innocent.die("signal 9")
    crew.turn()
    assert sorted(refusal.request.seq for refusal in crew.refused()) == [1, 2, 3]
    assert crew.at_work == []
    crew.pool.restart(crew.now_ns)
    crew.turn()
    assert len(crew.at_work) == 2


def test_failed_workers_that_are_long_in_dying_are_replaced_by_a_restart() -> None:
    crew = with_two(budget=RestartBudget(restarts=0))
    last = crew.at_work[1]
    kill_active(crew)
    assert crew.states()[-1] is WorkerState.FAILED
    crew.pool.restart(crew.now_ns)
    crew.turn()
    assert crew.states()[-1] is WorkerState.READY
    last.die("signal 9")
    crew.turn(1)
    assert last not in crew.at_work
    assert len(crew.at_work) == 2


def test_a_restart_replaces_both_and_keeps_what_they_had() -> None:
    crew = with_two(budget=RestartBudget(restarts=0))
    crew.submit(1)
    crew.submit(2)
    old = crew.at_work
    crew.pool.restart(crew.now_ns)
    for child in old:
        child.die("signal 9")
    crew.turn()
    crew.turn()
    assert not set(old) & set(crew.at_work)
    assert sorted(in_hands(crew)) == [1, 2]
    assert crew.changed().restarts == 0


def test_each_has_its_own_deadline() -> None:
    crew = with_two(deadlines=Deadlines(start_s=30, task_s=30))
    first, second = crew.at_work
    crew.submit(1)
    crew.turn(20)
    crew.submit(2)
    crew.turn(11)
    assert (first.killed, second.killed) == (True, False)
    first.die("signal 9")
    crew.turn()
    assert [refusal.reason for refusal in crew.refused()] == ["deadline"]
    assert in_hands(crew) == [2]


def test_a_file_that_was_quarantined_while_a_request_waited_kills_nobody_more() -> None:
    crew = FakeStaff()
    crew.submit(1, POISON)
    crew.submit(2, POISON)
    for _ in range(2):
        kill_active(crew, "signal 11")
        crew.turn(1)
    assert [(r.request.seq, r.reason) for r in crew.refused()] == [
        (1, "worker-died"),
        (2, "quarantined"),
    ]
    assert crew.active.in_hand is None
