"""The counters behind the heartbeat: what is counted is read, and the heartbeat is left alone."""

import mmap

from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts import counters, heartbeat
from stillframe.contracts.counters import COUNTERS_OFFSET_BYTES
from stillframe.contracts.heartbeat import HEARTBEAT_BYTES, Heartbeat
from stillframe.contracts.histogram import BUCKETS, bucket_of

BEAT = Heartbeat(beats=3, ts_ns=5, busy_seq=7)


@given(st.lists(st.integers(-5, 2**70), max_size=30))
def test_each_request_is_in_its_bucket_and_the_longest_is_known(all_ns: list[int]) -> None:
    page = memoryview(bytearray(HEARTBEAT_BYTES))
    heartbeat.write(page, BEAT)
    for ns in all_ns:
        counters.count(page, ns)
    found = counters.read(page.toreadonly())
    assert sum(found.counts) == len(all_ns)
    assert all(
        found.counts[bucket] == sum(bucket_of(ns) == bucket for ns in all_ns)
        for bucket in range(BUCKETS)
    )
    assert found.max_ns == min(max([0, *all_ns]), 2**64 - 1)
    assert heartbeat.read(page) == BEAT


def test_a_beat_leaves_the_counters_alone() -> None:
    page = memoryview(bytearray(HEARTBEAT_BYTES))
    counters.count(page, 1000)
    before = counters.read(page)
    heartbeat.write(page, BEAT)
    assert counters.read(page) == before


def test_counting_touches_nothing_beyond_the_counters() -> None:
    memory = bytearray(HEARTBEAT_BYTES)
    counters.count(memoryview(memory), 10**9)
    end = COUNTERS_OFFSET_BYTES + 8 * (1 + BUCKETS)
    assert not any(memory[:COUNTERS_OFFSET_BYTES])
    assert any(memory[COUNTERS_OFFSET_BYTES:end])
    assert not any(memory[end:])


def test_no_view_stays_behind_that_would_keep_the_page_mapped() -> None:
    page = mmap.mmap(-1, HEARTBEAT_BYTES)
    view = memoryview(page)
    counters.count(view, 1)
    counters.read(view)
    view.release()
    page.close()
    assert page.closed
