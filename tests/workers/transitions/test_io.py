"""The transition worker as a process: a table in a slot, or a fault with its reason."""

from typing import Any

import msgspec
import pytest

from baking import request
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.messages import Failure
from stillframe.contracts.pixels import Size
from stillframe.contracts.transitions import TransitionResult
from stillframe.show.specs import TABLES
from stillframe.workers.transitions.baking import TABLE_CAP_BYTES
from stillframe.workers.transitions.core import BAKES, baked
from worker_child import WorkerChild


@pytest.mark.parametrize("name", BAKES)
def test_the_table_in_the_slot_is_the_one_that_this_process_bakes(name: str) -> None:
    with WorkerChild.ready("transitions", TABLES) as child:
        assert child.arena is not None
        grant = child.arena.reserve(child.pid)
        child.channel.send(msgspec.structs.replace(request(name, seed=5), slot=grant))
        result = child.receive()
        assert isinstance(result, TransitionResult)
        assert grant is not None
        lease = child.arena.lease(grant, seq=result.seq)
        direction, table = baked(request(name, seed=5))
        assert bytes(lease.pixels) == table.texels.tobytes()
        assert (lease.header.width, lease.header.height) == (table.columns, table.rows)
        assert result.direction == (direction or "none")
        assert result.payload_size_bytes == len(lease.pixels)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": Size(1 << 20, 2)}, "width"),
        ({"block_size": -4}, "out of range"),
    ],
)
def test_what_cannot_be_baked_is_a_fault_and_the_worker_goes_on(
    changes: dict[str, Any], said: str
) -> None:
    with WorkerChild.ready("transitions", TABLES) as child:
        assert child.arena is not None
        grant = child.arena.reserve(child.pid)
        for bad in (changes, {}):
            wanted = msgspec.structs.replace(request("diffuse", **bad), slot=grant)
            child.channel.send(wanted)
            answer = child.receive()
            assert isinstance(answer, Failure) == bool(bad)
            if isinstance(answer, Failure):
                assert answer.error.kind is FaultKind.BAD_REQUEST
                assert said in answer.error.detail


def test_without_a_slot_nothing_is_baked() -> None:
    with WorkerChild.ready("transitions", TABLES) as child:
        child.channel.send(request("diffuse"))
        answer = child.receive()
        assert isinstance(answer, Failure)
        assert "slot" in answer.error.detail


def test_the_cap_of_a_slot_is_that_of_a_table() -> None:
    assert TABLES.capacity_bytes == TABLE_CAP_BYTES
