"""A declaration and its default become a constant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.transitions.glsl.tokens import ShaderRefusedError, tokens_of
from stillframe.transitions.glsl.uniforms import Uniform, uniforms_in


def read(line: str) -> tuple[Uniform, ...]:
    before, _, after = line.partition(";")
    return uniforms_in(tokens_of(before), tokens_of(after))


@pytest.mark.parametrize(
    ("line", "constant"),
    [
        ("uniform float a; // = 2.5", "const float a = float(2.5);"),
        ("uniform float a; // =4", "const float a = float(4);"),
        ("uniform float a;// = .7", "const float a = float(.7);"),
        ("uniform float a ; // = 0.4 ; // dark in between", "const float a = float(0.4);"),
        ("uniform float a; // = 0.4 // dark", "const float a = float(0.4);"),
        ("uniform float a;", "const float a = float(0);"),
        ("uniform float a; // how fast", "const float a = float(0);"),
        ("uniform float a; // == 3", "const float a = float(0);"),
        ("uniform bool a; // = true", "const bool a = bool(true);"),
        ("uniform bool a; // = 1 ", "const bool a = bool(1);"),
        ("uniform bool a;", "const bool a = bool(0);"),
        ("uniform int a; // =0", "const int a = int(0);"),
        ("uniform ivec2 a; // = ivec2(4)", "const ivec2 a = ivec2(ivec2(4));"),
        ("uniform vec2 a; // = 1.0, 2.0", "const vec2 a = vec2(1.0, 2.0);"),
        ("uniform vec3 a /* = vec3(1., .5, 0.) */;", "const vec3 a = vec3(vec3(1., .5, 0.));"),
        ("uniform vec4 a; // = vec4(0., 0., 0., .6)", "const vec4 a = vec4(vec4(0., 0., 0., .6));"),
        ("uniform mediump float a; // = -1.0 / 3.0", "const float a = float(-1.0 / 3.0);"),
        ("uniform float a = 1.5;", "const float a = float(1.5);"),
        ("uniform vec2 a = vec2(1, 2);", "const vec2 a = vec2(vec2 ( 1 , 2 ));"),
    ],
)
def test_a_uniform_is_a_constant_of_its_default(line: str, constant: str) -> None:
    (found,) = read(line)
    assert found.constant(found.name) == constant


def test_several_names_of_one_declaration_are_zero() -> None:
    assert [u.constant(u.name) for u in read("uniform float a, b;")] == [
        "const float a = float(0);",
        "const float b = float(0);",
    ]


def test_an_image_has_no_default() -> None:
    assert read("uniform sampler2D luma; // = clouds.png") == (Uniform("sampler2D", "luma", "", 1),)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("uniform float a; // = fast", "`fast` is no default"),
        ("uniform float a; // = vec2(1", "is no default"),
        ("uniform float a; // = 1) (2", "is no default"),
        ("uniform float a; // = 1, texture(x)", "is no default"),
        ("uniform float a; // = é", "is no default"),
        ("uniform float a; // = " + "1" * 600, "is no default"),
        ("uniform samplerCube a;", "cannot be of type samplerCube"),
        ("uniform float a[3];", "const array"),
        ("uniform float a, b; // = 1.0", "by itself"),
        ("uniform float;", "no declaration"),
        ("uniform;", "no declaration"),
        ("uniform float a,;", "no declaration"),
        ("uniform float 3;", "no declaration"),
    ],
)
def test_what_is_no_declaration_is_refused(line: str, words: str) -> None:
    with pytest.raises(ShaderRefusedError) as refused:
        read(line)
    assert refused.value.line == 1
    assert words in refused.value.cause


@given(st.text(st.sampled_from("uniform float vec2ab;,=()/*1.\n")), st.text(max_size=40))
def test_any_line_is_read_or_refused(middle: str, after: str) -> None:
    try:
        declaration, rest = tokens_of(f"uniform {middle}"), tokens_of(f"//{after}")
        found = uniforms_in(declaration, rest[:1])
    except ShaderRefusedError:
        return
    for uniform in found:
        constant = uniform.constant(uniform.name)
        assert constant.count(";") == 1
        assert "\n" not in constant
