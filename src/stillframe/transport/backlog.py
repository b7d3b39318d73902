"""Work that waits: bounded, keyed, newest wins.

Role: the queue in front of each kind of worker. Counterpart: `supervision.ledger` pushes what the
show asks for and pops what a worker can take.

Guarantees:
- Never more than `cap` items after a push: overflow drops the oldest item of the lowest urgency.
  What is put back may exceed it until then.
- One item a key: a newer request for the same key replaces the older.
- Whatever leaves other than by `pop` is returned to the caller with a reason; nothing vanishes.
"""

import enum
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Urgency(enum.IntEnum):
    """Who is waiting; the smaller goes first."""

    ON_SCREEN = 0
    """The person in front of the screen."""
    PREFETCH = 1
    """Nobody yet."""


class DropReason(enum.StrEnum):
    """Why a request ended without reaching a worker."""

    SUPERSEDED = "superseded"
    OVERFLOW = "overflow"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Dropped(Generic[T]):
    """An item that will not be done, and why."""

    item: T
    reason: DropReason


@dataclass(frozen=True)
class _Entry(Generic[T]):
    item: T
    urgency: Urgency


class Backlog(Generic[K, T]):
    """A bounded queue of items, at most one a key."""

    def __init__(self, cap: int) -> None:
        """Prepare an empty queue of at most `cap` items.

        Raises:
            ValueError: if `cap` is below 1.
        """
        if cap < 1:
            raise ValueError(f"a backlog's cap must be at least 1, not {cap}")
        self.cap = cap
        self._entries: dict[K, _Entry[T]] = {}  # in order of arrival

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        return (entry.item for entry in self._entries.values())

    def push(self, key: K, item: T, urgency: Urgency) -> tuple[Dropped[T], ...]:
        """Add an item and return what had to go: the same key's older item, or the overflow.

        A replaced item's place in line is given up, but never its urgency: what the screen
        already waits for does not become a prefetch.
        """
        dropped: list[Dropped[T]] = []
        older = self._entries.pop(key, None)
        if older is not None:
            dropped.append(Dropped(older.item, DropReason.SUPERSEDED))
            urgency = min(urgency, older.urgency)
        self._entries[key] = _Entry(item, urgency)
        while len(self._entries) > self.cap:
            lowest = max(entry.urgency for entry in self._entries.values())
            victim = next(k for k, entry in self._entries.items() if entry.urgency == lowest)
            dropped.append(Dropped(self._entries.pop(victim).item, DropReason.OVERFLOW))
        return tuple(dropped)

    def push_front(self, key: K, item: T) -> tuple[Dropped[T], ...]:
        """Put back an item that was popped, ahead of all; what was popped may exceed the cap.

        An item of the same key that came meanwhile is newer: then the one put back is dropped.
        """
        if key in self._entries:
            return (Dropped(item, DropReason.SUPERSEDED),)
        self._entries = {key: _Entry(item, Urgency.ON_SCREEN), **self._entries}
        return ()

    def pop(self, fit: Callable[[T], bool] = lambda _: True) -> T | None:
        """Take the oldest item of the highest urgency of those that `fit`, or None."""
        fitting = [key for key, entry in self._entries.items() if fit(entry.item)]
        if not fitting:
            return None
        return self._entries.pop(min(fitting, key=lambda k: self._entries[k].urgency)).item

    def cancel(self, key: K) -> tuple[Dropped[T], ...]:
        """Drop the item of `key`, if it waits."""
        entry = self._entries.pop(key, None)
        return () if entry is None else (Dropped(entry.item, DropReason.CANCELLED),)

    def clear(self) -> tuple[Dropped[T], ...]:
        """Drop everything."""
        dropped = tuple(Dropped(e.item, DropReason.CANCELLED) for e in self._entries.values())
        self._entries.clear()
        return dropped
