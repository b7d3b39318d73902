"""The log: what is written where, what is held back, and that nobody waits for it."""

import fcntl
import functools
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shows import eventually
from stillframe.contracts.control import LogLevel
from stillframe.show import lines
from stillframe.show.journal import LINES_CAP, Journal, print_to
from stillframe.show.lines import THROTTLE_NS, Line, Throttle
from stillframe.show.log_file import LogFile
from stillframe.show.writer import Writer

LONG_S = 30.0
STAMPED = functools.partial(lines.stamped, show_pid=1)


class Terminal:
    """Takes lines; it can be stuck."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stuck = threading.Event()
        self.free = threading.Event()
        self.free.set()

    def write(self, line: str) -> None:
        if not self.free.is_set():
            self.stuck.set()
        assert self.free.wait(LONG_S)
        self.lines.append(line)


class StuckFile(LogFile):
    """A log file on a disk that does not answer."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.stuck, self.free = threading.Event(), threading.Event()

    def write(self, text: str, now_ns: int, complain: object) -> None:
        del text, now_ns, complain
        self.stuck.set()
        assert self.free.wait(LONG_S)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.free.set()


@pytest.fixture
def disk() -> Iterator[Writer]:
    made = Writer("writer")
    yield made
    assert made.close(LONG_S)


def written(*notes: Line) -> list[str]:
    """Return what a journal writes of some notes."""
    terminal = Terminal()
    journal = Journal(terminal.write)
    for line in notes:
        journal.note(line.tag, line.event, **dict(line.fields))
    journal.close(LONG_S)
    return terminal.lines


EVENT = Line("HEALTH", "worker")


def test_lines_are_written_in_order_and_the_last_ones_at_the_end() -> None:
    notes = [Line("SHOW", "transition", (("photo", f"{n}.jpg"),)) for n in range(100)]
    assert written(*notes) == [lines.text(note) for note in notes]


def test_a_stuck_terminal_holds_nobody_up_and_costs_a_bounded_memory(terminal: Terminal) -> None:
    journal = Journal(terminal.write)
    terminal.free.clear()
    journal.note("SHOW", "first")
    assert terminal.stuck.wait(LONG_S)
    for number in range(3 * LINES_CAP):
        journal.note("SHOW", str(number))
    terminal.free.set()
    journal.close(LONG_S)
    newest = [f"[SHOW] {number}" for number in range(2 * LINES_CAP, 3 * LINES_CAP)]
    lost = f"[HEALTH] lines lost count={2 * LINES_CAP} level=warning"
    assert terminal.lines == ["[SHOW] first", *newest, lost]


def test_a_stuck_terminal_does_not_keep_the_show_from_ending(terminal: Terminal) -> None:
    journal = Journal(terminal.write)
    terminal.free.clear()
    journal.note("SHOW", "first")
    assert terminal.stuck.wait(LONG_S)
    journal.close(timeout_s=0)
    assert terminal.lines == []
    terminal.free.set()
    journal.close(LONG_S)
    assert terminal.lines == ["[SHOW] first"]


