"""A shader's text as words, with their lines.

Role: as much of GLSL as is needed to find declarations and to rename. Counterpart: `translate` and
`uniforms` read the tokens and write them back.

Guarantees: linear in the length of the text; what is accepted, written back token by token, is the
text itself, but for its line ends, which become newlines. A text that is too long, or that holds
what no shader may hold, is refused with its line.
"""

import enum
import re
from dataclasses import dataclass
from typing import Final

from stillframe.contracts.shaders import SOURCE_CAP_CHARS

# No alternative can match what another can begin with, but for the comments, which stand first.
_TOKEN: Final = re.compile(
    r"""
      (?P<comment> //[^\n]* | /\*[\s\S]*?\*/ )
    | (?P<newline> \n )
    | (?P<space> (?:[ \t\f\v]|\\\n)+ )
    | (?P<word> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<number> (?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[0-9A-Za-z_.]* )
    | (?P<mark> [!-~] )
    """,
    re.VERBOSE,
)


class ShaderRefusedError(ValueError):
    """A transition that cannot be taken, with the line in the person's own file.

    Attributes:
        line: counted from 1; 0 for the file as a whole.
        cause: what is wrong and what to do.
    """

    def __init__(self, line: int, cause: str) -> None:
        super().__init__(line, cause)
        self.line, self.cause = line, cause

    def __str__(self) -> str:
        return f"line {self.line}: {self.cause}" if self.line else self.cause


class Lexeme(enum.Enum):
    """What a token is."""

    COMMENT = "comment"
    NEWLINE = "newline"
    SPACE = "space"
    WORD = "word"
    NUMBER = "number"
    MARK = "mark"


BLANK: Final = (Lexeme.COMMENT, Lexeme.NEWLINE, Lexeme.SPACE)
"""What stands between the words."""


@dataclass(frozen=True)
class Token:
    """One piece of the text.

    Attributes:
        line: on which it begins, counted from 1.
        directive: whether it belongs to a line that begins with `#`.
    """

    lexeme: Lexeme
    text: str
    line: int
    directive: bool = False

    @property
    def blank(self) -> bool:
        """Whether it only separates others."""
        return self.lexeme in BLANK


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of a shader.

    Raises:
        ShaderRefusedError: if the text is too long, or holds a character that GLSL does not know
            outside of a comment, or a comment that does not end.
    """
    if len(text) > SOURCE_CAP_CHARS:
        raise ShaderRefusedError(
            0, f"{len(text)} characters, of at most {SOURCE_CAP_CHARS}: no transition is so long"
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    tokens: list[Token] = []
    at, line, directive, begun = 0, 1, False, False
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ShaderRefusedError(line, _unknown(text[at]))
        lexeme, piece = Lexeme(match.lastgroup), match.group()
        if piece == "/" and text.startswith("/*", at):
            raise ShaderRefusedError(line, "this comment does not end; close it with */")
        if lexeme is Lexeme.MARK and piece == "#" and not begun:
            directive = True
        tokens.append(Token(lexeme, piece, line, directive and lexeme is not Lexeme.NEWLINE))
        if lexeme is Lexeme.NEWLINE:
            directive = begun = False
        elif lexeme not in BLANK:
            begun = True
        line += piece.count("\n")
        at = match.end()
    return tuple(tokens)


def _unknown(character: str) -> str:
    shown = repr(character) if character.isprintable() else f"U+{ord(character):04X}"
    return f"{shown} is no character of GLSL; it may stand in comments only"
