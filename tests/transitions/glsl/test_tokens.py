"""Text is cut into tokens that are the text, and what no shader may hold is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.shaders import SOURCE_CAP_CHARS
from stillframe.transitions.glsl.tokens import Lexeme, ShaderRefusedError, tokens_of

SHADERY = st.text(
    st.sampled_from(" \t\n\\/*#;(){}=,.+-0123456789eEabuvx_\r\f") | st.characters(), max_size=200
)


def lexemes(text: str) -> list[tuple[str, Lexeme]]:
    return [(token.text, token.lexeme) for token in tokens_of(text)]


def test_words_numbers_marks_and_what_is_between_them() -> None:
    assert lexemes("vec2 a=.5;// = x\n") == [
        ("vec2", Lexeme.WORD),
        (" ", Lexeme.SPACE),
        ("a", Lexeme.WORD),
        ("=", Lexeme.MARK),
        (".5", Lexeme.NUMBER),
        (";", Lexeme.MARK),
        ("// = x", Lexeme.COMMENT),
        ("\n", Lexeme.NEWLINE),
    ]


@pytest.mark.parametrize("number", ["1", "1.", ".5", "1.5e-3", "2E+8", "0x1F", "7u", "1.0f"])
def test_a_number_is_one_token(number: str) -> None:
    assert lexemes(number) == [(number, Lexeme.NUMBER)]


def test_lines_are_counted_through_comments_continuations_and_every_line_end() -> None:
    found = tokens_of("a\r\nb\rc /* 1\n2 */ d \\\n e")
    assert {t.text: t.line for t in found if t.lexeme is Lexeme.WORD} == {
        "a": 1,
        "b": 2,
        "c": 3,
        "d": 4,
        "e": 5,
    }


def test_a_directive_reaches_to_the_end_of_its_line_continued_ones_too() -> None:
    found = tokens_of("  #define A \\\n B\nC # D")
    assert {t.text: t.directive for t in found if t.lexeme is Lexeme.WORD} == {
        "define": True,
        "A": True,
        "B": True,
        "C": False,
        "D": False,
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a\nb é", 2, "'é' is no character of GLSL"),
        ("\x00", 1, "U+0000"),
        ("a\n\nb /* for ever", 3, "does not end"),
        ("x" * (SOURCE_CAP_CHARS + 1), 0, f"of at most {SOURCE_CAP_CHARS}"),
    ],
)
def test_what_no_shader_may_hold_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ShaderRefusedError) as refused:
        tokens_of(text)
    assert refused.value.line == line
    assert words in str(refused.value)
    assert str(refused.value).startswith(f"line {line}: ") is (line > 0)


def test_comments_may_hold_anything_and_a_byte_order_mark_is_nothing() -> None:
    assert lexemes("\ufeff// é\n") == [("// é", Lexeme.COMMENT), ("\n", Lexeme.NEWLINE)]


@given(SHADERY)
def test_tokens_are_the_text(text: str) -> None:
    try:
        found = tokens_of(text)
    except ShaderRefusedError as error:
        refused = error.line
    else:
        refused = None
    if refused is not None:
        assert 0 <= refused <= text.count("\n") + text.count("\r") + 1
        return
    whole = "".join(token.text for token in found)
    assert whole == text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    at = 1
    for token in found:
        assert token.line == at
        at += token.text.count("\n")


@pytest.mark.parametrize("piece", ["/ ", "\\", "/**/", "1.", "e+", "# ", "\\\n", "0x"])
def test_the_longest_texts_are_cut_whole(piece: str) -> None:
    # A pattern that goes back would need minutes for some of these.
    text = piece * (SOURCE_CAP_CHARS // len(piece))
    assert "".join(token.text for token in tokens_of(text)) == text
