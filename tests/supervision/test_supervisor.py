"""Whole supervisors over real processes that do everything wrong that a process can."""

import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import unruly_worker
from crew import PATIENCE_S, Crew, Gate, environment, is_alive, unruly_request, unruly_spec
from descriptors import open_descriptors
from shows import alive
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.wire import PROTOCOLS
from stillframe.supervision.events import (
    Cancel,
    Completed,
    Configure,
    Dropped,
    Pardon,
    RefusalSource,
    Refused,
    Release,
    Restart,
    Submit,
    WorkerChanged,
    WorkerState,
)
from stillframe.supervision.spec import (
    Deadlines,
    Limits,
    RestartBudget,
    Shutdown,
    WorkerSpec,
)
from stillframe.supervision.supervisor import Supervisor
from stillframe.transport.arena import ArenaShape, SlotStage
from stillframe.transport.backlog import DropReason, Urgency
from stillframe.transport.latest import LatestShape

QUICK = {"backoff_first_s": 0.01, "backoff_cap_s": 0.01}


def pixels_of(completed: Completed) -> bytes:
    assert completed.lease is not None
    return bytes(completed.lease.pixels)


# Work.


def test_an_eager_worker_starts_with_the_supervisor_and_a_lazy_one_when_it_is_asked() -> None:
    with Crew.at_work(unruly_spec()) as crew:
        ready = crew.until_state(WorkerState.READY)
        assert [change.state for change in crew.changes()] == ["starting", "ready"]
        assert {"stillframe", "msgspec"} <= set(ready.packages)
        assert is_alive(ready.pid)
        assert (ready.restarts, ready.cause) == (0, "")
    with Crew.at_work(unruly_spec(eager=False)) as crew:
        crew.supervisor.post(Cancel("unruly", b"nothing"))
        crew.drain()
        assert crew.changes() == []
        crew.completed()
        assert len(crew.pids()) == 1


def test_a_request_comes_back_with_its_own_frame() -> None:
    with Crew.at_work(unruly_spec(), keep_leases=True) as crew:
        for _ in range(3):
            completed = crew.completed()
            assert pixels_of(completed) == bytes([completed.request.seq]) * 64
            assert completed.response.seq == completed.request.seq
            assert completed.lease is not None
            crew.supervisor.post(Release("unruly", completed.lease.grant))
        crew.until_all_slots_are_free()


def test_what_a_worker_refuses_is_refused_with_its_own_words() -> None:
    with Crew.at_work(unruly_spec()) as crew:
        refused = crew.refused("refuse")
        assert (refused.reason, refused.detail) == ("empty", "nothing there")
        assert refused.source is RefusalSource.WORKER
        assert refused.fault is not None
        assert (refused.fault.kind, refused.fault.actual) == (FaultKind.EMPTY, 3)
        crew.completed()
        assert len(crew.pids()) == 1, "the worker went on"
        crew.until_all_slots_are_free()


def test_requests_wait_for_a_free_slot_and_go_on_when_one_is_released() -> None:
    with Crew.at_work(unruly_spec(), keep_leases=True) as crew:
        first, second, third = (crew.ask("paint") for _ in range(3))
        held = [crew.outcome(first), crew.outcome(second)]
        assert crew.stages() == {SlotStage.LEASED}
        assert crew.outcomes(third) == []
        assert isinstance(held[0], Completed)
        assert held[0].lease is not None
        crew.supervisor.post(Release("unruly", held[0].lease.grant))
        completed = crew.outcome(third)
        assert isinstance(completed, Completed)
        assert completed.lease is not None
        assert completed.lease.grant.index == held[0].lease.grant.index
        assert completed.lease.grant.generation > held[0].lease.grant.generation


