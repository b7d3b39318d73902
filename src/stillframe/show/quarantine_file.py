"""The quarantine between two shows: a file that outlives them.

Role: the list of inputs that workers die of, on disk. Counterpart: `supervision.quarantine` holds
it while a show runs; `stillframe quarantine` shows it to a person.

Guarantees:
- At most the entries that the quarantine holds are taken, every field within its bounds.
- What `encode` returns, `decode` takes. The oldest entries are left out where it would be too long.
- Two shows at once: the one whose quarantine changed last is remembered.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from stillframe.contracts.quarantine import Quarantined
from stillframe.show.state_file import FILE_CAP_BYTES, StateFile, parsed, written
from stillframe.supervision.quarantine import ENTRIES_CAP


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's content. Paths are bytes, and so are written in base 64."""

    version: Literal[1] = 1
    entries: Annotated[tuple[Quarantined, ...], msgspec.Meta(max_length=ENTRIES_CAP)] = ()


def decode(data: bytes) -> tuple[Quarantined, ...]:
    """Return the entries, oldest first.

    Raises:
        ValueError: it is not such a file's content, in one sentence.
    """
    return parsed(data, _Document).entries


def encode(entries: Sequence[Quarantined]) -> bytes:
    """Return the content of a file with these entries, or the newest of them."""
    newest = tuple(entries)[-ENTRIES_CAP:]
    while len(data := written(_Document(entries=newest))) > FILE_CAP_BYTES:
        newest = newest[1 + len(newest) // 8 :]
    return data


FILE: Final = StateFile[tuple[Quarantined, ...]]("quarantine.json", decode, encode, nothing=())
