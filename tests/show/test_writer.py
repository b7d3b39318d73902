"""The thread that writes: bounded, in order, newest of a name, and nobody waits for it."""

import errno
import os
import resource
import select as real_select
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from descriptors import open_descriptors
from nobody import without_rights
from stillframe.show.writer import JOBS_CAP, NAMES_CAP, Writer, replace_file

LONG_S = 30.0


class Gate:
    """A job that a disk is stuck in, until it is opened."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.open.wait(LONG_S)


@pytest.fixture
def writer() -> Iterator[Writer]:
    made = Writer("writer")
    yield made
    assert made.close(LONG_S)


@pytest.fixture
def gate(writer: Writer) -> Iterator[Gate]:
    made = Gate()
    writer.post(made)
    assert made.reached.wait(LONG_S)
    yield made
    made.open.set()


class Alarm:
    """A duty that is due once, a moment after it is first asked, and at the end."""

    def __init__(self) -> None:
        self.at_ns: int | None = None
        self.rang, self.ended = threading.Event(), threading.Event()

    def rest(self, now_ns: int) -> int | None:
        if self.at_ns is None:
            self.at_ns = now_ns + 1_000_000
        if now_ns >= self.at_ns:
            self.rang.set()
        return None if self.rang.is_set() else self.at_ns

    def end(self) -> None:
        self.ended.set()


def test_jobs_are_done_in_order_on_a_thread_of_that_name() -> None:
    done: list[tuple[int, str]] = []
    writer = Writer("writer")
    for number in range(100):
        writer.post(lambda n=number: done.append((n, threading.current_thread().name)))
    assert writer.close(LONG_S)
    assert done == [(number, "writer") for number in range(100)]


def test_of_a_name_only_the_newest_is_written(writer: Writer, gate: Gate) -> None:
    done: list[str] = []
    for number in range(3):
        writer.keep("a", lambda n=number: done.append(f"a{n}"))
        writer.keep("b", lambda n=number: done.append(f"b{n}"))
    gate.open.set()
    assert writer.close(LONG_S)
    assert sorted(done) == ["a2", "b2"]


def test_what_is_kept_while_it_is_written_is_written_again(writer: Writer) -> None:
    done: list[str] = []
    gate = Gate()
    writer.keep("a", gate)
    assert gate.reached.wait(LONG_S)
    writer.keep("a", lambda: done.append("newer"))
    gate.open.set()
    assert writer.close(LONG_S)
    assert done == ["newer"]


def test_a_flood_of_jobs_does_not_hold_up_what_is_kept(writer: Writer, gate: Gate) -> None:
    done: list[str] = []
    for _ in range(JOBS_CAP):
        writer.post(lambda: done.append("job"))
    writer.keep("a", lambda: done.append("kept"))
    gate.open.set()
    assert writer.close(LONG_S)
    assert done.index("kept") <= 1
    assert len(done) == JOBS_CAP + 1


def test_a_stuck_disk_holds_nobody_up_and_costs_a_bounded_memory(
    writer: Writer, gate: Gate
) -> None:
    done: list[int] = []
    began_s = time.thread_time()
    for number in range(3 * JOBS_CAP):
        writer.post(lambda n=number: done.append(n))
    assert time.thread_time() - began_s < 1
    gate.open.set()
    assert writer.close(LONG_S)
    assert done == list(range(2 * JOBS_CAP, 3 * JOBS_CAP)), "the oldest are dropped"
    assert writer.lost == 2 * JOBS_CAP, "and counted"


def test_names_are_bounded(writer: Writer, gate: Gate) -> None:
    for number in range(NAMES_CAP):
        writer.keep(str(number), list)
    with pytest.raises(ValueError, match="at most 16"):
        writer.keep("one more", list)
    writer.keep("3", list)
    gate.open.set()


def test_a_stuck_disk_does_not_keep_the_show_from_ending(writer: Writer, gate: Gate) -> None:
    assert not writer.close(timeout_s=0)
    gate.open.set()


def test_a_disk_that_refuses_one_job_gets_the_next(writer: Writer) -> None:
    done: list[str] = []

    def refuse() -> None:
        raise OSError(errno.ENOSPC, "full")

    writer.post(refuse)
    writer.keep("a", refuse)
    writer.post(lambda: done.append("next"))
    assert writer.close(LONG_S)
    assert done == ["next"]


def test_a_duty_has_its_turn_at_its_time_and_at_the_end(writer: Writer) -> None:
    alarm = Alarm()
    writer.attend(alarm)
    writer.post(list)
    assert alarm.rang.wait(LONG_S)
    assert not alarm.ended.is_set()
    assert writer.close(LONG_S)
    assert alarm.ended.is_set()


def test_a_writer_with_nothing_to_do_sleeps_without_end(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeouts_s: list[float | None] = []

    def select(reading: list[int], *rest: list[int] | float | None) -> object:
        timeouts_s.append(rest[-1])
        return real_select.select(reading, *rest)

    monkeypatch.setattr("stillframe.show.writer.select", SimpleNamespace(select=select))
    alarm = Alarm()
    writer.attend(alarm)
    writer.post(list)
    assert alarm.rang.wait(LONG_S)
    assert writer.close(LONG_S)
    *waits_s, last_s = timeouts_s
    assert last_s is None
    assert len(waits_s) < 4
    assert all(wait_s is not None for wait_s in waits_s)


def test_its_descriptor_goes_with_it() -> None:
    before = set(open_descriptors())
    for _ in range(5):
        writer = Writer("writer")
        writer.post(list)
        assert writer.close(LONG_S)
        del writer
    assert set(open_descriptors()) <= before


def test_a_file_is_replaced_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "stillframe" / "list.json"
    replace_file(path, b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["list.json"]


def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    replace_file(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            replace_file(path, bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["list.json"]


def test_a_folder_that_may_not_be_written_is_an_error_and_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with without_rights(), pytest.raises(PermissionError):
            replace_file(tmp_path / "list.json", b"new")
    finally:
        tmp_path.chmod(0o755)
    assert os.listdir(tmp_path) == []


def test_a_name_that_is_a_folder_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "list.json").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(tmp_path / "list.json", b"new")
    assert os.listdir(tmp_path) == ["list.json"]
