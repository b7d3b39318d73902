"""A conversation with feed workers of a command's own.

Role: what the commands about feeds have in common. Counterpart: `show.courier` holds the
conversation; `cli.feeds` prints what came of it.

Guarantees: when a function returns, no worker is left; it returns in time, whatever servers do.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from stillframe.cli.play import places_of
from stillframe.contracts.caps import BODY_CAP_BYTES
from stillframe.contracts.feeds import (
    DroppedItem,
    DropReason,
    FeedHealth,
    FeedSource,
    FeedsResult,
    ImageMetadata,
    Reading,
)
from stillframe.settings import Settings
from stillframe.show.courier import Courier, Recipient
from stillframe.show.gathering import NO_NETWORK, Gathering, plan_of
from stillframe.show.specs import worker_specs
from stillframe.supervision import events
from stillframe.supervision.events import WorkerState
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.supervisor import Supervisor
from stillframe.transport.arena import ArenaShape
from stillframe.workers.feedparse import core
from stillframe.workers.feedparse.document import About

EXIT_FAILED = 1
_LOOK_AGAIN_S = 0.5


@dataclass
class Looked:
    """What came of a conversation, in the order in which it came."""

    taken: list[ImageMetadata] = field(default_factory=list)
    dropped: list[DroppedItem] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    health: tuple[FeedHealth, ...] = ()
    answers: int = 0
    busy: bool = True

    def reason_of(self, url: str) -> DropReason | None:
        """Return why a feed, or an item at this address, was left out."""
        return next((drop.reason for drop in self.dropped if drop.url == url), None)

    def problem_of(self, url: str) -> str:
        """Return the same as a sentence; empty if there is nothing to say."""
        drops = (drop for drop in self.dropped if drop.url == url)
        return next((f"{drop.reason.value}: {drop.detail}".rstrip(": ") for drop in drops), "")

    def take(self, news: FeedsResult) -> None:
        """Take an answer."""
        self.taken += news.items
        self.dropped += news.dropped
        self.health = news.health or self.health
        self.answers += 1
        self.busy = news.busy


def look_at(sources: tuple[FeedSource, ...], settings: Settings, *, within_s: float) -> Looked:
    """Read feeds now, keep nothing, and fetch no image."""
    return _converse(sources, settings, mirrored=False, within_s=within_s)


def refresh_all(sources: tuple[FeedSource, ...], settings: Settings, *, within_s: float) -> Looked:
    """Ask feeds now and fetch what is new."""
    return _converse(sources, settings, mirrored=True, within_s=within_s)


def survey(sources: tuple[FeedSource, ...], settings: Settings) -> tuple[FeedHealth, ...]:
    """Return how feeds are doing; nobody is asked for it."""
    looked = _converse(sources, settings, mirrored=True, within_s=_LOOK_AGAIN_S, asking=False)
    return looked.health or tuple(FeedHealth() for _ in sources)


def feeds_in(file: Path) -> tuple[str, ...]:
    """Return the feeds that an OPML file names."""
    source = FeedSource(url="file:opml")
    with file.open("rb") as opened:
        body = opened.read(BODY_CAP_BYTES)
    return core.read(body, About(source, "", "text/x-opml", 1, 0.0, 0, time.time())).feeds


def _converse(
    sources: tuple[FeedSource, ...],
    settings: Settings,
    *,
    mirrored: bool,
    within_s: float,
    asking: bool = True,
) -> Looked:
    looked, rung = Looked(), threading.Event()
    gathering = Gathering(refresh=asking, survey=not asking)

    def read(reading: Reading) -> None:
        looked.feeds += reading.feeds

    with Supervisor(
        _specs(settings, mirrored=mirrored),
        notify=rung.set,
        environ=os.environ,
        rng=random.Random(),  # noqa: S311 - jitter of restarts
    ) as supervisor:
        plan = plan_of(sources, settings.feeds, settings.show.interval_s)
        recipient = Recipient(news=looked.take, tell=_tell, read=read)
        courier = Courier(plan, supervisor, gathering, recipient)
        courier.begin()

        def over() -> bool:
            if not asking:
                return looked.answers > 0
            return looked.answers > 1 and not looked.busy and not gathering.reading

        _take_events(supervisor, rung, courier, over, time.monotonic() + max(within_s, 10.0))
    return looked


def _take_events(
    supervisor: Supervisor,
    rung: threading.Event,
    courier: Courier,
    over: Callable[[], bool],
    end_s: float,
) -> None:
    """Pass on what the workers say until it is over, or time is."""
    while not over() and time.monotonic() < end_s:
        rung.wait(_LOOK_AGAIN_S)
        rung.clear()
        while (event := supervisor.take()) is not None:
            match event:
                case events.WorkerChanged(worker="feeds", state=WorkerState.FAILED, cause=cause):
                    _say(f"the feeds worker has failed: {cause}")
                    sys.exit(EXIT_FAILED)
                case _:
                    courier.take(event)
            if over():
                return


def _specs(settings: Settings, *, mirrored: bool) -> list[WorkerSpec]:
    places = places_of((), feeds=True)
    specs = [
        spec
        for spec in worker_specs(settings, ArenaShape(1, 1 << 16), places)
        if spec.name in ("feeds", "feedparse")
    ]
    if mirrored:
        return specs
    return [
        replace(spec, settings={**spec.settings, "mirror": ""}) if spec.name == "feeds" else spec
        for spec in specs
    ]


def _tell(text: str) -> None:
    if text != NO_NETWORK:  # nothing is shown here; each feed says so itself
        _say(text)


def _say(text: str) -> None:
    click.echo(f"stillframe: {text}", err=True)
