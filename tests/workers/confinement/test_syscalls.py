"""The numbers are the kernel's: compared with its headers where they lie, and with real calls."""

import errno
import os
import re
from pathlib import Path

import pytest

from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.syscalls import _NUMBERS, ARCHITECTURES

# x86_64 from its own header, aarch64 from the one that newer architectures share.
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def in_header(path: Path) -> dict[str, int]:
    pairs = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s", path.read_text())
    return {name: int(number) for name, number in pairs}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_numbers_are_those_of_the_headers(name: str) -> None:
    if not HEADERS[name].is_file():
        assert name not in ("x86_64", "aarch64") or not os.path.isdir("/usr/include/linux")
        return
    header = in_header(HEADERS[name])
    architecture = ARCHITECTURES[name]
    ours = {call: number for call in _NUMBERS if (number := architecture.number(call)) is not None}
    known = {call: number for call, number in ours.items() if call in header}
    assert known == {call: header[call] for call in known}
    newest = max(header.values())
    assert {call for call in ours if call not in header} == {
        call for call, number in ours.items() if number > newest
    }


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_no_two_calls_share_a_number(name: str) -> None:
    numbers = [n for call in _NUMBERS if (n := ARCHITECTURES[name].number(call)) is not None]
    assert len(numbers) == len(set(numbers))


def test_the_running_kernel_takes_our_number_for_what_we_mean() -> None:
    kernel = Kernel()
    architecture = ARCHITECTURES[kernel.machine]
    number = architecture.number("fchmod")
    assert number is not None
    with pytest.raises(OSError, match="Bad file descriptor") as raised:
        kernel.call(number, -1, 0)
    assert raised.value.errno == errno.EBADF
