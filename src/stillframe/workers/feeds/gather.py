"""What goes on in the background: feeds are asked, read elsewhere, and their images kept.

Role: the acts behind the decisions of `schedule`, `choice`, `network` and `hosts`; lives on one
asyncio loop. Counterpart: `workers.feeds.io` takes its news to the interface, and brings back what
bodies held.

Guarantees: no error of a feed or an image ends more than its own turn; nothing waits for ever; of
bodies that were not read yet at most `_BODIES` are in memory.
"""

import asyncio
import collections
import contextlib
import itertools
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec

from stillframe.contracts.feeds import (
    Body,
    DroppedItem,
    DropReason,
    FeedSource,
    FeedsRequest,
    ImageMetadata,
    Reading,
)
from stillframe.workers.feeds import answers, schedule
from stillframe.workers.feeds.asking import ask_of, image_ask_of
from stillframe.workers.feeds.choice import Known, choose, metered, rank, weight_of
from stillframe.workers.feeds.fetch import Answer, Fetcher
from stillframe.workers.feeds.hosts import Errand, Hosts
from stillframe.workers.feeds.keeping import Keeping
from stillframe.workers.feeds.network import Network
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.schedule import Trouble

# Each may have `BODY_CAP_BYTES`.
_BODIES: Final = 4
# As many as the shared memory holds, but one slot for the next question.
_HANDED_OUT: Final = 2
# A reader has 5 s, and perhaps others before it.
_READING_S: Final = 120.0
# Far from those of any process before, and as far from the largest count.
_TICKET_BITS: Final = 60
# The loop looks again at least so often: a clock may be moved.
_LONGEST_SLEEP_S: Final = 30.0
# More than this is not news any more.
_DROPS_KEPT: Final = 256
# Not the image's fault: the next would be fetched in vain as well.
_NO_PLACE: Final = (DropReason.DISK_FULL, DropReason.MIRROR_UNSAFE)


@dataclass(frozen=True)
class FetchedBody:
    """A body that waits to be read, and the message that goes with it."""

    body: Body
    content: bytes


@dataclass(frozen=True)
class _Candidate:
    item: ImageMetadata
    source: FeedSource


