"""Collections are noted as they come; those that the bench makes are not."""

import gc
from collections.abc import Iterator

import pytest

from bench.gc_pauses import GcPauses, full_collection_ms


@pytest.fixture
def pauses() -> Iterator[GcPauses]:
    before, pauses = list(gc.callbacks), GcPauses()
    gc.callbacks.append(pauses.note)
    yield pauses
    gc.callbacks[:] = before
    gc.unfreeze()


def test_a_collection_is_noted_by_its_generation(pauses: GcPauses) -> None:
    gc.collect(1)
    gc.collect(2)
    assert pauses.counts[1:] == [1, 1]
    assert pauses.longest_ms[2] > 0


def test_the_bench_s_own_are_not_and_everything_is_frozen_after(pauses: GcPauses) -> None:
    frozen_ms, whole_ms = full_collection_ms()
    assert pauses.counts[2] == 0
    assert frozen_ms > 0
    assert whole_ms > 0
    assert gc.get_freeze_count() > 0
