"""Walks through real folders."""

import os
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from nobody import open_to_all, without_rights
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.library import FoundPhoto, SkippedFolder
from stillframe.workers.library.walk import Listing, walk


def found(root: Path | bytes) -> list[FoundPhoto]:
    """Return the photos that a walk finds, in its order."""
    listings = [item for item in walk(os.fsencode(root)) if isinstance(item, Listing)]
    return [photo for listing in listings for photo in listing.photos]


def photos(root: Path | bytes) -> list[bytes]:
    """Return the paths that a walk finds, below the root."""
    start = len(os.fsencode(root)) + 1
    return [photo.path[start:] for photo in found(root)]


def skipped(root: Path | bytes) -> list[tuple[bytes, FaultKind]]:
    items = list(walk(os.fsencode(root)))
    return [(item.path, item.error.kind) for item in items if isinstance(item, SkippedFolder)]


def put(root: Path, names: Iterable[str | bytes]) -> None:
    """Make files, and the folders that they stand in."""
    for name in names:
        path = os.path.join(os.fsencode(root), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"x" * 7)


# What is found.


def test_photos_come_folder_by_folder_in_name_order(tmp_path: Path) -> None:
    put(tmp_path, ["b.jpg", "a.png", "c/2.jpg", "c/1.webp", "c/d/z.gif", "a/9.tif", "notes.txt"])
    expected = [b"a.png", b"b.jpg", b"a/9.tif", b"c/1.webp", b"c/2.jpg", b"c/d/z.gif"]
    assert photos(tmp_path) == expected
    assert skipped(tmp_path) == []


def test_a_photo_comes_with_its_size_and_time(tmp_path: Path) -> None:
    put(tmp_path, ["a.jpg"])
    os.utime(tmp_path / "a.jpg", ns=(1, 1_234_567_890_123_456_789))
    (photo,) = found(tmp_path)
    assert photo == FoundPhoto(os.fsencode(tmp_path / "a.jpg"), 7, 1_234_567_890_123_456_789)


@pytest.mark.parametrize("year_ns", [2**63, -(2**70), 2**70])
def test_a_time_that_no_message_can_carry_is_cut_to_one_that_it_can(
    tmp_path: Path, year_ns: int
) -> None:
    # A memory file system keeps such times; others cut them when they are set.
    shared = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    folder = tmp_path if not shared.is_dir() else shared / f"stillframe-test-{os.getpid()}"
    try:
        put(folder, ["a.jpg"])
        os.utime(folder / "a.jpg", ns=(0, year_ns))
        (photo,) = found(folder)
        assert abs(photo.mtime_ns) < 2**63
        assert (photo.mtime_ns > 0) == (year_ns > 0)
    finally:
        (folder / "a.jpg").unlink()
        folder.rmdir()


def test_hidden_files_and_folders_are_nobodys_photos(tmp_path: Path) -> None:
    put(tmp_path, [".a.jpg", ".thumbnails/b.jpg", "c/.d/e.jpg", "c/f.jpg"])
    assert photos(tmp_path) == [b"c/f.jpg"]


def test_a_hidden_root_that_was_asked_for_is_walked(tmp_path: Path) -> None:
    put(tmp_path, [".photos/a.jpg"])
    assert photos(tmp_path / ".photos") == [b"a.jpg"]


def test_names_may_be_anything_that_linux_allows(tmp_path: Path) -> None:
    names = [b"new\nline.jpg", b"\xff\xfe.jpg", b"\xed\xb2\x80.png", b" \t.jpg", b"'\"$(x).gif"]
    put(tmp_path, [*names, b"not\xffutf/8.jpg"])
    assert photos(tmp_path) == [*sorted(names), b"not\xffutf/8.jpg"]


def test_what_is_no_regular_file_is_no_photo(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "fifo.jpg")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nothing")
    here = os.open(tmp_path, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{here}/socket.jpg")
    os.close(here)
    put(tmp_path, ["folder.jpg/inside.jpg"])
    assert photos(tmp_path) == [b"folder.jpg/inside.jpg"]


# Links.


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    put(tmp_path, ["a/1.jpg", "b/2.jpg"])
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "other").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "other").symlink_to(tmp_path / "a")
    (tmp_path / "b" / "itself").symlink_to(tmp_path / "b" / "itself")
    paths = photos(tmp_path)
    assert sorted(os.path.basename(path) for path in paths) == [b"1.jpg", b"2.jpg"]
    assert skipped(tmp_path) == []


