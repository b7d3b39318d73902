"""The folder of baked transitions: whole files, a bound, and nothing left behind."""

import os
import random
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from stillframe.show.trying import Verdict, keep
from stillframe.transitions.dropped import BAKED_CAP_BYTES, dropped
from stillframe.workers.shaders import keeping


def whole(size_bytes: int) -> bytes:
    """Return a baked file of about this size."""
    noise = random.Random(1).randbytes(size_bytes)
    return size_bytes.to_bytes(4, "big") + zlib.compress(noise)


def baked(folder: bytes, key: str, content: bytes) -> bytes:
    path = keeping.place_of(folder, key)
    with keeping.workshop(folder) as own:
        result = os.path.join(own, b"result")
        with open(result, "wb") as file:
            file.write(content)
        keeping.keep(result, path)
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_kept_is_there_whole_and_nothing_else_is(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "new" / "shaders")
    content = whole(10)
    path = baked(folder, "abc", content)
    assert keeping.is_kept(path)
    assert names(tmp_path / "new" / "shaders") == {"abc.qsb"}
    with open(path, "rb") as file:
        assert file.read() == content


@pytest.mark.parametrize("content", [b"", b"x" * 9, whole(BAKED_CAP_BYTES)], ids=len)
def test_what_is_empty_or_nonsense_or_too_large_is_not_kept(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ValueError, match=f"{len(content)} bytes"):
        baked(os.fsencode(tmp_path), "abc", content)
    assert names(tmp_path) == set()


def test_a_result_that_is_no_file_is_not_kept(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    with pytest.raises(FileNotFoundError):
        keeping.keep(folder + b"/nothing", folder + b"/abc.qsb")
    assert not keeping.is_kept(folder + b"/abc.qsb")


def test_what_a_failing_disk_has_left_is_not_taken_for_kept(tmp_path: Path) -> None:
    path = baked(os.fsencode(tmp_path), "abc", whole(10))
    with open(path, "r+b") as file:
        file.truncate(12)
    assert not keeping.is_kept(path)


def test_the_oldest_leave_and_the_newest_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FILES_CAP", 3)
    for day, key in enumerate(["d", "a", "c"]):
        os.utime(baked(os.fsencode(tmp_path), key, whole(9)), (day, day))
    (tmp_path / "README").write_text("a person's own")
    # Older than all by its time, as where a clock was set back.
    os.utime(baked(os.fsencode(tmp_path), "b", whole(9)), (0, 0))
    assert names(tmp_path) == {"a.qsb", "c.qsb", "b.qsb", "README"}


def test_what_was_found_of_a_file_leaves_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FILES_CAP", 1)
    file = dropped("file.glsl", "", "")
    path = baked(os.fsencode(tmp_path), "a", whole(9))
    keep(replace(file, transition=replace(file.transition, shader=os.fsdecode(path))), Verdict())
    assert names(tmp_path) == {"a.qsb", "a.qsb.tried"}
    baked(os.fsencode(tmp_path), "b", whole(9))
    assert names(tmp_path) == {"b.qsb"}


def test_the_folder_has_a_bound_in_bytes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BYTES_CAP", 150)
    for day, key in enumerate(["a", "b"]):
        os.utime(baked(os.fsencode(tmp_path), key, whole(40)), (day, day))
    baked(os.fsencode(tmp_path), "c", whole(40))
    assert names(tmp_path) == {"b.qsb", "c.qsb"}


def test_what_dead_workers_left_is_swept_and_the_livings_work_is_not(tmp_path: Path) -> None:
    beyond_every_pid = 4194304 + 1
    for name in (f".bake-{beyond_every_pid}", f".bake-{os.getpid()}", ".bake-x", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shader.frag").write_text("x")
    keeping.sweep(os.fsencode(tmp_path))
    assert names(tmp_path) == {f".bake-{os.getpid()}", ".bake-x", "other"}
    keeping.sweep(os.fsencode(tmp_path / "nowhere"))


def test_a_workshop_is_empty_at_first_and_gone_afterwards(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    with keeping.workshop(folder) as own:
        Path(os.fsdecode(own), "left").write_text("x")
    assert names(tmp_path) == set()
    left = tmp_path / f".bake-{os.getpid()}"
    left.mkdir()
    (left / "shader.frag").write_text("of one that was killed and had this number")
    with keeping.workshop(folder) as own:
        assert os.listdir(own) == []
