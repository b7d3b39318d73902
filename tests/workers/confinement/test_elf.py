"""The loader that a program names."""

import os
import struct
import sys
from pathlib import Path

import pytest

from stillframe.workers.confinement.elf import loader_of


def head_of(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4096)


def made(path: bytes, kind: int = 3, count: int = 1, table: int = 64) -> bytes:
    """Return the head of a program with one segment."""
    header = b"\x7fELF\x02\x01".ljust(32, b"\0") + struct.pack("<Q", table)
    header = header.ljust(54, b"\0") + struct.pack("<HH", 56, count)
    segment = struct.pack("<IIQQQQ", kind, 4, 120, 0, 0, len(path))
    return header.ljust(64, b"\0") + segment.ljust(56, b"\0") + path


def test_the_interpreters_loader_is_there() -> None:
    loader = loader_of(head_of(os.path.realpath(sys.executable)))
    assert loader is not None
    assert Path(os.fsdecode(loader)).exists()


def test_a_made_up_program() -> None:
    assert loader_of(made(b"/lib/ld.so\0")) == b"/lib/ld.so"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"#!/bin/sh\n",
        b"\x7fELF\x02\x01",
        b"\x7fELF\x01\x01".ljust(4096, b"\0"),
        made(b"/lib/ld.so\0", kind=1),
        made(b"/lib/ld.so"),
        made(b"\0"),
        made(b"/lib/ld.so\0", table=2**63),
        made(b"/lib/ld.so\0", count=0),
        made(b"", kind=1, count=65535),
    ],
)
def test_anything_else_names_none(head: bytes) -> None:
    assert loader_of(head) is None
