"""What it costs to publish and to read, and whether anything is ever torn.

Role: measures `transport.latest` alone, with payloads of 512 bytes. Counterpart: the audio worker
publishes some ninety times a second, the interface reads once a frame.

Guarantees: the stress is of two processes: one publishes 6,000 times a second payloads that show
whether they are whole, the other reads without a pause. A give-up is a look at something new that
was not whole, however often it was tried.
"""

import collections
import statistics
import subprocess
import sys
import threading
import time
from typing import Final

from bench import rounds, table
from bench.table import Row
from stillframe.transport.latest import Latest, LatestShape, LatestWriter

_PAYLOAD_BYTES: Final = 512
_SHAPE: Final = LatestShape(_PAYLOAD_BYTES)
_RATE_HZ: Final = 6000
_STRESS_S: Final = 10.0
_FULL_STRESS_S: Final = 60.0
_QUICK_S: Final = 30.0
_CALLS: Final = 20_000
_FULL_ROUNDS: Final = 20

_WRITER: Final = """
import sys, time
from stillframe.transport.latest import LatestShape, LatestWriter
writer = LatestWriter(int(sys.argv[1]), LatestShape(512))
rate_hz, seconds = float(sys.argv[2]), float(sys.argv[3])
begun_s, number = time.monotonic(), 0
while (now_s := time.monotonic() - begun_s) < seconds:
    while number < now_s * rate_hz:
        number += 1
        writer.publish(number.to_bytes(8, "little") * 64)
    time.sleep(0)
print(number)
"""


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if anything was torn."""
    pace = rounds.parse("latest", __doc__, arguments, quick_s=_QUICK_S)
    published, reads, torn, give_ups = _stress(_FULL_STRESS_S if pace.full else _STRESS_S)
    publish_us: list[float] = []
    read_us: list[float] = []
    locked_us: list[float] = []
    done = 0
    for _ in pace.from_now().rounds(_FULL_ROUNDS):
        one_publish_us, one_read_us = _calls()
        publish_us.append(one_publish_us)
        read_us.append(one_read_us)
        locked_us.append(_locked())
        done += 1
    rows = [
        Row("calls", "publish_us", "us", statistics.median(publish_us)),
        Row(
            "calls",
            "read_us",
            "us",
            statistics.median(read_us),
            {"lock_and_deque": statistics.median(locked_us)},
        ),
        Row("stress", "torn", "", torn),
        Row("stress", "give_up_rate", "", give_ups / max(1, reads)),
        Row("stress", "published_per_s", "1/s", published),
        Row("stress", "read_per_s", "1/s", reads),
    ]
    notes = [
        "lock_and_deque: a lock and a deque between two threads of one process, put and taken once",
        f"rounds: {done}",
    ]
    table.show("latest", rows, notes=notes)
    return 1 if torn else 0


def _stress(seconds: float) -> tuple[float, float, int, int]:
    """Return how many were published and read a second, how many torn, and the give-ups."""
    latest = Latest(_SHAPE)
    reader = latest.reader()
    command = [sys.executable, "-c", _WRITER, str(latest.descriptor), str(_RATE_HZ), str(seconds)]
    reads = torn = last = 0
    with subprocess.Popen(
        command, pass_fds=[latest.descriptor], stdout=subprocess.PIPE, text=True
    ) as writing:
        while writing.poll() is None:
            payload = reader.poll()
            if payload is None:
                continue
            number = int.from_bytes(payload[:8], "little")
            torn += payload != payload[:8] * (_PAYLOAD_BYTES // 8) or number <= last
            reads, last = reads + 1, number
        assert writing.stdout is not None  # noqa: S101 - it was asked for above
        published = int(writing.stdout.read())
    give_ups = reader.give_ups
    reader.close()
    latest.close()
    return published / seconds, reads / seconds, torn, give_ups


def _calls() -> tuple[float, float]:
    """Return what one publication and one read take, in microseconds."""
    latest = Latest(_SHAPE)
    reader, writer = latest.reader(), LatestWriter(latest.descriptor, _SHAPE)
    payload, publish_ns, read_ns = bytes(_PAYLOAD_BYTES), 0, 0
    for _ in range(_CALLS):
        begun_ns = time.perf_counter_ns()
        writer.publish(payload)
        between_ns = time.perf_counter_ns()
        reader.poll()
        read_ns += time.perf_counter_ns() - between_ns
        publish_ns += between_ns - begun_ns
    reader.close()
    writer.close()
    latest.close()
    return publish_ns / _CALLS / 1000, read_ns / _CALLS / 1000


def _locked() -> float:
    lock, queue = threading.Lock(), collections.deque[bytes](maxlen=1)
    payload, begun_ns = bytes(_PAYLOAD_BYTES), time.perf_counter_ns()
    for _ in range(_CALLS):
        with lock:
            queue.append(payload)
        with lock:
            queue.popleft()
    return (time.perf_counter_ns() - begun_ns) / _CALLS / 1000


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
