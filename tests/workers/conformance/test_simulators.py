"""What only a simulated worker does: the same again for the same seed, and what its script says."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crew import PATIENCE_S
from stillframe.contracts.control import Configure, Failed, Hello
from stillframe.contracts.errors import (
    FaultKind,
    MalformedMessageError,
    MessageTooLargeError,
    StaleSlotError,
)
from stillframe.contracts.library import LibraryResult, ScanPage
from stillframe.contracts.messages import Failure, Request, Response
from worker_child import WorkerChild
from worker_kinds import SIMULATED, Kind
from worker_requests import addressed, scan
from worker_sim import Act, Script, exhaust_memory, hold_lock

BY_NAME = {kind.name: kind for kind in SIMULATED}
# What differs between two answers to the same question.
TIMES = {"ts_req": 0, "ts_res": 0, "ts": 0, "seq": 0}


class Player:
    """A simulated worker with a script, and a number for each request."""

    def __init__(self, kind: Kind, child: WorkerChild) -> None:
        self.kind, self.child = kind, child
        self._numbers = itertools.count(1)

    @classmethod
    @contextmanager
    def of(cls, name: str, script: Script) -> Iterator["Player"]:
        kind = BY_NAME[name]
        settings = script.to_settings()
        with WorkerChild.ready(kind.name, kind.shape, kind.module, **settings) as child:
            yield cls(kind, child)

    def send(self, request: Request | None = None) -> Request:
        """Send a request of the kind, or this one."""
        slot = self.child.arena.reserve(self.child.pid) if self.child.arena else None
        request = addressed(request or self.kind.good(Path("/")), next(self._numbers), slot)
        self.child.channel.send(request)
        return request

    def ask(self, request: Request | None = None) -> Response:
        """Ask, and give the slot back."""
        request = self.send(request)
        answer = self.child.receive()
        assert isinstance(answer, Response)
        if self.child.arena is not None:
            self.child.arena.give_back(request.slot)  # type: ignore[attr-defined]
        return answer

    def performance(self, count: int = 3) -> list[dict[str, Any]]:
        """Return some answers, without their times, and the frames that came with them."""
        told = []
        for _ in range(count):
            request = self.send()
            answer = msgspec.to_builtins(self.child.receive()) | TIMES
            if self.child.arena is not None:
                grant = request.slot  # type: ignore[attr-defined]
                lease = self.child.arena.lease(grant, seq=request.seq)
                answer["frame"] = bytes(lease.pixels)
                lease.pixels.release()
                self.child.arena.give_back(grant)
            told.append(answer)
        return told


def fault_kinds(answers: list[Response]) -> list[str]:
    return [answer.error.kind if isinstance(answer, Failure) else "" for answer in answers]


@pytest.mark.parametrize("name", BY_NAME)
def test_two_workers_with_one_seed_answer_alike(name: str) -> None:
    with Player.of(name, Script(seed=5)) as one, Player.of(name, Script(seed=5)) as two:
        assert one.performance() == two.performance()


@pytest.mark.parametrize("name", ["images", "scenes", "feeds", "feedparse", "shaders"])
def test_another_seed_answers_otherwise(name: str) -> None:
    with Player.of(name, Script(seed=5)) as one, Player.of(name, Script(seed=6)) as two:
        assert one.performance(1) != two.performance(1)


def test_a_folder_is_made_up_page_by_page_without_a_gap() -> None:
    with Player.of("library", Script()) as player:
        pages, cursor = [], 0
        while True:
            answer = player.ask(scan(b"/photos", cursor))
            assert isinstance(answer, LibraryResult)
            page = answer.told
            assert isinstance(page, ScanPage)
            pages.append(page)
            if not (cursor := page.next_cursor):
                break
        paths = [photo.path for page in pages for photo in page.photos]
        assert paths == [b"/photos/%04d.jpg" % number for number in range(len(paths))]


@pytest.mark.parametrize(
    ("when", "refused"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"at": 2}, [2]),
        ({"every": 3}, [3, 6]),
        ({"containing": "seq=4,"}, [4]),
        ({"every": 2, "containing": "seq=4,"}, [4]),
    ],
)
def test_a_script_concerns_the_requests_that_it_names(
    when: dict[str, Any], refused: list[int]
) -> None:
    script = Script(act=Act.REFUSE, fault=FaultKind.NO_DEVICE, **when)
    with Player.of("audio", script) as player:
        found = fault_kinds([player.ask() for _ in range(6)])
        assert found == ["no-device" if n in refused else "" for n in range(1, 7)]


def test_a_script_that_plays_once_is_played_once_whoever_reads_it(tmp_path: Path) -> None:
    script = Script(act=Act.REFUSE, once=str(tmp_path / "mark"))
    with Player.of("audio", script) as one, Player.of("audio", script) as two:
        answers = [one.ask(), one.ask(), two.ask()]
        assert fault_kinds(answers) == ["empty", "", ""]


def test_a_new_script_is_played_from_the_next_request_on() -> None:
    with Player.of("audio", Script()) as player:
        assert player.ask().ok
        player.child.channel.send(Configure(settings=Script(act=Act.REFUSE).to_settings()))
        assert not player.ask().ok


def test_generations_are_told_and_rise() -> None:
    with Player.of("audio", Script(first_generation=40)) as player:
        assert [player.ask().generation for _ in range(3)] == [40, 41, 42]
        player.child.channel.send(Configure(settings=Script(first_generation=7).to_settings()))
        assert player.ask().generation == 7
    stale = Script(first_generation=40, act=Act.STALE_ANSWER, at=2)
    with Player.of("audio", stale) as player:
        assert [player.ask().generation for _ in range(3)] == [40, 40, 42]


@pytest.mark.parametrize("name", ["images", "transitions"])
def test_a_stale_slot_is_one_for_the_arenas_owner(name: str) -> None:
    with Player.of(name, Script(act=Act.STALE_SLOT)) as player:
        assert player.child.arena is not None
        request = player.send()
        answer = player.child.receive()
        assert isinstance(answer, Response)
        grant = request.slot  # type: ignore[attr-defined]
        assert answer.generation == grant.generation
        with pytest.raises(StaleSlotError):
            player.child.arena.lease(grant, seq=request.seq)


@pytest.mark.parametrize(
    ("act", "error"),
    [(Act.GARBAGE, MalformedMessageError), (Act.OVERSIZE, MessageTooLargeError)],
)
@pytest.mark.parametrize("name", ["images", "feeds", "shaders"])
def test_what_is_no_message_is_refused_by_the_channel(
    name: str, act: Act, error: type[Exception]
) -> None:
    with Player.of(name, Script(act=act)) as player:
        player.send()
        with pytest.raises(error):
            player.child.receive()


def test_a_delay_and_its_jitter_are_the_same_for_the_same_seed_and_request() -> None:
    request = addressed(BY_NAME["audio"].good(Path("/")), 3)
    script = Script(delay_s=1.0, jitter_s=0.5, seed=9)
    assert 1.0 <= script.pause_s(request) <= 1.5
    assert script.pause_s(request) == script.pause_s(request)
    assert script.pause_s(request) != script.pause_s(addressed(request, 4))
    with Player.of("audio", Script(delay_s=0.2, at=2)) as player:
        player.ask()
        began = time.monotonic()
        player.ask()
        assert time.monotonic() - began >= 0.2


def test_settings_that_are_no_script_are_refused_at_the_start() -> None:
    kind = BY_NAME["audio"]
    with WorkerChild.running(kind.name, kind.shape, module=kind.module) as child:
        assert isinstance(child.receive(), Hello)
        child.channel.send(child.start_message(sauce=3))
        failed = child.receive()
        assert isinstance(failed, Failed)
        assert "sauce" in failed.error.detail


def test_the_lock_is_held_for_as_long_as_was_asked() -> None:
    longest_s, ended, ticking = 0.0, threading.Event(), threading.Event()

    def tick() -> None:
        nonlocal longest_s
        last = time.monotonic()
        while not ended.is_set():
            ticking.set()
            now = time.monotonic()
            longest_s, last = max(longest_s, now - last), now

    thread = threading.Thread(target=tick)
    thread.start()
    assert ticking.wait(PATIENCE_S)
    began_cpu = time.thread_time()
    hold_lock(0.3)
    used_s = time.thread_time() - began_cpu
    ended.set()
    thread.join(PATIENCE_S)
    assert longest_s >= 0.25, "another thread came in between"
    assert used_s >= 0.02, "it slept"


def test_memory_that_is_exhausted_is_there_again_afterwards() -> None:
    with pytest.raises(MemoryError):
        exhaust_memory()
    assert len(bytearray(64 * 1024 * 1024)) > 0
