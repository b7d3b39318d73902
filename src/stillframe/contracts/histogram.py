"""Counting durations in buckets that double: small, fixed, and good for percentiles.

Role: the arithmetic of a histogram, for whoever keeps the counts. Counterpart: `workers.loop`
counts in shared memory, `supervision.metrics` in its own.

Guarantees: any duration falls into exactly one bucket; a percentile is at most twice too large,
and never above the largest duration seen.
"""

from collections.abc import Sequence
from typing import Final

# 2**47 ns are 39 hours: beyond every deadline.
BUCKETS: Final = 48
_NS_PER_MS: Final = 1e6


def bucket_of(duration_ns: int) -> int:
    """Return the bucket of a duration: bucket n ends before 2**n nanoseconds."""
    return min(max(duration_ns, 0).bit_length(), BUCKETS - 1)


def percentile_ms(counts: Sequence[int], share: float, max_ns: int) -> float:
    """Return a duration in ms that a `share` (0 to 1) of the counted ones does not exceed.

    It is the upper edge of the bucket in which that share is reached; 0 if nothing was counted.
    """
    total, seen = sum(counts), 0
    for bucket, count in enumerate(counts):
        seen += count
        if count and seen >= share * total:
            return float(min(1 << bucket, max_ns)) / _NS_PER_MS
    return 0.0
