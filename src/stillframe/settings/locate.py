"""Finds the lines on which a TOML document names its tables and keys; `tomllib` tells none.

Counterpart: `stillframe.settings.load` asks for a line when it refuses a value of the file.

Guarantees: pure, linear in the length of the text, never raises. For text that `tomllib`
accepts, the line given is the one on which the key stands, counted from 1. Only tables at the
top and their keys are given: no setting lies deeper, and a key inside an array has no name.
Where a table is named more than once, its first line is given.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

Path: TypeAlias = tuple[str, ...]
_Expects: TypeAlias = Literal["key", "header", "value"]

_DEEPEST: Final = 2  # a section and a name

# A string is one token, so that a bracket or a `#` inside it is never taken for one outside.
# No alternative inside a repeat can match what another can, so a match never backtracks far.
_TOKEN: Final = re.compile(
    r'''
      (?P<string> """(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}
                | \'\'\'(?:[^']|'(?!''))*'{3,5}
                | "(?:[^"\\\n]|\\.)*"
                | '[^'\n]*' )
    | (?P<comment> \#[^\n]* )
    | (?P<bare> [A-Za-z0-9_-]+ )
    | (?P<mark> [][{}=,\n] )
    | (?P<other> [\s\S] )
    ''',
    re.VERBOSE,
)


def key_lines(text: str) -> Mapping[Path, int]:
    """Map each table `(section,)` and key `(section, name)` to its line, counted from 1.

    Args:
        text: a document that `tomllib` accepts; of any other text the answer is a guess.
    """
    scan = _Scan()
    for kind, lexeme, line in _tokens(text):
        scan.take(kind, lexeme, line)
    return scan.lines


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        lexeme = match.group()
        yield match.lastgroup or "other", lexeme, line
        line += lexeme.count("\n")


class _Scan:
    """One pass over the tokens of a document."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._expects: _Expects = "key"
        self._parts: list[str] = []  # of the key or header being read
        self._table: Path = ()  # the last header
        self._path: Path = ()  # the last key that got a value
        # The brackets open in a value: the path of an inline table, or None for an array and
        # for all that is inside one.
        self._open: list[Path | None] = []

    def take(self, kind: str, lexeme: str, line: int) -> None:
        """Take the next token."""
        if kind in ("comment", "other"):
            return
        if lexeme == "\n":
            if not self._open:  # a newline inside an array ends nothing
                self._expect_key()
        elif self._expects == "value":
            self._take_value(lexeme)
        elif kind in ("bare", "string"):
            self._parts.append(_unquoted(lexeme))
        elif self._expects == "header":
            self._take_header(lexeme, line)
        else:
            self._take_key(lexeme, line)

    def _take_key(self, lexeme: str, line: int) -> None:
        if lexeme == "=":
            base = self._open[-1] if self._open else self._table
            self._path = self._record((*(base or ()), *self._parts), line)
            self._expects = "value"
        elif lexeme == "[":
            self._expects = "header"
        elif lexeme == "}":  # an empty inline table
            self._close()

    def _take_header(self, lexeme: str, line: int) -> None:
        if lexeme == "]":
            self._table = self._record(tuple(self._parts), line)
            self._expects = "value"  # nothing more on this line names a key

    def _take_value(self, lexeme: str) -> None:
        inside_array = bool(self._open) and self._open[-1] is None
        if lexeme == "[" or (lexeme == "{" and inside_array):
            self._open.append(None)
        elif lexeme == "{":
            self._open.append(self._path)
            self._expect_key()
        elif lexeme in ("]", "}"):
            self._close()
        elif lexeme == "," and self._open and not inside_array:
            self._expect_key()

    def _close(self) -> None:
        if self._open:
            self._open.pop()
        self._expects = "value"

    def _expect_key(self) -> None:
        self._expects = "key"
        self._parts = []

    def _record(self, path: Path, line: int) -> Path:
        """Note where a path is named, and the table around it; return what was noted.

        A deeper path is cut: it then names a key that is noted already or is noted now, and
        what lies under it adds nothing.
        """
        path = path[:_DEEPEST]
        self.lines.setdefault(path[:1], line)
        self.lines.setdefault(path, line)
        return path


def _unquoted(lexeme: str) -> str:
    if not lexeme.startswith('"'):
        return lexeme.strip("'")
    if "\\" not in lexeme:
        return lexeme.strip('"')
    import tomllib  # noqa: PLC0415  # 4 ms that only an escaped key needs

    try:
        decoded = tomllib.loads(f"key = {lexeme}")["key"]
    except ValueError:
        return lexeme
    return decoded if isinstance(decoded, str) else lexeme
