"""What the filter says to each call: asked of a machine that runs it, for both architectures."""

import errno
import socket
import struct

import pytest

from filter_machine import ALLOW, KILL, LONGEST, ask, verdict
from stillframe.contracts.sandbox import Sandbox, Sockets
from stillframe.workers.confinement.denials import ALWAYS, STARTING, WRITING
from stillframe.workers.confinement.seccomp import packed, program
from stillframe.workers.confinement.syscalls import ARCHITECTURES, Architecture

PID = 4242
O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_CLOEXEC = 0, 1, 2, 0o100, 0o1000, 0o2000000
O_TMPFILE = 0o20000000
CLONE_VM, CLONE_THREAD, CLONE_NEWUSER = 0x100, 0x10000, 0x10000000
SIGCHLD, SIGABRT = 17, 6
# Calls that every worker lives by, by number, because no table of ours has them.
VITAL = {
    "x86_64": {"read": 0, "write": 1, "poll": 7, "mmap": 9, "futex": 202, "exit_group": 231},
    "aarch64": {"read": 63, "write": 64, "ppoll": 73, "mmap": 222, "futex": 98, "exit_group": 94},
}
MESSAGES = {"x86_64": (46, 47), "aarch64": (211, 212)}  # sendmsg, recvmsg
ROOMS = {
    "decoder": Sandbox(read=(b"/photos",)),
    "painter": Sandbox(write=(b"/scenes",)),
    "listener": Sandbox(sockets=Sockets.UNIX),
    "fetcher": Sandbox(sockets=Sockets.ANY),
    "starter": Sandbox(execute=(b"/bin/true",), write=(b"/made",)),
}


@pytest.fixture(params=ARCHITECTURES.values(), ids=str)
def architecture(request: pytest.FixtureRequest) -> Architecture:
    found: Architecture = request.param
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_worker_lives_by_is_allowed(architecture: Architecture, room: str) -> None:
    steps = program(architecture, ROOMS[room], PID)
    for number in (*VITAL[architecture.name].values(), *MESSAGES[architecture.name]):
        assert verdict(steps, architecture.audit, number) == ALLOW
    assert ask(steps, architecture, "openat", 0, 0, O_RDONLY | O_CLOEXEC) == ALLOW
    assert ask(steps, architecture, "tgkill", PID, PID, SIGABRT) == ALLOW, "abort() works"
    assert ask(steps, architecture, "clone", CLONE_VM | CLONE_THREAD) == ALLOW
    assert ask(steps, architecture, "clone3") == errno.ENOSYS, "then clone is tried"
    assert ask(steps, architecture, "prlimit64", 0, 7, 0, 2**40) == ALLOW, "reading a limit"
    assert ask(steps, architecture, "fcntl", 5, 1) == ALLOW
    assert ask(steps, architecture, "ioctl", 5, 0x5401) == ALLOW


@pytest.mark.parametrize("room", ROOMS)
def test_what_nobody_may_is_refused_in_every_sandbox(architecture: Architecture, room: str) -> None:
    steps = program(architecture, ROOMS[room], PID)
    for name in ALWAYS:
        if architecture.number(name) is not None:
            assert ask(steps, architecture, name) == errno.EPERM, name
    for command in (8, 10, 15):
        assert ask(steps, architecture, "fcntl", 5, command) == errno.EPERM
    for command in (0x5412, 0x541C, 0x8901, 0x8902):
        assert ask(steps, architecture, "ioctl", 5, command) == errno.EPERM
    assert ask(steps, architecture, "prlimit64", 0, 7, 0x1000) == errno.EPERM
    assert ask(steps, architecture, "prlimit64", 0, 7, 2**40) == errno.EPERM, "the high half counts"
    assert ask(steps, architecture, "clone", CLONE_THREAD | CLONE_NEWUSER) == errno.EPERM