def test_waiting_requests_leave_by_the_backlogs_rules(tmp_path: Path) -> None:
    with (
        Gate.at(tmp_path) as gate,
        Crew.at_work(unruly_spec(limits=Limits(niceness=0, backlog=2))) as crew,
    ):
        crew.completed()  # it is ready: the next request goes straight into its hands
        busy = crew.ask(f"wait:{gate.path}")
        oldest, cancelled = crew.ask("paint"), crew.ask("paint", key=b"cancel me")
        replaced = crew.ask("paint", key=b"same")
        kept = crew.ask("paint", key=b"same", urgency=Urgency.ON_SCREEN)
        crew.supervisor.post(Cancel("unruly", b"cancel me"))
        expired = crew.ask("paint", deadline_ns=1)
        crew.outcome(cancelled)
        gate.let_through()
        crew.outcome(expired)
        assert isinstance(crew.outcome(busy), Completed)
        assert isinstance(crew.outcome(kept), Completed)
        reasons = {
            seq: outcome.reason
            for seq in (oldest, cancelled, replaced, expired)
            if isinstance(outcome := crew.outcome(seq), Dropped)
        }
        assert reasons == {
            oldest: DropReason.OVERFLOW,
            cancelled: DropReason.CANCELLED,
            replaced: DropReason.SUPERSEDED,
            expired: DropReason.EXPIRED,
        }


@pytest.mark.parametrize("path", ["." * 40_000, "paint"])
def test_a_request_that_no_wire_carries_is_refused_and_the_worker_stays(path: str) -> None:
    with Crew.at_work(unruly_spec()) as crew:
        crew.completed()
        seq = crew.ask(path, deadline_ns=2**62 if len(path) > 10 else 2**70)
        refused = crew.outcome(seq)
        assert isinstance(refused, Refused)
        assert (refused.reason, refused.source) == ("bad-request", RefusalSource.SUPERVISOR)
        crew.completed()
        assert len(crew.pids()) == 1
        crew.until_all_slots_are_free()


# Deaths.


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("kill", "signal 9"),
        ("segv", "signal 11"),
        ("exit0", "exit 0"),
        ("exit1", "exit 1"),
        ("bug", "exit 1: in two lines"),
        ("hang-up", "signal 9"),
        ("garbage", "signal 9: broke the contract"),
        ("oversize", "signal 9: broke the contract"),
        ("empty", "signal 9"),
    ],
)
def test_a_request_that_kills_is_tried_twice_then_refused_and_the_next_one_succeeds(
    path: str, how: str
) -> None:
    with Crew.at_work(unruly_spec(shutdown=Shutdown(wait_s=0.3))) as crew:
        before, bad, after = crew.ask("paint"), crew.ask(path), crew.ask("paint")
        assert isinstance(crew.outcome(before), Completed)
        refused = crew.outcome(bad)
        assert isinstance(refused, Refused)
        assert (refused.reason, refused.source) == ("worker-died", RefusalSource.SUPERVISOR)
        assert refused.detail.startswith(how)
        assert isinstance(crew.outcome(after), Completed)
        deaths = crew.changes(WorkerState.BACKOFF)
        assert [death.restarts for death in deaths] == [1, 2]
        assert all(death.cause.startswith(how) for death in deaths)
        assert len(crew.pids()) == 3
        crew.until_all_slots_are_free()


@pytest.mark.parametrize("path", ["kill", "garbage", "exit0"])
def test_a_request_that_a_worker_died_on_by_chance_succeeds_with_the_next(
    tmp_path: Path, path: str
) -> None:
    with Crew.at_work(unruly_spec()) as crew:
        completed = crew.completed(f"once:{path}:{tmp_path / 'mark'}")
        assert pixels_of(completed) == bytes([completed.request.seq]) * 64
        assert len(crew.changes(WorkerState.BACKOFF)) == 1
        crew.until_all_slots_are_free()


@pytest.mark.parametrize("path", ["stale", "other-seq", "forged", "boast", "blank"])
def test_a_frame_that_lies_is_refused_and_its_worker_replaced(path: str) -> None:
    with Crew.at_work(unruly_spec()) as crew:
        bad, after = crew.ask(path), crew.ask("paint")
        refused = crew.outcome(bad)
        assert isinstance(refused, Refused)
        assert (refused.reason, refused.source) == ("bad-answer", RefusalSource.SUPERVISOR)
        assert isinstance(crew.outcome(after), Completed)
        (death,) = crew.changes(WorkerState.BACKOFF)
        assert death.cause.startswith("signal 9: broke the contract")
        crew.until_all_slots_are_free()


