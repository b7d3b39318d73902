"""A program beside a worker: when it runs, when another is started, and what it costs nobody."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accompanied import Accompanied
from crew import is_alive
from shows import alive, eventually
from stillframe.supervision.spec import Companion, RestartBudget

S = 1_000_000_000
APART_NS = 100_000_000
# Says what it was started with, and waits for its end.
SAYS = Companion(("sh", "-c", 'echo "$0"; exec sleep 600', "{}"))

Make = Callable[[Companion], Accompanied]


@pytest.fixture
def beside() -> Iterator[Make]:
    made: list[Accompanied] = []

    def make(companion: Companion) -> Accompanied:
        made.append(Accompanied(companion))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_it_runs_with_what_was_wished_for(beside: Make) -> None:
    one = beside(SAYS)
    assert one.it.gone
    one.it.want("a b; $(c) --d", one.now_ns)
    assert one.read_some() == b"a b; $(c) --d\n"


def test_the_program_itself_is_not_for_the_worker_to_choose() -> None:
    assert Companion(("{}", "--of={}")).command("x") == ("{}", "--of=x")


def test_the_same_wish_changes_nothing(beside: Make) -> None:
    one = beside(SAYS)
    one.it.want("a", one.now_ns)
    one.read_some()
    first = one.pid()
    one.it.want("a", one.now_ns)
    one.it.tick(one.now_ns)
    assert (one.pid(), is_alive(first)) == (first, True)


@pytest.mark.parametrize(("argument", "anew"), [("b", False), ("a", True)])
def test_another_wish_replaces_it_but_no_two_run_and_not_too_soon(
    argument: str, *, anew: bool, beside: Make
) -> None:
    one = beside(SAYS)
    one.it.want("a", one.now_ns)
    one.read_some()
    first = one.pid()
    one.it.want(argument, one.now_ns, anew=anew)
    one.until_gone()
    assert not is_alive(first)
    assert one.it.next_ns() == one.now_ns + APART_NS
    one.it.tick(one.now_ns + APART_NS - 1)
    assert one.it.gone
    one.now_ns += APART_NS
    assert one.read_some() == argument.encode() + b"\n"
    assert one.said() == []


def test_no_wish_ends_it(beside: Make) -> None:
    one = beside(SAYS)
    one.it.want("a", one.now_ns)
    one.read_some()
    one.it.want("", one.now_ns)
    one.until_gone()
    assert (one.it.next_ns(), one.said()) == (None, [])


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_dies_is_started_again_and_it_is_said(how: signal.Signals, beside: Make) -> None:
    one = beside(SAYS)
    one.it.want("a", one.now_ns)
    one.read_some()
    one.now_ns += S
    os.kill(one.pid(), how)
    one.until_gone()
    due_ns = one.it.next_ns()
    assert due_ns is not None
    assert one.now_ns <= due_ns <= one.now_ns + 0.1 * S
    assert one.said() == [f"sh ended: signal {how.value}"]
    one.now_ns = due_ns
    assert one.read_some() == b"a\n"


def test_one_that_stands_still_can_be_replaced(beside: Make) -> None:
    one = beside(SAYS)
    one.it.want("a", one.now_ns)
    one.read_some()
    os.kill(one.pid(), signal.SIGSTOP)
    one.it.want("a", one.now_ns, anew=True)
    one.now_ns += APART_NS
    assert one.read_some() == b"a\n"


def test_one_that_dies_too_often_waits_for_the_longest_time(beside: Make) -> None:
    one = beside(
        Companion(("sh", "-c", "echo it is broken >&2; exit 3"), RestartBudget(restarts=2))
    )
    one.it.want("a", one.now_ns)
    for deaths in range(1, 4):
        one.until(lambda: sum("ended" in line for line in one.said()) == deaths)  # noqa: B023
        one.now_ns += S
    due_ns = one.it.next_ns()
    assert due_ns is not None
    assert due_ns - one.now_ns == 29 * S
    assert one.said() == [
        *("it is broken", "sh ended: exit 3") * 2,
        "it is broken",
        "sh ended: exit 3; 3 times in 60 s: it waits",
    ]


@pytest.mark.parametrize("companion", [Companion(("no-such-program-here",)), SAYS])
def test_one_that_cannot_be_started_is_said_and_tried_again(
    companion: Companion, beside: Make
) -> None:
    one = beside(companion)
    one.it.want("no\0word", one.now_ns)
    one.it.tick(one.now_ns)
    if one.it.gone:
        assert one.said()[0].startswith(f"cannot start {companion.argv[0]}")
    else:  # the kernel's tie was started, and could not
        one.until_gone()
        assert "no-such-program-here" in one.said()[0]
    assert one.it.next_ns() is not None


def test_one_that_talks_without_end_does_not_fill_the_log(beside: Make) -> None:
    one = beside(Companion(("sh", "-c", "yes >&2")))
    one.it.want("a", one.now_ns)
    one.until(one.said)
    for _ in range(50):
        for key, _ in one.selector.select(1):
            key.data(one.now_ns)
    assert len(one.said()) == 20


def test_after_the_stop_no_wish_counts(beside: Make) -> None:
    one = beside(SAYS)
    one.it.want("a", one.now_ns)
    one.read_some()
    one.it.stop()
    one.it.want("b", one.now_ns)
    one.until_gone()
    one.it.tick(one.now_ns + S)
    assert (one.it.gone, one.it.next_ns()) == (True, None)


PARENT = """
import os, sys
from stillframe.supervision.process import start_program
reader, writer = os.pipe()
print(start_program(sys.argv[1:], writer, os.environ).pid, flush=True)
sys.stdin.read()
"""


# Asks the kernel only after its parent has died: the worst moment there is.
LATE = """#!/bin/sh
while [ "$(cut -d" " -f4 /proc/$$/stat)" = "$PPID" ]; do sleep 0.01; done
exec {} "$@"
"""


def start_and_kill(command: tuple[str, ...], environ: dict[str, str]) -> int:
    """Kill an interface that has just started a program; return the program's process."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environ,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    return pid


@pytest.mark.parametrize(
    "command",
    [
        ("sleep", "600"),  # it never writes, so no pipe tells it
        ("yes",),  # it hangs in a write
    ],
)
def test_it_ends_with_an_interface_that_is_killed(command: tuple[str, ...]) -> None:
    pid = start_and_kill(command, dict(os.environ))
    eventually(lambda: not alive(pid), "the program ends")


def test_it_never_starts_for_an_interface_that_is_already_dead(tmp_path: Path) -> None:
    real = shutil.which("setpriv")
    assert real is not None
    late, note = tmp_path / "setpriv", tmp_path / "note"
    late.write_text(LATE.format(real))
    late.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    pid = start_and_kill(("sh", "-c", f"echo ran > {note}; sleep 600"), os.environ | {"PATH": path})
    eventually(lambda: not alive(pid), "the program ends")
    assert not note.exists()
