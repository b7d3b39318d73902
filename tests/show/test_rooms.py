"""Many places become few folders, and none of them is left out."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.caps import PATH_CAP_BYTES
from stillframe.show.rooms import gathered
from stillframe.workers.confinement.roots import is_below

names = st.sampled_from([b"a", b"b", b"c", b"photos", b"x y", b"\xff"])
paths = st.lists(names, min_size=1, max_size=6).map(lambda parts: b"/" + b"/".join(parts))


@given(st.lists(paths, max_size=40), st.integers(1, 8), st.integers(1, 120))
def test_every_path_lies_in_what_is_returned_and_that_fits(
    given_paths: list[bytes], cap: int, cap_bytes: int
) -> None:
    found = gathered(given_paths, cap, cap_bytes)
    assert len(found) <= cap
    assert sum(map(len, found)) <= cap_bytes
    for path in given_paths:
        assert is_below(path, found)


@given(st.lists(paths, max_size=8, unique=True))
def test_what_fits_stays_as_it_is(given_paths: list[bytes]) -> None:
    assert gathered(given_paths, 8) == tuple(sorted(given_paths))


@pytest.mark.parametrize(
    ("given_paths", "cap", "expected"),
    [
        ([], 3, ()),
        ([b"/a", b"/a"], 3, (b"/a",)),
        # A link below a root may lead out of it: where there is room, it has a rule of its own.
        ([b"/a", b"/a/link"], 3, (b"/a", b"/a/link")),
        ([b"/a", b"/a/b", b"/c"], 2, (b"/a", b"/c")),
        ([b"/p/1", b"/p/2", b"/p/3", b"/q/deep/er/1"], 2, (b"/p", b"/q/deep/er/1")),
        ([b"/p/1", b"/p/2", b"/q/1", b"/q/2"], 3, (b"/p", b"/q/1", b"/q/2")),
        ([b"/p/a/1", b"/p/b/1", b"/q"], 2, (b"/p", b"/q")),
        ([b"/a", b"/b", b"/c"], 2, (b"/",)),
        ([b"", b"/a", b"/" + b"x" * PATH_CAP_BYTES], 3, (b"/a",)),
    ],
)
def test_the_fullest_folder_stands_for_what_lies_in_it(
    given_paths: list[bytes], cap: int, expected: tuple[bytes, ...]
) -> None:
    assert gathered(given_paths, cap) == expected


def test_thousands_of_files_are_one_folder_and_take_no_time() -> None:
    files = [b"/home/ada/Pictures/%d/%d.jpg" % (n // 2, n) for n in range(20_000)]
    assert gathered([*files, b"/media/card"], 63) == (b"/home/ada/Pictures", b"/media/card")


def test_long_paths_count_by_their_bytes() -> None:
    folder = b"/" + b"f" * 3000
    files = [os.path.join(folder, b"%d.jpg" % n) for n in range(10)]
    assert gathered(files, 63) == (folder,)
