"""`stillframe top`: shares between two looks, and a terminal that is put back."""

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from desk import serving, show_status
from fake_staff import FakeStaff
from shows import STILLFRAME, environment
from stillframe.cli.top import cpu_percent
from stillframe.contracts.status import ProcessStatus, ShowStatus

PATIENCE_S = 30.0
TAKEN_OVER, PUT_BACK = b"\x1b[?1049h", b"\x1b[?1049l"


def seen(uptime_s: float, cpu_s: float, pid: int = 7) -> ShowStatus:
    crew = FakeStaff()
    worker = msgspec.structs.replace(crew.pool.status(crew.now_ns), cpu_s=cpu_s, pid=pid)
    return msgspec.structs.replace(show_status(), uptime_s=uptime_s, workers=(worker,))


@pytest.mark.parametrize(
    ("before", "now", "percent"),
    [
        (seen(10, 1), seen(12, 2), 50),
        (seen(10, 1), seen(11, 1), 0),
        (seen(10, 9, pid=6), seen(11, 0.25), 25),  # another process: all its time is new
    ],
)
def test_a_share_is_the_time_used_between_two_looks(
    before: ShowStatus, now: ShowStatus, percent: float
) -> None:
    assert cpu_percent(before, now) == {7: pytest.approx(percent)}


def test_each_of_two_has_a_share_of_its_own() -> None:
    shows = []
    for uptime_s, cpu_s in ((10, 1.0), (12, 2.5)):
        show = seen(uptime_s, cpu_s=0)
        other = ProcessStatus(state="ready", pid=8, uptime_s=1, cpu_s=cpu_s, memory_bytes=1)
        worker = msgspec.structs.replace(show.workers[0], others=(other,))
        shows.append(msgspec.structs.replace(show, workers=(worker,)))
    assert cpu_percent(*shows) == {7: 0.0, 8: pytest.approx(75)}


def test_two_looks_at_the_same_moment_have_no_share() -> None:
    assert cpu_percent(seen(10, 1), seen(10, 1)) == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_a_terminal_is_taken_over_and_put_back(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path / "stillframe"):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [STILLFRAME, "top"],
            env=environment(tmp_path, TERM="xterm-256color"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        said = read_until(ours, b"dune.jpg")
        assert TAKEN_OVER in said
        process.send_signal(number)
        said += read_until(ours, PUT_BACK)
        assert process.wait(PATIENCE_S) == 0
        assert b"Traceback" not in said
        os.close(ours)


def read_until(terminal: int, wanted: bytes) -> bytes:
    said, end = b"", time.monotonic() + PATIENCE_S
    while wanted not in said:
        assert select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0], said
        said += os.read(terminal, 4096)
    return said