def test_a_stuck_terminal_does_not_keep_lines_from_the_file(
    terminal: Terminal, disk: Writer, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    journal = Journal(terminal.write)
    journal.keep_in(LogFile(path), disk, STAMPED)
    terminal.free.clear()
    journal.note("SHOW", "first")
    assert terminal.stuck.wait(LONG_S)
    for batch in range(5):  # more than any queue holds
        for number in range(LINES_CAP // 2):
            journal.note("SHOW", str(number), batch=batch)
        last = f"[SHOW] {number} batch={batch}\n"
        eventually(lambda last=last: path.exists() and path.read_text().endswith(last), last)
    terminal.free.set()
    journal.close(LONG_S)
    assert path.read_text().count("\n") == 1 + 5 * (LINES_CAP // 2)


def test_a_stuck_disk_does_not_keep_lines_from_the_terminal(
    terminal: Terminal, disk: Writer, tmp_path: Path
) -> None:
    file = StuckFile(tmp_path / "log")
    journal = Journal(terminal.write)
    journal.keep_in(file, disk, STAMPED)
    journal.note("SHOW", "first")
    assert file.stuck.wait(LONG_S)
    journal.note("SHOW", "second")
    journal.close(LONG_S)
    assert terminal.lines == ["[SHOW] first", "[SHOW] second"]
    file.free.set()


def test_a_pipe_that_nobody_reads_takes_what_fits_and_all_of_it_once_read() -> None:
    reading, writing = os.pipe2(os.O_CLOEXEC)
    size_bytes = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    journal = Journal(print_to(writing))
    said = [f"{number} " + "x" * 100 for number in range(size_bytes // 50)]
    began_s = time.thread_time()
    for line in said:
        journal.note("SHOW", line)
    assert time.thread_time() - began_s < 1
    with open(reading, encoding="utf-8") as pipe:
        assert [next(pipe) for _ in said] == [f"[SHOW] {line}\n" for line in said]
        journal.close(LONG_S)
        os.close(writing)
        assert pipe.read() == ""


def test_a_terminal_that_is_gone_ends_nothing() -> None:
    written_lines = []

    def write(line: str) -> None:
        written_lines.append(line)
        if len(written_lines) == 1:
            raise BrokenPipeError

    journal = Journal(write)
    journal.note("SHOW", "lost")
    journal.note("SHOW", "kept")
    journal.close(LONG_S)
    assert written_lines == ["[SHOW] lost", "[SHOW] kept"]


def test_a_flood_of_one_event_is_written_once_and_counted_at_the_end() -> None:
    assert written(*[EVENT] * 50) == ["[HEALTH] worker", "[HEALTH] worker repeated=49"]


def test_a_burst_that_stops_is_counted_when_its_interval_ends(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "stillframe.show.journal.Throttle", functools.partial(Throttle, THROTTLE_NS // 50)
    )
    terminal.free.clear()
    journal = Journal(terminal.write)
    journal.note("SHOW", "first")
    assert terminal.stuck.wait(LONG_S)
    for _ in range(3):
        journal.note("HEALTH", "worker")
    terminal.free.set()
    burst = ["[SHOW] first", "[HEALTH] worker", "[HEALTH] worker repeated=2"]
    eventually(lambda: terminal.lines == burst, "the count, by itself")
    journal.close(LONG_S)
    assert terminal.lines == burst


def test_lines_below_the_least_level_are_not_written(terminal: Terminal) -> None:
    journal = Journal(terminal.write, least=LogLevel.WARNING)
    for level in LogLevel:
        journal.note("HEALTH", "worker", level=level)
    journal.close(LONG_S)
    assert terminal.lines == ["[HEALTH] worker level=warning", "[HEALTH] worker level=error"]


def test_a_line_has_the_time_at_which_it_was_said(
    terminal: Terminal, disk: Writer, tmp_path: Path
) -> None:
    journal = Journal(terminal.write, form=functools.partial(lines.as_json, show_pid=1))
    journal.keep_in(LogFile(tmp_path / "log"), disk, functools.partial(lines.as_json, show_pid=1))
    terminal.free.clear()
    before_ns = time.time_ns()
    journal.note("SHOW", "first")
    journal.note("SHOW", "second")
    after_ns = time.time_ns()
    terminal.free.set()
    journal.close(LONG_S)
    disk.close(LONG_S)
    ats = [json.loads(line)["ts"] for line in terminal.lines]
    assert len(ats) == 2
    assert Line("", "", at_ns=before_ns).at <= ats[0] <= ats[1] <= Line("", "", at_ns=after_ns).at
    assert (tmp_path / "log").read_text().splitlines() == terminal.lines


def test_a_file_that_cannot_be_written_is_said_once_on_the_terminal(
    terminal: Terminal, disk: Writer, tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    folder.write_text("in the way")
    journal = Journal(terminal.write)
    journal.keep_in(LogFile(folder / "log"), disk, STAMPED)
    for number in range(100):
        journal.note("SHOW", str(number))
    disk.close(LONG_S)
    journal.close(LONG_S)
    complaints = [line for line in terminal.lines if not line.startswith("[SHOW]")]
    assert complaints == [
        f'[HEALTH] no log file file={folder / "log"} reason="File exists" level=warning'
    ]
    assert len(terminal.lines) == 101


def test_the_file_s_count_is_written_before_it_is_closed(
    terminal: Terminal, disk: Writer, tmp_path: Path
) -> None:
    journal = Journal(terminal.write)
    journal.keep_in(LogFile(tmp_path / "log"), disk, STAMPED)
    for _ in range(3):
        journal.note("HEALTH", "worker")
    disk.close(LONG_S)
    journal.close(LONG_S)
    rows = (tmp_path / "log").read_text().splitlines()
    assert [row.partition("[HEALTH] ")[2] for row in rows] == ["worker", "worker repeated=2"]
