"""The heartbeat page: how a worker says "alive" without a message.

Role: one small shared-memory page a worker. Counterpart: `workers.loop` beats it, supervision
reads it; neither waits for the other.

Guarantees: one writer, one reader, aligned 64-bit words of the machine's byte order, each stored
whole; a torn read can only be off by one beat.
"""

from typing import Final

import msgspec

HEARTBEAT_BYTES: Final = 4096
# Each word is stored through a cast view. `struct.pack_into` would zero the bytes first and then
# store them one by one, and a reader in another process would see that.
_WORD: Final = "Q"
_WORDS_BYTES: Final = 3 * 8


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's state at its last beat."""

    beats: int
    """Rises by one each beat."""
    ts_ns: int
    """When the last beat was, monotonic nanoseconds."""
    busy_seq: int
    """The request in hand, 0 when idle."""


def write(page: memoryview, heartbeat: Heartbeat) -> None:
    """Store `heartbeat` at the start of `page`."""
    with page[:_WORDS_BYTES] as used, used.cast(_WORD) as words:
        words[2] = heartbeat.busy_seq
        words[1] = heartbeat.ts_ns
        words[0] = heartbeat.beats


def read(page: memoryview) -> Heartbeat:
    """Return the heartbeat at the start of `page`."""
    with page[:_WORDS_BYTES] as used, used.cast(_WORD) as words:
        beats, ts_ns, busy_seq = words
    return Heartbeat(beats=beats, ts_ns=ts_ns, busy_seq=busy_seq)
