"""What the compiler said, in the lines and names of the person's own file.

Role: pure; from the words of `qsb` to a sentence. Counterpart: `translate` knows how many lines it
has put before the file, and which names it has changed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Such as "ERROR: :31: 'speed' : undeclared identifier"; only the first is a cause.
_ERROR: Final = re.compile(r"ERROR: [^:\n]*:([0-9]{1,9}): ([^\n]{0,400})")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHOLE_CAP_CHARS: Final = 400


@dataclass(frozen=True)
class Complaint:
    """Why a file does not compile.

    Attributes:
        line: in the person's file, from 1; 0 where the compiler names none.
    """

    line: int
    cause: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.cause}" if self.line else self.cause


def complaint_of(
    said: str, *, offset_lines: int, lines: int, names: Mapping[str, str]
) -> Complaint:
    """Return the first thing that the compiler has said.

    Args:
        said: all that it has said.
        offset_lines: how many lines stood before the file's first.
        lines: how many the file has. What is found after them is missing at its end.
        names: the person's names, by those that took their place.
    """
    match = _ERROR.search(said)
    if match is None:
        return Complaint(0, " ".join(said.split())[:_WHOLE_CAP_CHARS] or "no reason was given")
    line = min(max(int(match[1]) - offset_lines, 1), max(lines, 1))
    cause = _WORD.sub(lambda word: names.get(word[0], word[0]), match[2])
    return Complaint(line, " ".join(cause.split()))