@pytest.mark.parametrize("path", ["twice", "stray"])
def test_an_answer_to_nobodys_request_is_nobodys(path: str) -> None:
    with Crew.at_work(unruly_spec(), keep_leases=True) as crew:
        first = crew.completed(path)
        second = crew.completed()
        assert pixels_of(first) == bytes([first.request.seq]) * 64
        assert second.response.seq == second.request.seq
        assert len(crew.pids()) == 1


# Deadlines.


@pytest.mark.parametrize("path", ["hang", "mute"])
def test_a_task_that_takes_too_long_is_killed_and_refused_without_another_try(path: str) -> None:
    spec = unruly_spec(deadlines=Deadlines(start_s=PATIENCE_S, task_s=0.4))
    library = WorkerSpec(
        name="library", module="stillframe.workers.library", protocol=PROTOCOLS["library"]
    )
    with Crew.at_work(spec, library) as crew:
        crew.completed()
        began = time.monotonic()
        refused = crew.refused(path)
        assert time.monotonic() - began >= 0.4
        assert refused.reason == "deadline"
        assert refused.detail == "signal 9: deadline: no answer in 0.4 s"
        assert len(crew.changes(WorkerState.BACKOFF)) == 1
        crew.completed()
        crew.until_all_slots_are_free()


def test_a_worker_that_talks_without_end_is_killed_long_before_its_deadline() -> None:
    with Crew.at_work(unruly_spec()) as crew:
        refused = crew.refused("flood")
        assert refused.reason == "worker-died"
        assert "talks without end" in refused.detail
        crew.completed()
        crew.until_all_slots_are_free()


def test_what_a_worker_has_started_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    with Crew.at_work(unruly_spec()) as crew:
        assert crew.refused(f"fork:{note}").reason == "worker-died"
        left = [int(line) for line in note.read_text().split()]
        assert len(left) == 2, "one for each worker that tried"
        crew.until(lambda: not any(map(alive, left)))


def test_a_worker_that_is_never_ready_is_killed() -> None:
    spec = unruly_spec(
        settings={"at_start": "hang"},
        deadlines=Deadlines(start_s=0.5),
        budget=RestartBudget(restarts=0),
    )
    with Crew.at_work(spec) as crew:
        failed = crew.until_state(WorkerState.FAILED)
        assert failed.cause.endswith("signal 9: not ready in 0.5 s")


# The budget.


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"settings": {"at_start": "die"}}, "signal 9"),
        ({"settings": {"at_start": "fail"}}, "the lamp is out"),
        ({"module": "no_such_worker"}, "No module named no_such_worker"),
        ({"name": "other"}, "speaks for unruly version 1, not other 1"),
    ],
)
def test_a_worker_that_dies_too_often_fails_with_its_reason(
    changes: dict[str, object], cause: str
) -> None:
    spec = unruly_spec(budget=RestartBudget(restarts=2, **QUICK), **changes)
    with Crew.at_work(spec) as crew:
        failed = crew.until_state(WorkerState.FAILED)
        assert failed.restarts == 3
        assert failed.cause.startswith("3 deaths in 60 s; the last: ")
        assert cause in failed.cause
        assert len(crew.changes(WorkerState.STARTING)) == 3


def test_a_failed_worker_refuses_everything_until_it_is_configured_anew() -> None:
    spec = unruly_spec(
        settings={"at_start": "die"}, budget=RestartBudget(restarts=2, **QUICK), eager=False
    )
    with Crew.at_work(spec) as crew:
        waiting = crew.ask("paint")
        refused = crew.outcome(waiting)
        assert isinstance(refused, Refused)
        assert refused.reason == "worker-failed"
        crew.until_state(WorkerState.FAILED)
        assert crew.refused("paint").reason == "worker-failed"
        assert len(crew.pids()) == 3, "it was not started again"
        crew.supervisor.post(Configure("unruly", {"level": 3}))
        completed = crew.completed()
        assert getattr(completed.response, "cache_key", None) == b'settings {"level":3}'
        # The budget is whole again: as many deaths are borne as at first.
        assert crew.refused("kill").reason == "worker-died"
        assert crew.until_state(WorkerState.READY)


