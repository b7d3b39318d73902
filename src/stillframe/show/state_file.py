"""A small file in the user's state folder, which outlives a show.

Role: reads, moves aside and replaces such a file. Counterpart: `show.quarantine_file` and
`show.history_file` say what stands in theirs; `show.records` holds them for a show.

Guarantees:
- What is read is hostile until it is validated: at most `FILE_CAP_BYTES`, never from a pipe or a
  device.
- A file that is not ours, or is damaged, is empty for us and is moved aside, not lost.
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from stillframe.show.writer import replace_file

FILE_CAP_BYTES: Final = 1 << 20
DAMAGED_SUFFIX: Final = ".damaged"
_Content = TypeVar("_Content")


@dataclass(frozen=True)
class Kept(Generic[_Content]):
    """What a file holds. `problem` is a clause about a file that could not be taken."""

    content: _Content
    problem: str = ""


def parsed(data: bytes, document: type[_Content]) -> _Content:
    """Return the document that a file holds.

    Raises:
        ValueError: it is none, in one sentence.
    """
    if len(data) > FILE_CAP_BYTES:
        raise ValueError(f"more than {FILE_CAP_BYTES} bytes")
    try:
        return msgspec.json.decode(data, type=document)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def written(document: msgspec.Struct) -> bytes:
    """Return a document as a person can read it."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


@dataclass(frozen=True)
class StateFile(Generic[_Content]):
    """One kind of such file.

    Attributes:
        name: in the user's state folder.
        decode: makes content of bytes, or raises `ValueError`.
        encode: makes bytes of content, at most `FILE_CAP_BYTES`.
        nothing: what stands for a file that is not there, or cannot be taken.
    """

    name: str
    decode: Callable[[bytes], _Content]
    encode: Callable[[_Content], bytes]
    nothing: _Content

    def read(self, path: Path) -> Kept[_Content]:
        """Return what a file holds, and leave it as it is."""
        try:
            return Kept(self.decode(_bytes_of(path)))
        except FileNotFoundError:
            return Kept(self.nothing)
        except OSError as error:
            return Kept(self.nothing, f"cannot be read: {error.strerror or error}")
        except ValueError as error:  # of msgspec too
            return Kept(self.nothing, f"is damaged: {error}")

    def load(self, path: Path) -> Kept[_Content]:
        """Return what a file holds; one that is damaged is moved aside."""
        kept = self.read(path)
        if not kept.problem:
            return kept
        aside = path.with_name(path.name + DAMAGED_SUFFIX)
        try:
            os.replace(path, aside)
        except OSError as error:
            return replace(kept, problem=f"{kept.problem}; cannot be moved aside: {error.strerror}")
        return replace(kept, problem=f"{kept.problem}; now {aside.name}")

    def save(self, path: Path, content: _Content) -> None:
        """Put this in the place of what a file holds.

        Raises:
            OSError: it cannot be written, and holds what it held.
        """
        replace_file(path, self.encode(content))


def _bytes_of(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(FILE_CAP_BYTES + 1)
    finally:
        os.close(descriptor)
