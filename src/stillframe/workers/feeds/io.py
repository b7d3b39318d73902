"""The feed worker's edges: questions in, news of the mirror and bodies to be read out.

Role: answers on the worker's main thread; everything that waits goes on in a loop on another.
Counterpart: `contracts.feeds` describes the questions, `workers.feeds.gather` does the work.

Guarantees: an answer never waits for a server or a disk longer than the question's patience and a
little; what was not ready then comes with the next answer.
"""

import asyncio
import concurrent.futures
import contextlib
import os
import random
import threading
import time
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, ClassVar, Final, Self, TypeVar

import msgspec

from stillframe import __version__
from stillframe.contracts.caps import MIRROR_PAGE_CAP_ITEMS
from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.feeds import DroppedItem, DropReason, FeedsRequest, FeedsResult
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.arena import ArenaShape, SlotWriter
from stillframe.workers.feeds import schedule
from stillframe.workers.feeds.addresses import Guard
from stillframe.workers.feeds.connection import load_code
from stillframe.workers.feeds.exchange import Surroundings
from stillframe.workers.feeds.fetch import Fetcher
from stillframe.workers.feeds.gather import FetchedBody, Gatherer
from stillframe.workers.feeds.hosts import Hosts
from stillframe.workers.feeds.keeping import Keeping, Mirrored
from stillframe.workers.feeds.mirror import Mirror
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.rotation import Caps
from stillframe.workers.feeds.saving import Saving
from stillframe.workers.handler import Handler

_USER_AGENT: Final = f"stillframe/{__version__} (+https://pypi.org/project/stillframe/)"
# A disk that is slow to wake must not make this worker look dead: it says that it is busy instead.
_GRACE_S: Final = 0.3
_CLOSE_S: Final = 0.5
_NOTES: Final = 4
# Beside a page of images, a body's address and the health of all feeds.
_DROPS_BYTES: Final = 16 * 1024
T = TypeVar("T")


class FeedsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """This worker's slice of the settings; without a mirror, images are only named."""

    mirror: str = ""
    min_images: int = 20
    max_images: int = 40
    max_bytes: int = 500 * 1024 * 1024
    max_age_s: float = 30 * 86400.0
    allow_hosts: str = ""
    save_to: str = ""


class _Told(msgspec.Struct, frozen=True):
    """An answer, but for what only the request knows."""

    result: dict[str, Any]
    body: FetchedBody | None


