"""What is read of real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crew import PATIENCE_S
from stillframe.supervision.vitals import cpu_ns, read_vitals

BUSY = "while True: pass"
WAITING = "import signal; signal.pause()"


@contextmanager
def process(code: str, *arguments: str) -> Iterator[int]:
    child = subprocess.Popen([sys.executable, "-c", code, *arguments])
    try:
        yield child.pid
    finally:
        child.kill()
        child.wait()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline


def is_excused(pid: int) -> bool:
    vitals = read_vitals(pid)
    assert vitals is not None
    return vitals.excused


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def two_threads_rest(pid: int) -> bool:
    """Say whether a process has two threads and neither has done anything for many looks."""
    used_ns = cpu_ns(pid)
    for _ in range(1000):
        threads = os.listdir(f"/proc/{pid}/task")
        states = {state(int(thread)) for thread in threads}
        if (len(threads), states, cpu_ns(pid)) != (2, {"S"}, used_ns):
            return False
    return True


def test_a_process_that_works_uses_time_and_is_excused() -> None:
    with process(BUSY) as pid:
        begun_ns = cpu_ns(pid)
        until(lambda: cpu_ns(pid) > begun_ns + 50_000_000)
        assert is_excused(pid)


def test_a_process_that_waits_for_nothing_in_particular_uses_none_and_is_not_excused() -> None:
    with process(WAITING) as pid:
        until(lambda: state(pid) == "S" and not is_excused(pid))
        before_ns = cpu_ns(pid)
        assert before_ns > 0
        until(lambda: cpu_ns(pid) == before_ns)


def test_a_stopped_process_is_not_excused_whatever_it_was_doing() -> None:
    with process(BUSY) as pid:
        until(lambda: is_excused(pid))
        os.kill(pid, signal.SIGSTOP)
        until(lambda: state(pid) == "T")
        assert not is_excused(pid)
        stopped_ns = cpu_ns(pid)
        assert cpu_ns(pid) == stopped_ns


@pytest.mark.parametrize("call", ["os.read(os.open(f, os.O_RDWR), 1)", "os.open(f, os.O_RDONLY)"])
def test_a_process_that_waits_for_a_file_is_excused(tmp_path: Path, call: str) -> None:
    slow = tmp_path / "slow"  # a FIFO that nobody writes is as slow as a file can be
    os.mkfifo(slow)
    with process(f"import os, sys; f = sys.argv[1]; {call}", str(slow)) as pid:
        until(lambda: state(pid) == "S" and is_excused(pid))


IN_A_THREAD = (
    "import sys, threading; t = threading.Thread(target={}, args=sys.argv[1:]); t.start(); t.join()"
)


def test_a_process_is_excused_for_any_of_its_threads(tmp_path: Path) -> None:
    # A decoder reads and computes in threads of its own, while the first one waits for them.
    slow = tmp_path / "slow"
    os.mkfifo(slow)
    with process(IN_A_THREAD.format("open"), str(slow)) as pid:
        until(lambda: two_threads_rest(pid))
        assert is_excused(pid)
        os.kill(pid, signal.SIGSTOP)
        until(lambda: not is_excused(pid))


def test_a_process_whose_threads_all_wait_for_nothing_in_particular_is_not_excused() -> None:
    with process(IN_A_THREAD.format("threading.Event().wait")) as pid:
        until(lambda: two_threads_rest(pid))
        assert not is_excused(pid)


def test_memory_is_what_is_resident() -> None:
    with process(f"kept = bytearray(b'x') * (64 << 20); {WAITING}") as pid:
        until(lambda: (read_vitals(pid) or pytest.fail("gone")).memory_bytes > 64 << 20)


def test_a_process_that_is_gone_has_none() -> None:
    with process(WAITING) as pid:
        pass
    assert read_vitals(pid) is None
    with pytest.raises(OSError, match="Invalid argument"):
        cpu_ns(pid)
