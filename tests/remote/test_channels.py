"""The caps are wide enough for the largest status that there can be, and no wider than a socket."""

import socket

import msgspec

from desk import NO_TIME, show_status
from stillframe.contracts.remote import AskStatus, RestartWorker, Status
from stillframe.contracts.sandbox import Layer, LayerReport, LayerState
from stillframe.contracts.status import ArenaStatus, ProcessStatus, WorkerStatus
from stillframe.remote.channels import caller_end, show_end
from stillframe.transport.seqpacket import socket_pair

COUNTS = {f"{'reason':x<40}{n}": 2**62 for n in range(33)}
LAYERS = tuple(LayerReport(layer=it, state=LayerState.BROKEN, detail="d" * 200) for it in Layer)

OTHER = ProcessStatus(state="starting", pid=2**22, uptime_s=1e9, cpu_s=1e9, memory_bytes=2**62)


def worker(number: int) -> WorkerStatus:
    return WorkerStatus(
        name=f"worker{number}",
        state="ready",
        pid=2**22,
        uptime_s=1e9,
        standby="starting",
        restarts=2**62,
        causes=COUNTS,
        last_cause="c" * 1024,
        queued=64,
        queue_cap=64,
        in_flight=1,
        overdue=1,
        asked=2**62,
        completed=2**62,
        refused=COUNTS,
        dropped={},
        stale=2**62,
        latency=NO_TIME,
        handling=NO_TIME,
        cpu_s=1e9,
        memory_bytes=2**62,
        others=(OTHER,) * 16,
        quarantined=256,
        layers=LAYERS,
        arena=ArenaStatus(slot_count=32, slot_bytes=2**31, stages={"free": 32}),
    )


def test_a_full_status_of_eight_workers_passes() -> None:
    ours, theirs = socket_pair()
    show, caller = show_end(ours), caller_end(theirs)
    full = msgspec.structs.replace(show_status(), workers=tuple(worker(n) for n in range(8)))
    caller.send(AskStatus())
    assert show.receive() == AskStatus()
    show.send(Status(show=full))
    assert caller.receive() == Status(show=full)
    caller.send(RestartWorker(worker="a" * 32))
    assert show.receive() == RestartWorker(worker="a" * 32)
    assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) > 0
    show.close()
    caller.close()
