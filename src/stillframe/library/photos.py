"""A photo, as the show knows it before it is decoded.

Role: the value that the timeline orders. Counterpart: `contracts.library.FoundPhoto`, which
carries the same facts over the wire.
"""

from dataclasses import dataclass, field

from stillframe.contracts.images import Pool


@dataclass(frozen=True, slots=True)
class Photo:
    """One file. Two photos are equal if path and content's identity are.

    Attributes:
        path: bytes, because a Linux file name need not be text.
        size_bytes: of the file when it was found.
        mtime_ns: its modification time then.
        pool: where it came from.
        seen: whether it was shown already in the round that an earlier show began.
        rank: its place among the others of an ordered show, as bytes that compare.
    """

    path: bytes
    size_bytes: int = 0
    mtime_ns: int = 0
    pool: Pool = Pool.LOCAL
    seen: bool = field(default=False, compare=False)
    rank: bytes = field(default=b"", compare=False)

    @property
    def name(self) -> str:
        """The path for a person to read, on one line."""
        return printable(self.path)


def printable(path: bytes) -> str:
    """Return a path as text on one line: what cannot be shown is escaped."""
    text = path.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
