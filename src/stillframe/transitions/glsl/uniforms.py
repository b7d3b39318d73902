"""What a transition's file may be given, and what it takes where nothing is said.

Role: reads one declaration, `uniform float speed; // = 2.0`, and makes a constant of it.
Counterpart: `translate` finds the declarations and puts the constants in their place.

A constant, unlike a uniform, may bound a loop and size an array, and a person changes it where it
stands: in the file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from stillframe.transitions.glsl.tokens import Lexeme, ShaderRefusedError, Token, tokens_of

SAMPLER: Final = "sampler2D"
# How many numbers a type holds is the compiler's to know; a type's own name makes it of anything.
_SCALARS: Final = ("float", "int", "bool")
_VECTORS: Final = tuple(f"{kind}vec{n}" for kind in ("", "i", "b") for n in (2, 3, 4))
_MATRICES: Final = ("mat2", "mat3", "mat4")
TYPES: Final = (*_SCALARS, *_VECTORS, *_MATRICES)
_PRECISIONS: Final = ("lowp", "mediump", "highp")
# What a default may be made of, beside numbers and the types' names.
_DEFAULT_WORDS: Final = (*TYPES, "true", "false")
_DEFAULT_MARKS: Final = frozenset("(),.+-*/")
# A default is a line of a comment.
_DEFAULT_CAP_CHARS: Final = 500

# What the format gives by itself; older files declare it all the same.
GIVEN: Final = ("progress", "ratio")


@dataclass(frozen=True)
class Uniform:
    """One name that a file may be given a value for.

    Attributes:
        default: an expression; empty for none.
        line: of its declaration.
    """

    type: str
    name: str
    default: str
    line: int

    def constant(self, name: str) -> str:
        """Return the declaration that takes its place, of another name."""
        return f"const {self.type} {name} = {self.type}({self.default or 0});"


def uniforms_in(declaration: Sequence[Token], after: Sequence[Token]) -> tuple[Uniform, ...]:
    """Return what is declared.

    Args:
        declaration: the tokens from `uniform` up to the semicolon, that left out.
        after: the rest of the line on which the declaration ends.

    Raises:
        ShaderRefusedError: for a type that there is not, a default that is none, or what is no
            declaration.
    """
    line = declaration[0].line
    words = [token for token in declaration[1:] if not token.blank]
    while words and words[0].text in _PRECISIONS:
        words = words[1:]
    if len(words) < 2 or words[0].lexeme is not Lexeme.WORD:  # noqa: PLR2004 - a type and a name
        raise ShaderRefusedError(line, "this is no declaration; write `uniform float name;`")
    kind = words[0].text
    if kind not in (*TYPES, SAMPLER):
        raise ShaderRefusedError(line, f"a uniform cannot be of type {kind}: {', '.join(TYPES)}")
    names = tuple(_names(words[1:], line))
    comments = [t for t in (*declaration, *after) if t.lexeme is Lexeme.COMMENT]
    default = next(filter(None, map(_commented, comments)), "")
    if default and len(names) > 1:
        raise ShaderRefusedError(line, "whose default is this? Declare each uniform by itself")
    if kind == SAMPLER:
        default = ""  # there is no image that a comment could name
    found = (Uniform(kind, name, _checked(given or default, line), line) for name, given in names)
    return tuple(found)


def _names(words: Sequence[Token], line: int) -> Iterator[tuple[str, str]]:
    """Yield each declared name with the default that stands behind it, if one does."""
    for part in _split(words):
        if not part or part[0].lexeme is not Lexeme.WORD:
            raise ShaderRefusedError(line, "this is no declaration; write `uniform float name;`")
        name, rest = part[0].text, part[1:]
        if rest and rest[0].text != "=":
            raise ShaderRefusedError(
                line, f"{name}: a uniform of this kind has no default here; write a const array"
            )
        yield name, " ".join(token.text for token in rest[1:])


def _split(words: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield what commas separate, outside of parentheses."""
    depth, begin = 0, 0
    for place, token in enumerate(words):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            yield words[begin:place]
            begin = place + 1
    yield words[begin:]


def _commented(comment: Token) -> str:
    """Return the default that a comment gives: what follows its equals sign."""
    text = comment.text[2:].removesuffix("*/") if comment.text[1] == "*" else comment.text[2:]
    text = text.strip()
    if not text.startswith("=") or text.startswith("=="):
        return ""
    text = text[1:].partition("//")[0].partition(";")[0]
    return text.partition("\n")[0].strip()


def _checked(default: str, line: int) -> str:
    """Refuse a default that is more, or less, than numbers and how to put them together."""
    if not default:
        return ""
    try:
        tokens = tokens_of(default) if len(default) <= _DEFAULT_CAP_CHARS else ()
    except ShaderRefusedError:
        tokens = ()
    depth = 0
    fine = bool(tokens)
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        known = token.lexeme in (Lexeme.NUMBER, Lexeme.SPACE) or (
            token.text in _DEFAULT_WORDS or token.text in _DEFAULT_MARKS
        )
        fine = fine and known and depth >= 0
    if not fine or depth:
        raise ShaderRefusedError(
            line, f"`{default:.60}` is no default; write a number, or such as vec3(1.0, 0.5, 0.0)"
        )
    return default