def test_settings_reach_a_running_worker_and_stay_for_the_next() -> None:
    with Crew.at_work(unruly_spec(settings={"level": 1})) as crew:
        keys = [getattr(crew.completed().response, "cache_key", None)]
        crew.supervisor.post(Configure("unruly", {"level": 2}))
        keys.append(getattr(crew.completed().response, "cache_key", None))
        crew.refused("kill")
        keys.append(getattr(crew.completed().response, "cache_key", None))
        assert keys == [b'settings {"level":%d}' % level for level in (1, 2, 2)]


# Ends.


def test_stopping_ends_a_worker_that_does_not_listen() -> None:
    with Crew.at_work(unruly_spec(shutdown=Shutdown(wait_s=0.3))) as crew:
        crew.completed()
        busy, waiting = crew.ask("hang"), crew.ask("paint")
        crew.until(lambda: SlotStage.RESERVED in crew.stages())
        began = time.monotonic()
        crew.supervisor.stop()
        assert crew.supervisor.join(PATIENCE_S)
        assert time.monotonic() - began >= 0.3, "it was given its time"
        crew.drain()
        for seq in (busy, waiting):
            dropped = crew.outcome(seq)
            assert isinstance(dropped, Dropped)
            assert dropped.reason is DropReason.STOPPED
        assert crew.changes()[-1].state is WorkerState.ABSENT


@pytest.mark.parametrize("at_start", ["", "hang", "die", "fail"])
def test_stopping_ends_a_worker_wherever_it_is_in_its_life(at_start: str) -> None:
    spec = unruly_spec(
        settings={"at_start": at_start},
        shutdown=Shutdown(wait_s=0.2),
        budget=RestartBudget(restarts=100, backoff_first_s=PATIENCE_S, backoff_cap_s=PATIENCE_S),
    )
    for wait_for_change in (False, True):
        with Crew.at_work(spec) as crew:
            asked = crew.ask("paint")
            if wait_for_change:
                states = {"": WorkerState.READY, "hang": WorkerState.STARTING}
                crew.until_state(states.get(at_start, WorkerState.BACKOFF))
            crew.supervisor.stop()
            assert crew.supervisor.join(PATIENCE_S)
            crew.drain()
            assert len(crew.outcomes(asked)) == 1


def test_requests_posted_while_it_stops_are_dropped_not_forgotten(tmp_path: Path) -> None:
    with Gate.at(tmp_path) as gate, Crew.at_work(unruly_spec()) as crew:
        crew.completed()
        crew.ask(f"wait:{gate.path}")
        crew.until(lambda: SlotStage.RESERVED in crew.stages())
        crew.supervisor.stop()
        crew.until_state(WorkerState.STOPPING)
        late = [crew.outcome(crew.ask("paint")) for _ in range(3)]
        assert [getattr(outcome, "reason", None) for outcome in late] == ["stopped"] * 3
        gate.let_through()


def test_an_idle_worker_ends_and_the_next_request_starts_another() -> None:
    spec = unruly_spec(shutdown=Shutdown(wait_s=PATIENCE_S, idle_s=0.1), eager=False)
    with Crew.at_work(spec) as crew:
        first = crew.completed()
        absent = crew.until_state(WorkerState.ABSENT)
        assert (absent.pid, absent.restarts) == (0, 0), "an end is no death"
        second = crew.completed()
        assert second.request.seq > first.request.seq
        assert len(crew.pids()) == 2
        assert crew.changes(WorkerState.BACKOFF) == []


def test_requests_that_meet_an_idle_worker_on_its_way_out_are_all_done() -> None:
    spec = unruly_spec(shutdown=Shutdown(wait_s=PATIENCE_S, idle_s=0.001), eager=False)
    with Crew.at_work(spec) as crew:
        for count in range(12):
            crew.completed()
            if count % 2:
                crew.until(lambda: crew.changes()[-1].state is not WorkerState.READY)
        assert crew.changes(WorkerState.BACKOFF) == []
        crew.until_all_slots_are_free()


