"""What is opened, and what is refused without waiting on it."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from nobody import without_rights
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.opening import opened


def test_a_file_is_open_within_and_closed_after(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"contents")
    with opened(os.fsencode(tmp_path / "a")) as descriptor:
        assert os.read(descriptor, 99) == b"contents"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def nothing(path: Path) -> None:
    assert not path.exists()


def a_socket(path: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


def a_circle(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (nothing, FaultKind.NOT_FOUND),
        (Path.mkdir, FaultKind.NOT_A_FILE),
        (os.mkfifo, FaultKind.NOT_A_FILE),
        (a_socket, FaultKind.NOT_A_FILE),
        (a_circle, FaultKind.NOT_A_FILE),
    ],
)
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], None], kind: FaultKind
) -> None:
    make(tmp_path / "y.jpg")
    before = os.listdir("/proc/self/fd")
    with pytest.raises(FaultError) as refused, opened(os.fsencode(tmp_path / "y.jpg")):
        pass
    assert refused.value.fault.kind is kind
    assert os.listdir("/proc/self/fd") == before


def test_a_path_that_no_path_can_be_is_refused() -> None:
    with pytest.raises(FaultError, match="embedded null"), opened(b"a\0b"):
        pass


def test_who_may_not_read_is_told_and_where_a_sandbox_is_why_is_told_that(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    (tmp_path / "a").touch(0o000)
    path = os.fsencode(tmp_path / "a")
    elsewhere = Sandbox(read=(b"/elsewhere",))
    for sandbox, said in ((None, "Permission denied"), (elsewhere, "outside the given folders")):
        with (
            without_rights(),
            pytest.raises(FaultError, match=said) as refused,
            opened(path, sandbox),
        ):
            pass
        assert refused.value.fault.kind is FaultKind.NOT_READABLE
