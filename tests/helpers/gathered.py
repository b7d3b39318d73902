"""A gatherer at work on real servers, with a clock in our hands and the real parser in-process."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from feed_server import FeedServer
from stillframe.contracts.feeds import (
    DroppedItem,
    FeedSource,
    FeedsRequest,
    ImageMetadata,
    PriorityPolicy,
    Reading,
)
from stillframe.workers.feedparse import core
from stillframe.workers.feedparse.document import About
from stillframe.workers.feeds.addresses import Guard
from stillframe.workers.feeds.exchange import Surroundings
from stillframe.workers.feeds.fetch import Fetcher
from stillframe.workers.feeds.gather import FetchedBody, Gatherer
from stillframe.workers.feeds.hosts import Hosts
from stillframe.workers.feeds.keeping import Keeping

PATIENCE_S = 20.0
NOW_S = 1_795_428_000.0  # a Monday in November 2026


@dataclass
class Clock:
    """The time of day, as a test says."""

    now_s: float = NOW_S

    def __call__(self) -> float:
        """Return it."""
        return self.now_s


@dataclass
class Gathered:
    """What a gatherer has, and what it has done."""

    gatherer: Gatherer
    keeping: Keeping
    clock: Clock
    bodies: list[FetchedBody] = field(default_factory=list)
    dropped: list[DroppedItem] = field(default_factory=list)
    parse: Callable[[FetchedBody], Reading | None] | None = None

    def follow(self, *feeds: FeedSource | str, refresh: bool = False, max_items: int = 30) -> None:
        """Say which feeds there are."""
        sources = tuple(FeedSource(url=f) if isinstance(f, str) else f for f in feeds)
        self.gatherer.follow(
            FeedsRequest(
                seq=1,
                correlation_id=1,
                worker="feeds",
                ts_req_ns=0,
                deadline_ns=0,
                feeds=sources,
                max_items=max_items,
                priority_policy=PriorityPolicy(),
                refresh=refresh,
            )
        )

    async def turn(self) -> None:
        """Take what there is, and have bodies read."""
        while (fetched := self.gatherer.give_body()) is not None:
            self.bodies.append(fetched)
            reading = (self.parse or self.read)(fetched)
            if reading is not None:
                self.gatherer.take_reading(fetched.body.ticket, reading)
        self.dropped += self.gatherer.give_drops(64, 1 << 20)
        await self.gatherer.wait(0.02)

    async def until(self, condition: Callable[[], object]) -> None:
        """Go on until a condition holds."""
        end_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end_s, (self.reasons[:9], self.gatherer.busy)
            await self.turn()

    async def settle(self) -> None:
        """Go on until nothing is under way, nor about to be."""
        await self.turn()
        await self.until(lambda: not self.gatherer.busy)
        await self.turn()

    async def cycle(self, *feeds: FeedSource | str, after_s: float = 0.0) -> None:
        """Let time pass, and then everything that is due."""
        self.clock.now_s += after_s
        self.follow(*feeds)
        self.clock.now_s += 5.0  # the first polls are spread over a little less
        self.follow(*feeds)
        await self.settle()

    def read(self, fetched: FetchedBody) -> Reading:
        """Return what a body holds."""
        body = fetched.body
        about = About(body.source, body.url, body.content_type, 100, 3600.0, 50, self.clock.now_s)
        return core.read(fetched.content, about)

    @property
    def items(self) -> tuple[ImageMetadata, ...]:
        """The images that are kept."""
        return self.keeping.changes(0).items

    @property
    def urls(self) -> set[str]:
        """Their addresses."""
        return {item.url for item in self.items}

    @property
    def reasons(self) -> list[str]:
        """Why things were left out, in order."""
        return [drop.reason.value for drop in self.dropped]


@contextlib.asynccontextmanager
async def gathering(
    keeping: Keeping,
    *servers: FeedServer,
    clock: Clock | None = None,
    gap_s: float = 0.0,
    seed: int = 1,
) -> AsyncIterator[Gathered]:
    """Have a gatherer at work that may ask these servers of this machine and no other."""
    clock = clock or Clock()
    around = Surroundings(
        user_agent="stillframe/test",
        now_s=clock,
        guard=Guard(frozenset(server.authority for server in servers)),
    )
    gatherer = Gatherer(
        Fetcher(around), keeping, hosts=Hosts(gap_s), clock_s=clock, rng=random.Random(seed)
    )
    running = asyncio.create_task(gatherer.run())
    try:
        yield Gathered(gatherer, keeping, clock)
        assert not running.done(), running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