def test_no_worker_outlives_an_interface_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "supervised_parent", str(tmp_path / "mark")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(), stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        pidfds = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(pidfds) == 2
        assert select.select(pidfds, [], [], 0)[0] == []
        os.kill(parent.pid, signal.SIGKILL)
        deadline = time.monotonic() + 1
    for pidfd in pidfds:
        assert select.select([pidfd], [], [], max(0, deadline - time.monotonic()))[0]
        os.close(pidfd)


# What it says, and the thread that says it.


def test_what_a_worker_writes_to_standard_error_is_logged_line_by_line() -> None:
    with Crew.at_work(unruly_spec()) as crew:
        crew.completed("say:first\nsecond, caf\xe9\n")
        crew.until(lambda: len(crew.logged()) >= 2)
        assert crew.logged() == ["first", "second, caf\\xe9"]
        crew.refused("bug")
        traceback = crew.logged()[2:]
        assert traceback[0] == "Traceback (most recent call last):"
        assert traceback.count("ZeroDivisionError: a bug") == 2, "one for each worker"
        assert traceback[-1] == "in two lines"


def test_descriptors_of_other_parts_are_read_on_the_same_thread() -> None:
    here, there = os.pipe()
    read: list[tuple[bytes, str]] = []
    rung = threading.Event()

    def reader(now_ns: int) -> None:
        assert now_ns <= time.monotonic_ns()
        read.append((os.read(here, 10), threading.current_thread().name))
        rung.set()

    supervisor = Supervisor(
        (), notify=rung.set, rng=random.Random(1), environ={}, readers={here: reader}
    )
    supervisor.start()
    os.write(there, b"hello")
    assert rung.wait(PATIENCE_S)
    supervisor.stop()
    assert supervisor.join(PATIENCE_S)
    assert read == [(b"hello", "supervisor")]
    os.close(here)
    os.close(there)


def test_sequence_numbers_are_taken_by_many_threads_without_a_double() -> None:
    supervisor = Supervisor((), notify=bool, rng=random.Random(1), environ={})
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: supervisor.next_seq(), range(4000)))
    assert sorted(taken) == list(range(1, 4001))
    assert supervisor.take() is None


def test_no_call_waits_for_a_supervisor_that_stands_still(tmp_path: Path) -> None:
    """All that the interface ever calls, a hundred times each, while nobody answers."""
    here, there = os.pipe()
    standing, go_on = threading.Event(), threading.Event()

    def stand_still(now_ns: int) -> None:
        del now_ns
        os.read(here, 1)
        standing.set()
        go_on.wait(PATIENCE_S)

    spec = replace(unruly_spec(), arena=None, latest=LatestShape(64, 4))
    supervisor = Supervisor(
        (spec,),
        notify=bool,
        rng=random.Random(1),
        environ=environment(),
        readers={here: stand_still},
    )
    supervisor.start()
    os.write(there, b"x")
    assert standing.wait(PATIENCE_S)
    done = threading.Event()

    def call_all() -> None:
        published = supervisor.latest(spec.name)
        for _ in range(100):
            request = unruly_request(supervisor.next_seq(), path=str(tmp_path))
            supervisor.asking(spec.name)
            for command in (
                Submit(request, b"key", Urgency.ON_SCREEN),
                Cancel(spec.name, b"key"),
                Release(spec.name, SlotGrant(index=0, generation=1)),
                Configure(spec.name, {}),
                Restart(spec.name),
                Pardon(spec.name),
            ):
                supervisor.post(command)
            supervisor.take()
            published.poll()
        done.set()

    caller = threading.Thread(target=call_all, daemon=True)
    caller.start()
    try:
        assert done.wait(PATIENCE_S / 2), "a call waited"
        assert not go_on.is_set()
    finally:
        go_on.set()
        supervisor.stop()
        assert supervisor.join(PATIENCE_S)
        os.close(here)
        os.close(there)


