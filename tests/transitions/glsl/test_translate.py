"""A file of the format becomes one of ours, line by line, and compiles."""

import re
import subprocess
from importlib import resources
from pathlib import Path

import PySide6
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.transitions.glsl.complaints import Complaint, complaint_of
from stillframe.transitions.glsl.tokens import ShaderRefusedError
from stillframe.transitions.glsl.translate import Translation, translate
from stillframe.transitions.model import Transition
from stillframe.transitions.source import offset_lines, whole_source

PRELUDE = (resources.files("stillframe.transitions") / "shaders" / "prelude.glsl").read_text()
SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.glsl"))
QSB = Path(PySide6.__file__).parent / "qsb"
NOTHING = Transition(id="gl-x", name="x", summary="x", default_duration_s=1.0)
ENTRY = "vec4 transition(vec2 uv) { return getFromColor(uv); }\n"


def compiled(translation: Translation, folder: Path) -> Complaint | None:
    """Return what the real compiler has against it."""
    assert QSB.exists(), "qsb comes with the development extra: ./run setup"
    source = folder / "shader.frag"
    source.write_text(whole_source(NOTHING, PRELUDE, translation.body))
    done = subprocess.run(
        [QSB, "--qt6", "-o", folder / "shader.qsb", source],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 0:
        return None
    return complaint_of(
        done.stderr + done.stdout,
        offset_lines=offset_lines(NOTHING, PRELUDE) + translation.offset_lines,
        lines=translation.lines,
        names=translation.names,
    )


def own_lines(translation: Translation) -> list[str]:
    lines = translation.body.split("\n")
    return lines[translation.offset_lines :][: translation.lines]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_what_the_format_allows_compiles(sample: Path, tmp_path: Path) -> None:
    assert compiled(translate(sample.read_text(), PRELUDE), tmp_path) is None


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_mistake_in_any_line_is_told_by_that_line(sample: Path, tmp_path: Path) -> None:
    lines = sample.read_text().split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("vec4 transition"))
    for number in range(begin + 1, len(lines) - 2):
        wrong = [*lines[:number], "  nowhere = 1.0;", *lines[number:]]
        found = compiled(translate("\n".join(wrong), PRELUDE), tmp_path)
        assert found is not None
        assert found.line == number + 1
        assert "nowhere" in found.cause


def test_a_complaint_calls_things_by_the_names_of_the_file(tmp_path: Path) -> None:
    text = f"uniform float seed;\n{ENTRY}void f() {{ seed.xyz; }}\n"
    found = compiled(translate(text, PRELUDE), tmp_path)
    assert found is not None
    assert found.line == 3
    assert "user_" not in found.cause


def test_an_end_that_is_missing_is_told_by_the_last_line(tmp_path: Path) -> None:
    found = compiled(
        translate("vec4 transition(vec2 uv) {\n  return vec4(1.0);\n", PRELUDE), tmp_path
    )
    assert found is not None
    assert found.line == 3


def test_line_by_line() -> None:
    text = (
        "#version 100\n"
        "#pragma once \\\n"
        "  more\n"
        "uniform float seed; // = 2.0\n"
        "uniform vec2\n"
        "  size /* of a cell\n"
        "  */;\n"
        "uniform float progress;\n"
        "#define TWO /* not\n"
        "  three */ 2.0\n"
        "float sample = seed + texture2D(x, y) + PI; // a comment \\\n"
        f"{ENTRY}"
    )
    assert own_lines(translate(text, PRELUDE)) == [
        "",
        "",
        "",
        "const float user_seed = float(2.0);  ",
        "const vec2 size = vec2(0);",
        "",
        "",
        "",
        "#define TWO  \\",
        " 2.0",
        "float user_sample = user_seed + texture(x, y) + user_PI;  ",
        "vec4 user_transition(vec2 uv) { return getFromColor(uv); }",
        "",
    ]


def test_an_image_is_read_from_the_one_table() -> None:
    translation = translate(f"uniform sampler2D luma;\n#define table luma\n{ENTRY}", PRELUDE)
    assert translation.needs_texture
    assert own_lines(translation)[:2] == ["", "#define user_table table"]
    assert not translate(ENTRY, PRELUDE).needs_texture


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("void main() {}\n", 0, "vec4 transition(vec2 uv)"),
        ("", 0, "vec4 transition(vec2 uv)"),
        ("// vec4 transition(vec2 uv)\n", 0, "vec4 transition(vec2 uv)"),
        (f"{ENTRY}\n#include </etc/passwd>\n", 3, "one file"),
        (f'{ENTRY}# /* x */ include "a"\n', 2, "one file"),
        (f"{ENTRY}uniform float a {{ }};\n", 2, "semicolon"),
        (f"{ENTRY}uniform float a", 2, "semicolon"),
        (f"{ENTRY}\nuniform sampler3D a;", 3, "sampler3D"),
    ],
)
def test_what_cannot_be_translated_is_refused(text: str, line: int, words: str) -> None:
    with pytest.raises(ShaderRefusedError) as refused:
        translate(text, PRELUDE)
    assert refused.value.line == line
    assert words in refused.value.cause


WORDS = st.sampled_from(
    (
        *(
            "uniform ",
            "float ",
            "vec2 ",
            "sampler2D ",
            "seed",
            "a",
            ";",
            "=",
            "// = 1",
            "/* = 2 */",
        ),
        *("\n", "\\\n", "#define ", "#version 1", "#", "(", ")", "{", "}", ",", "1.0", "sample "),
        *("texture2D", "progress", "transition", "main", "[", "]", ENTRY),
    )
)


@given(st.lists(WORDS, max_size=60).map("".join))
def test_any_text_is_translated_line_for_line_or_refused(text: str) -> None:
    try:
        found = translate(text + ENTRY, PRELUDE)
    except ShaderRefusedError as error:
        refused = error.line
    else:
        refused = None
    if refused is not None:
        assert 0 <= refused <= text.count("\n") + 2
        return
    assert found.body.count("\n") == found.offset_lines + found.lines
    if "#" not in text:  # a macro may hold any word
        assert not re.search(r"\buniform\b", found.body)
    assert translate(text + ENTRY, PRELUDE) == found
