"""One process's life, with a child whose every word and beat is ours."""

from fake_staff import BEAT_S, MISSED, FakeStaff, S
from stillframe.contracts.control import Failed, Hello, LogLevel, LogRecord
from stillframe.contracts.errors import Fault, FaultKind
from stillframe.supervision.events import Completed, WorkerState
from stillframe.supervision.spec import Deadlines, Shutdown


def look(crew: FakeStaff, looks: int) -> None:
    for _ in range(looks):
        crew.turn(BEAT_S)


def test_a_worker_that_beats_is_left_alone() -> None:
    crew = FakeStaff()
    look(crew, 100)
    assert not crew.active.killed


def test_a_worker_that_stands_still_is_killed_as_hung_and_replaced() -> None:
    crew = FakeStaff()
    look(crew, 2)
    hung = crew.active
    hung.frozen = True
    look(crew, MISSED)
    assert not hung.killed, "the first of them only shows that it stopped"
    look(crew, 1)
    assert hung.killed
    hung.die("signal 9")
    crew.turn()
    assert crew.changed().state is WorkerState.BACKOFF
    assert crew.changed().cause == f"signal 9: hung: still for {MISSED * BEAT_S:g} s"
    assert crew.pool.status(crew.now_ns).causes == {"hung": 1}
    crew.turn(1)
    assert crew.changed().state is WorkerState.READY


def test_a_worker_that_works_without_a_beat_has_until_its_deadline() -> None:
    crew = FakeStaff(deadlines=Deadlines(start_s=30, task_s=30))
    crew.submit(1)
    look(crew, round(29 / BEAT_S))
    assert not crew.active.killed
    look(crew, round(2 / BEAT_S))
    assert crew.active.killed


def test_a_supervisor_that_slept_itself_suspects_nobody_for_it() -> None:
    crew = FakeStaff()
    look(crew, 2)
    crew.active.frozen = True
    crew.turn(3600)
    assert not crew.active.killed


def test_a_worker_that_starts_or_stops_is_judged_by_its_deadline_alone() -> None:
    crew = FakeStaff(start=False, deadlines=Deadlines(start_s=15), shutdown=Shutdown(wait_s=9))
    crew.pool.start(crew.now_ns)
    crew.active.frozen = True
    look(crew, round(14 / BEAT_S))
    assert not crew.active.killed
    crew.active.frozen = False
    crew.turn()
    assert crew.changed().state is WorkerState.READY
    crew.pool.stop(crew.now_ns)
    crew.active.frozen = True
    look(crew, round(8 / BEAT_S))
    assert not crew.active.killed
    look(crew, round(2 / BEAT_S))
    assert crew.active.killed


def test_a_worker_that_takes_too_long_to_start_is_killed() -> None:
    crew = FakeStaff(start=False, deadlines=Deadlines(start_s=15))
    crew.pool.start(crew.now_ns)
    crew.active.frozen = True
    crew.turn(15)
    assert crew.active.killed
    crew.active.die("signal 9")
    crew.turn()
    assert crew.changed().cause == "signal 9: not ready in 15 s"


def test_a_worker_that_speaks_for_another_kind_is_killed() -> None:
    crew = FakeStaff()
    crew.active.say(Hello(worker="somebody", pid=1))
    crew.turn()
    assert crew.active.killed
    assert crew.staff.able == (), "it gets nothing more"


def test_what_a_worker_says_of_its_end_is_the_cause() -> None:
    crew = FakeStaff()
    crew.active.say(Failed(error=Fault(kind=FaultKind.BAD_REQUEST, detail="the lamp is out")))
    crew.active.die("exit 1")
    crew.turn()
    assert crew.changed().cause == "exit 1: bad-request: the lamp is out"


def test_what_a_worker_logs_is_passed_on() -> None:
    crew = FakeStaff()
    crew.active.say(LogRecord(level=LogLevel.INFO, event="a word"))
    crew.turn()
    assert crew.logged() == ["a word"]


def say(crew: FakeStaff, count: int) -> None:
    for number in range(count):
        crew.active.say(LogRecord(level=LogLevel.INFO, event=f"word {number}"))


def test_a_burst_of_talk_is_heard_bit_by_bit_and_how_much_was_not_logged_is_said() -> None:
    crew = FakeStaff()
    crew.turn(1)  # what it said as it started is long ago
    say(crew, 1000)
    crew.turn()
    crew.turn()
    assert crew.active.unheard == 800
    crew.turn(0.11)  # it listens again
    crew.turn()
    assert crew.active.unheard == 600
    for _ in range(6):
        crew.turn(0.11)
    assert crew.active.unheard == 0
    assert crew.logged() == [f"word {number}" for number in range(200)]
    crew.turn(1)
    crew.active.say(LogRecord(level=LogLevel.INFO, event="at last"))
    crew.turn()
    assert crew.logged()[200:] == ["800 more lines came too fast", "at last"]
    assert not crew.active.killed


def test_an_answer_behind_a_burst_arrives() -> None:
    crew = FakeStaff()
    crew.submit(1)
    say(crew, 300)
    assert crew.active.in_hand is not None
    crew.active.answer(crew.active.in_hand)
    crew.turn()
    assert not any(isinstance(event, Completed) for event in crew.events)
    crew.turn(0.11)
    assert any(isinstance(event, Completed) for event in crew.events)


def test_a_worker_that_talks_without_end_costs_little_until_it_is_killed_for_it() -> None:
    crew = FakeStaff()
    talker, begun_ns = crew.active, crew.now_ns
    heard = 0
    while not talker.killed:
        say(crew, 500 - talker.unheard)
        crew.turn(0.01)
        heard += 500 - talker.unheard
        assert crew.now_ns - begun_ns < 10 * S
    assert 1.5e9 < crew.now_ns - begun_ns < 3e9
    assert heard < 20 * 200 + 400, "of 40,000 that it would have said; and what was left"
    talker.die("signal 9")
    crew.turn()
    assert crew.changed().cause == "signal 9: talks without end"
