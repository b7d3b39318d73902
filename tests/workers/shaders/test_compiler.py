"""The real compiler: what it makes, what it says, and what ends it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stillframe.show.code import shader_compiler
from stillframe.workers.shaders import compiler

GOOD = "#version 440\nlayout(location = 0) out vec4 c;\nvoid main() { c = vec4(1.0); }\n"


def run(folder: Path, program: bytes | None = None) -> compiler.Outcome:
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        return compiler.compiled(program or shader_compiler(), os.fsencode(folder), null)
    finally:
        os.close(null)


def script(folder: Path, text: str) -> bytes:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return os.fsencode(path)


def test_a_shader_becomes_a_file_for_every_kind_of_screen(tmp_path: Path) -> None:
    (tmp_path / "shader.frag").write_text(GOOD)
    assert run(tmp_path) == compiler.Outcome(fine=True, late=False, died=0, said="")
    told = subprocess.run(
        [shader_compiler(), "--dump", tmp_path / "shader.qsb"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    kinds = [line.split("Shader ")[1] for line in told.splitlines() if line.startswith("Shader ")]
    assert {kind.split(" ", 1)[1].split(" [")[0] for kind in kinds} == {
        "SPIR-V 100",
        "GLSL 100 es",
        "GLSL 120",
        "GLSL 150",
        "GLSL 300 es",
    }


def test_what_does_not_compile_is_told(tmp_path: Path) -> None:
    (tmp_path / "shader.frag").write_text(GOOD.replace("vec4(1.0)", "nothing"))
    outcome = run(tmp_path)
    assert not outcome.fine
    assert "ERROR: :3: 'nothing'" in outcome.said


def test_a_signal_is_told_by_its_number(tmp_path: Path) -> None:
    outcome = run(tmp_path, script(tmp_path, "kill -ABRT $$"))
    assert (outcome.fine, outcome.late, outcome.died) == (False, False, signal.SIGABRT)


def test_one_that_talks_for_ever_is_ended_after_its_first_words(tmp_path: Path) -> None:
    outcome = run(tmp_path, script(tmp_path, "echo first; exec yes"))
    assert (outcome.fine, outcome.late, outcome.died) == (False, False, 0)
    assert outcome.said.startswith("first\ny\n")


def test_one_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(tmp_path, b"/nowhere/qsb")


def test_one_that_runs_past_its_time_is_late(tmp_path: Path) -> None:
    busy = script(tmp_path, "while :; do :; done")
    code = (
        "import os\n"
        "from stillframe.workers.shaders import compiler\n"
        "compiler.limit_processor_time(1)\n"
        f"print(compiler.compiled({busy!r}, {os.fsencode(tmp_path)!r}, os.open(os.devnull, 0)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == str(compiler.Outcome(fine=False, late=True, died=0, said=""))
