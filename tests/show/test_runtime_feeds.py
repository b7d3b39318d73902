"""The runtime, where feeds bring photos: beside folders, instead of scenes, and gone again."""

from collections.abc import Iterator

import pytest

from performed import GIVEN, PICTURES, PLAN, Play, scene_numbers
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.feeds import (
    DroppedItem,
    FeedsRequest,
)
from stillframe.contracts.feeds import DropReason as FeedDrop
from stillframe.contracts.images import Pool
from stillframe.contracts.status import PoolCounts
from stillframe.show.gathering import NO_NETWORK


@pytest.fixture
def fed() -> Iterator[Play]:
    made = Play(feeds=PLAN)
    yield made
    made.journal.close(30)


def last_inquiry(play: Play) -> FeedsRequest:
    request = play.engine.asked("feeds")[-1]
    assert isinstance(request, FeedsRequest)
    return request


def test_a_show_without_feeds_asks_none() -> None:
    play = Play(GIVEN, PICTURES)
    assert play.engine.asked("feeds") == []


def test_what_feeds_bring_joins_the_show_as_photos_of_feeds(fed: Play) -> None:
    fed.engine.feed_news(b"/m/1.jpg")
    fed.drain()
    (request,) = fed.engine.images()
    assert (request.path, request.ratio_policy.pool) == (b"/m/1.jpg", Pool.FEED)
    fed.show_first()
    assert fed.runtime.tally.shown[Pool.FEED] == 1
    assert fed.runtime.view.pools == PoolCounts(local=0, feed=1)


def test_nothing_is_painted_before_the_mirror_has_said_what_it_has(fed: Play) -> None:
    assert fed.engine.asked("scenes") == []
    fed.engine.feed_news(b"/m/1.jpg")
    fed.drain()
    assert fed.engine.asked("scenes") == []
    assert fed.runtime.view.pools == PoolCounts(local=0, feed=1)


@pytest.mark.parametrize("failed", [False, True])
def test_an_empty_mirror_or_none_has_the_scenes_painted(fed: Play, *, failed: bool) -> None:
    if failed:
        fed.engine.fail(fed.engine.asked("feeds")[-1], "worker-failed")
    else:
        fed.engine.feed_news()
    fed.drain()
    assert scene_numbers(fed) == [0]


def test_painted_scenes_leave_when_feeds_have_photos(fed: Play) -> None:
    fed.engine.feed_news()
    fed.drain()
    fed.engine.scene(4)
    fed.drain()
    assert fed.runtime.view.pools.local == 1
    fed.engine.feed_news(b"/m/1.jpg", b"/m/2.jpg")
    fed.drain()
    assert fed.runtime.view.pools == PoolCounts(local=0, feed=2)
    painted = len(fed.engine.asked("scenes"))
    fed.engine.scene(4)
    fed.drain()
    assert len(fed.engine.asked("scenes")) == painted, "no more is painted"
    assert fed.runtime.view.pools == PoolCounts(local=0, feed=2)


def test_where_no_photo_of_the_mirror_can_be_shown_the_scenes_are_painted_after_all(
    fed: Play,
) -> None:
    fed.engine.feed_news(b"/m/1.jpg")
    fed.drain()
    assert scene_numbers(fed) == []
    fed.engine.refuse(fed.engine.images()[0], FaultKind.DECODER_ERROR)
    fed.drain()
    assert scene_numbers(fed) == [0]
    fed.engine.scene(2)
    fed.drain()
    assert fed.runtime.view.pools == PoolCounts(local=1, feed=0)
    assert scene_numbers(fed) == [0, 1]
    fed.engine.feed_news(b"/m/1.jpg")  # as a new worker says it
    fed.drain()
    fed.engine.scene(2)
    fed.drain()
    assert fed.runtime.view.pools == PoolCounts(local=2, feed=0), "it is no reason to leave"


