"""One child: what it gets, how its end is seen, and that nothing of it stays."""

import itertools
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from company import Company, spec_of
from crew import PATIENCE_S, SHAPE, environment, unruly_request, unruly_spec
from stillframe.contracts.control import Hello, Ready, Stop
from stillframe.contracts.images import ImageResult
from stillframe.contracts.wire import FromWorkerMessage
from stillframe.supervision.process import Child, Lent
from stillframe.supervision.spec import Limits, WorkerSpec
from stillframe.transport.arena import Arena
from worker_kinds import IMAGES

# What glibc reserves, and aligns, for each heap beside the first: malloc/arena.c, HEAP_MAX_SIZE.
HEAP_BYTES = 1 << 26
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (....) 0+ 00:00 0 *")


@contextmanager
def child_of(spec: WorkerSpec, arena: Arena | None = None, **environ: str) -> Iterator[Child]:
    child = Child(spec, Lent(arena), {**environment(), **environ})
    try:
        yield child
    finally:
        child.kill()
        until_dead(child)
        child.close()


@pytest.fixture
def arena() -> Iterator[Arena]:
    opened = Arena(SHAPE)
    yield opened
    opened.close()


def until_dead(child: Child) -> str:
    assert select.select([child.pidfd], [], [], PATIENCE_S)[0], "it lives"
    how = child.reap()
    assert how is not None
    return how


def receive(child: Child) -> FromWorkerMessage:
    assert child.channel.wait(PATIENCE_S), "it says nothing"
    message = child.channel.receive()
    assert message is not None
    return message


def make_ready(child: Child) -> None:
    assert isinstance(receive(child), Hello)
    child.channel.send(child.start_message)
    assert isinstance(receive(child), Ready)


def lines_until(child: Child, last: str) -> list[str]:
    """Read standard error until a line has come."""
    deadline, lines = time.monotonic() + PATIENCE_S, list[str]()
    while last not in lines and time.monotonic() < deadline:
        select.select([child.stderr], [], [], PATIENCE_S)
        lines += child.read_stderr() or ()
    return lines


def test_a_child_is_another_process_in_a_group_of_its_own(arena: Arena) -> None:
    with child_of(unruly_spec(), arena) as child:
        make_ready(child)
        assert child.pid != os.getpid()
        # Ctrl-C in a terminal reaches our group, not the child's.
        assert os.getpgid(child.pid) == child.pid
        with open(f"/proc/{child.pid}/cmdline", "rb") as file:
            arguments = file.read().split(b"\0")
        assert arguments[1:4] == [b"-P", b"-m", b"unruly_worker"]


def test_a_child_has_only_the_descriptors_that_it_was_told_of(arena: Arena) -> None:
    secret = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        with child_of(unruly_spec(), arena) as child:
            # Between hello and start it has opened nothing yet.
            assert isinstance(receive(child), Hello)
            folder = f"/proc/{child.pid}/fd"
            targets = {fd: os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)}
            kinds = sorted(target.partition(":")[0] for target in targets.values())
            assert targets["0"] == targets["1"] == "/dev/null"
            assert targets["2"].startswith("pipe:")
            memory = [kind for kind in kinds if kind.startswith("/memfd")]
            assert memory == ["/memfd", "/memfd"], "the arena and the heartbeat"
            assert kinds.count("socket") == 1
            assert len(targets) == 6
    finally:
        os.close(secret)


def test_a_child_is_told_to_use_one_thread_and_keeps_the_rest_of_the_environment(
    arena: Arena,
) -> None:
    with child_of(unruly_spec(), arena, OMP_NUM_THREADS="64", FAVOURITE="teal") as child:
        make_ready(child)
        with open(f"/proc/{child.pid}/environ", "rb") as file:
            words = file.read().split(b"\0")
        assert {b"OMP_NUM_THREADS=1", b"VIPS_CONCURRENCY=1", b"FAVOURITE=teal"} <= set(words)


@pytest.mark.parametrize("niceness", [0, 10])
def test_a_child_is_nicer_than_its_parent_by_so_much(arena: Arena, niceness: int) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with child_of(unruly_spec(limits=Limits(niceness=niceness)), arena) as child:
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == min(19, own + niceness)


NICE_PARENT = """
import os
from crew import SHAPE, environment, unruly_spec
from stillframe.supervision.process import Child, Lent
from stillframe.supervision.spec import Limits
from stillframe.transport.arena import Arena

os.nice(3)
child = Child(unruly_spec(limits=Limits(niceness=5)), Lent(Arena(SHAPE)), environment())
print(os.getpriority(os.PRIO_PROCESS, child.pid) - os.getpriority(os.PRIO_PROCESS, 0))
child.kill()
child._process.wait()
child.close()
"""


