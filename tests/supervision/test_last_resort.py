"""An end that is wanted and does not come is brought about; one that comes is left alone."""

import os
import threading
from collections.abc import Callable, Iterator

import pytest

from crew import PATIENCE_S
from stillframe.supervision.last_resort import LastResort

Make = Callable[[float], LastResort]


class Acted:
    """Whether it was acted, and by whom."""

    def __init__(self) -> None:
        self._set = threading.Event()
        self.by = ""

    def __call__(self) -> None:
        self.by = threading.current_thread().name
        self._set.set()

    def wait(self) -> bool:
        return self._set.wait(PATIENCE_S)


@pytest.fixture
def acted() -> Acted:
    return Acted()


@pytest.fixture
def make(acted: Acted) -> Iterator[Make]:
    made: list[LastResort] = []

    def making(grace_s: float) -> LastResort:
        made.append(LastResort(grace_s, acted))
        return made[-1]

    yield making
    for resort in made:
        resort.disarm()


def test_it_acts_where_the_end_does_not_come(make: Make, acted: Acted) -> None:
    resort = make(0.01)
    resort.start()
    resort.want()
    resort.want()
    assert acted.wait()
    assert acted.by == "last-resort"


def test_an_end_that_has_come_is_left_alone(make: Make, acted: Acted) -> None:
    resort = make(PATIENCE_S)
    resort.start()
    resort.want()
    resort.disarm()
    resort.want()  # too late, and harmless
    resort.disarm()
    assert acted.by == ""


def test_one_that_nobody_wants_does_nothing(make: Make, acted: Acted) -> None:
    resort = make(0.0)
    resort.start()
    resort.disarm()
    assert acted.by == ""


def test_one_that_never_began_ends_too(make: Make, acted: Acted) -> None:
    resort = make(0.0)
    resort.want()
    resort.disarm()
    assert acted.by == ""


def test_what_it_watches_is_left_to_be_read(make: Make, acted: Acted) -> None:
    reader, writer = os.pipe()
    try:
        make(0.01).start(watched=reader)
        os.write(writer, b"signal")
        assert acted.wait()
        assert os.read(reader, 64) == b"signal"
    finally:
        os.close(reader)
        os.close(writer)


def test_an_end_may_be_wanted_at_a_time(make: Make, acted: Acted) -> None:
    make(0.01).start(wanted_in_s=0.01)
    assert acted.wait()