@pytest.mark.parametrize("gone", [False, True])
def test_scenes_that_left_for_photos_come_again_when_those_leave(fed: Play, *, gone: bool) -> None:
    fed.engine.feed_news()
    fed.drain()
    for _ in range(2):
        fed.engine.scene(2)
        fed.drain()
    fed.engine.feed_news(b"/m/1.jpg")
    fed.drain()
    assert fed.runtime.view.pools == PoolCounts(local=0, feed=1)
    if gone:
        fed.engine.feed_news(gone=(b"/m/1.jpg",))
    else:
        for request in fed.engine.images():
            fed.engine.frame(request)
        fed.drain()
        assert fed.engine.images()[-1].path == b"/m/1.jpg"
        fed.engine.refuse(fed.engine.images()[-1], FaultKind.DECODER_ERROR)
    fed.drain()
    for _ in range(2):
        fed.engine.scene(2)
        fed.drain()
    assert fed.runtime.view.pools == PoolCounts(local=2, feed=0)
    assert scene_numbers(fed) == [0, 1, 0, 1]
    fed.engine.feed_news(b"/m/2.jpg")
    fed.drain()
    assert fed.runtime.view.pools == PoolCounts(local=0, feed=1), "and leave again"


def test_nothing_is_painted_where_folders_are_empty_and_feeds_are_not() -> None:
    both = Play(GIVEN, feeds=PLAN)
    both.engine.feed_news(b"/m/1.jpg")
    both.drain()
    both.find()
    assert both.engine.asked("scenes") == []
    assert both.runtime.view.pools == PoolCounts(local=0, feed=1)
    both.show_first()
    assert both.stage.presented
    both.engine.feed_news(gone=(b"/m/1.jpg",))
    both.drain()
    assert scene_numbers(both) == [0], "until there is nothing else"
    both.journal.close(30)


def test_photos_of_folders_stay_beside_those_of_feeds() -> None:
    both = Play(GIVEN, PICTURES, feeds=PLAN)
    both.find(b"/p/1")
    both.engine.feed_news(b"/m/1.jpg")
    both.drain()
    assert both.runtime.view.pools == PoolCounts(local=1, feed=1)
    both.journal.close(30)


def test_what_is_gone_from_the_mirror_leaves_the_show(fed: Play) -> None:
    fed.engine.feed_news(b"/m/1.jpg", b"/m/2.jpg")
    fed.drain()
    fed.engine.feed_news(gone=(b"/m/1.jpg",))
    fed.drain()
    assert fed.runtime.view.pools.feed == 1


def test_the_mirror_is_told_what_is_on_screen_or_next_and_what_cannot_be_shown(fed: Play) -> None:
    fed.engine.feed_news(b"/m/1.jpg", b"/m/2.jpg", b"/m/3.jpg")
    fed.drain()
    fed.show_first()
    shown = fed.engine.images()[0].path
    broken = fed.engine.images()[1]
    fed.engine.refuse(broken, FaultKind.DECODER_ERROR)
    fed.engine.feed_news()
    fed.drain()
    inquiry = last_inquiry(fed)
    assert inquiry.rejected == (broken.path,)
    assert shown in inquiry.wanted
    assert broken.path not in inquiry.wanted
    assert len(inquiry.wanted) == 2


def test_without_a_network_there_is_one_quiet_note(fed: Play) -> None:
    fed.engine.feed_news(online=False)
    fed.drain()
    assert fed.runtime.view.notes == (NO_NETWORK,)
    fed.engine.feed_news(online=True)
    fed.drain()
    assert fed.runtime.view.notes == ()
    assert sum("no network" in line for line in fed.log()) == 1


def test_what_a_feed_does_not_bring_is_a_line(fed: Play) -> None:
    dropped = DroppedItem(url="https://a.example/x", reason=FeedDrop.TRACKER, detail="1 x 1")
    fed.engine.feed_news(dropped=(dropped,))
    fed.drain()
    line = "[SHOW] not taken url=https://a.example/x reason=tracker detail="
    assert any(said.startswith(line) for said in fed.log())
