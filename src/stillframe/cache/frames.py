"""Decoded frames: a byte budget, least recently used leaves first, pinned ones stay.

Role: keeps leases by key. Counterpart: `show.director` puts frames in, pins what the screen needs
and returns to the arena what `put` and `trim` let go.

Guarantees:
- The sum of bytes is within the budget, or nothing is left but pinned entries and the newest.
- A promoted entry keeps its key, its lease and its generation: the screen uses the same object
  that was prefetched.
- Whatever leaves is returned to the caller, once.
"""

import collections
import enum
from collections.abc import Collection
from dataclasses import dataclass, replace

from stillframe.cache.keys import photo_of
from stillframe.contracts.images import PLAIN, Looks
from stillframe.transport.arena import Lease


class Promotion(enum.IntEnum):
    """How near to the screen a frame has come."""

    SLOT = 0
    """Pixels in shared memory."""
    IMAGE = 1
    """The toolkit has an image over the same memory."""
    TEXTURE = 2
    """Uploaded."""


@dataclass(frozen=True)
class CachedFrame:
    """One frame. `charge_bytes` is what it really takes: its whole slot."""

    key: bytes
    lease: Lease
    charge_bytes: int
    promotion: Promotion = Promotion.SLOT
    looks: Looks = PLAIN

    @property
    def generation(self) -> int:
        """The generation of the slot that holds it."""
        return self.lease.grant.generation


@dataclass
class CacheCounters:
    """How the cache has done so far."""

    hits: int = 0
    misses: int = 0
    evictions: int = 0
    replacements: int = 0


class FrameCache:
    """Frames by key, least recently used first."""

    def __init__(self, budget_bytes: int) -> None:
        """Prepare an empty cache of `budget_bytes`."""
        self.budget_bytes = budget_bytes
        self.counters = CacheCounters()
        self._frames: collections.OrderedDict[bytes, CachedFrame] = collections.OrderedDict()
        self._pinned: frozenset[bytes] = frozenset()

    def __len__(self) -> int:
        return len(self._frames)

    def __contains__(self, key: bytes) -> bool:
        """Say whether a frame is here, without using it."""
        return key in self._frames

    @property
    def held_bytes(self) -> int:
        """How much the frames take together."""
        return sum(frame.charge_bytes for frame in self._frames.values())

    def get(self, key: bytes) -> CachedFrame | None:
        """Return a frame and note that it was used."""
        frame = self._frames.get(key)
        if frame is None:
            self.counters.misses += 1
            return None
        self.counters.hits += 1
        self._frames.move_to_end(key)
        return frame

    def put(self, frame: CachedFrame) -> tuple[CachedFrame, ...]:
        """Keep a frame and return what had to leave, a replaced one included."""
        replaced = self._frames.pop(frame.key, None)
        self._frames[frame.key] = frame
        if replaced is not None:
            self.counters.replacements += 1
        gone = () if replaced is None else (replaced,)
        return gone + self._trim(newest=frame.key)

    def promote(self, key: bytes, promotion: Promotion) -> None:
        """Note that a frame has come nearer to the screen; it never goes back."""
        frame = self._frames.get(key)
        if frame is not None and promotion > frame.promotion:
            self._frames[key] = replace(frame, promotion=promotion)

    def pin(self, keys: Collection[bytes]) -> tuple[CachedFrame, ...]:
        """Keep these frames whatever comes, and only these; return what may leave now."""
        self._pinned = frozenset(keys)
        return self._trim(newest=None)

    def remove(self, key: bytes) -> CachedFrame | None:
        """Let go of one frame, pinned or not; its photo has other contents now."""
        return self._frames.pop(key, None)

    def keys_of(self, path: bytes) -> tuple[bytes, ...]:
        """Return the keys of all frames of one photo."""
        return tuple(key for key in self._frames if path in (key, photo_of(key)))

    def clear(self) -> tuple[CachedFrame, ...]:
        """Let go of everything, pinned or not."""
        gone = tuple(self._frames.values())
        self._frames.clear()
        return gone

    def _trim(self, newest: bytes | None) -> tuple[CachedFrame, ...]:
        gone: list[CachedFrame] = []
        held_bytes = self.held_bytes
        for key in list(self._frames):
            if held_bytes <= self.budget_bytes:
                break
            if key in self._pinned or key == newest:
                continue
            frame = self._frames.pop(key)
            held_bytes -= frame.charge_bytes
            gone.append(frame)
        self.counters.evictions += len(gone)
        return tuple(gone)
