"""The attempts themselves: here nothing is forbidden, so each must get through, and leave nothing.

That they are refused in a sandbox is seen in test_confinement.
"""

import errno
import os
import tempfile

import pytest

from stillframe.contracts.sandbox import Sandbox, Sockets
from stillframe.workers.confinement import selftest
from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.reports import UnsupportedError
from stillframe.workers.confinement.syscalls import ARCHITECTURES


def test_without_rules_every_attempt_on_files_gets_through_and_leaves_nothing() -> None:
    before = set(os.listdir(tempfile.gettempdir()))
    outcome = selftest.landlock(Kernel(), Sandbox(), 7)
    assert set(outcome.through) == {
        *("reading a file", "listing a folder", "writing a file", "making a folder"),
        *("starting a program", "connecting", "a signal"),
    }
    assert outcome.untried == ()
    left = set(os.listdir(tempfile.gettempdir())) - before
    assert not [name for name in left if name.startswith(".stillframe-")]


def test_what_a_version_cannot_refuse_is_not_tried() -> None:
    through = selftest.landlock(Kernel(), Sandbox(), 3).through
    assert "connecting" not in through
    assert "a signal" not in through
    through = selftest.landlock(Kernel(), Sandbox(sockets=Sockets.ANY), 7).through
    assert "connecting" not in through


def test_where_nothing_lies_outside_that_is_said() -> None:
    outcome = selftest.landlock(Kernel(), Sandbox(read=(b"/",), write=(b"/",)), 3)
    assert set(outcome.untried) == {
        *("reading a file", "listing a folder", "writing a file", "making a folder"),
    }


@pytest.mark.parametrize("sockets", Sockets)
def test_without_a_filter_every_call_gets_through(sockets: Sockets) -> None:
    if Kernel().machine not in ARCHITECTURES:
        with pytest.raises(UnsupportedError):
            selftest.seccomp(Kernel(), Sandbox(sockets=sockets))
        return
    through = set(selftest.seccomp(Kernel(), Sandbox(sockets=sockets)).through)
    always = {"a new process", "a program in our place", "a signal", "writing a file"}
    always |= {"new limits", "ptrace", "new attributes", "new namespaces", "bpf", "io_uring"}
    assert through >= always - _closed_here()
    assert bool(through & {"a local socket", "a network socket"}) == (sockets is not Sockets.ANY)
    assert ("a raw socket" in through) == (sockets is Sockets.ANY)


def test_without_limits_more_gets_through() -> None:
    outcome = selftest.limits(Sandbox(memory_bytes=1 << 24, open_files=64))
    assert "memory over the limit" in outcome.through
    assert "descriptors over the limit" in outcome.through


def _closed_here() -> set[str]:
    """Return what this host keeps from everybody, so that nothing can be learned from it."""
    closed = set()
    kernel = Kernel()
    calls = (("io_uring", "io_uring_setup", (0, None)), ("bpf", "bpf", (-1, None, 0)))
    for name, call, arguments in calls:
        try:
            kernel.call(ARCHITECTURES[kernel.machine].number(call) or 0, *arguments)
        except OSError as error:
            if error.errno == errno.EPERM:
                closed.add(name)
    return closed
