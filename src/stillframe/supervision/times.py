"""Seconds are for people and specs, nanoseconds for clocks."""

from typing import Final

_NS_PER_S: Final = 1_000_000_000


def ns(seconds: float) -> int:
    """Return a duration in nanoseconds."""
    return round(seconds * _NS_PER_S)


def seconds(duration_ns: int) -> float:
    """Return a duration in seconds."""
    return duration_ns / _NS_PER_S
