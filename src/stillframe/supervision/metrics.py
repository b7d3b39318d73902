"""What one kind of worker has done, counted.

Role: the supervisor's counters. Counterpart: `supervision.pool`
counts; `supervision.status` makes a report of it.

Guarantees: bounded - the words counted are reasons and causes of ours, and beyond a cap the rest
is counted together.
"""

import collections
from dataclasses import dataclass, field
from typing import Final

from stillframe.contracts.counters import Durations
from stillframe.contracts.histogram import BUCKETS, bucket_of, percentile_ms
from stillframe.contracts.status import Percentiles

_NS_PER_MS: Final = 1e6
_WORDS_CAP: Final = 32
_OTHERS: Final = "others"
# An overflow comes in floods: one line for all of them in this time.
_OVERFLOW_LOG_NS: Final = 5_000_000_000


class Histogram:
    """Durations by bucket."""

    def __init__(self) -> None:
        self._counts = [0] * BUCKETS
        self._max_ns = 0

    def add(self, duration_ns: int) -> None:
        """Count one duration."""
        self._counts[bucket_of(duration_ns)] += 1
        self._max_ns = max(self._max_ns, duration_ns)

    def percentiles(self) -> Percentiles:
        """Return a summary."""
        return percentiles(Durations(counts=tuple(self._counts), max_ns=self._max_ns))


def percentiles(durations: Durations) -> Percentiles:
    """Summarise a histogram."""
    counts, max_ns = durations.counts, durations.max_ns
    return Percentiles(
        count=min(sum(counts), 2**63 - 1),
        p50_ms=percentile_ms(counts, 0.5, max_ns),
        p99_ms=percentile_ms(counts, 0.99, max_ns),
        max_ms=max_ns / _NS_PER_MS,
    )


@dataclass
class Words:
    """How often each word came; a bounded number of different ones."""

    counts: collections.Counter[str] = field(default_factory=collections.Counter)

    def add(self, word: str) -> None:
        """Count a word."""
        known = word in self.counts or len(self.counts) < _WORDS_CAP
        self.counts[word if known else _OTHERS] += 1


class OverflowNotice:
    """Says that requests were dropped, at most once an interval, with how many. Pure."""

    def __init__(self, interval_ns: int = _OVERFLOW_LOG_NS) -> None:
        self._interval_ns = interval_ns
        self._said_ns: int | None = None
        self._unsaid = 0

    def count(self, now_ns: int) -> int:
        """Count one drop; return how many to speak of now, 0 to keep quiet."""
        self._unsaid += 1
        if self._said_ns is not None and now_ns - self._said_ns < self._interval_ns:
            return 0
        self._said_ns, said, self._unsaid = now_ns, self._unsaid, 0
        return said


class Allowance:
    """Lets so many things through an interval, and counts the others. Pure."""

    def __init__(self, *, cap: int, interval_ns: int) -> None:
        self._cap, self._interval_ns = cap, interval_ns
        self._begun_ns: int | None = None
        self._admitted = 0
        self.held_back = 0
        """How many were not let through; whoever says so sets it back to 0."""

    def admit(self, now_ns: int) -> bool:
        """Say whether one more may pass now."""
        if self._begun_ns is None or now_ns - self._begun_ns >= self._interval_ns:
            self._begun_ns, self._admitted = now_ns, 0
        self._admitted += 1
        if self._admitted > self._cap:
            self.held_back += 1
            return False
        return True


@dataclass
class PoolMetrics:
    """The counters of one pool."""

    asked: int = 0
    completed: int = 0
    stale: int = 0
    restarts: int = 0
    last_cause: str = ""
    refused: Words = field(default_factory=Words)
    dropped: Words = field(default_factory=Words)
    causes: Words = field(default_factory=Words)
    latency: Histogram = field(default_factory=Histogram)

    def died(self, how: str, cause: str) -> None:
        """Count a death, by its kind."""
        self.restarts += 1
        self.last_cause = cause[:1024]
        self.causes.add(how[:64])
