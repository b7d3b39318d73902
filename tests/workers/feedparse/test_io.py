"""The parser on its slot."""

import mmap
from collections.abc import Iterator

import pytest

from reading import NOW_S, channel
from stillframe.contracts.control import ArenaGrant, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.feedparse import FeedParseRequest
from stillframe.contracts.feeds import FeedSource
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES
from stillframe.transport.arena import Arena, ArenaShape, SlotWriter
from stillframe.workers.feedparse.io import FeedParseHandler

SHAPE = ArenaShape(2, PIXELS_OFFSET_BYTES + 4 * mmap.PAGESIZE, PixelFormat.OPAQUE)


@pytest.fixture
def arena() -> Iterator[Arena]:
    made = Arena(SHAPE)
    yield made
    made.close()


def start(arena: Arena) -> Start:
    view = arena.view()
    grant = ArenaGrant(
        descriptor=view.descriptor,
        slot_count=view.shape.slot_count,
        slot_bytes=view.shape.slot_bytes,
    )
    return Start(worker="feedparse", heartbeat=3, arena=grant)


def request(slot: int, size_bytes: int) -> FeedParseRequest:
    return FeedParseRequest(
        seq=1,
        correlation_id=1,
        worker="feedparse",
        ts_req_ns=1,
        deadline_ns=1,
        source=FeedSource(url="https://a.example/feed"),
        url="https://b.example/moved/feed",
        content_type="",
        slot=SlotGrant(index=slot, generation=1),
        body_bytes=size_bytes,
        max_items=5,
        ttl_hint_s=60.0,
        priority=7,
        now_s=NOW_S,
    )


def test_a_body_is_read_where_it_lies(arena: Arena) -> None:
    body = channel('<enclosure url="a.jpg" type="image/jpeg"/>').encode()
    writer = SlotWriter(arena.descriptor, SHAPE)
    writer.pixels(1, len(body))[:] = body
    handler = FeedParseHandler.start(start(arena))
    handler.warm_up()
    (item,) = handler.handle(request(1, len(body))).reading.items
    assert item.url == "https://b.example/moved/a.jpg", "relative to where it was found"
    assert item.source == "https://a.example/feed", "of the feed that was asked"
    assert (item.priority, item.ttl_s) == (7, 300)
    handler.close()
    writer.close()


@pytest.mark.parametrize(("slot", "size_bytes"), [(2, 1), (4095, 1), (0, 4 * 4096 + 1), (0, 2**62)])
def test_a_slot_or_size_that_is_none_is_refused(arena: Arena, slot: int, size_bytes: int) -> None:
    handler = FeedParseHandler.start(start(arena))
    with pytest.raises(FaultError) as caught:
        handler.handle(request(slot, size_bytes))
    assert caught.value.fault.kind is FaultKind.BAD_REQUEST
    handler.close()


def test_without_memory_it_does_not_start() -> None:
    with pytest.raises(ValueError, match="needs an arena"):
        FeedParseHandler.start(Start(worker="feedparse", heartbeat=3))
