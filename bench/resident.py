"""How much memory a process holds.

Role: one small reading. Counterpart: `bench.memory` asks it about workers and a pool's processes,
`bench.show_child` about itself.

Source: proc(5), `status`.
"""

from dataclasses import dataclass
from typing import Final, Self

_KIB: Final = 1024


@dataclass(frozen=True)
class Resident:
    """A process's resident memory, shared memory included: now, and the most there ever was."""

    now_bytes: int
    most_bytes: int

    @classmethod
    def of(cls, pid: int) -> Self:
        """Look at a living process.

        Raises:
            OSError: if there is no such process.
        """
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            said = dict(line.split(":", 1) for line in file)
        kib = {name: int(said[name].split()[0]) for name in ("VmRSS", "VmHWM")}
        return cls(kib["VmRSS"] * _KIB, kib["VmHWM"] * _KIB)
