"""Where a shader's longest loop is: the place to look at when a frame takes too long.

Role: a guess for people, from the text alone. Counterpart: `show.trying` tells it with what a frame
cost.

Guarantees: linear in the text; comments and macros are not looked into; 0 without a loop. Of loops
that look alike it is the first.
"""

import math
from collections.abc import Sequence
from typing import Final

from stillframe.transitions.glsl.tokens import Lexeme, ShaderRefusedError, Token, tokens_of

_HEADED: Final = ("for", "while")


def line_of_longest_loop(text: str) -> int:
    """Return the line of the loop that names the largest number, or no end at all."""
    try:
        words = [token for token in tokens_of(text) if not token.blank and not token.directive]
    except ShaderRefusedError:
        return 0
    longest, line = -1.0, 0
    for place, token in enumerate(words):
        if token.lexeme is Lexeme.WORD and token.text in _HEADED:
            steps = _steps(token.text, _header(words, place + 1))
            if steps > longest:
                longest, line = steps, token.line
    return line


def _header(words: Sequence[Token], begin: int) -> Sequence[Token]:
    """Return what stands in the parentheses after a loop's word."""
    depth = 0
    for place in range(begin, len(words)):
        depth += {"(": 1, ")": -1}.get(words[place].text, 0)
        if depth == 0:
            return words[begin + 1 : place]
    return ()


def _steps(word: str, header: Sequence[Token]) -> float:
    texts = [token.text for token in header]
    condition = texts
    if word == "for" and ";" in texts:
        condition = texts[texts.index(";") + 1 :]
        condition = condition[: condition.index(";")] if ";" in condition else condition
    if condition in ([], ["true"]):
        return math.inf
    return max(
        (_number(token.text) for token in header if token.lexeme is Lexeme.NUMBER), default=0
    )


def _number(text: str) -> float:
    try:
        return float(text.rstrip("uUfFlL"))
    except ValueError:  # such as 0x10
        return 0.0
