"""What a show says of itself, and what it takes."""

from collections.abc import Mapping

import msgspec
import pytest

from fake_staff import FakeStaff
from stillframe.contracts.remote import Intent
from stillframe.contracts.sandbox import Layer, LayerReport, LayerState
from stillframe.contracts.status import CacheStatus, PoolCounts, WorkerStatus
from stillframe.show.desk import ShowDesk, ShowView, notes
from stillframe.supervision import events
from stillframe.supervision.events import Command


def worker(**changes: object) -> WorkerStatus:
    """Return the status of a real pool, with some of it changed."""
    crew = FakeStaff()
    return msgspec.structs.replace(crew.pool.status(crew.now_ns), **changes)


class Engine:
    """Knows one worker, and keeps what is posted."""

    def __init__(self, *workers: WorkerStatus) -> None:
        self.workers, self.posted = workers, list[Command]()

    def status(self) -> tuple[WorkerStatus, ...]:
        return self.workers

    def post(self, command: Command) -> None:
        assert isinstance(command, events.Restart | events.Pardon)
        if command.worker not in {it.name for it in self.workers}:
            raise ValueError(f"no worker is called {command.worker!r}")
        self.posted.append(command)


def desk(
    engine: Engine,
    view: ShowView = ShowView(),  # noqa: B008 - frozen
    intervals_ms: Mapping[int, int] | None = None,
    rung: list[int] | None = None,
) -> ShowDesk:
    rings = [] if rung is None else rung
    return ShowDesk(
        lambda: engine,
        view=lambda: view,
        intervals_ms=lambda: intervals_ms or {},
        wake=lambda: rings.append(1),
    )


def test_a_status_is_what_both_threads_know() -> None:
    view = ShowView(
        photo="dune.jpg",
        paused=True,
        photos_shown=4,
        skipped=(("truncated", 2),),
        cache=CacheStatus(entries=1, used_bytes=2, cap_bytes=3),
        pools=PoolCounts(local=5, feed=6),
        shown=PoolCounts(local=3, feed=1),
        notes=("it rains",),
    )
    now = desk(Engine(worker()), view, {16: 98, 40: 1, 700: 1}).status()
    assert (now.photo, now.paused, now.photos_shown) == ("dune.jpg", True, 4)
    assert now.skipped == {"truncated": 2}
    assert (now.cache, now.pools, now.shown) == (view.cache, view.pools, view.shown)
    assert (now.frame_interval.count, now.frame_interval.p50_ms) == (100, 16)
    assert (now.frame_interval.p99_ms, now.frame_interval.max_ms) == (40, 700)
    assert [it.name for it in now.workers] == ["unruly"]
    assert now.notes == ("it rains",)


def test_a_show_that_has_not_moved_has_no_frame_times() -> None:
    assert desk(Engine()).status().frame_interval.count == 0


def test_wishes_are_taken_in_order_and_wake_the_one_who_takes_them() -> None:
    rung: list[int] = []
    found = desk(Engine(), rung=rung)
    for intent in (Intent.NEXT, Intent.PAUSE):
        found.act(intent)
    assert len(rung) == 2
    assert [found.take(), found.take(), found.take()] == [Intent.NEXT, Intent.PAUSE, None]


def test_that_the_end_is_wanted_is_told_at_once_whoever_takes_wishes() -> None:
    told: list[str] = []
    found = ShowDesk(
        Engine,
        view=ShowView,
        intervals_ms=dict,
        wake=lambda: told.append("wake"),
        leaving=lambda: told.append("leaving"),
    )
    found.act(Intent.PAUSE)
    found.act(Intent.QUIT)
    assert told == ["wake", "wake", "leaving"]


def test_wishes_beyond_all_reason_push_out_the_oldest() -> None:
    found = desk(Engine())
    found.act(Intent.QUIT)
    for _ in range(1000):
        found.act(Intent.NEXT)
    taken = []
    while (wish := found.take()) is not None:
        taken.append(wish)
    assert taken == [Intent.NEXT] * len(taken)
    assert len(taken) < 100


def test_a_restart_is_for_a_worker_that_there_is_and_a_pardon_for_all() -> None:
    engine = Engine(worker(name="images"), worker(name="library"))
    found = desk(engine)
    found.restart("images")
    with pytest.raises(ValueError, match="nobody"):
        found.restart("nobody")
    found.pardon()
    assert engine.posted == [
        events.Restart("images"),
        events.Pardon("images"),
        events.Pardon("library"),
    ]


def test_a_person_is_told_of_what_needs_one() -> None:
    broken = LayerReport(layer=Layer.SECCOMP, state=LayerState.BROKEN, detail="a program started")
    fine = LayerReport(layer=Layer.LANDLOCK, state=LayerState.ON)
    said = list(
        notes(
            [
                worker(name="images", state="failed", last_cause="signal 11"),
                worker(name="library", layers=(fine, broken)),
                worker(name="scenes", quarantined=3),
                worker(name="audio"),
            ]
        )
    )
    assert said == [
        "the images worker has failed: signal 11; `stillframe restart images` starts it again",
        "library: seccomp does not hold: a program started",
        "scenes: 3 quarantined; see `stillframe quarantine`",
    ]
