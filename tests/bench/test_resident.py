import mmap
import os

from bench.resident import Resident

MUCH_BYTES = 64 << 20


def test_memory_that_is_used_counts_and_what_is_given_back_was_the_most() -> None:
    before = Resident.of(os.getpid())
    with mmap.mmap(-1, MUCH_BYTES) as memory:
        for at in range(0, MUCH_BYTES, mmap.PAGESIZE):
            memory[at] = 1
        during = Resident.of(os.getpid())
    after = Resident.of(os.getpid())
    assert during.now_bytes - before.now_bytes > MUCH_BYTES / 2
    assert during.now_bytes - after.now_bytes > MUCH_BYTES / 2
    assert after.most_bytes - after.now_bytes > MUCH_BYTES / 2
