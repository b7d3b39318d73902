"""How long a worker took for its requests, by its own clock, in the heartbeat page.

Role: a histogram in shared memory, behind the heartbeat. Counterpart: `workers.loop` counts,
`supervision.metrics` reads; neither waits for the other.

Guarantees: one writer; each word is stored whole. A reader may see a request in one word and not
yet in another. The numbers are a worker's word: for people to read, never to decide by.
"""

from typing import Final

import msgspec

from stillframe.contracts.histogram import BUCKETS, bucket_of

# A cache line of its own for the heartbeat, which is written four times a second.
COUNTERS_OFFSET_BYTES: Final = 64
_WORD: Final = "Q"
_WORD_BYTES: Final = 8
_WORDS: Final = 1 + BUCKETS
_END_BYTES: Final = COUNTERS_OFFSET_BYTES + _WORDS * _WORD_BYTES
_WORD_MAX: Final = 2**64 - 1


class Durations(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by bucket, as `contracts.histogram` cuts them, and the longest in ns."""

    counts: tuple[int, ...]
    max_ns: int


def count(page: memoryview, duration_ns: int) -> None:
    """Count one request in `page`. A clock that went backwards counts as no time at all."""
    duration_ns = min(max(duration_ns, 0), _WORD_MAX)
    with page[COUNTERS_OFFSET_BYTES:_END_BYTES] as used, used.cast(_WORD) as words:
        words[1 + bucket_of(duration_ns)] += 1
        words[0] = max(words[0], duration_ns)


def read(page: memoryview) -> Durations:
    """Return what has been counted in `page`."""
    with page[COUNTERS_OFFSET_BYTES:_END_BYTES] as used, used.cast(_WORD) as words:
        longest_ns, *counts = words
    return Durations(counts=tuple(counts), max_ns=longest_ns)
