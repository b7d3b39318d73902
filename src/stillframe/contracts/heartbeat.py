"""The heartbeat page: how a worker says "alive" without a message.

Role: one small shared-memory page a worker. Counterpart: `workers.loop` beats it, supervision
reads it; neither waits for the other.

Guarantees: one writer, one reader, aligned 64-bit words; a torn read can only be off by one beat.
"""

import struct
from typing import Final

import msgspec

HEARTBEAT_BYTES: Final = 4096
_LAYOUT: Final = struct.Struct("<QQQ")


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
    _LAYOUT.pack_into(page, 0, heartbeat.beats, heartbeat.ts_ns, heartbeat.busy_seq)


def read(page: memoryview) -> Heartbeat:
    """Return the heartbeat at the start of `page`."""
    beats, ts_ns, busy_seq = _LAYOUT.unpack_from(page, 0)
    return Heartbeat(beats=beats, ts_ns=ts_ns, busy_seq=busy_seq)
