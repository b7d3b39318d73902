"""Walks through real folders."""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nobody import without_rights
from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.library import FoundPhoto, ScanRequest, ScanResult, SkippedFolder
from stillframe.contracts.wire import PROTOCOLS
from stillframe.workers.library.io import LibraryHandler, walk

CODEC = PROTOCOLS["library"].from_worker("library")


def request(root: Path | bytes, cursor: int = 0, max_items: int = 512) -> ScanRequest:
    return ScanRequest(
        seq=9,
        correlation_id=4,
        worker="library",
        ts_req_ns=1,
        deadline_ns=2**62,
        root=os.fsencode(root),
        cursor=cursor,
        max_items=max_items,
    )


@pytest.fixture
def handler() -> LibraryHandler:
    return LibraryHandler.start(Start(worker="library", heartbeat=3))


def pages(
    handler: LibraryHandler, root: Path | bytes, max_items: int = 512
) -> Iterator[ScanResult]:
    """Yield a scan's pages, each as it comes out of the wire."""
    cursor = 0
    while True:
        page = CODEC.decode(CODEC.encode(handler.handle(request(root, cursor, max_items))))
        assert isinstance(page, ScanResult)
        yield page
        cursor = page.next_cursor
        if cursor == 0:
            return


def photos(root: Path | bytes) -> list[bytes]:
    """Return the paths that a walk finds, below the root."""
    start = len(os.fsencode(root)) + 1
    return [item.path[start:] for item in walk(os.fsencode(root)) if isinstance(item, FoundPhoto)]


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
    found = [b"a.png", b"b.jpg", b"a/9.tif", b"c/1.webp", b"c/2.jpg", b"c/d/z.gif"]
    assert photos(tmp_path) == found
    assert skipped(tmp_path) == []


def test_a_photo_comes_with_its_size_and_time(tmp_path: Path) -> None:
    put(tmp_path, ["a.jpg"])
    os.utime(tmp_path / "a.jpg", ns=(1, 1_234_567_890_123_456_789))
    (found,) = walk(os.fsencode(tmp_path))
    assert found == FoundPhoto(os.fsencode(tmp_path / "a.jpg"), 7, 1_234_567_890_123_456_789)


@pytest.mark.parametrize("year_ns", [2**63, -(2**70), 2**70])
def test_a_time_that_no_message_can_carry_is_cut_to_one_that_it_can(
    handler: LibraryHandler, tmp_path: Path, year_ns: int
) -> None:
    # A memory file system keeps such times; others cut them when they are set.
    shared = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    folder = tmp_path if not shared.is_dir() else shared / f"stillframe-test-{os.getpid()}"
    try:
        put(folder, ["a.jpg"])
        os.utime(folder / "a.jpg", ns=(0, year_ns))
        (page,) = pages(handler, folder)
        assert abs(page.photos[0].mtime_ns) < 2**63
        assert (page.photos[0].mtime_ns > 0) == (year_ns > 0)
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
    found = photos(tmp_path)
    assert sorted(os.path.basename(path) for path in found) == [b"1.jpg", b"2.jpg"]
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
    (found,) = walk(os.fsencode(tmp_path / "root"))
    assert isinstance(found, FoundPhoto)
    assert (os.path.basename(found.path), found.size_bytes) == (b"link.jpg", 7)


