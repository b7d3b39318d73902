"""Inside or outside, by where a path leads."""

import os
from pathlib import Path

import pytest

from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.confinement.roots import is_below, lies_outside, real


@pytest.mark.parametrize(
    ("path", "below"),
    [
        (b"/photos", True),
        (b"/photos/a/b.jpg", True),
        (b"/photos2/a.jpg", False),
        (b"/photo", False),
        (b"/", False),
    ],
)
def test_below_is_by_whole_names(path: bytes, *, below: bool) -> None:
    assert is_below(path, [b"/photos"]) == below
    assert is_below(path, [b"/photos/"]) == (below and path != b"/photos")
    assert is_below(path, [b"/"])
    assert not is_below(path, [])


def test_a_link_counts_for_where_it_leads(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    (tmp_path / "root").symlink_to(inside)
    sandbox = Sandbox(read=(os.fsencode(tmp_path / "root"),))
    assert lies_outside(os.fsencode(inside / "link" / "a.jpg"), sandbox)
    assert not lies_outside(os.fsencode(inside / "a.jpg"), sandbox)
    assert not lies_outside(os.fsencode(tmp_path / "root" / "a.jpg"), sandbox)
    assert lies_outside(b"/etc/passwd", sandbox)


def test_without_a_sandbox_nothing_lies_outside() -> None:
    assert not lies_outside(b"/etc/passwd", None)


def test_bytes_that_no_path_can_have_lead_nowhere() -> None:
    assert real(b"/a\0b") == b"/a\0b"