class FeedsHandler(Handler[FeedsRequest, FeedsResult]):
    """Keeps a mirror of feeds up to date, and says what is new in it."""

    name: ClassVar[str] = "feeds"
    protocol: ClassVar[Protocol] = PROTOCOLS["feeds"]

    def __init__(self, settings: FeedsSettings, around: Surroundings, writer: SlotWriter) -> None:
        self._settings, self._around, self._writer = settings, around, writer
        self._late: concurrent.futures.Future[_Told] | None = None

    @classmethod
    def start(cls, start: Start) -> Self:
        """Take the settings, the memory for bodies, and the certificates that are believed.

        Raises:
            ValueError: if the settings are not ours, or no arena was granted.
        """
        if start.arena is None:
            raise ValueError("the feed worker needs an arena")
        settings = msgspec.convert(start.settings, FeedsSettings)
        load_code()
        shape = ArenaShape(start.arena.slot_count, start.arena.slot_bytes, PixelFormat.OPAQUE)
        allowed = frozenset(settings.allow_hosts.lower().replace(",", " ").split())
        around = Surroundings(user_agent=_USER_AGENT, now_s=time.time, guard=Guard(allowed))
        return cls(settings, around, SlotWriter(start.arena.descriptor, shape))

    def warm_up(self) -> None:
        """Open the mirror and begin to work; only now may there be threads."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="feeds", daemon=True)
        self._thread.start()
        self._gatherer, self._running = self._do(self._begin()).result()

    async def _begin(self) -> tuple[Gatherer, asyncio.Task[None]]:
        self._notes: list[str] = []
        self._keeping = self._open()
        rng = random.Random()  # noqa: S311 - jitter needs no secrecy
        hosts = Hosts()
        around = replace(self._around, admit=lambda name: hosts.refuse_held(name, time.time()))
        fetcher = Fetcher(around)
        gatherer = Gatherer(fetcher, self._keeping, hosts=hosts, clock_s=time.time, rng=rng)
        running = asyncio.create_task(gatherer.run())
        running.add_done_callback(gatherer.on_end)
        return gatherer, running

    def _open(self) -> Keeping:
        settings = self._settings
        if not settings.mirror:
            return Keeping()
        caps = Caps(
            min_images=settings.min_images,
            max_images=settings.max_images,
            max_bytes=settings.max_bytes,
            max_age_s=settings.max_age_s,
        )
        try:
            mirror = Mirror(os.fsencode(settings.mirror), caps, now_s=time.time())
        except FetchError as error:
            self._notes.append(f"no photos of feeds can be kept: {error}")
            return Keeping()
        return Mirrored(mirror, self._saving())

    def _saving(self) -> Saving | None:
        if not self._settings.save_to:
            return None
        try:
            return Saving(os.fsencode(self._settings.save_to))
        except FetchError as error:
            self._notes.append(f"what is shown cannot be saved: {error}")
            return None

    def handle(self, request: FeedsRequest) -> FeedsResult:
        """Take what is asked and brought, and say what is new.

        Raises:
            FaultError: `bad-request` without a slot, or with a feed twice.
        """
        if request.slot is None:
            raise FaultError(FaultKind.BAD_REQUEST, "no slot was granted")
        urls = [source.url for source in request.feeds]
        if len(set(urls)) < len(urls):
            raise FaultError(FaultKind.BAD_REQUEST, "a feed is named twice")
        telling = self._late or self._do(self._tell(request))
        try:
            told = telling.result(request.patience_ms / 1000 + _GRACE_S)
        except TimeoutError:
            self._late = telling
            return FeedsResult(
                **echo(request, time.monotonic_ns()),
                items=(),
                dropped=(),
                next_cursor=request.cursor,
                busy=True,
            )
        if self._late is not None:
            # It was asked before this question: what this one brings is still to be taken.
            self._late = None
            self._do(self._take(request))
        return self._answer(request, request.slot, told)

    def _answer(self, request: FeedsRequest, slot: SlotGrant, told: _Told) -> FeedsResult:
        size_bytes = 0
        if told.body is not None:
            size_bytes = len(told.body.content)
            self._hand_over(slot, told.body.content, request.seq)
        return FeedsResult(
            **echo(request, time.monotonic_ns()),
            generation=slot.generation if size_bytes else 0,
            payload_size_bytes=size_bytes,
            body=told.body.body if told.body else None,
            **told.result,
        )

    def _hand_over(self, slot: SlotGrant, content: bytes, seq: int) -> None:
        with self._writer.pixels(slot.index, len(content)) as place:
            place[:] = content
        header = SlotHeader(
            size_bytes=len(content),
            width=len(content),
            height=1,
            stride=len(content),
            format=PixelFormat.OPAQUE,
            producer_pid=os.getpid(),
            generation=slot.generation,
            seq=seq,
            ts_ns=time.monotonic_ns(),
        )
        self._writer.seal(slot.index, header)

    def close(self) -> None:
        """Have everything end: what is half fetched is forgotten, what is kept is whole."""
        with contextlib.suppress(TimeoutError):
            self._do(self._end()).result(_CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_S)
        self._writer.close()

    # On the loop's thread.

    async def _take(self, request: FeedsRequest) -> None:
        self._gatherer.follow(request)
        if request.parsed is not None:
            self._gatherer.take_reading(request.parsed.ticket, request.parsed.reading)
        self._keeping.tidy(request.wanted, request.rejected, time.time())

    def _survey(self, request: FeedsRequest) -> _Told:
        """Say how each feed is doing, and no more: both would not fit one message."""
        now_s, counts = time.time(), self._keeping.counts()
        health = tuple(
            schedule.health_of(self._keeping.record(source.url), counts.get(source.url, 0), now_s)
            for source in request.feeds
        )
        nothing: dict[str, Any] = {"items": (), "dropped": (), "next_cursor": request.cursor}
        return _Told(nothing | {"health": health}, None)

    async def _tell(self, request: FeedsRequest) -> _Told:
        if request.survey:  # who only asks how feeds are has nobody else asked
            return self._survey(request)
        await self._take(request)
        changed = self._keeping.changes(request.cursor)
        if changed.cursor == request.cursor:
            await self._gatherer.wait(request.patience_ms / 1000)
            changed = self._keeping.changes(request.cursor)
        notes = (*self._notes, *self._keeping.take_notes())[:_NOTES]
        self._notes = []
        drops = (
            *(DroppedItem(url="", reason=DropReason.MIRROR_UNSAFE, detail=n[:200]) for n in notes),
            *self._gatherer.give_drops(MIRROR_PAGE_CAP_ITEMS - _NOTES, _DROPS_BYTES),
        )
        result = {
            "items": changed.items,
            "gone": changed.gone,
            "next_cursor": changed.cursor,
            "dropped": drops,
            "busy": self._gatherer.busy,
            "online": self._gatherer.online,
        }
        return _Told(result, self._gatherer.give_body())

    async def _end(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self._keeping.close()

    def _do(self, act: Coroutine[Any, Any, T]) -> "concurrent.futures.Future[T]":
        return asyncio.run_coroutine_threadsafe(act, self._loop)
