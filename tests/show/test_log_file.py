"""The log on disk: bounded, whole, shared by several shows, patient with a bad disk."""

import errno
import fcntl
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from descriptors import open_descriptors
from nobody import without_rights
from stillframe.show.lines import Line, text
from stillframe.show.log_file import FILE_CAP_BYTES, RETRY_NS, LogFile, RotatingFile

SHOWS, LINES_EACH = 4, 5000
# A show of its own that writes as fast as it can, from the moment that its input ends.
SHOW = """
import sys
from pathlib import Path
from stillframe.show.log_file import RotatingFile
file = RotatingFile(Path(sys.argv[1]), cap_bytes=400_000, older_files=50)
sys.stdin.read()
for number in range(int(sys.argv[3])):
    file.append(f"show {sys.argv[2]} line {number} " + "x" * (number % 300))
"""


@contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    """Have the kernel cut off what this process writes beyond a size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Complaints(list[str]):
    """What a person is told about the file."""

    def take(self, line: Line) -> None:
        self.append(text(line))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "stillframe.log"


def kept(path: Path) -> list[Path]:
    """Return the file and the older ones, oldest first."""
    return sorted(path.parent.iterdir(), key=lambda file: -int("0" + file.suffix[1:].strip("log")))


def test_lines_are_appended_to_what_is_there_and_are_their_owner_s_alone(path: Path) -> None:
    for number in range(2):
        file = RotatingFile(path)
        file.append(f"line {number} é")
        file.close()
    assert path.read_text() == "line 0 é\nline 1 é\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_lines_stay_within_their_bound_and_the_newest_are_kept(path: Path) -> None:
    file = RotatingFile(path)
    line = "x" * 990
    count = 5 * FILE_CAP_BYTES // 1000
    for number in range(count):
        file.append(f"{number:08} {line}")
    files = kept(path)
    assert [f.name for f in files] == ["stillframe.log.2", "stillframe.log.1", "stillframe.log"]
    assert all(f.stat().st_size <= FILE_CAP_BYTES for f in files)
    numbers = [int(row[:8]) for f in files for row in f.read_text().splitlines()]
    assert numbers == list(range(numbers[0], count)), "without a gap"
    assert len(numbers) > 2 * FILE_CAP_BYTES // 1000


def test_a_line_larger_than_the_file_is_written_alone(path: Path) -> None:
    file = RotatingFile(path, cap_bytes=100)
    for row in ("a", "b" * 500, "c"):
        file.append(row)
    assert [f.read_text() for f in kept(path)] == ["a\n", "b" * 500 + "\n", "c\n"]


def test_without_older_files_the_file_starts_over(path: Path) -> None:
    file = RotatingFile(path, cap_bytes=10, older_files=0)
    for number in range(5):
        file.append(f"line {number}")
    assert [f.read_text() for f in kept(path)] == ["line 4\n"]


def test_several_shows_share_a_file_and_lose_no_line(path: Path) -> None:
    shows = [
        subprocess.Popen(
            [sys.executable, "-c", SHOW, str(path), str(number), str(LINES_EACH)],
            stdin=subprocess.PIPE,
        )
        for number in range(SHOWS)
    ]
    for show in shows:
        assert show.stdin is not None
        show.stdin.close()
    assert [show.wait(60) for show in shows] == [0] * SHOWS
    rows = [row.rstrip("x") for f in kept(path) for row in f.read_text().splitlines()]
    expected = [f"show {s} line {n} " for s in range(SHOWS) for n in range(LINES_EACH)]
    assert sorted(rows) == sorted(expected)
    assert len(kept(path)) > 6, "it was renamed under their hands"


class Overtaken(RotatingFile):
    """A file that another show renames between our look at it and our lock."""

    def _lock(self) -> bool:
        RotatingFile(self._path, cap_bytes=100).append("theirs")
        return super()._lock()


def test_a_file_that_another_show_has_just_renamed_is_not_renamed_again(path: Path) -> None:
    file = Overtaken(path, cap_bytes=100)
    file.append("x" * 98)
    file.append("ours")
    assert [f.read_text() for f in kept(path)] == ["x" * 98 + "\n", "theirs\nours\n"]


def test_a_file_that_another_show_holds_for_ever_does_not_grow_for_ever(path: Path) -> None:
    file = RotatingFile(path, cap_bytes=1000)
    file.append("first")
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        for _ in range(20):
            file.append("x" * 99)
        with pytest.raises(BlockingIOError, match="another show"):
            file.append("x" * 99)
        assert path.stat().st_size <= 2100
    file.append("free again")
    assert path.read_text() == "free again\n"


def test_a_file_that_somebody_removes_is_made_again(path: Path) -> None:
    file = RotatingFile(path)
    file.append("first")
    path.unlink()
    file.append("second")
    assert path.read_text() == "second\n"
    path.unlink()
    path.parent.rmdir()
    file.append("third")
    assert path.read_text() == "third\n"


def test_a_line_cut_off_by_a_full_disk_does_not_spoil_the_next(path: Path) -> None:
    file = RotatingFile(path)
    file.append("whole")
    with largest_file(10), pytest.raises(OSError, match="too large"):
        file.append("cut off")
    file.append("next")
    assert path.read_text().splitlines() == ["whole", "cut ", "next"]


def test_a_line_cut_off_by_a_power_cut_does_not_spoil_the_next(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("whole\ncut")
    RotatingFile(path).append("next")
    assert path.read_text() == "whole\ncut\nnext\n"


def test_a_line_that_another_show_is_just_writing_is_not_cut_off(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    path.write_text("whole\npart")

    def wait_for_the_write(descriptor: int) -> None:
        os.write(descriptor, b"ial\n")

    monkeypatch.setattr("stillframe.show.log_file.os.utime", wait_for_the_write)
    RotatingFile(path).append("next")
    assert path.read_text() == "whole\npartial\nnext\n"


@pytest.mark.parametrize("kind", ["fifo", "device", "folder"])
def test_what_is_no_regular_file_is_refused_at_once(path: Path, kind: str) -> None:
    path.parent.mkdir()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/full")
    else:
        path.mkdir()
    before = len(open_descriptors())
    with pytest.raises(OSError, match=r"not a regular file|directory"):
        RotatingFile(path).append("lost")
    assert len(open_descriptors()) == before


def test_a_bad_disk_is_named_once_and_tried_again_in_a_while(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    reason = os.strerror(errno.EEXIST)
    said = Complaints()
    file = LogFile(path)
    for now_ns in (0, 1, RETRY_NS - 1, RETRY_NS, RETRY_NS + 1):
        file.write("lost", now_ns, said.take)
    assert said == [f'[HEALTH] no log file file={path} reason="{reason}" level=warning']
    path.parent.unlink()
    file.write("still too early", RETRY_NS + 2, said.take)
    assert not path.exists()
    file.write("kept", 2 * RETRY_NS, said.take)
    file.write("kept too", 2 * RETRY_NS, said.take)
    assert path.read_text() == "kept\nkept too\n"
    assert said[1:] == [f"[HEALTH] log file again file={path} missed=6 level=warning"]


def test_a_disk_that_fails_a_second_time_is_named_again(path: Path) -> None:
    said = Complaints()
    file = LogFile(path)
    file.write("whole", 0, said.take)
    for now_ns in (0, 2 * RETRY_NS):
        with largest_file(3):
            file.write("lost", now_ns, said.take)
        file.write("kept", now_ns + RETRY_NS, said.take)
    assert [line.split()[1:4] for line in said] == [
        ["no", "log", "file"],
        ["log", "file", "again"],
    ] * 2


def test_a_folder_that_may_not_be_written_is_named(path: Path) -> None:
    said = Complaints()
    with without_rights():
        LogFile(path).write("lost", 0, said.take)
    assert len(said) == 1
    assert os.strerror(errno.EACCES) in said[0]
