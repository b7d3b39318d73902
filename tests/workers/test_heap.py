"""Memory that nobody uses goes back to the system."""

import ctypes
import os
from pathlib import Path

from bench.resident import Resident
from company import Company, spec_of
from photos import picture, saved
from stillframe.contracts.pixels import Size
from stillframe.transport.arena import ArenaShape
from stillframe.workers import heap
from worker_kinds import IMAGES
from worker_requests import decode

BLOCK_BYTES, BLOCKS = 64 * 1024, 1024
MUCH_BYTES = BLOCK_BYTES * BLOCKS // 2
SCREEN = Size(1920, 1080)
SHAPE = ArenaShape(2, 4096 * 2100)
# Of a photo of 24 megapixels, twice as much and more stays free on the heap otherwise.
LITTLE_BYTES = 6 << 20


def held() -> int:
    return Resident.of(os.getpid()).now_bytes


def test_what_is_free_below_something_that_lives_is_given_back() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = [libc.malloc(BLOCK_BYTES) for _ in range(BLOCKS)]
    for block in blocks:
        ctypes.memset(block, 1, BLOCK_BYTES)
    *most, last = blocks
    used = held()
    for block in most:
        libc.free(block)
    assert used - held() < MUCH_BYTES, "it is kept, or there is nothing to be seen here"
    heap.give_back()
    assert used - held() > MUCH_BYTES
    libc.free(last)


def test_a_worker_that_rests_gives_back_what_a_photo_took(tmp_path: Path) -> None:
    large = picture("coffee.png").resize((6000, 4000))
    photo = saved(large, tmp_path / "large.jpg", "JPEG", quality=92)
    with Company.at_work(spec_of(IMAGES, arena=SHAPE)) as company:
        pid = company.until_ready(IMAGES.name)
        before = Resident.of(pid).now_bytes
        company.fulfil(decode(photo, SCREEN))
        company.until(lambda: Resident.of(pid).now_bytes < before + LITTLE_BYTES)
