"""Whole workers as child processes, from hello to their end."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from photos import shipped
from stillframe.contracts import heartbeat
from stillframe.contracts.control import Configure, Failed, Hello, Ready, Stop
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.images import ImageRequest, ImageResult, Profile, RatioPolicy
from stillframe.contracts.library import LibraryRequest, LibraryResult, Scan
from stillframe.contracts.messages import WIRE_VERSION, Failure, Request
from stillframe.contracts.pixels import Size
from stillframe.transport.arena import ArenaShape
from stillframe.transport.seqpacket import socket_pair
from worker_child import PATIENCE_S, WorkerChild

BEAT_INTERVAL_S = 0.25  # the default of the start message
SHAPE = ArenaShape(2, 256 * 1024)
SHAPES = {"images": SHAPE, "library": None}
NAMES = sorted(SHAPES)
# What no worker may carry: a decoder's bug must not reach the screen, and each costs memory.
FOREIGN = {"PySide6", "shiboken6", "numpy", "PIL", "click", "rich", "platformdirs"}
# What would be far too long for an end that is awaited, and plenty for a busy machine.
AT_ONCE_S = 5.0


def scan(seq: int, root: bytes) -> LibraryRequest:
    return LibraryRequest(
        seq=seq,
        correlation_id=1,
        worker="library",
        ts_req_ns=time.monotonic_ns(),
        deadline_ns=2**62,
        ask=Scan(root=root),
    )


def decode(child: WorkerChild, seq: int, path: bytes) -> ImageRequest:
    assert child.arena is not None
    return ImageRequest(
        seq=seq,
        correlation_id=1,
        worker="images",
        ts_req_ns=time.monotonic_ns(),
        deadline_ns=2**62,
        path=path,
        target_size=Size(60, 40),
        profile=Profile(),
        cache_key=b"key",
        ratio_policy=RatioPolicy(),
        slot=child.arena.reserve(child.pid),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_worker_says_hello_then_ready_and_stops_without_a_word(name: str) -> None:
    with WorkerChild.running(name, SHAPES[name]) as child:
        hello = child.receive()
        assert hello == Hello(worker=name, version=WIRE_VERSION, pid=child.pid)
        child.channel.send(child.start_message())
        ready = child.receive()
        assert isinstance(ready, Ready)
        assert ready.pid == child.pid
        child.channel.send(Stop())
        assert child.ended() == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_worker_has_loaded_nothing_foreign(name: str) -> None:
    with WorkerChild.running(name, SHAPES[name]) as child:
        child.receive()
        child.channel.send(child.start_message())
        ready = child.receive()
        assert isinstance(ready, Ready)
        assert {"stillframe", "msgspec"} <= set(ready.packages)
        assert not FOREIGN & set(ready.packages)
        assert ("pyvips" in ready.packages) == (name == "images")
        # The list is the truth: what the kernel has mapped into the process says the same.
        with open(f"/proc/{child.pid}/maps") as file:
            maps = file.read()
        assert not [word for word in ("PySide6", "libQt", "/numpy/") if word in maps]


def test_a_photo_comes_back_as_a_frame_in_the_slot() -> None:
    with WorkerChild.ready("images", SHAPE) as child:
        assert child.arena is not None
        for seq in (1, 2, 3):
            request = decode(child, seq, os.fsencode(shipped("coffee.png")))
            assert request.slot is not None
            child.channel.send(request)
            result = child.receive()
            assert isinstance(result, ImageResult)
            assert result.seq == seq
            lease = child.arena.lease(request.slot, seq=seq)
            assert (lease.header.width, lease.header.height) == (60, 40)
            assert lease.header.producer_pid == child.pid
            assert len(set(bytes(lease.pixels))) > 50, "a photo has many colours"
            child.arena.give_back(request.slot)


def test_a_refused_request_is_one_failure_and_the_worker_goes_on() -> None:
    with WorkerChild.ready("images", SHAPE) as child:
        bad = decode(child, 5, b"/nowhere.jpg")
        child.channel.send(bad)
        failure = child.receive()
        assert isinstance(failure, Failure)
        assert (failure.seq, failure.worker, failure.correlation_id) == (5, "images", 1)
        assert failure.error.kind is FaultKind.NOT_FOUND
        assert bad.ts_req_ns == failure.ts_req_ns <= failure.ts_res_ns
        child.channel.send(decode(child, 6, os.fsencode(shipped("coffee.png"))))
        assert isinstance(child.receive(), ImageResult)
        assert not child.channel.wait(0), "no second answer"


def test_requests_that_wait_in_the_channel_are_answered_in_order() -> None:
    with WorkerChild.ready("library") as child:
        for seq in range(1, 21):
            child.channel.send(scan(seq, os.fsencode(shipped("coffee.png"))))
        child.channel.send(Stop())
        answers = [child.receive() for _ in range(20)]
        assert all(isinstance(answer, LibraryResult) for answer in answers)
        assert [getattr(answer, "seq", None) for answer in answers] == list(range(1, 21))
        assert child.ended() == (0, "")


def test_new_settings_for_a_worker_that_has_none_change_nothing() -> None:
    with WorkerChild.ready("library") as child:
        child.channel.send(Configure(settings={"any": 1}))
        child.channel.send(scan(1, os.fsencode(shipped("coffee.png"))))
        assert isinstance(child.receive(), LibraryResult)


# Ends.


@pytest.mark.parametrize("name", NAMES)
def test_the_end_of_the_channel_is_the_end_of_the_worker(name: str) -> None:
    with WorkerChild.ready(name, SHAPES[name]) as child:
        child.hang_up()
        assert child.ended() == (0, "")


def test_the_end_of_the_channel_before_the_start_is_an_end_too() -> None:
    with WorkerChild.running("library") as child:
        assert isinstance(child.receive(), Hello)
        child.hang_up()
        assert child.ended() == (0, "")


def test_a_stop_before_the_start_is_obeyed() -> None:
    with WorkerChild.running("library") as child:
        child.channel.send(Stop())
        assert isinstance(child.receive(), Hello)
        assert child.ended() == (0, "")


@pytest.mark.parametrize("data", [b"\xc1", b"\x80", b"nonsense", b"\x93\x01\x02\x03"])
def test_a_message_that_is_none_ends_the_worker_with_its_reason(data: bytes) -> None:
    with WorkerChild.ready("library") as child:
        child.socket.send(data)
        status, errors = child.ended()
        assert status == 1
        assert f"message of {len(data)} bytes refused" in errors


def test_a_message_over_the_cap_ends_the_worker() -> None:
    with WorkerChild.ready("library") as child:
        child.socket.send(bytes(70 * 1024))
        status, errors = child.ended()
        assert status == 1
        assert "over the cap" in errors


def failed(child: WorkerChild) -> Failed:
    message = child.receive()
    assert isinstance(message, Failed)
    assert child.ended() == (1, "")
    return message


@pytest.mark.parametrize("version", [WIRE_VERSION + 1, 65535])
def test_a_start_of_another_version_is_refused(version: int) -> None:
    with WorkerChild.running("library") as child:
        child.receive()
        child.channel.send(msgspec.structs.replace(child.start_message(), version=version))
        assert failed(child).error.kind is FaultKind.BAD_REQUEST


@pytest.mark.parametrize("message", [Configure(settings={}), scan(1, b"/")])
def test_anything_before_the_start_is_refused(message: Configure | Request) -> None:
    with WorkerChild.running("library") as child:
        child.receive()
        child.channel.send(message)  # type: ignore[arg-type]
        assert "expected a start message" in failed(child).error.detail


def test_a_second_start_is_refused() -> None:
    with WorkerChild.ready("library") as child:
        child.channel.send(child.start_message())
        assert "a second start message" in failed(child).error.detail


def test_an_image_worker_without_its_arena_says_so() -> None:
    with WorkerChild.running("images") as child:
        child.receive()
        child.channel.send(child.start_message())
        assert "the image worker needs an arena" in failed(child).error.detail


def test_settings_that_are_not_the_workers_are_refused_by_name() -> None:
    with WorkerChild.running("images", SHAPE) as child:
        child.receive()
        child.channel.send(child.start_message(max_sauce=3))
        assert "max_sauce" in failed(child).error.detail


def test_a_heartbeat_that_is_no_page_is_refused() -> None:
    with WorkerChild.running("library") as child:
        child.receive()
        child.channel.send(msgspec.structs.replace(child.start_message(), heartbeat=60_000))
        assert "cannot start" in failed(child).error.detail


# The tie to the parent.


def test_a_worker_whose_parent_is_another_ends_at_once() -> None:
    # What a worker sees whose parent died while it was starting: a parent it was not told of.
    with WorkerChild.running("library", parent_pid=1) as child:
        assert child.ended() == (0, "")


def test_ctrl_c_in_the_terminal_does_not_end_a_worker() -> None:
    with WorkerChild.ready("library") as child:
        child.interrupt()
        child.channel.send(scan(1, os.fsencode(shipped("coffee.png"))))
        assert isinstance(child.receive(), LibraryResult)
        child.channel.send(Stop())
        assert child.ended() == (0, "")


PARENT = """
import os, subprocess, sys
fd = int(sys.argv[1])
command = [sys.executable, "-P", "-m", "stillframe.workers.library", str(fd), str(os.getpid())]
print(subprocess.Popen(command, pass_fds=[fd]).pid, flush=True)
sys.stdin.read()
"""


def test_a_worker_dies_with_its_parent_even_while_the_channel_stays_open() -> None:
    # The parent here is a child of ours, and we keep both ends of the channel open.
    ours, theirs = socket_pair()
    with ours, theirs:
        command = [sys.executable, "-c", PARENT, str(theirs.fileno())]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=pipe, stdout=pipe
        ) as parent:
            assert parent.stdout is not None
            pidfd = os.pidfd_open(int(parent.stdout.readline()))
            ours.settimeout(PATIENCE_S)
            assert ours.recv(4096), "hello: it runs, and waits for its start"
            assert not select.select([pidfd], [], [], 0)[0]
            parent.kill()
        assert select.select([pidfd], [], [], AT_ONCE_S)[0]
        os.close(pidfd)


# The heartbeat.


def beat_after(child: WorkerChild, beats: int) -> heartbeat.Heartbeat:
    """Wait for a later beat; the wait is on a channel on which nothing comes."""
    deadline = time.monotonic() + PATIENCE_S
    while (beat := child.beats()).beats <= beats:
        assert time.monotonic() < deadline, "the heart stands still"
        assert not child.channel.wait(BEAT_INTERVAL_S / 5)
    return beat


def test_the_heartbeat_rises_while_the_worker_is_idle() -> None:
    with WorkerChild.ready("library") as child:
        first = beat_after(child, 0)
        last = beat_after(child, first.beats + 2)
        assert (first.busy_seq, last.busy_seq) == (0, 0)
        each_s = (last.ts_ns - first.ts_ns) / 1e9 / (last.beats - first.beats)
        # Not slower than promised, but for a busy machine; not faster, which would burn the core.
        assert 0.9 * BEAT_INTERVAL_S < each_s < 4 * BEAT_INTERVAL_S


def test_the_heartbeat_names_the_request_in_hand(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number}.jpg").touch()
    with WorkerChild.ready("library") as child:
        before = child.beats()
        child.channel.send(scan(77, os.fsencode(tmp_path)))
        deadline = time.monotonic() + PATIENCE_S
        busy = 0
        while busy == 0 and time.monotonic() < deadline:
            busy = child.beats().busy_seq
        assert busy == 77
        assert isinstance(child.receive(), LibraryResult)
        assert child.beats().beats > before.beats


# Started by hand.


@pytest.mark.parametrize("arguments", [[], ["7"], ["seven", "8"], ["1", "2", "3"]])
def test_a_person_who_starts_a_worker_is_told_who_does(arguments: list[str]) -> None:
    found = subprocess.run(
        [sys.executable, "-P", "-m", "stillframe.workers.library", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "this is a worker of stillframe: the supervisor starts it\n"
