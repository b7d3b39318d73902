"""Workers in trouble: what is wrong is wrong from the third request on, and nothing else is."""

import time
from typing import Any, ClassVar

import pytest

from bench.scenarios import SCENARIOS, named
from bench.troubled import Fault, Suffering, Trouble, in_trouble
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.workers.handler import Handler


class Quick(Handler[Any, Any]):
    """Answers with what it was asked."""

    name: ClassVar[str] = "library"
    protocol: ClassVar[Protocol] = PROTOCOLS["library"]

    def handle(self, request: Any) -> Any:
        return request


class EndedError(Exception):
    """The process would be gone."""


def end(status: int) -> None:
    raise EndedError(status)


def worker(
    fault: Fault, delay_s: float = 0.0, kind: str = "library", counted: list[None] | None = None
) -> Handler[Any, Any]:
    trouble = Trouble(kind=kind, fault=fault, delay_s=delay_s)
    counted = [] if counted is None else counted
    return in_trouble(Quick, Suffering(trouble, end, lambda: counted.append(None)))()


def test_a_slow_one_answers_late_and_right() -> None:
    slow = worker(Fault.SLOW, 0.05)
    begun_s = time.monotonic()
    assert [slow.handle(n) for n in range(4)] == [0, 1, 2, 3]
    assert time.monotonic() - begun_s >= 0.1, "the third and the fourth"


def test_a_dead_one_does_two_requests_well() -> None:
    dead = worker(Fault.DEAD)
    assert [dead.handle(n) for n in range(2)] == [0, 1]
    with pytest.raises(EndedError):
        dead.handle(2)


def test_one_without_which_there_is_a_show_is_in_trouble_from_the_first_request_on() -> None:
    for kind in ("transitions", "feeds", "feedparse", "shaders"):
        with pytest.raises(EndedError):
            worker(Fault.DEAD, kind=kind).handle(0)


def test_each_trouble_is_counted() -> None:
    counted: list[None] = []
    slow = worker(Fault.SLOW, counted=counted)
    for number in range(5):
        slow.handle(number)
    assert len(counted) == 3, "two were done well"
    loud = worker(Fault.FLOODING, counted=counted)
    said: list[object] = []
    loud.say = said.append
    loud.live(-1, 0.0)
    loud.handle(1)
    assert len(counted) == 4


def test_one_that_floods_talks_between_its_requests() -> None:
    loud, said = worker(Fault.FLOODING), []
    loud.say = said.append
    assert loud.live(-1, 0.0)
    assert len(said) == 100
    assert loud.handle(7) == 7


def test_every_kind_has_every_trouble_under_a_name_of_its_own() -> None:
    names = [trouble.name for trouble in SCENARIOS]
    assert len(set(names)) == len(names) == 8 * 7
    assert {
        "images-slow-0.1",
        "audio-dead",
        "feedparse-flooding",
        "scenes-hung",
        "shaders-random",
    } <= set(names)


def test_scenarios_by_name_kind_and_trouble() -> None:
    assert [t.name for t in named("audio-hung")] == ["audio-hung"]
    assert len(named("images")) == 7
    assert len(named("dead")) == 8
    assert named("all") == SCENARIOS
    with pytest.raises(ValueError, match="no scenario 'wobbly': images-slow"):
        named("wobbly")
