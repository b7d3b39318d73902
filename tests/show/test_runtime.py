"""The runtime: what it asks of the engine and the stage, and how it takes their answers."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from performed import GIVEN, PICTURES, PROFILE, SCENE_SIZE, Play, follows, scans, scene_numbers
from stillframe.contracts.control import LogLevel, LogRecord
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.images import Pool
from stillframe.contracts.library import Numbers
from stillframe.contracts.pixels import Size
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.library.photos import Photo
from stillframe.show import script
from stillframe.show.report import WorkerReport
from stillframe.show.runtime import EVENTS_PER_WAKE
from stillframe.show.script import Appearance
from stillframe.supervision import events
from stillframe.supervision.events import WorkerState
from stillframe.transport.backlog import DropReason, Urgency


@pytest.fixture
def play() -> Iterator[Play]:
    made = Play(GIVEN, PICTURES)
    yield made
    made.journal.close(30)


def test_roots_are_scanned_page_by_page(play: Play) -> None:
    play.engine.page(b"/p/1", cursor=5)
    play.drain()
    play.engine.page(b"/p/2", cursor=6)
    play.drain()
    play.engine.page()
    play.drain()
    assert scans(play) == [(b"/p", 0), (b"/p", 5), (b"/p", 6), (b"/q", 0)]


@pytest.mark.parametrize("after", ["a page", "all pages"])
def test_a_new_library_worker_is_asked_for_all_roots_again(play: Play, after: str) -> None:
    play.engine.page(b"/p/1", cursor=5)
    play.drain()
    if after == "all pages":
        play.engine.page()
        play.drain()
        play.engine.page()
        play.drain()
    before = len(scans(play))
    play.engine.refuse(play.engine.last_question(), FaultKind.BAD_REQUEST)
    play.drain()
    play.engine.page(b"/p/1", b"/p/2")
    play.drain()
    assert scans(play)[before:] == [(b"/p", 0), (b"/q", 0)]


def test_a_root_that_cannot_be_scanned_is_named_and_left(play: Play) -> None:
    play.engine.refuse(play.engine.last_question(), FaultKind.IO_ERROR)
    play.drain()
    assert scans(play) == [(b"/p", 0), (b"/q", 0)]
    assert any("/p: not scanned: io-error" in line for line in play.log())


def test_groups_are_tried_in_order_and_the_scenes_last(play: Play) -> None:
    play.find()
    play.engine.page()
    play.drain()
    play.engine.changes()
    play.drain()
    play.engine.scene(scene_count=2)
    play.drain()
    play.engine.scene(scene_count=2)
    play.drain()
    assert scans(play) == [(b"/p", 0), (b"/q", 0), (b"/r", 0)]
    assert scene_numbers(play) == [0, 1]
    assert {request.size for request in play.engine.asked("scenes")} == {SCENE_SIZE}
    assert {request.path for request in play.engine.images()} == {
        b"/scenes/0.png",
        b"/scenes/1.png",
    }
    text = "\n".join(play.log())
    assert "the given paths: no photos found" in text
    assert "the Pictures folder: no photos found" in text


def test_without_a_library_worker_the_scenes_are_painted(play: Play) -> None:
    for _ in range(5):
        play.engine.fail(play.engine.last_question(), "worker-failed")
        play.drain()
    assert scene_numbers(play) == [0]


def test_a_group_of_broken_photos_is_counted_named_and_left(play: Play) -> None:
    play.find(b"/p/1", b"/p/2")
    one, two = play.engine.images()
    play.engine.refuse(one, FaultKind.EMPTY)
    play.engine.refuse(two, FaultKind.TRUNCATED)
    play.drain()
    assert scans(play)[-1] == (b"/r", 0)
    assert play.runtime.tally.skipped == {"empty": 1, "truncated": 1}
    assert any("no photo here can be shown" in line for line in play.log())


# What changes in folders.


def test_photos_that_are_found_later_join_the_show(play: Play) -> None:
    play.find(b"/p/1")
    play.engine.changes(b"/p/2")
    play.drain()
    assert [request.path for request in play.engine.images()] == [b"/p/1", b"/p/2"]
    assert [ask.cursor for ask in follows(play)] == [0, 1, 2]


def test_photos_that_have_vanished_leave_the_show(play: Play) -> None:
    play.find(b"/p/1", b"/p/2", b"/p/3")
    waiting = {request.path for request in play.engine.images()}
    play.engine.changes(gone=tuple(waiting))
    play.drain()
    for request in play.engine.images()[:2]:
        play.engine.refuse(request, FaultKind.NOT_FOUND)
    play.drain()
    assert play.engine.images()[-1].path not in waiting
    assert play.runtime.tally.skipped == {}, "nobody is told of what nobody misses"
    assert play.runtime.view.pools.local == 1


def test_the_library_is_told_what_was_shown(play: Play) -> None:
    play.find(b"/p/1", b"/p/2")
    play.show_first()
    first = play.engine.images()[0].path
    play.engine.changes()
    play.drain()
    play.engine.changes()
    play.drain()
    assert [ask.shown for ask in follows(play)[-2:]] == [(first,), ()]
    assert play.runtime.view.shown.local == 1


def test_numbers_that_nobody_asked_for_change_nothing(play: Play) -> None:
    request = play.engine.last_question()
    numbers = Numbers(
        photos=1, folders=1, size_bytes=1, described=1, broken=0, thinned=0, with_place=0
    )
    play.engine.answer(request, numbers)
    play.drain()
    assert len(play.engine.questions()) == 1


def test_scenes_that_cannot_be_painted_are_said_and_asked_for_no_more() -> None:
    play = Play()
    play.engine.refuse(play.engine.asked("scenes")[0], FaultKind.IO_ERROR, "disk full")
    play.drain()
    assert scene_numbers(play) == [0]
    assert any("disk full" in line for line in play.log())


@pytest.mark.parametrize("reason", [DropReason.EXPIRED, DropReason.OVERFLOW])
def test_a_dropped_scan_or_scene_does_not_end_the_search(play: Play, reason: DropReason) -> None:
    for _ in range(5):
        play.engine.drop(play.engine.last_question(), reason)
        play.drain()
    assert scans(play) == [(b"/p", 0), (b"/q", 0), (b"/r", 0)]
    assert scene_numbers(play) == [0]
    play.engine.drop(play.engine.asked("scenes")[0], reason)
    play.drain()
    assert play.runtime.tally.dropped == {"library": 5, "scenes": 1}
    assert any(f"cannot be painted: {reason.value}" in line for line in play.log())


@pytest.mark.parametrize(
    ("reason", "again", "counted"),
    [
        (DropReason.CANCELLED, 1, 1),
        (DropReason.OVERFLOW, 1, 1),
        (DropReason.EXPIRED, 1, 1),
        (DropReason.SUPERSEDED, 0, 1),
        (DropReason.STOPPED, 0, 0),
    ],
)
def test_a_dropped_image_request_is_made_again_if_nothing_else_will_be(
    play: Play, reason: DropReason, again: int, counted: int
) -> None:
    play.find(b"/p/1")
    play.engine.drop(play.engine.images()[0], reason)
    play.drain()
    assert [request.path for request in play.engine.images()] == [b"/p/1"] * (1 + again)
    assert play.runtime.tally.dropped["images"] == counted


def test_a_failed_image_worker_is_no_photo_s_fault(play: Play) -> None:
    play.find(b"/p/1")
    play.engine.fail(play.engine.images()[0], "worker-failed")
    play.drain()
    assert len(play.engine.images()) == 1, "nobody is there to ask"
    play.engine.events.append(events.WorkerChanged("images", WorkerState.READY, pid=9))
    play.drain()
    assert [request.path for request in play.engine.images()] == [b"/p/1", b"/p/1"]
    assert play.runtime.tally.skipped == {}


def test_an_image_worker_that_has_failed_is_asked_for_nothing(play: Play) -> None:
    play.engine.events.append(events.WorkerChanged("images", WorkerState.FAILED))
    play.drain()
    play.find(b"/p/1")
    assert play.engine.images() == []


@pytest.mark.parametrize("state", [WorkerState.BACKOFF, WorkerState.STARTING, WorkerState.ABSENT])
def test_an_image_worker_that_will_be_back_is_asked_all_the_same(
    play: Play, state: WorkerState
) -> None:
    play.engine.events.append(events.WorkerChanged("images", state))
    play.drain()
    play.find(b"/p/1")
    assert len(play.engine.images()) == 1


@pytest.mark.parametrize("reason", ["worker-died", "deadline", "bad-answer", "bad-request"])
def test_a_photo_that_costs_workers_is_skipped_by_that_name(play: Play, reason: str) -> None:
    play.find(b"/p/1", b"/p/2")
    play.engine.fail(play.engine.images()[0], reason)
    play.drain()
    assert play.runtime.tally.skipped == {reason: 1}


def test_an_image_request_says_all_that_the_worker_needs(play: Play) -> None:
    play.find(b"/p/\xff")
    (request,) = play.engine.images()
    assert (request.path, request.profile, request.target_size) == (
        b"/p/\xff",
        PROFILE,
        Size(16, 9),
    )
    assert request.cache_key == b"/p/\xff|scaled:16x9|fit"
    assert request.ratio_policy.pool is Pool.LOCAL
    assert request.deadline_ns > request.ts_req_ns
    assert request.slot is None, "the supervisor grants it"
    (submit,) = [c for c in play.engine.posted if getattr(c, "request", None) is request]
    about = WorkerInput(b"/p/\xff", "1:1")
    assert submit == events.Submit(request, request.cache_key, Urgency.ON_SCREEN, about)


def test_every_request_has_a_number_of_its_own(play: Play) -> None:
    play.find(b"/p/1", b"/p/2")
    numbers = [r.seq for r in [*play.engine.asked("library"), *play.engine.images()]]
    assert len(set(numbers)) == len(numbers)


def test_a_decoder_that_says_done_and_gives_no_frame_costs_one_photo(play: Play) -> None:
    play.find(b"/p/1", b"/p/2")
    completed = play.engine.frame(play.engine.images()[0])
    play.engine.events[-1] = replace(completed, lease=None)
    play.drain()
    assert any("reason=bad-answer" in line for line in play.log())
    assert play.runtime.tally.skipped == {"bad-answer": 1}


def test_frames_are_made_no_larger_than_a_slot(play: Play) -> None:
    assert play.runtime.surface(Size(64, 64)) == Size(32, 32), "a slot holds 1024 pixels"
    assert play.runtime.surface(Size(20, 10)) == Size(20, 10)


def test_a_photo_comes_on_stage_and_is_counted(play: Play) -> None:
    play.find(b"/p/1")
    completed = play.show_first()
    key = play.engine.images()[0].cache_key
    assert [frame.lease for frame in play.stage.uploaded] == [completed.lease]
    assert play.stage.presented == [(key, Appearance.TRANSITION)]
    tally = play.runtime.tally
    assert (tally.photos_shown, tally.transitions, tally.first_photo_ms) == (1, 0, 123.0)
    assert "[SHOW] transition photo=/p/1 by=crossfade" in play.log()


def test_the_first_photo_is_no_transition_and_the_second_is(play: Play) -> None:
    play.find(b"/p/1", b"/p/2")
    play.show_first()
    second = play.engine.images()[1]
    play.engine.frame(second)
    play.drain()
    play.runtime.cue(script.Stepped(+1))
    play.runtime.cue(script.Uploaded(second.cache_key))
    tally = play.runtime.tally
    assert (tally.photos_shown, tally.transitions) == (2, 1)
    assert play.stage.presented[-1] == (second.cache_key, Appearance.TRANSITION)


def test_a_new_size_takes_waiting_requests_back(play: Play) -> None:
    play.find(b"/p/1")
    play.runtime.surface(Size(20, 10))
    assert play.engine.posted[-1] == events.Cancel("images", play.engine.images()[0].cache_key)
    assert play.stage.wakes_ns, "it asks to be woken when the size has rested"


def test_the_end_gives_back_every_frame_and_those_on_their_way(play: Play) -> None:
    play.find(b"/p/1", b"/p/2")
    first = play.show_first()
    play.runtime.end()
    late = play.engine.frame(play.engine.images()[1])
    play.drain()
    released = [c.grant for c in play.engine.posted if isinstance(c, events.Release)]
    assert first.lease is not None
    assert late.lease is not None
    assert released == [first.lease.grant, late.lease.grant]
    assert len(play.stage.uploaded) == 1, "a stage that was taken down is left alone"


def test_a_flood_of_events_is_taken_in_portions(play: Play) -> None:
    changed = events.WorkerChanged("scenes", WorkerState.ABSENT)
    play.engine.events.extend([changed] * (2 * EVENTS_PER_WAKE + 1))
    assert [play.runtime.drain() for _ in range(3)] == [True, True, False]
    assert not play.engine.events


def test_a_worker_s_life_is_counted_and_logged(play: Play) -> None:
    ready = events.WorkerChanged("images", WorkerState.READY, pid=7, packages=("msgspec",))
    died = events.WorkerChanged("images", WorkerState.BACKOFF, restarts=1, cause="signal 9")
    play.engine.events.extend([ready, died])
    play.drain()
    assert play.runtime.tally.workers == {"images": WorkerReport(restarts=1, packages=("msgspec",))}
    text = "\n".join(play.log())
    assert "[HEALTH] worker worker=images state=ready pid=7" in text
    assert 'cause="signal 9" level=warning' in text


def test_what_a_worker_says_cannot_steer_the_terminal(play: Play) -> None:
    said = LogRecord(level=LogLevel.WARNING, event="\x1b[2Jgone\n[SHOW] forged")
    play.engine.events.append(events.Logged("images", 7, said))
    play.drain()
    assert "[HEALTH] \\x1b[2Jgone\\n[SHOW] forged worker=images pid=7 level=warning" in play.log()


def test_a_record_keeps_its_level_and_all_that_it_knows(play: Play) -> None:
    record = LogRecord(
        level=LogLevel.ERROR,
        event="decode",
        seq=4,
        generation=2,
        reason="out of memory",
        duration_ns=1_500_000,
    )
    bare = LogRecord(level=LogLevel.INFO, event="warm")
    play.engine.events.extend(events.Logged("images", 7, said) for said in (record, bare))
    play.drain()
    lines = play.log()
    assert (
        "[HEALTH] decode worker=images pid=7 seq=4 generation=2 duration_ms=1.5 "
        'reason="out of memory" level=error'
    ) in lines
    assert "[HEALTH] warm worker=images pid=7" in lines


@pytest.mark.parametrize(
    ("photo", "about"),
    [
        (Photo(b"/p/1", 5, 7), WorkerInput(b"/p/1", "5:7")),
        (Photo(b"/p/1", 0, 7), WorkerInput(b"/p/1", "0:7")),
        (Photo(b"/p/1"), None),
    ],
)
def test_a_photo_is_known_again_by_its_path_size_and_time(
    play: Play, photo: Photo, about: WorkerInput | None
) -> None:
    play.runtime.cue(script.Found((photo,)))
    asked = [c for c in play.engine.posted if isinstance(c, events.Submit)]
    assert [command.input for command in asked if command.request.worker == "images"] == [about]


def test_what_is_quarantined_is_handed_on(play: Play) -> None:
    entry = Quarantined(worker="images", input=WorkerInput(b"/p/1"), reason="r", at_s=1)
    play.engine.events.append(events.QuarantineChanged((entry,)))
    play.drain()
    assert play.remembered == [(entry,)]


# Feeds.


def test_the_first_photo_fades_in_and_the_next_comes_on_as_chosen() -> None:
    play = Play(GIVEN, transitions="slide")
    play.find(b"/p/a.jpg", b"/p/b.jpg")
    play.show_first()
    second = play.engine.images()[1]
    play.engine.frame(second)
    play.drain()
    play.runtime.cue(script.Uploaded(second.cache_key))
    play.runtime.cue(script.Stepped(+1))
    assert [effect and effect.transition.id for effect in play.stage.effects] == [
        "crossfade",
        "slide",
    ]
    assert play.stage.effects[-1] in play.stage.dressed_with, "it was made ready before"
    assert play.runtime.tally.report().transitions_played == {"crossfade": 1, "slide": 1}
    assert not play.runtime.tally.report().transition_fallbacks


def test_who_steps_during_a_transition_has_the_stage_hurry() -> None:
    play = Play(GIVEN)
    play.find(b"/p/a.jpg", b"/p/b.jpg")
    first = play.engine.images()[0]
    play.engine.frame(first)
    play.drain()
    play.runtime.cue(script.Uploaded(first.cache_key))
    assert play.stage.hurried == 0
    play.runtime.cue(script.Stepped(+1))
    assert play.stage.hurried == 1


def test_what_the_engine_drops_at_the_end_reaches_no_stage() -> None:
    play = Play(GIVEN, transitions="diffuse")
    play.find(b"/p/a.jpg", b"/p/b.jpg")
    play.show_first()
    play.engine.frame(play.engine.images()[1])
    play.drain()
    (table,) = play.engine.asked("transitions")
    play.runtime.end()
    play.engine.drop(table, DropReason.STOPPED)
    play.drain()
    assert play.stage.dressed_with == []
