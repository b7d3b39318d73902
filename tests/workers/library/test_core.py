"""Which names are photos, and where a page ends."""

import errno
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.contracts.caps import PATH_CAP_BYTES, SCAN_PAGE_CAP_ITEMS
from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.library import Changes, FoundPhoto, LibraryResult, SkippedFolder
from stillframe.contracts.wire import PROTOCOLS
from stillframe.workers.library.core import Page, folder_fault, looks_like_photo

CODEC = PROTOCOLS["library"].from_worker("library")


@pytest.mark.parametrize(
    "name",
    [
        *[
            b"a." + suffix
            for suffix in b"jpg jpeg jfif png webp avif heic jxl gif tiff bmp dng nef".split()
        ],
        *[b"A.JPG", b"a.b.Png", b"a..jpg", b" .jpg", b"\xff\xfe.jpg", b"new\nline.jpg", b"-.webp"],
    ],
)
def test_a_photos_name_is_recognised(name: bytes) -> None:
    assert looks_like_photo(name)


@pytest.mark.parametrize(
    "name",
    [
        *[b"", b".", b"..", b"jpg", b"ajpg", b".jpg", b".a.jpg", b"a.jpg.part", b"a.jpg ", b"a."],
        *[b"a.mp4", b"a.pdf", b"a.svg", b"a.jpgx", b"a.jpg\n", b"a.txt"],
    ],
)
def test_other_names_are_left_unopened(name: bytes) -> None:
    assert not looks_like_photo(name)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOENT, "No such file"), FaultKind.NOT_FOUND),
        (OSError(errno.EACCES, "Permission denied"), FaultKind.NOT_READABLE),
        (OSError(errno.EPERM, "Not permitted"), FaultKind.NOT_READABLE),
        (OSError(errno.ENOTDIR, "Not a directory"), FaultKind.NOT_A_FILE),
        (OSError(errno.EIO, "Input/output error"), FaultKind.IO_ERROR),
        (OSError("no number"), FaultKind.IO_ERROR),
        (ValueError("embedded null byte"), FaultKind.BAD_REQUEST),
    ],
)
def test_a_folder_that_cannot_be_listed_has_a_reason(
    error: OSError | ValueError, kind: FaultKind
) -> None:
    fault = folder_fault(error)
    assert fault.kind is kind
    said = (isinstance(error, OSError) and error.strerror) or str(error)
    assert fault.detail == f"cannot list: {said}"


def photo(path: bytes = b"/a.jpg") -> FoundPhoto:
    return FoundPhoto(path, 1, 1)


def test_a_page_takes_so_many_items_and_no_more() -> None:
    page = Page(3)
    skipped = SkippedFolder(path=b"/b", error=Fault(kind=FaultKind.NOT_FOUND, detail="gone"))
    assert [page.add(photo()), page.add(skipped), page.add(b"/gone")] == [True, True, True]
    assert not page.add(photo())
    assert not page.add(skipped)
    assert not page.add(b"/c")
    assert (len(page.photos), len(page.skipped), page.gone) == (1, 1, [b"/gone"])


def test_a_page_of_ordinary_paths_is_not_cut_short() -> None:
    # 60 bytes is a long path in a home folder; pages of 512 make few messages of a library.
    page = Page(SCAN_PAGE_CAP_ITEMS)
    assert all(page.add(photo(b"/" * 60)) for _ in range(SCAN_PAGE_CAP_ITEMS))


def test_an_empty_page_has_room_for_the_largest_item() -> None:
    path = b"/" * PATH_CAP_BYTES
    detail = "\N{PILE OF POO}" * 500  # four bytes each in UTF-8
    skipped = SkippedFolder(path=path, error=Fault(kind=FaultKind.IO_ERROR, detail=detail))
    assert Page(1).add(photo(path))
    assert Page(1).add(skipped)


LONG = st.integers(1, PATH_CAP_BYTES).map(lambda size: b"\xff" * size)
LARGEST = 2**63 - 1
PHOTOS = st.builds(
    FoundPhoto,
    LONG,
    st.sampled_from([0, LARGEST]),
    st.sampled_from([0, LARGEST, -LARGEST]),
    st.booleans(),
    st.sampled_from([b"", b"\xff" * 256]),
)
DETAILS = st.text(max_size=200) | st.sampled_from([os.strerror(n) for n in errno.errorcode])
SKIPPED = st.builds(
    SkippedFolder,
    path=LONG,
    error=st.builds(Fault, kind=st.sampled_from(FaultKind), detail=DETAILS),
)
MANY = st.lists(PHOTOS | SKIPPED | LONG, min_size=1, max_size=80).flatmap(
    lambda items: st.sampled_from([items, items * 20])
)


@settings(max_examples=60)
@given(MANY, st.integers(1, SCAN_PAGE_CAP_ITEMS))
def test_whatever_fills_a_page_its_message_stays_under_the_cap(
    items: list[FoundPhoto | SkippedFolder | bytes], max_items: int
) -> None:
    page = Page(max_items)
    added = 0
    while added < len(items) and page.add(items[added]):
        added += 1
    assert added >= 1
    told = Changes(
        photos=tuple(page.photos),
        gone=tuple(page.gone),
        skipped=tuple(page.skipped),
        searching=True,
        next_cursor=LARGEST,
    )
    result = LibraryResult(
        seq=LARGEST,
        correlation_id=LARGEST,
        worker="library",
        ts_req_ns=LARGEST,
        deadline_ns=LARGEST,
        ts_res_ns=LARGEST,
        told=told,
    )
    assert CODEC.decode(CODEC.encode(result)) == result
    kinds = [FoundPhoto, SkippedFolder, bytes]
    held: list[list[object]] = [list(page.photos), list(page.skipped), list(page.gone)]
    assert held == [[i for i in items[:added] if isinstance(i, kind)] for kind in kinds]
