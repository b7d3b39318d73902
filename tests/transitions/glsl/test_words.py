"""Which names a text declares, and what they are called instead."""

from importlib import resources

import pytest

from stillframe.transitions.glsl.tokens import tokens_of
from stillframe.transitions.glsl.words import declared, defined_functions, other_name, taken_by

PRELUDE = (resources.files("stillframe.transitions") / "shaders" / "prelude.glsl").read_text()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#define PI 3.1\n# define F(x) (x * 2.0)\n", {"PI", "F"}),
        ("const float a = 1.0, b = 2.0;", {"a"}),
        ("vec4 f(vec2 p) { float inner = 1.0; return g; }", {"f"}),
        ("layout(std140, binding = 0) uniform buf { mat4 m; vec4 p0; };", {"buf", "m", "p0"}),
        ("uniform sampler2D photo;\nfloat list[3];", {"photo", "list"}),
        ("struct Ball { float r; };", {"Ball", "r"}),
    ],
)
def test_what_a_text_declares(text: str, names: set[str]) -> None:
    assert declared(tokens_of(text)) == names


def test_all_names_of_the_prelude_are_found() -> None:
    taken = taken_by(tokens_of(PRELUDE))
    # The words in which a transition is written, and the block behind them.
    assert {
        *("from_at", "to_at", "aspect", "size_px", "seed", "direction", "direction_index"),
        *("table_at", "table_texel", "table_size", "unpack16", "hash21", "over_mat", "PI"),
        *("qt_Matrix", "qt_Opacity", "direction_place", "from_rect", "to_rect", "mat_colour"),
        *("geometry", "heading", "p0", "p1", "p2", "p3", "from_photo", "to_photo", "table"),
        *("buf", "fragColor", "qt_TexCoord0", "main", "transition"),
    } <= taken
    assert "progress" not in taken
    assert not taken & {"vec4", "texture", "float", "uv", "at", "mix", "fract"}


def test_functions_that_a_text_defines() -> None:
    text = "float round(float x) { return floor(x); }\nvec2 up(); vec4 k = mix(a, b);"
    assert defined_functions(tokens_of(text)) == {"round", "up"}


def test_another_name_is_one_that_is_not_used() -> None:
    assert other_name("seed", frozenset()) == "user_seed"
    assert other_name("seed", frozenset({"user_seed", "user_seed1"})) == "user_seed11"
