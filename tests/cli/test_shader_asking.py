"""Files are baked one after the other, and each is told; without a compiler, the first only."""

import os
from pathlib import Path

import pytest

from stillframe.cli.shader_asking import bake_now
from stillframe.settings import load
from stillframe.show import code
from stillframe.show.shading import read

SETTINGS = load(file_text=None, file_name="", environ={}, flags={})
GOOD = "vec4 transition(vec2 uv) { return getToColor(uv); }\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "stillframe" / "shaders"


def bake(cache: Path, *texts: str) -> list[tuple[str, str]]:
    files = []
    for number, text in enumerate(texts):
        path = cache.parents[1] / f"file{number}.glsl"
        path.write_text(text)
        files.append(read(path, os.fsencode(cache)))
    told: list[tuple[str, str]] = []
    bake_now(files, SETTINGS, lambda file, problem: told.append((file.transition.name, problem)))
    return told


def test_each_file_is_told_in_order(cache: Path) -> None:
    told = bake(cache, GOOD, "nothing", f"{GOOD}\n")
    assert [name for name, _ in told] == ["file0", "file1", "file2"]
    assert [bool(problem) for _, problem in told] == [False, True, False]
    assert len(list(cache.iterdir())) == 2


def test_without_a_compiler_the_first_is_told_what_to_install(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code.sys, "path", [])
    ((name, problem),) = bake(cache, GOOD, f"{GOOD}\n")
    assert name == "file0"
    assert "pip install stillframe[shaders]" in problem


def test_with_nothing_to_bake_it_is_over_at_once(cache: Path) -> None:
    assert bake(cache) == []
    assert not cache.exists()
