"""What was played last, between two shows: a file that outlives them.

Role: the transition that came last, and which way each went, on disk. Counterpart:
`transitions.choice` reads it as what came before; `show.records` keeps it.

Guarantees: at most `DIRECTIONS_CAP` transitions are remembered, each name within its bounds; a name
that no transition has any more means nothing, and does no harm.
"""

from typing import Annotated, Final, Literal

import msgspec

from stillframe.show.state_file import StateFile, parsed, written
from stillframe.transitions.choice import History

# Only transitions of our own have directions: there are a few dozen.
DIRECTIONS_CAP: Final = 100
# As the name of a file may be at most: a person's own are called like theirs.
_Name = Annotated[str, msgspec.Meta(max_length=255)]


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's content."""

    version: Literal[1] = 1
    last: _Name = ""
    directions: Annotated[dict[_Name, _Name], msgspec.Meta(max_length=DIRECTIONS_CAP)] = (
        msgspec.field(default_factory=dict)
    )


def decode(data: bytes) -> History:
    """Return what came last.

    Raises:
        ValueError: it is not such a file's content, in one sentence.
    """
    document = parsed(data, _Document)
    return History(document.last, document.directions)


def encode(history: History) -> bytes:
    """Return the content of a file with this history, or its newest directions."""
    newest = list(history.directions.items())[-DIRECTIONS_CAP:]
    return written(_Document(last=history.last, directions=dict(newest)))


FILE: Final = StateFile("transitions.json", decode, encode, nothing=History())