def test_a_child_of_a_nice_parent_is_nicer_still() -> None:
    # In a process of its own: nobody but root may become less nice again.
    command = [sys.executable, "-c", NICE_PARENT]
    found = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment(), timeout=PATIENCE_S
    )
    assert found.stdout == "5\n"


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("kill", "signal 9"),
        ("segv", "signal 11"),
        ("exit0", "exit 0"),
        ("exit1", "exit 1"),
        ("bug", "exit 1"),
    ],
)
def test_a_death_is_seen_at_once_and_named(arena: Arena, path: str, how: str) -> None:
    with child_of(unruly_spec(), arena) as child:
        make_ready(child)
        assert child.reap() is None
        grant = arena.reserve(child.pid)
        child.channel.send(msgspec.structs.replace(unruly_request(1, path), slot=grant))
        assert until_dead(child) == how
        assert child.reap() == how, "it stays what it was"


def test_killing_ends_a_child_whatever_it_does_and_may_be_repeated(arena: Arena) -> None:
    with child_of(unruly_spec(settings={"at_start": "hang"}), arena) as child:
        child.channel.send(child.start_message)
        os.kill(child.pid, signal.SIGSTOP)
        child.kill()
        assert until_dead(child) == "signal 9"
        child.kill()


def test_a_child_works_and_stops(arena: Arena) -> None:
    with child_of(unruly_spec(), arena) as child:
        make_ready(child)
        grant = arena.reserve(child.pid)
        child.channel.send(msgspec.structs.replace(unruly_request(5, "paint"), slot=grant))
        assert isinstance(receive(child), ImageResult)
        assert grant is not None
        with arena.lease(grant, seq=5).pixels as pixels:
            assert bytes(pixels) == bytes([5]) * 64
        assert child.heartbeat().beats >= 1
        child.channel.send(Stop())
        assert until_dead(child) == "exit 0"


def test_standard_error_comes_in_whole_lines(arena: Arena) -> None:
    with child_of(unruly_spec(), arena) as child:
        make_ready(child)
        said = "one\ntw"
        child.channel.send(
            msgspec.structs.replace(unruly_request(1, f"say:{said}"), slot=arena.reserve(child.pid))
        )
        assert isinstance(receive(child), ImageResult)
        assert lines_until(child, "one") == ["one"]
        assert child.read_stderr() == ()
        child.channel.send(
            msgspec.structs.replace(
                unruly_request(2, "say:o\n\n \xff\nrest"), slot=arena.reserve(child.pid)
            )
        )
        assert isinstance(receive(child), ImageResult)
        assert lines_until(child, "\\xff") == ["two", "\\xff"]
        child.channel.send(Stop())
        until_dead(child)
        assert child.read_stderr() == ("rest",), "at the end, what there is"
        assert child.read_stderr() is None


def test_a_module_that_does_not_exist_dies_with_its_reason(arena: Arena) -> None:
    with child_of(unruly_spec(module="no_such_worker"), arena) as child:
        assert until_dead(child) == "exit 1"
        assert "No module named no_such_worker" in "".join(child.read_stderr() or ())


@pytest.mark.parametrize(
    "command",
    [
        "nothing-stays",  # of children that come and go
        "none-is-left",  # of descriptors: an error that leaves nothing open
    ],
)
def test_nothing_of_a_child_stays_open(command: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "lone_parent", command],
        check=False,
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE_S,
    )
    assert (found.returncode, found.stderr) == (0, "")


def heaps(pid: int) -> int:
    """Return how many heaps a process has beside its first: what is used, then what is reserved."""
    with open(f"/proc/{pid}/maps") as file:
        found = [MAPPING.fullmatch(line.rstrip("\n")) for line in file]
    spans = [(int(m[1], 16), int(m[2], 16), m[3]) for m in found if m]
    return sum(
        a % HEAP_BYTES == 0 and mode == "rw-p" and b == c and d == a + HEAP_BYTES and rest == "---p"
        for (a, b, mode), (c, d, rest) in itertools.pairwise(spans)
    )


def test_a_decoder_whose_threads_come_and_go_has_one_heap(tmp_path: Path) -> None:
    with Company.at_work(spec_of(IMAGES)) as company:
        pid = company.until_ready(IMAGES.name)
        for _ in range(4):
            company.fulfil(IMAGES.good(tmp_path))
        assert heaps(pid) == 0
