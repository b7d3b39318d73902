"""What is seen of a long show: its log, its processes, its books, and what is left of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bench.soak_acts import NO_CLOCK, Deeds, World
from bench.soak_observed import Book, Dark, Skip
from bench.soak_plan import KINDS, Act, Fault
from bench.soak_processes import left_of, sight_of, workers_of
from bench.soak_watch import Log, Watch, book_of
from bench.soak_world import Disk, WallClock
from crew import PATIENCE_S
from fake_staff import FakeStaff
from sound_server import SoundServer
from stillframe.contracts.sandbox import Sandbox
from stillframe.settings import load
from stillframe.show.code import code_folders
from stillframe.show.specs import Places, worker_specs
from stillframe.transport.arena import ArenaShape

_DAY_S = 86_400


def said(**fields: object) -> str:
    return json.dumps(fields) + "\n"


def test_the_log_is_read_as_it_comes_and_only_whole_lines(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    first = said(tag="SHOW", event="transition", photo="/p/a", by="wipe")
    log.path.write_text("libGL: words\n" + first + first[:20])
    log.look(1.0)
    assert log.shown == ["/p/a"]
    with log.path.open("a") as file:
        file.write(first[20:])
        file.write(said(tag="SHOW", event="transition", photo="/p/b", by="slide"))
        file.write(said(tag="SHOW", event="visualizer", style="wave"))
        file.write(said(tag="SHOW", event="skipped", photo="/p/c", reason="corrupt", detail="d"))
        file.write(said(tag="HEALTH", event="skipped", photo="/p/d", reason="r"))
    log.look(2.0)
    log.look(3.0)
    assert log.shown == ["/p/a", "/p/a", "/p/b"]
    assert log.first_drawn_s == {
        "transition wipe": 1.0,
        "transition slide": 2.0,
        "style wave": 2.0,
    }
    assert (log.styles, log.skipped) == (["wave"], [Skip("/p/c", "corrupt")])


def test_a_dark_look_is_noted_with_the_transition_that_has_begun(tmp_path: Path) -> None:
    watch = Watch(Log(tmp_path / "log"))
    watch.log.path.write_text(said(tag="SHOW", event="transition", photo="/p/a", by="wipe"))
    watch.look(1.0, 120.0)
    with watch.log.path.open("a") as file:
        file.write(said(tag="SHOW", event="transition", photo="/p/b", by="slide"))
    watch.look(2.0, 3.0)
    assert (watch.looks, watch.dark) == (2, [Dark(2.0, 3.0, "slide")])


def test_a_process_is_seen_and_one_that_is_gone_is_not() -> None:
    mine = sight_of(os.getpid())
    assert mine is not None
    assert mine.own_kib > 1000
    assert mine.files >= 3
    assert mine.threads >= 1
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert sight_of(gone.pid) is None


def test_the_clock_of_a_show_is_read_by_every_worker_that_reads_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = WallClock(tmp_path / "clock")
    monkeypatch.syspath_prepend(str(clock.packages))
    places = Places((b"/p",), b"/s", b"/i", code=code_folders(), mirror=b"/m", shaders=b"/t")
    settings = load(file_text=None, file_name="", environ={}, flags={"--audio": "auto"})
    specs = worker_specs(settings, ArenaShape(4, 1 << 20), places)
    held = {spec.name: spec.sandbox.read for spec in specs if spec.sandbox}
    reached = {name for name, read in held.items() if os.fsencode(clock.packages) in read}
    assert reached == {*KINDS}
    assert held.keys() - reached == {"scenes", "shaders"}


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for a worker of ours, by its words and its environment."""
    code = "import sys; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "stillframe.workers.images"],
        env={"MARK": str(tmp_path)},
        stdin=subprocess.PIPE,
    ) as process:
        yield process
        process.kill()


def test_workers_are_found_by_kind(sleeper: subprocess.Popen[bytes]) -> None:
    late_s = time.monotonic() + PATIENCE_S
    while not workers_of(os.getpid()) and time.monotonic() < late_s:  # it is not itself yet
        os.sched_yield()
    assert ("images", sleeper.pid) in workers_of(os.getpid())