def test_a_supervisor_that_has_ended_leaves_no_descriptor_and_still_takes_a_command() -> None:
    before = open_descriptors()
    with Crew.at_work(unruly_spec()) as crew:
        crew.until_state(WorkerState.READY)
        crew.supervisor.stop()
        assert crew.supervisor.join(PATIENCE_S)
        crew.supervisor.post(Cancel("unruly", b"nothing"))
        assert open_descriptors() == before


# For long.


def test_a_hail_of_kills_loses_no_request_no_slot_and_no_process() -> None:
    rng = random.Random(11)
    spec = unruly_spec(arena=ArenaShape(3, 8192), limits=Limits(niceness=0, backlog=6))
    paths = ["paint"] * 12 + ["kill", "stale", "twice", "refuse", "garbage", "exit0"]
    with Crew.at_work(spec) as crew:
        end = time.monotonic() + 4
        while time.monotonic() < end or len(crew.pids()) <= 10:
            crew.drain()
            asked = [crew.ask(rng.choice(paths)) for _ in range(rng.randrange(1, 5))]
            last = crew.changes()[-1:]
            if rng.random() < 0.5 and last and last[0].pid:
                try:
                    os.kill(last[0].pid, rng.choice([signal.SIGKILL, signal.SIGSEGV]))
                except ProcessLookupError:
                    continue
            if rng.random() < 0.5:
                crew.outcome(asked[-1])
        for seq in crew.asked:
            crew.outcome(seq)
        crew.until_all_slots_are_free()
        assert {Completed, Refused} <= {type(crew.outcome(seq)) for seq in crew.asked}
        assert isinstance(crew.completed(), Completed)


def test_many_restarts_leave_no_descriptor_open() -> None:
    with Crew.at_work(unruly_spec()) as crew:
        crew.completed()
        before = len(open_descriptors())
        for _ in range(10):
            crew.refused("kill")
            crew.until_state(WorkerState.READY)
            crew.completed()
        assert len(crew.pids()) == 21
        assert len(open_descriptors()) == before


def test_a_command_for_a_worker_that_nobody_knows_is_refused_by_name() -> None:
    with Crew.at_work(unruly_spec()) as crew:
        with pytest.raises(ValueError, match="nobody"):
            crew.supervisor.post(Cancel("nobody", b"key"))
        crew.until_state(WorkerState.READY)


def test_a_kind_that_reads_the_frames_of_nobody_before_it_is_refused_by_name() -> None:
    reader = unruly_spec(arena=None, reads="nobody")
    with pytest.raises(ValueError, match="reads the frames of 'nobody'"):
        Supervisor([reader])
    writer = unruly_spec()
    with pytest.raises(ValueError, match="has no frames"):
        Supervisor([replace(writer, arena=None), replace(reader, name="reader", reads="unruly")])


def test_requests_without_a_key_do_not_replace_each_other(tmp_path: Path) -> None:
    with Gate.at(tmp_path) as gate, Crew.at_work(unruly_spec()) as crew:
        crew.ask(f"wait:{gate.path}")
        seqs = []
        for _ in range(3):
            seq = crew.supervisor.next_seq()
            crew.asked.append(seq)
            crew.supervisor.post(Submit(unruly_request(seq, "paint")))
            seqs.append(seq)
        gate.let_through()
        assert all(isinstance(crew.outcome(seq), Completed) for seq in seqs)


def test_a_request_begins_with_a_number_of_its_own_and_a_time_to_be_answered_by() -> None:
    supervisor = Supervisor([unruly_spec()])
    first, second = (supervisor.asking("unruly", within_s=2.5) for _ in range(2))
    assert first["seq"] < second["seq"]
    assert first["worker"] == "unruly"
    assert first["deadline_ns"] - first["ts_req_ns"] == 2_500_000_000


def test_a_block_starts_the_workers_and_leaves_none() -> None:
    place = str(Path(unruly_worker.__file__).parent)
    with Supervisor([unruly_spec(python_path=(place,))]) as supervisor:
        deadline = time.monotonic() + PATIENCE_S
        found = None
        while not (isinstance(found, WorkerChanged) and found.state is WorkerState.READY):
            assert time.monotonic() < deadline
            found = supervisor.take() or found
    assert not is_alive(found.pid)