class Gatherer:
    """All feeds of a show, and what is being done about them."""

    def __init__(
        self,
        fetcher: Fetcher,
        keeping: Keeping,
        *,
        hosts: Hosts,
        clock_s: Callable[[], float],
        rng: random.Random,
    ) -> None:
        """Prepare; `run` does the work."""
        self._fetcher, self._keeping, self._clock_s, self._rng = fetcher, keeping, clock_s, rng
        self._hosts, self._network = hosts, Network[tuple[FeedSource, Trouble]]()
        self._sources: dict[str, FeedSource] = {}
        self._request: FeedsRequest | None = None
        self._polling: dict[str, asyncio.Task[None]] = {}
        self._fetching: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._waiting: list[_Candidate] = []
        self._taken = 0  # of the images that this cycle may add
        self._refreshing: set[str] = set()
        self._unjudged: set[str] = set()  # could not be reached; whose fault that is will be seen
        # What a body of the process before held may still be told: it must fit none of these.
        self._tickets = itertools.count(rng.getrandbits(_TICKET_BITS))
        self._unread: collections.deque[FetchedBody] = collections.deque()
        self._readings: dict[int, asyncio.Future[Reading]] = {}
        self._drops: collections.deque[DroppedItem] = collections.deque(maxlen=_DROPS_KEPT)
        self._failure: BaseException | None = None
        self._changed = asyncio.Event()  # something may be begun
        self._news = asyncio.Event()  # somebody may want to know
        for name, until_s in keeping.holds().items():
            self._hosts.hold(name, until_s)

    # What the interface says and hears.

    @property
    def online(self) -> bool:
        """Whether anything at all can be reached."""
        return self._network.online

    @property
    def busy(self) -> bool:
        """Whether anything is under way, or about to be."""
        now_s = self._clock_s()
        soon = any(self._may_poll(source, now_s) for source in self._sources.values())
        return bool(self._polling or self._fetching or self._waiting or self._unjudged or soon)

    def follow(self, request: FeedsRequest) -> None:
        """Take which feeds there are, and what is wanted of them."""
        now_s, sources = self._clock_s(), {source.url: source for source in request.feeds}
        self._request = request
        for url in self._sources.keys() - sources.keys():
            if task := self._polling.get(url):
                task.cancel()
        new = sources.keys() - self._sources.keys()
        self._sources = sources
        for url in new:
            known = self._keeping.record(url)
            self._keeping.put(url, schedule.welcomed(known, now_s, self._rng))
            self._choose(sources[url])  # what was left when the process before ended
        if request.refresh:
            self._refreshing.update(
                url for url in sources if schedule.may_refresh(self._keeping.record(url), now_s)
            )
        self._changed.set()

    def take_reading(self, ticket: int, reading: Reading) -> None:
        """Take what a body held; of one that nobody waits for, nothing is taken."""
        waiting = self._readings.get(ticket)
        if waiting is not None and not waiting.done():
            waiting.set_result(reading)

    def give_body(self) -> FetchedBody | None:
        """Return a body to be read, if there is one and readers have not enough to do already."""
        handed_out = len(self._readings) - len(self._unread)
        if not self._unread or handed_out >= _HANDED_OUT:
            return None
        self._changed.set()
        return self._unread.popleft()

    def give_drops(self, most: int, cap_bytes: int) -> tuple[DroppedItem, ...]:
        """Return what was left out since the last time, as much as there is room for."""
        given: list[DroppedItem] = []
        while self._drops and len(given) < most:
            cap_bytes -= len(msgspec.msgpack.encode(self._drops[0]))
            if cap_bytes < 0:
                break
            given.append(self._drops.popleft())
        return tuple(given)

    async def wait(self, patience_s: float) -> None:
        """Wait until there may be news, but no longer than that.

        Raises:
            Exception: whatever no part of this worker should have let out; it cannot go on.
        """
        if self._failure is not None:
            raise self._failure
        if self._drops or (self._unread and len(self._readings) <= _HANDED_OUT):
            return
        self._news.clear()
        await _wait(self._news, patience_s)

    # What goes on.

    async def run(self) -> None:
        """Ask feeds and fetch images, each when its time has come, until cancelled."""
        try:
            while True:
                self._changed.clear()
                sleep_s = min(self._begin_polls(), self._begin_images(), _LONGEST_SLEEP_S)
                self._settle()
                await _wait(self._changed, sleep_s)
        finally:
            tasks = [*self._polling.values(), *self._fetching.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, act: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(act)
        task.add_done_callback(self.on_end)
        return task

    def on_end(self, task: asyncio.Task[None]) -> None:
        """Keep what a task died of: it is a mistake of ours, and must not be silent."""
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
            self._news.set()

    def _settle(self) -> None:
        """Draw a line under what was under way, once nothing is."""
        if self._polling or self._fetching:
            return
        for source, trouble in self._network.settle(self._clock_s()):
            self._charge(source, trouble)
        self._unjudged.clear()
        if not self._waiting:
            self._taken = 0

    # Feeds.

    def _begin_polls(self) -> float:
        """Begin what may be begun; return after how long to look again."""
        now_s, sleep_s = self._clock_s(), _LONGEST_SLEEP_S
        # Those that answered the last time come first: the others may keep everybody waiting.
        for source in sorted(self._sources.values(), key=self._failures):
            if source.url in self._polling:
                continue
            if not self._may_poll(source, now_s):
                due_s = self._keeping.record(source.url).due_s
                if due_s is not None and due_s > now_s:
                    sleep_s = min(sleep_s, due_s - now_s)
                continue
            if self._hosts.count(Errand.FEED) + len(self._unread) >= _BODIES:
                break
            host = host_of(self._address(source))
            wait_s = self._hosts.wait_s(host, Errand.FEED, now_s)
            if wait_s:
                sleep_s = min(sleep_s, wait_s)
            elif wait_s == 0 and (self._network.online or not self._polling):
                self._keeping.latest(source.url)
                if not self._may_poll(source, now_s):
                    continue  # another show was quicker
                self._hosts.begin(host, Errand.FEED, now_s)
                self._polling[source.url] = self._spawn(self._poll(source, host))
        return sleep_s

    def _failures(self, source: FeedSource) -> int:
        return self._keeping.record(source.url).failures

    def _address(self, source: FeedSource) -> str:
        return schedule.address_of(self._keeping.record(source.url), source.url, self._clock_s())

    def _may_poll(self, source: FeedSource, now_s: float) -> bool:
        if not self._network.online and not self._network.may_probe(now_s):
            return False
        if source.url in self._unjudged:
            return False
        due = schedule.is_due(self._keeping.record(source.url), now_s)
        return due or source.url in self._refreshing

    async def _poll(self, source: FeedSource, host: str) -> None:
        """Ask one feed, have its body read, and queue its images."""
        try:
            address = self._address(source)
            answer = await self._ask(source, address, host)
            self._reached()
            reading = await self._have_read(source, answer)
            self._note_answer(source, address, answer, reading)
            await self._queue(source, reading)
        except FetchError as error:
            self._note_trouble(source, host, error)
        finally:
            self._refreshing.discard(source.url)
            del self._polling[source.url]
            self._changed.set()
            self._news.set()

    async def _ask(self, source: FeedSource, address: str, host: str) -> Answer:
        record = self._keeping.record(source.url)
        ask = ask_of(source, address, answers.validators_of(record))
        try:
            return await self._fetcher.fetch(ask)
        finally:
            self._hosts.end(host, Errand.FEED)
            self._changed.set()

    async def _have_read(self, source: FeedSource, answer: Answer) -> Reading | None:
        """Return what a body holds, None for the same as before.

        Raises:
            FetchError: if it cannot be read.
        """
        digest = answers.sha256_of(answer)
        if answers.unchanged(self._keeping.record(source.url), answer, digest):
            return None
        body = Body(
            ticket=next(self._tickets),
            source=source,
            url=answer.url,
            content_type=answer.content_type[:200],
            size_bytes=len(answer.body),
            sha256=digest,
        )
        waiting = asyncio.get_running_loop().create_future()
        self._readings[body.ticket] = waiting
        self._unread.append(FetchedBody(body, answer.body))
        self._news.set()
        try:
            async with asyncio.timeout(_READING_S):
                reading: Reading = await waiting
        except TimeoutError:
            detail = f"nobody has read it in {_READING_S:g} s"
            raise FetchError(DropReason.PARSER_DIED, detail) from None
        finally:
            del self._readings[body.ticket]
            self._unread = collections.deque(
                unread for unread in self._unread if unread.body.ticket != body.ticket
            )
        if reading.problem is not None:
            raise FetchError(reading.problem, reading.detail)
        return reading

    def _note_answer(
        self, source: FeedSource, address: str, answer: Answer, reading: Reading | None
    ) -> None:
        now_s, record = self._clock_s(), self._keeping.record(source.url)
        record = answers.remembered(record, answer)
        if address != source.url:
            record = msgspec.structs.replace(record, moved_to=address)
        record = schedule.after_redirect(record, answer.permanent_url, address, now_s)
        pace = answers.pace_of(answer)
        self._keeping.put(
            source.url, schedule.after_answer(record, pace, reading, now_s, self._rng)
        )

    def _note_trouble(self, source: FeedSource, host: str, error: FetchError) -> None:
        trouble = Trouble(
            reason=error.reason,
            detail=error.detail,
            status=error.status,
            retry_after_s=error.retry_after_s,
        )
        if error.reason is DropReason.UNREACHABLE:
            if self._network.online:  # else it was a probe
                self._drop(source.url, error)
            self._unjudged.add(source.url)
            self._network.unreached(host, (source, trouble))
            return
        self._drop(source.url, error)
        self._reached()
        self._charge(source, trouble)
        self._hold(host, error)

    def _hold(self, host: str, error: FetchError) -> None:
        """Leave a host in peace that asks for it: all that is on it."""
        if error.retry_after_s:
            self._hosts.hold(error.host or host, self._clock_s() + error.retry_after_s)
            self._keeping.put_holds(self._hosts.held(self._clock_s()))

    def _charge(self, source: FeedSource, trouble: Trouble) -> None:
        record = self._keeping.record(source.url)
        charged = schedule.after_trouble(record, trouble, self._clock_s(), self._rng)
        self._keeping.put(source.url, charged)

    def _reached(self) -> None:
        for source, trouble in self._network.reached():
            self._charge(source, trouble)

    def _drop(self, url: str, error: FetchError) -> None:
        self._drops.append(
            DroppedItem(url=url[:4096], reason=error.reason, detail=error.detail[:200])
        )
        self._news.set()

    # Images.

    async def _queue(self, source: FeedSource, reading: Reading | None) -> None:
        """Have the best of what a feed holds fetched; the rest may come in the next cycle."""
        dropped = self._choose(source)
        if reading is not None:
            self._drops.extend((*reading.dropped, *dropped))
        if not self._keeping.mirrors:
            mine = [one.item for one in self._waiting if one.source.url == source.url]
            reachable = await self._reachable(tuple(mine))
            self._waiting = [
                one
                for one in self._waiting
                if one.source.url != source.url or one.item in reachable
            ]
        self._news.set()

    def _choose(self, source: FeedSource) -> tuple[DroppedItem, ...]:
        """Put a feed's share of what it holds into the line; return what is left out."""
        if self._request is None:
            return ()
        policy, feed = self._request.priority_policy, source.url
        queued = {(one.source.url, one.item.url) for one in self._waiting} | self._fetching.keys()
        known = Known(
            in_feed=lambda url: (feed, url) in queued or self._keeping.has(feed, url),
            elsewhere=lambda url: (
                any(url == other for _, other in queued) or self._keeping.has_elsewhere(url)
            ),
            refuse=lambda url: self._fetcher.target(url, feed),
        )
        weight = weight_of(source, policy)
        candidates = tuple(metered(i, weight) for i in self._keeping.record(feed).candidates)
        chosen = choose(candidates, policy, known)
        self._waiting += (_Candidate(item, source) for item in chosen.items)
        self._waiting.sort(key=lambda candidate: rank(candidate.item))
        return chosen.dropped

    async def _reachable(self, items: tuple[ImageMetadata, ...]) -> tuple[ImageMetadata, ...]:
        """Return those whose hosts may be asked: without a mirror nothing else would tell."""
        found = []
        for item in items:
            try:
                await self._fetcher.check(item.url, item.source)
            except FetchError as error:
                self._drop(item.url, error)
            else:
                found.append(item)
        return tuple(found)

    def _begin_images(self) -> float:
        """Begin what may be begun; return after how long to look again."""
        now_s, sleep_s = self._clock_s(), _LONGEST_SLEEP_S
        most = self._request.max_items if self._request else 0
        for candidate in tuple(self._waiting):
            if self._taken >= most or (self._polling and not self._keeping.mirrors):
                break
            host = host_of(candidate.item.url)
            wait_s = self._hosts.wait_s(host, Errand.IMAGE, now_s) if self._keeping.mirrors else 0
            if wait_s:
                sleep_s = min(sleep_s, wait_s)
            elif wait_s == 0:
                self._waiting.remove(candidate)
                self._taken += 1
                self._begin_image(candidate, host, now_s)
        if self._taken >= most and not (self._polling or self._fetching):
            self._drops.extend(
                DroppedItem(url=candidate.item.url, reason=DropReason.OVER_LIMIT)
                for candidate in self._waiting
            )
            self._waiting.clear()
        return sleep_s

    def _begin_image(self, candidate: _Candidate, host: str, now_s: float) -> None:
        if not self._keeping.mirrors:
            self._keeping.keep(candidate.item, b"", now_s)
            self._news.set()
            return
        self._hosts.begin(host, Errand.IMAGE, now_s)
        key = candidate.source.url, candidate.item.url
        self._fetching[key] = self._spawn(self._fetch_image(candidate, host))

    async def _fetch_image(self, candidate: _Candidate, host: str) -> None:
        """Fetch one image and keep it; what cannot be had leaves its place to another."""
        item, source = candidate.item, candidate.source
        try:
            answer = await self._fetcher.fetch(image_ask_of(source, item.url))
            self._reached()
            self._keeping.keep(item, answer.body, self._clock_s())
        except FetchError as error:
            self._taken -= 1
            self._drop(item.url, error)
            self._hold(host, error)
            self._keeping.refused(source.url, item.url, error, self._clock_s())
            if error.reason in _NO_PLACE:
                self._waiting.clear()  # all of it comes up again with its feed's next turn
        finally:
            self._hosts.end(host, Errand.IMAGE)
            del self._fetching[source.url, item.url]
            self._changed.set()
            self._news.set()


def host_of(url: str) -> str:
    """Return whom a request would be made to, as politeness counts."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # no address at all; whoever is asked says so
        return ""


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