def test_what_is_left_of_a_show_is_named(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    run, temporary = tmp_path / "run", tmp_path / "tmp"
    for folder in (run / "stillframe", temporary):
        folder.mkdir(parents=True)
    assert left_of("MARK=another", run, temporary) == ()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(run / "stillframe" / "show.sock"))
    (temporary / "half").write_text("")
    left = left_of(f"MARK={tmp_path}", run, temporary)
    assert left[0].startswith(f"process {sleeper.pid}: ")
    assert sorted(left[1:]) == [str(run / "stillframe" / "show.sock"), str(temporary / "half")]


def test_a_request_that_is_stuck_is_no_answer() -> None:
    crew = FakeStaff()
    crew.submit(1)
    crew.turn()
    stuck = book_of(crew.pool.status(crew.now_ns + 2**62))
    assert stuck == Book("unruly", asked=1, answered=0, open=1, overdue=1)
    request = crew.active.in_hand
    assert request is not None
    crew.active.answer(request)
    crew.turn()
    crew.active.answer(request)
    crew.turn()
    done = book_of(crew.pool.status(crew.now_ns))
    assert done == Book("unruly", asked=1, answered=1, twice=1)


def test_a_watch_without_a_status_has_no_books_and_no_stores(tmp_path: Path) -> None:
    watch = Watch(Log(tmp_path / "log"))
    assert (watch.books, watch.stores, watch.lives) == ((), (), ())


def test_harm_waits_for_a_worker_of_its_kind(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    world = World(
        os.getpid(),
        tmp_path,
        Disk(tmp_path / "disk", 1),
        SoundServer(tmp_path),
        WallClock(tmp_path / "clock"),
    )
    nobody = Fault(1.0, Act.KILL, "feeds")
    deeds = Deeds([nobody, Fault(1.0, Act.KILL, "images"), Fault(9.0, Act.CLOCK_ON)])
    late_s = time.monotonic() + PATIENCE_S
    while not deeds.done and time.monotonic() < late_s:
        deeds.go_on(world, 2.0, time.monotonic())
    assert deeds.done == ["kill images"]
    assert sleeper.wait(PATIENCE_S) == -signal.SIGKILL
    assert deeds.waiting == [nobody, Fault(9.0, Act.CLOCK_ON)]


def test_what_was_not_done_is_said() -> None:
    deeds = Deeds([Fault(1.0, Act.UNPLUG), Fault(2.0, Act.KILL, "images")])
    deeds.problems += [NO_CLOCK, "the command failed"]
    missed = [f"no {kind} came to harm" for kind in KINDS]
    assert list(deeds.failed) == ["the command failed", "no unplug in time", *missed]


CLOCK = """
import sys, time
import msgspec
from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.confinement import confine
confine(msgspec.json.decode(sys.argv[1], type=Sandbox))
for _ in sys.stdin:
    print(time.time(), time.monotonic(), flush=True)
"""


def test_the_clock_jumps_in_a_worker_that_is_held_to_its_sandbox(tmp_path: Path) -> None:
    """As in a show: the file is in a folder that is let in for Python's packages, no other."""
    clock = WallClock(tmp_path / "clock")
    if not clock.environ:
        pytest.skip("libfaketime is not installed")
    sandbox = Sandbox(read=(os.fsencode(clock.packages),), memory_bytes=1 << 30)
    with (
        clock,
        subprocess.Popen(
            [sys.executable, "-c", CLOCK, msgspec.json.encode(sandbox).decode()],
            env={**os.environ, **clock.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None

        def off_s() -> float:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            wall_s, monotonic_s = map(float, process.stdout.readline().split())
            assert monotonic_s == pytest.approx(time.monotonic(), abs=PATIENCE_S)
            return wall_s - time.time()

        assert abs(off_s()) < PATIENCE_S
        for day_s in (-_DAY_S, _DAY_S):
            clock.set(day_s)
            late_s = time.monotonic() + PATIENCE_S
            while abs(off_s() - day_s) > PATIENCE_S:  # it looks once a second
                assert time.monotonic() < late_s
        process.stdin.close()
        clock.keep_for(process.pid)
    assert not list(Path("/dev/shm").glob(f"*faketime_*_{process.pid}"))  # noqa: S108 - its choice
