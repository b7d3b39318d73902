"""Files that appear whole or not at all, whoever else has been there."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.folder import Folder, name_of
from stillframe.workers.feeds.problem import FetchError

NAME = "0123456789abcdef0123456789abcdef.jpg"


def opened(folder: Path) -> Folder:
    return Folder.open(bytes(folder))


def refusal(folder: Folder, name: str = NAME, content: bytes = b"new") -> FetchError:
    with pytest.raises(FetchError) as caught:
        folder.keep(name, content)
    return caught.value


def test_a_file_is_kept_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    folder = opened(tmp_path / "cache" / "feeds")
    folder.keep(NAME, b"content")
    assert folder.read(NAME, 100) == b"content"
    assert (folder.size_bytes(NAME), list(folder.names())) == (7, [NAME])
    path = Path(os.fsdecode(folder.path_of(NAME)))
    assert path == tmp_path / "cache" / "feeds" / NAME
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert abs(folder.modified_s(NAME) - path.stat().st_mtime) < 1e-6


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.keep(NAME, b"old and long")
    with open(folder.path_of(NAME), "rb") as reader:
        folder.keep(NAME, b"new")
        assert reader.read() == b"old and long"
    assert folder.read(NAME, 100) == b"new"


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "directory"])
def test_what_somebody_has_put_there_is_not_touched(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    mirror = tmp_path / "feeds"
    folder = opened(mirror)
    match kind:
        case "symlink":
            (mirror / NAME).symlink_to(target)
        case "dangling":
            (mirror / NAME).symlink_to(tmp_path / "not there")
        case "fifo":
            os.mkfifo(mirror / NAME)
        case _:
            (mirror / NAME).mkdir()
    error = refusal(folder)
    assert error.reason is DropReason.MIRROR_UNSAFE
    assert NAME in error.detail
    assert target.read_bytes() == b"precious"
    assert not (tmp_path / "not there").exists()
    assert list(folder.names()) == [NAME], "and nothing is left behind"
    assert folder.size_bytes(NAME) is None
    assert folder.read(NAME, 100) is None


def test_a_temporary_name_that_is_taken_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    mirror = tmp_path / "feeds"
    folder = opened(mirror)
    (mirror / f".stillframe-{os.getpid()}-1.part").symlink_to(target)
    assert refusal(folder).reason is DropReason.MIRROR_UNSAFE
    assert target.read_bytes() == b"precious"


@pytest.mark.parametrize("kind", ["symlink", "file"])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    if kind == "symlink":
        (tmp_path / "feeds").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "feeds").write_bytes(b"")
    with pytest.raises(FetchError) as caught:
        opened(tmp_path / "feeds")
    assert caught.value.reason is DropReason.MIRROR_UNSAFE
    assert str(tmp_path) in caught.value.detail


def test_a_folder_that_is_replaced_meanwhile_is_still_the_same(tmp_path: Path) -> None:
    folder = opened(tmp_path / "feeds")
    (tmp_path / "feeds").rename(tmp_path / "moved")
    (tmp_path / "evil").mkdir()
    (tmp_path / "feeds").symlink_to(tmp_path / "evil")
    folder.keep(NAME, b"x")
    assert (tmp_path / "moved" / NAME).read_bytes() == b"x"
    assert list((tmp_path / "evil").iterdir()) == []


def test_what_killed_processes_have_left_is_swept_and_others_work_on(tmp_path: Path) -> None:
    # 1 runs, and yet this is not its file: numbers come again after a reboot.
    for owner in ("1", str(os.getpid())):
        (tmp_path / f".stillframe-{owner}-7.part").write_bytes(b"half")
    os.mkfifo(tmp_path / ".stillframe-2-1.part")
    (tmp_path / ".stillframe-2-2.part").symlink_to(tmp_path / "photo.jpg")
    own = {"photo.jpg", ".part-1-7", ".stillframe-x-7.part", ".stillframe-1-7.part~"}
    for name in own:
        (tmp_path / name).write_bytes(b"a person's own")
    with (tmp_path / ".stillframe-3-1.part").open("wb") as written:
        fcntl.flock(written, fcntl.LOCK_EX)
        opened(tmp_path)
        assert {entry.name for entry in tmp_path.iterdir()} == {".stillframe-3-1.part", *own}
    opened(tmp_path)
    assert {entry.name for entry in tmp_path.iterdir()} == own


def test_a_file_that_is_being_written_is_held(tmp_path: Path) -> None:
    # A process that cannot go on: its temporary file is there until it is killed, not longer.
    script = (
        "import os, sys, time\n"
        "from stillframe.workers.feeds.folder import Folder\n"
        "folder = Folder.open(sys.argv[1].encode())\n"
        "os.fsync = lambda fd: (print('written', flush=True), time.sleep(60))\n"
        "folder.keep('photo.jpg', b'x' * 1000)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "written\n"
        opened(tmp_path)
        (part,) = tmp_path.iterdir()
        assert part.name.startswith(".stillframe-")
        writer.kill()
    opened(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../target", "/target", "a/../../target", "..", ".", "", "a\0b"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    folder = opened(tmp_path / "feeds")
    (tmp_path / "feeds" / "a").mkdir()
    if name.startswith("/"):
        name = str(tmp_path) + name
    assert refusal(folder, name).reason is DropReason.MIRROR_UNSAFE
    assert (folder.read(name, 100), folder.size_bytes(name), folder.modified_s(name)) == (
        None,
        None,
        0,
    )
    folder.remove(name)
    assert (tmp_path / "target").read_bytes() == b"precious"


def test_who_comes_after_the_folder_was_closed_finds_nothing(tmp_path: Path) -> None:
    folder = opened(tmp_path / "feeds")
    folder.keep(NAME, b"x")
    folder.close()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / NAME).write_bytes(b"precious")
    # The first number that is free, which was the folder's.
    other = os.open(tmp_path / "other", os.O_DIRECTORY)
    assert (folder.read(NAME, 9), folder.size_bytes(NAME)) == (None, None)
    folder.remove(NAME)
    assert refusal(folder, "new.jpg").reason is DropReason.MIRROR_UNSAFE
    os.close(other)
    assert [entry.name for entry in (tmp_path / "other").iterdir()] == [NAME]


def test_a_disk_without_room_leaves_nothing_behind(tmp_path: Path) -> None:
    # A process of its own, whose files may not grow beyond a limit: EFBIG, as from a full disk.
    script = (
        "import resource, signal, sys\n"
        "from stillframe.workers.feeds.folder import Folder\n"
        "from stillframe.workers.feeds.problem import FetchError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "folder = Folder.open(sys.argv[1].encode())\n"
        "folder.keep('small', b'x' * 50_000)\n"
        "try:\n"
        "    folder.keep('large', b'x' * 500_000)\n"
        "except FetchError as error:\n"
        "    print(error.reason.value, sorted(folder.names()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "disk-full ['small']"


def test_reading_has_a_bound(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.keep(NAME, b"12345")
    assert folder.read(NAME, 5) == b"12345"
    assert folder.read(NAME, 4) is None
    assert folder.read("nothing", 4) is None
    assert (folder.modified_s("nothing"), folder.size_bytes("nothing")) == (0, None)


def test_removing_what_is_gone_is_no_matter(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.keep(NAME, b"x")
    folder.remove(NAME)
    folder.remove(NAME)
    assert list(folder.names()) == []
    folder.close()


def test_a_name_says_what_the_contents_are() -> None:
    # The first half of SHA-256 of "abc", as FIPS 180-2 gives it.
    assert name_of(b"abc", ".jpg") == "ba7816bf8f01cfea414140de5dae2223.jpg"
