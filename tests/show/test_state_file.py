"""A file that outlives a show: what comes back, and what one that is damaged or none does."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from descriptors import open_descriptors
from nobody import without_rights
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.show import history_file
from stillframe.show.quarantine_file import FILE
from stillframe.show.state_file import FILE_CAP_BYTES, StateFile

ENTRY = Quarantined(
    worker="images", input=WorkerInput(b"/p/\xff\n.jpg", "5:7"), reason="signal 9", at_s=1.5
)


@pytest.mark.parametrize("file", [FILE, history_file.FILE], ids=lambda file: file.name)
@settings(max_examples=300)
@given(data=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(data=b'{"version":1}')
def test_whatever_a_file_holds_it_is_content_or_a_refusal(
    file: StateFile[Any], data: bytes
) -> None:
    try:
        content = file.decode(data)
    except ValueError:
        return
    assert file.decode(file.encode(content)) == content


def test_a_saved_file_is_read_again_and_loading_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "quarantine.json"
    FILE.save(path, [ENTRY])
    assert FILE.load(path).content == FILE.read(path).content == (ENTRY,)
    assert os.listdir(path.parent) == ["quarantine.json"]


def test_a_file_that_is_not_there_holds_nothing_and_is_no_problem(tmp_path: Path) -> None:
    kept = FILE.load(tmp_path / "nowhere" / "quarantine.json")
    assert (kept.content, kept.problem) == ((), "")


def test_a_damaged_file_is_empty_is_named_and_is_moved_aside(tmp_path: Path) -> None:
    path, aside = tmp_path / "quarantine.json", tmp_path / "quarantine.json.damaged"
    aside.write_bytes(b"from earlier")
    path.write_bytes(b'{"version":9}')
    kept = FILE.load(path)
    assert kept.content == ()
    assert kept.problem.startswith("is damaged: ")
    assert kept.problem.endswith("; now quarantine.json.damaged")
    assert aside.read_bytes() == b'{"version":9}'
    assert FILE.load(path).problem == "", "the next show has nothing to complain of"


def test_reading_leaves_a_damaged_file_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "quarantine.json"
    path.write_bytes(b"x")
    assert FILE.read(path).problem.startswith("is damaged: ")
    assert os.listdir(tmp_path) == ["quarantine.json"]


@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "endless"])
def test_what_is_no_regular_file_is_never_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "quarantine.json"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/full" if kind == "device" else "/dev/zero")
    before = len(open_descriptors())
    kept = FILE.load(path)
    assert kept.problem == "cannot be read: not a regular file; now quarantine.json.damaged"
    assert len(open_descriptors()) == before
    assert not path.exists()


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "quarantine.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse: it takes no room
    assert FILE.read(path).problem == f"is damaged: more than {FILE_CAP_BYTES} bytes"


def test_a_file_that_may_be_neither_read_nor_moved_is_empty_and_named(tmp_path: Path) -> None:
    path = tmp_path / "quarantine.json"
    FILE.save(path, [ENTRY])
    path.chmod(0)
    with without_rights():
        kept = FILE.load(path)
    assert kept.content == ()
    assert "Permission denied; cannot be moved aside: Permission denied" in kept.problem
