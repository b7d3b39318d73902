"""The edge: numbers in, `OSError` out."""

import errno
import mmap
import os
import sys
import threading
from pathlib import Path

import pytest

from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.syscalls import ARCHITECTURES


def test_a_call_that_fails_says_why() -> None:
    kernel = Kernel()
    number = ARCHITECTURES[kernel.machine].number("fchmod")
    assert number is not None
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)) as raised:
        kernel.call(number, -1, 0)
    assert raised.value.errno == errno.EBADF


def test_a_number_of_more_than_32_bits_is_not_cut_off(tmp_path: Path) -> None:
    kernel = Kernel()
    number = ARCHITECTURES[kernel.machine].number("truncate")
    assert number is not None
    path = tmp_path / "sparse"
    path.touch()
    assert kernel.call(number, os.fsencode(path), 5 << 30) == 0
    assert path.stat().st_size == 5 << 30


def test_threads_and_address_space_are_counted() -> None:
    kernel = Kernel()
    before, idle = kernel.tasks(), threading.Event()
    thread = threading.Thread(target=idle.wait)
    thread.start()
    assert kernel.tasks() == before + 1
    idle.set()
    thread.join()
    used_bytes = kernel.address_space_bytes()
    with mmap.mmap(-1, 1 << 26):
        assert kernel.address_space_bytes() >= used_bytes + (1 << 26)


def test_a_program_is_started_and_waited_for() -> None:
    kernel, program = Kernel(), os.fsencode(sys.executable)
    assert kernel.spawn((program, b"-I", b"-S", b"-c", b"")) == 0
    assert kernel.spawn((b"/no/such/program",)) == errno.ENOENT
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_machine_is_named_by_what_numbers_its_calls() -> None:
    assert Kernel().machine == (os.uname().machine if sys.maxsize > 2**32 else "32-bit")
