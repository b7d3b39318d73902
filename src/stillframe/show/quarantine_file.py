"""The quarantine between two shows: a file that outlives them.

Role: the list of inputs that workers die of, on disk. Counterpart: `supervision.quarantine` holds
it while a show runs; `stillframe quarantine` shows it to a person.

Guarantees:
- What is read is hostile until it is validated: at most `FILE_CAP_BYTES`, at most the entries that
  the quarantine holds, every field within its bounds, never from a pipe or a device.
- A file that is not ours, or is damaged, is empty for us and is moved aside, not lost.
- What `encode` returns, `decode` takes. The oldest entries are left out where it would be too long.
- Two shows at once: the one whose quarantine changed last is remembered.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from stillframe.contracts.quarantine import Quarantined
from stillframe.show.writer import replace_file
from stillframe.supervision.quarantine import ENTRIES_CAP

FILE_NAME: Final = "quarantine.json"
FILE_CAP_BYTES: Final = 1 << 20
DAMAGED_SUFFIX: Final = ".damaged"


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's content. Paths are bytes, and so are written in base 64."""

    version: Literal[1] = 1
    entries: Annotated[tuple[Quarantined, ...], msgspec.Meta(max_length=ENTRIES_CAP)] = ()


@dataclass(frozen=True)
class Kept:
    """What a file holds. `problem` is a clause about a file that could not be taken."""

    entries: tuple[Quarantined, ...] = ()
    problem: str = ""


def decode(data: bytes) -> tuple[Quarantined, ...]:
    """Return the entries, oldest first.

    Raises:
        ValueError: it is not such a file's content, in one sentence.
    """
    if len(data) > FILE_CAP_BYTES:
        raise ValueError(f"more than {FILE_CAP_BYTES} bytes")
    try:
        return msgspec.json.decode(data, type=_Document).entries
    except RecursionError:
        raise ValueError("nested too deeply") from None


def encode(entries: Sequence[Quarantined]) -> bytes:
    """Return the content of a file with these entries, or the newest of them."""
    newest = tuple(entries)[-ENTRIES_CAP:]
    while len(data := _encoded(newest)) > FILE_CAP_BYTES:
        newest = newest[1 + len(newest) // 8 :]
    return data


def read(path: Path) -> Kept:
    """Return what a file holds, and leave it as it is; a file that is not there holds nothing."""
    try:
        return Kept(decode(_content(path)))
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        return Kept(problem=f"cannot be read: {error.strerror or error}")
    except ValueError as error:  # of msgspec too
        return Kept(problem=f"is damaged: {error}")


def load(path: Path) -> Kept:
    """Return what a file holds; one that is damaged is moved aside."""
    kept = read(path)
    if not kept.problem:
        return kept
    aside = path.with_name(path.name + DAMAGED_SUFFIX)
    try:
        os.replace(path, aside)
    except OSError as error:
        return Kept(problem=f"{kept.problem}; cannot be moved aside: {error.strerror}")
    return Kept(problem=f"{kept.problem}; now {aside.name}")


def save(path: Path, entries: Sequence[Quarantined]) -> None:
    """Put these entries in the place of what the file holds.

    Raises:
        OSError: it cannot be written, and holds what it held.
    """
    replace_file(path, encode(entries))


def _content(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(FILE_CAP_BYTES + 1)
    finally:
        os.close(descriptor)


def _encoded(entries: tuple[Quarantined, ...]) -> bytes:
    document = msgspec.json.encode(_Document(entries=entries))
    return msgspec.json.format(document, indent=1) + b"\n"
