"""Inputs that no worker is given again, because workers die of them.

Role: the list, pure. Counterpart: `supervision.pool` asks it before a request is taken on and adds
to it; `show` keeps it on disk between two shows.

Guarantees: bounded; the oldest leaves first. An input whose version has changed is another input.
"""

from collections.abc import Iterable
from typing import Final

from stillframe.contracts.quarantine import Quarantined, WorkerInput

# A folder with more poison than this is a case for a person; each entry is at most some 5 KiB.
ENTRIES_CAP: Final = 256


class Quarantine:
    """The quarantined inputs of every kind of worker."""

    def __init__(self, entries: Iterable[Quarantined] = (), cap: int = ENTRIES_CAP) -> None:
        """Begin with what is known from before.

        Raises:
            ValueError: if `cap` is below 1.
        """
        if cap < 1:
            raise ValueError(f"a quarantine's cap must be at least 1, not {cap}")
        self._cap = cap
        self._entries: dict[tuple[str, bytes], Quarantined] = {}  # oldest first
        for entry in entries:
            self.add(entry)

    def find(self, worker: str, suspect: WorkerInput | None) -> Quarantined | None:
        """Return the entry of this very input, or None."""
        if suspect is None:
            return None
        entry = self._entries.get((worker, suspect.name))
        return entry if entry is not None and entry.input == suspect else None

    def add(self, entry: Quarantined) -> None:
        """Quarantine an input, in place of an older version of it."""
        key = (entry.worker, entry.input.name)
        self._entries.pop(key, None)
        self._entries[key] = entry
        while len(self._entries) > self._cap:
            del self._entries[next(iter(self._entries))]

    def pardon(self, worker: str) -> bool:
        """Forget the inputs of one kind of worker; False if there are none."""
        keys = [key for key in self._entries if key[0] == worker]
        for key in keys:
            del self._entries[key]
        return bool(keys)

    def count(self, worker: str) -> int:
        """Return how many inputs of one kind of worker are in it."""
        return sum(key[0] == worker for key in self._entries)

    def entries(self) -> tuple[Quarantined, ...]:
        """Return all of them, oldest first."""
        return tuple(self._entries.values())
