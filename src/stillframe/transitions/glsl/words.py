"""The names that a transition's file may not have, because here they mean something else.

Role: data, and the search for a file's own names. Counterpart: `translate` gives such names another
form; `complaints` gives them back.

The format is that of GLSL ES 1.00. What is compiled is GLSL 4.40, which has more words of its own,
and the prelude before it has names too.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from stillframe.transitions.glsl.tokens import Lexeme, Token

RESERVED: Final = frozenset(
    (
        *("active", "buffer", "centroid", "coherent", "common", "filter", "noperspective"),
        *("partition", "patch", "readonly", "resource", "restrict", "sample", "shared", "smooth"),
        *("subroutine", "writeonly", "precise"),
    )
)
"""Words of GLSL 4.40 that are plain names in the format, and of no use in a transition."""

NEWER_FUNCTIONS: Final = frozenset(
    (
        *("acosh", "asinh", "atanh", "cosh", "sinh", "tanh", "trunc", "round", "roundEven"),
        *("modf", "isnan", "isinf", "fma", "frexp", "ldexp", "determinant", "inverse"),
        *("transpose", "outerProduct", "texture", "textureLod", "textureGrad", "textureProj"),
        *("textureSize", "textureOffset", "texelFetch", "bitCount", "findLSB", "findMSB"),
        *("bitfieldExtract", "bitfieldInsert", "bitfieldReverse", "dFdx", "dFdy", "fwidth"),
        *("floatBitsToInt", "intBitsToFloat", "noise1", "noise2", "noise3", "noise4"),
    )
)
"""Functions of GLSL 4.40 that the format does not have, so that a file may define its own."""

RENAMED: Final = {
    "texture2D": "texture",
    "texture2DProj": "textureProj",
    "texture2DLodEXT": "textureLod",
    "texture2DGradEXT": "textureGrad",
}
"""Functions of the format by their names in GLSL 4.40."""

_PROTOCOL: Final = frozenset(("progress", "getFromColor", "getToColor", "ratio"))
"""What the format itself gives: a file may use these, and does not declare them."""


def declared(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the names that a text declares for all of itself: macros, globals, functions.

    A name is a word after another word, outside of parentheses and functions, but inside of a
    uniform block.
    """
    return frozenset(_declared(tokens)) | frozenset(_macros(tokens))


def taken_by(prelude: Sequence[Token]) -> frozenset[str]:
    """Return the names that a file cannot have beside a prelude, `main` and the entry included."""
    return declared(prelude) - _PROTOCOL | {"main", "transition"}


def defined_functions(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the names of the functions that a text defines or declares."""
    words = [token for token in tokens if not (token.blank or token.directive)]
    depth, found = 0, set()
    for place, token in enumerate(words[:-1]):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth == 0 and _is_name(words, place) and words[place + 1].text == "(":
            found.add(token.text)
    return frozenset(found)


def other_name(name: str, used: frozenset[str]) -> str:
    """Return a name in place of one that is taken, unlike any that is used."""
    new = f"user_{name.strip('_')}"
    while new in used:
        new = f"{new}1"
    return new


def _declared(tokens: Sequence[Token]) -> Iterator[str]:
    words = [token for token in tokens if not (token.blank or token.directive)]
    braces = parentheses = 0
    in_function = False
    for place, token in enumerate(words):
        if token.text == "{":
            in_function = in_function or (braces == 0 and words[place - 1].text == ")")
            braces += 1
        elif token.text == "}":
            braces -= 1
            in_function = in_function and braces > 0
        elif token.text in "()":
            parentheses += 1 if token.text == "(" else -1
        elif not (in_function or parentheses) and _is_name(words, place):
            yield token.text


def _macros(tokens: Sequence[Token]) -> Iterator[str]:
    words = [token for token in tokens if token.directive and not token.blank]
    for place in range(len(words) - 2):
        if (words[place].text, words[place + 1].text) == ("#", "define"):
            yield words[place + 2].text


def _is_name(words: Sequence[Token], place: int) -> bool:
    """Say whether a word follows another and is followed by what ends or goes on a declaration."""
    if place == 0 or words[place].lexeme is not Lexeme.WORD:
        return False
    follows = words[place + 1].text if place + 1 < len(words) else ";"
    before = words[place - 1]
    named = before.lexeme is Lexeme.WORD or (before.text == "]" and follows != ".")
    return named and follows in ("=", ";", ",", "(", "[", "{")