def test_a_folder_outside_is_entered_through_a_link_under_the_roots_name(
    tmp_path: Path,
) -> None:
    put(tmp_path, ["outside/1.jpg", "root/2.jpg"])
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    assert photos(tmp_path / "root") == [b"2.jpg", b"link/1.jpg"]


def test_a_folder_with_two_names_is_entered_once(tmp_path: Path) -> None:
    put(tmp_path, ["z/1.jpg"])
    (tmp_path / "a").symlink_to(tmp_path / "z")
    assert photos(tmp_path) == [b"a/1.jpg"]


def test_a_linked_photo_is_found_with_the_photos_own_size(tmp_path: Path) -> None:
    put(tmp_path, ["outside/1.jpg"])
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link.jpg").symlink_to(tmp_path / "outside" / "1.jpg")
    (photo,) = found(tmp_path / "root")
    assert (os.path.basename(photo.path), photo.size_bytes) == (b"link.jpg", 7)


# What cannot be listed.


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that nobody, too, can reach."""
    open_to_all(tmp_path)
    put(tmp_path, ["a/1.jpg", "b/2.jpg", "b/deep/3.jpg", "c/4.jpg"])
    return tmp_path


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
def test_a_closed_folder_is_reported_and_the_rest_is_found(open_folder: Path, mode: int) -> None:
    # 444 is what a careless `chmod -R` leaves: names can be listed, but no file behind them seen.
    closed = open_folder / "b"
    closed.chmod(mode)
    try:
        with without_rights():
            assert photos(open_folder) == [b"a/1.jpg", b"c/4.jpg"]
            assert skipped(open_folder) == [(os.fsencode(closed), FaultKind.NOT_READABLE)]
    finally:
        closed.chmod(0o755)


def missing(path: Path) -> bytes:
    return os.fsencode(path / "missing")


def with_a_nul(path: Path) -> bytes:
    return os.fsencode(path) + b"\0"


def below_a_file(path: Path) -> bytes:
    put(path, ["a.jpg"])
    return os.fsencode(path / "a.jpg" / "b")


def a_fifo(path: Path) -> bytes:
    os.mkfifo(path / "fifo")
    return os.fsencode(path / "fifo")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (missing, FaultKind.NOT_FOUND),
        (with_a_nul, FaultKind.BAD_REQUEST),
        (below_a_file, FaultKind.NOT_A_FILE),
        (a_fifo, FaultKind.NOT_A_FILE),
    ],
)
def test_a_root_that_cannot_be_listed_is_a_walk_that_says_so(
    tmp_path: Path, make: Callable[[Path], bytes], kind: FaultKind
) -> None:
    root = make(tmp_path)
    assert skipped(root) == [(root, kind)]
    assert found(root) == []


def test_a_root_that_is_one_file_is_that_photo_whatever_its_name(tmp_path: Path) -> None:
    put(tmp_path, ["a.strange"])
    (photo,) = found(tmp_path / "a.strange")
    assert photo.path == os.fsencode(tmp_path / "a.strange")


def test_what_systems_keep_beside_photos_is_passed_over(tmp_path: Path) -> None:
    names = ["$RECYCLE.BIN", "System Volume Information", "lost+found", "@eaDir", "__MACOSX"]
    put(tmp_path, [f"{name}/a.jpg" for name in names] + ["found/b.jpg"])
    assert photos(tmp_path) == [b"found/b.jpg"]


def test_a_folder_is_listed_with_its_time_of_change(tmp_path: Path) -> None:
    put(tmp_path, ["sub/a.jpg"])
    os.utime(tmp_path / "sub", ns=(1, 1_234_567_890_123_456_789))
    times = {
        item.folder: item.mtime_ns
        for item in walk(os.fsencode(tmp_path))
        if isinstance(item, Listing)
    }
    assert times[os.fsencode(tmp_path / "sub")] == 1_234_567_890_123_456_789


def test_a_tree_deeper_than_any_path_is_walked_as_far_as_paths_go(tmp_path: Path) -> None:
    name, depth = "d" * 200, 25  # 5000 bytes of folders: deeper than PATH_MAX of 4096
    here = os.open(tmp_path, os.O_RDONLY)
    for level in range(depth):
        os.close(os.open(f"{level}.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    reachable = sum(
        len(os.fsencode(tmp_path)) + level * 201 + len(f"/{level}.jpg") < 4096
        for level in range(depth)
    )
    assert 15 < reachable < depth
    paths = photos(tmp_path)
    assert [os.path.basename(path) for path in paths] == [
        b"%d.jpg" % level for level in range(reachable)
    ]