# What cannot be listed.


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that nobody, too, can reach."""
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
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
def test_a_root_that_cannot_be_listed_is_a_complete_scan_that_says_so(
    handler: LibraryHandler, tmp_path: Path, make: Callable[[Path], bytes], kind: FaultKind
) -> None:
    root = make(tmp_path)
    (page,) = pages(handler, root)
    assert page.photos == ()
    assert [(item.path, item.error.kind) for item in page.skipped] == [(root, kind)]


def test_a_root_that_is_one_file_is_that_photo_whatever_its_name(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    put(tmp_path, ["a.strange"])
    (page,) = pages(handler, tmp_path / "a.strange")
    assert [item.path for item in page.photos] == [os.fsencode(tmp_path / "a.strange")]


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
    found = photos(tmp_path)
    assert [os.path.basename(path) for path in found] == [
        b"%d.jpg" % level for level in range(reachable)
    ]


# Pages.


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("library")
    put(root, [f"{folder}/{number}.jpg" for folder in range(7) for number in range(11)])
    return root


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 90))
def test_pages_of_any_size_give_every_photo_once_and_in_order(
    library: Path, max_items: int
) -> None:
    handler = LibraryHandler.start(Start(worker="library", heartbeat=3))
    scan = list(pages(handler, library, max_items))
    sizes = [len(page.photos) for page in scan]
    assert sizes[:-1] == [max_items] * (len(scan) - 1)
    assert [photo for page in scan for photo in page.photos] == list(walk(os.fsencode(library)))
    assert sum(sizes) == 77


def test_long_names_make_more_pages_and_lose_nothing(
    handler: LibraryHandler, tmp_path: Path
) -> None:
    folder = "/".join(["f" * 250] * 12)
    put(tmp_path, [f"{folder}/{number:02}.jpg" for number in range(40)])
    scan = list(pages(handler, tmp_path))
    assert len(scan) >= 3, "40 paths of 3 KB fill more than one message of 64 KB"
    found = [os.path.basename(photo.path) for page in scan for photo in page.photos]
    assert found == [b"%02d.jpg" % number for number in range(40)]


def test_scans_that_run_at_once_do_not_mix(handler: LibraryHandler, library: Path) -> None:
    one = pages(handler, library / "1", 3)
    two = pages(handler, library / "2", 3)
    found: dict[bytes, int] = {}
    for pair in zip(one, two, strict=True):
        for page in pair:
            for photo in page.photos:
                assert photo.path.startswith(page.root)
                found[photo.path] = found.get(photo.path, 0) + 1
    assert len(found) == 22
    assert set(found.values()) == {1}


def refused(handler: LibraryHandler, asked: ScanRequest) -> FaultKind:
    with pytest.raises(FaultError) as refusal:
        handler.handle(asked)
    assert str(asked.cursor) in refusal.value.fault.detail
    return refusal.value.fault.kind


def test_a_cursor_of_nobodys_is_refused(handler: LibraryHandler, library: Path) -> None:
    assert refused(handler, request(library, cursor=1)) is FaultKind.BAD_REQUEST
    first = handler.handle(request(library, max_items=5))
    other = LibraryHandler.start(Start(worker="library", heartbeat=3))
    assert refused(other, request(library, first.next_cursor)) is FaultKind.BAD_REQUEST


def test_a_cursor_serves_once_and_only_its_root(handler: LibraryHandler, library: Path) -> None:
    first = handler.handle(request(library, max_items=5))
    second = handler.handle(request(library, first.next_cursor, 5))
    assert refused(handler, request(library, first.next_cursor)) is FaultKind.BAD_REQUEST
    wrong = request(library / "1", second.next_cursor)
    assert refused(handler, wrong) is FaultKind.BAD_REQUEST


def test_scans_that_nobody_finishes_are_forgotten_oldest_first(
    handler: LibraryHandler, library: Path
) -> None:
    cursors = [handler.handle(request(library, max_items=5)).next_cursor for _ in range(65)]
    assert len(set(cursors)) == 65
    assert refused(handler, request(library, cursors[0])) is FaultKind.BAD_REQUEST
    for cursor in cursors[1:]:
        assert len(handler.handle(request(library, cursor)).photos) == 72


def test_the_answer_carries_the_request_back(handler: LibraryHandler, library: Path) -> None:
    page = handler.handle(request(library))
    assert (page.seq, page.correlation_id, page.worker) == (9, 4, "library")
    assert (page.root, page.next_cursor, page.ok) == (os.fsencode(library), 0, True)
