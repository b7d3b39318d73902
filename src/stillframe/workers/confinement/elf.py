"""Who really starts a program: the loader that an ELF file names.

Role: reads one field of a file's head; pure. Counterpart: `workers.confinement.landlock` allows the
loader beside the program, because the kernel opens it in the program's place.
"""

import struct
from typing import Final

_MAGIC: Final = b"\x7fELF\x02\x01"  # 64 bits, the low byte first
_HEADER: Final = struct.Struct("<32xQ14xHH")  # where the segments' table is, entry size, count
_SEGMENT: Final = struct.Struct("<I4xQ16xQ")  # kind, where in the file, size there
_INTERPRETER: Final = 3


def loader_of(head: bytes) -> bytes | None:
    """Return the loader's path; None for a static program, a script, or anything unreadable.

    Args:
        head: the first bytes of the file, a few kilobytes.
    """
    if not head.startswith(_MAGIC) or len(head) < _HEADER.size:
        return None
    table, entry_bytes, count = _HEADER.unpack_from(head)
    for place in range(count):
        start = table + place * entry_bytes
        if start + _SEGMENT.size > len(head):
            return None
        kind, offset, size_bytes = _SEGMENT.unpack_from(head, start)
        if kind == _INTERPRETER:
            path, end, _ = head[offset : offset + size_bytes].partition(b"\0")
            return path if end and path else None
    return None
