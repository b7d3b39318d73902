"""Programs that are sent once: real ones, through a real supervisor without a worker."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from crew import PATIENCE_S, environment
from shows import alive, eventually
from stillframe.supervision import errand as errands
from stillframe.supervision.events import Errand, ErrandEnded
from stillframe.supervision.supervisor import Supervisor


class Sender:
    """A supervisor, and what it said."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self.supervisor = Supervisor((), notify=self._rung.set, environ=environment())

    def send(self, what: str, start_s: float = PATIENCE_S, work_s: float = PATIENCE_S) -> None:
        errand = Errand(what.encode(), "errand_child", (what,), start_s, work_s, niceness=3)
        self.supervisor.post(errand)

    def ended(self) -> ErrandEnded:
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            event = self.supervisor.take()
            if isinstance(event, ErrandEnded):
                return event
            self._rung.wait(0.1)
            self._rung.clear()
        raise AssertionError("it has not ended")


@pytest.fixture
def sender() -> Iterator[Sender]:
    sending = Sender()
    with sending.supervisor:
        yield sending


def children() -> set[int]:
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children", encoding="ascii") as file:
        own = {int(pid) for pid in file.read().split()}
    for thread in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{thread}/children", encoding="ascii") as file:
            own |= {int(pid) for pid in file.read().split()}
    return {pid for pid in own if alive(pid)}


def test_what_it_says_and_how_it_ends_is_told(sender: Sender) -> None:
    sender.send("fail")
    ended = sender.ended()
    assert ended.said == f"begun\nniceness {os.nice(0) + 3}, sent by {os.getpid()}\n"
    assert (ended.begun, ended.late, ended.how, ended.complaint) == (True, False, "exit 7", "last")


def test_one_after_the_other(sender: Sender) -> None:
    for what in ("well", "fail", "well"):
        sender.send(what)
    assert [sender.ended().how for _ in range(3)] == ["exit 0", "exit 7", "exit 0"]


def test_one_that_works_for_ever_is_killed_after_its_time(sender: Sender) -> None:
    sender.send("work", work_s=0.2)
    ended = sender.ended()
    assert (ended.begun, ended.late, ended.how) == (True, True, "signal 9")


def test_one_that_has_had_little_of_the_processor_gets_more_time_and_not_for_ever(
    sender: Sender,
) -> None:
    begun_s = time.monotonic()
    sender.send("stay", work_s=0.5)
    assert sender.ended().late
    assert time.monotonic() - begun_s >= 0.5 * errands._TIMES_LONGER


def test_one_that_never_begins_is_killed_too(sender: Sender) -> None:
    sender.send("silent", start_s=0.2)
    ended = sender.ended()
    assert (ended.begun, ended.late, ended.said) == (False, True, "")


def test_of_one_that_floods_so_much_is_kept(sender: Sender) -> None:
    sender.send("flood")
    ended = sender.ended()
    assert ended.how == "exit 0"
    assert len(ended.said) == 4096


def test_where_all_ends_so_does_what_was_sent_and_what_waits() -> None:
    sending = Sender()
    with sending.supervisor as supervisor:
        sending.send("stay")
        sending.send("well")
        eventually(lambda: bool(children()), "it runs")
        (pid,) = children()
        supervisor.stop()
        ends = {sending.ended().errand.key: True for _ in range(2)}
    assert set(ends) == {b"stay", b"well"}
    assert not alive(pid)


def test_one_that_cannot_be_started_says_why(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    sender.send("well")
    assert "cannot be started" in sender.ended().how
