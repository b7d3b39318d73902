"""The shader baker as a show starts it: confined, with the real compiler."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from confined import expected
from stillframe.contracts.control import Failed, Hello, Lack, Ready
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.messages import Failure, Response
from stillframe.contracts.shaders import ShaderRequest, ShaderResult
from stillframe.settings import load
from stillframe.show.code import shader_compiler
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision.spec import WorkerSpec
from stillframe.transport.arena import ArenaShape
from worker_child import WorkerChild

GOOD = "vec4 transition(vec2 uv) {\n  return mix(getFromColor(uv), getToColor(uv), progress);\n}\n"
DOUBLING = "\n".join(f"#define A{n} A{n - 1} A{n - 1}" for n in range(1, 41))
ADDING = "\n".join(f"#define A{n} A{n - 1} + A{n - 1}" for n in range(1, 41))
WRONG = "uniform float seed;\nvec4 transition(vec2 uv) {\n  return vec4(sed, 0.0, 0.0, 1.0);\n}\n"


def spec(folder: Path, compiler: bytes) -> WorkerSpec:
    settings = load(file_text=None, file_name="", environ={}, flags={})
    made = worker_specs(
        settings,
        ArenaShape(1, 1 << 16),
        Places(
            roots=(),
            scenes=b"/s",
            index=b"/i",
            shaders=os.fsencode(folder),
            compiler=compiler,
        ),
    )
    (found,) = (one for one in made if one.name == "shaders")
    return found


@contextmanager
def started(folder: Path, compiler: bytes, **changes: int) -> Iterator[tuple[WorkerChild, Ready]]:
    """Yield the worker in the sandbox of a show, and what it said when it was ready."""
    found = spec(folder, compiler)
    with WorkerChild.running("shaders") as child:
        assert isinstance(child.receive(), Hello)
        start = msgspec.structs.replace(
            child.start_message(), sandbox=found.sandbox, settings={**found.settings, **changes}
        )
        child.channel.send(start)
        ready = child.receive()
        assert isinstance(ready, Ready), ready
        assert {report.layer: report.state for report in ready.layers} == expected(), ready.layers
        yield child, ready


@contextmanager
def baker(folder: Path, **changes: int) -> Iterator[WorkerChild]:
    """Yield the worker with the real compiler; `changes` are of its settings."""
    with started(folder, shader_compiler(), **changes) as (child, _):
        yield child


def ask(child: WorkerChild, text: str, name: str = "swirl.glsl") -> Response:
    child.channel.send(
        ShaderRequest(
            seq=1,
            correlation_id=1,
            worker="shaders",
            ts_req_ns=0,
            deadline_ns=2**62,
            name=name,
            source=text,
        )
    )
    answer = child.receive()
    assert isinstance(answer, Response)
    return answer


def refused(child: WorkerChild, text: str, name: str = "swirl.glsl") -> tuple[FaultKind, int, str]:
    answer = ask(child, text, name)
    assert isinstance(answer, Failure), answer
    return answer.error.kind, answer.error.actual, answer.error.detail


def test_a_file_is_baked_once_and_then_found(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "shaders"
    with baker(folder) as child:
        first = ask(child, GOOD)
        assert isinstance(first, ShaderResult), first
        path = Path(os.fsdecode(first.path))
        made_ns = path.stat().st_mtime_ns
        assert [file.name for file in folder.iterdir()] == [path.name]
        again = ask(child, GOOD, "another-name.glsl")
        assert isinstance(again, ShaderResult)
        assert again.path == first.path
        assert path.stat().st_mtime_ns == made_ns
        other = ask(child, f"{GOOD}\n")
        assert isinstance(other, ShaderResult)
        assert other.path != first.path


def test_a_mistake_is_told_by_its_line_and_the_worker_goes_on(tmp_path: Path) -> None:
    with baker(tmp_path) as child:
        kind, line, detail = refused(child, WRONG)
        assert (kind, line) == (FaultKind.DECODER_ERROR, 3)
        assert detail.startswith("line 3: 'sed'")
        assert refused(child, "void main() {}")[:2] == (FaultKind.UNSUPPORTED_FORMAT, 0)
        assert refused(child, "\nuniform sampler3D a;")[:2] == (FaultKind.UNSUPPORTED_FORMAT, 2)
        assert refused(child, GOOD, "no name.glsl")[:2] == (FaultKind.UNSUPPORTED_FORMAT, 0)
        assert isinstance(ask(child, GOOD), ShaderResult)
        assert len(list(tmp_path.iterdir())) == 1


def test_what_takes_too_long_or_too_much_is_refused_and_the_worker_goes_on(tmp_path: Path) -> None:
    slow = f"#define A0\n{DOUBLING}\nvec4 transition(vec2 uv) {{ return getToColor(uv) A40; }}"
    large = f"#define A0 uv.x\n{ADDING}\nvec4 transition(vec2 uv) {{ return vec4(A40); }}"
    with baker(tmp_path, processor_s=3) as child:
        before_s = time.monotonic()
        assert refused(child, slow)[0] is FaultKind.DEADLINE
        assert time.monotonic() - before_s > 1
        assert refused(child, large)[0] in (FaultKind.OUT_OF_MEMORY, FaultKind.DEADLINE)
        assert isinstance(ask(child, GOOD), ShaderResult)


def test_it_cannot_read_what_a_file_would_have_it_read(tmp_path: Path) -> None:
    # Past the translation too: the compiler itself knows how to include.
    with baker(tmp_path) as child:
        kind, line, _ = refused(child, f'{GOOD}#define A \\\n#include "/etc/hostname"\n')
        assert (kind, line) == (FaultKind.UNSUPPORTED_FORMAT, 5)


def test_without_a_compiler_it_says_what_to_install(tmp_path: Path) -> None:
    with started(tmp_path, compiler=b"") as (child, ready):
        assert ready.lacks == (Lack(what="GL Transitions", package="stillframe[shaders]"),)
        kind, _, detail = refused(child, GOOD)
        assert kind is FaultKind.NOT_FOUND
        assert "pip install stillframe[shaders]" in detail


def test_a_compiler_that_does_not_work_is_told_at_the_start(tmp_path: Path) -> None:
    found = spec(tmp_path, b"/bin/false")
    with WorkerChild.running("shaders") as child:
        child.receive()
        child.channel.send(
            msgspec.structs.replace(child.start_message(), settings=dict(found.settings))
        )
        failed = child.receive()
        assert isinstance(failed, Failed)
        assert "the shader compiler does not work" in failed.error.detail


@pytest.mark.parametrize("settings", [{}, {"folder": ""}, {"folder": "/f"}, {"processor_s": 1}])
def test_settings_that_name_no_folder_are_refused(settings: dict[str, str | int]) -> None:
    with WorkerChild.running("shaders") as child:
        child.receive()
        child.channel.send(child.start_message(**settings))
        failed = child.receive()
        assert isinstance(failed, Failed)
        assert "needs a folder" in failed.error.detail