def test_a_process_is_made_only_where_programs_may_be_started(architecture: Architecture) -> None:
    decoder, starter = (program(architecture, ROOMS[r], PID) for r in ("decoder", "starter"))
    for name in STARTING:
        if architecture.number(name) is not None:
            assert ask(decoder, architecture, name) == errno.EPERM
            assert ask(starter, architecture, name) == ALLOW
    assert ask(decoder, architecture, "clone", SIGCHLD) == errno.EPERM
    assert ask(starter, architecture, "clone", SIGCHLD) == ALLOW
    for name in ("kill", "tgkill"):
        assert ask(decoder, architecture, name, PID, 9) == ALLOW
        for other in (PID + 1, 0, 1, -1, -PID):
            assert ask(decoder, architecture, name, other, 9) == errno.EPERM


def test_a_file_is_opened_for_writing_only_where_there_is_a_folder_for_it(
    architecture: Architecture,
) -> None:
    reader, painter = (program(architecture, ROOMS[r], PID) for r in ("decoder", "painter"))
    for flags in (O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE | O_RDWR, O_WRONLY | O_CLOEXEC):
        assert ask(reader, architecture, "openat", 0, 0, flags) == errno.EPERM
        assert ask(painter, architecture, "openat", 0, 0, flags) == ALLOW
    assert ask(reader, architecture, "openat2") == errno.ENOSYS
    for name in WRITING:
        if architecture.number(name) is not None:
            assert ask(reader, architecture, name) == errno.EPERM
            assert ask(painter, architecture, name) == ALLOW


@pytest.mark.parametrize(
    ("sockets", "allowed"),
    [
        (Sockets.NONE, set()),
        (Sockets.UNIX, {(socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_DGRAM)}),
        (
            Sockets.ANY,
            {
                (family, kind)
                for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
            },
        ),
    ],
)
def test_sockets_are_those_that_were_asked_for(
    architecture: Architecture, sockets: Sockets, allowed: set[tuple[int, int]]
) -> None:
    steps = program(architecture, Sandbox(sockets=sockets), PID)
    raw = (socket.AF_INET, socket.SOCK_RAW)
    for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16, 17):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            said = ask(steps, architecture, "socket", family, kind | socket.SOCK_CLOEXEC)
            assert said == (ALLOW if (family, kind) in allowed else errno.EPERM), (family, kind)
    assert ask(steps, architecture, "socket", *raw) == errno.EPERM
    expected = errno.EPERM if sockets is Sockets.NONE else ALLOW
    assert ask(steps, architecture, "connect", 5) == expected
    assert ask(steps, architecture, "socketpair", socket.AF_UNIX) == expected


def test_a_call_of_another_architecture_ends_the_process() -> None:
    for architecture in ARCHITECTURES.values():
        steps = program(architecture, ROOMS["decoder"], PID)
        for other in (0x40000003, 0x40000028, 0, *(a.audit for a in ARCHITECTURES.values())):
            if other != architecture.audit:
                assert verdict(steps, other, 0) == KILL


def test_calls_of_the_x32_kind_are_refused() -> None:
    architecture = ARCHITECTURES["x86_64"]
    steps = program(architecture, ROOMS["fetcher"], PID)
    assert verdict(steps, architecture.audit, 0x40000000) == errno.EPERM
    assert verdict(steps, architecture.audit, 0x40000000 + 520) == errno.EPERM


@pytest.mark.parametrize("room", ROOMS)
def test_every_call_gets_a_verdict_and_the_filter_is_one_that_the_kernel_takes(
    architecture: Architecture, room: str
) -> None:
    steps = program(architecture, ROOMS[room], PID)
    assert len(steps) <= LONGEST
    for number in range(600):
        assert verdict(steps, architecture.audit, number) in (ALLOW, errno.EPERM, errno.ENOSYS)
    for place, step in enumerate(steps):
        assert 0 <= step.if_true <= 255
        assert 0 <= step.if_false <= 255
        assert place + 1 + max(step.if_true, step.if_false) < len(steps) or step.code == 0x06


def test_the_packed_form_is_eight_bytes_a_step() -> None:
    steps = program(ARCHITECTURES["x86_64"], Sandbox(), PID)
    raw = packed(steps)
    assert len(raw) == 8 * len(steps)
    assert struct.unpack_from("=HBBI", raw) == (0x20, 0, 0, 4), "the architecture comes first"
