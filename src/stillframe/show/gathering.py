"""How feeds become photos: what is asked of who fetches and of who reads.

Role: pure; turns each answer into the next question. Counterpart: `show.courier` carries questions
and answers; `workers.feeds` fetches and keeps, `workers.feedparse` reads.

Guarantees: exactly one question to the feed worker is under way until it has failed; each body that
it hands out is read once and its slot given back once, whatever becomes of the reader; a reader
that died or ran out of time is an answer like any other.
"""

import collections
from dataclasses import dataclass
from typing import Final

from stillframe.contracts.caps import SHOWN_CAP_ITEMS
from stillframe.contracts.feeds import (
    Body,
    DropReason,
    FeedSource,
    FeedsResult,
    Parsed,
    PriorityPolicy,
    Reading,
)
from stillframe.contracts.images import SlotGrant
from stillframe.settings import FeedSettings

# While something is being fetched or read, and while nothing is.
BUSY_PATIENCE_MS: Final = 100
IDLE_PATIENCE_MS: Final = 1000
# As many candidates as a reading of the largest size holds, and far more than are ever taken.
CANDIDATES: Final = 100
NO_NETWORK: Final = "feeds: no network: what was kept is shown"
_FRESH: Final = ((30.0, 30), (90.0, 45))
_FRESH_ELSE_MINUTES: Final = 60


@dataclass(frozen=True)
class FeedPlan:
    """What stays the same in every question.

    Attributes:
        max_items: how many images all feeds together may add in one cycle.
        ttl_hint_s: how long an image is kept where its feed does not say.
    """

    feeds: tuple[FeedSource, ...]
    max_items: int
    ttl_hint_s: float
    policy: PriorityPolicy


@dataclass(frozen=True)
class Inquire:
    """Ask the feed worker what is new; the fields are those of a `FeedsRequest`."""

    cursor: int
    patience_ms: int
    parsed: Parsed | None
    rejected: tuple[bytes, ...]
    refresh: bool
    survey: bool


@dataclass(frozen=True)
class Read:
    """Have a body read; until then its slot is leased."""

    body: Body
    slot: SlotGrant


@dataclass(frozen=True)
class GiveBack:
    """A body has been read: its slot may be written again."""

    slot: SlotGrant


@dataclass(frozen=True)
class Say:
    """Something a person should know."""

    text: str


GatherAction = Inquire | Read | GiveBack | Say


class Gathering:
    """One conversation about some feeds."""

    def __init__(self, *, refresh: bool = False, survey: bool = False) -> None:
        """Prepare; `refresh` has every feed asked at once, `survey` asks how each is doing."""
        self._refresh, self._survey = refresh, survey
        self._cursor = 0
        self._parsed: collections.deque[Parsed] = collections.deque()
        self._rejected: collections.deque[bytes] = collections.deque()
        self._reading: dict[int, SlotGrant] = {}
        self._online = True
        self._asked: Inquire | None = None
        self._failed = self._heard = False

    @property
    def heard(self) -> bool:
        """Whether what the mirror has is known, or that nobody will say."""
        return self._heard

    @property
    def online(self) -> bool:
        """Whether any server could be reached, as far as is known."""
        return self._online

    @property
    def reading(self) -> bool:
        """Whether a body is being read, or what it held has not been told yet."""
        return bool(self._reading or self._parsed)

    def begin(self) -> tuple[GatherAction, ...]:
        """Return the first question; or the next one, after the worker was started anew."""
        self._failed = False
        return self._inquire(BUSY_PATIENCE_MS)

    def reject(self, path: bytes) -> None:
        """Say of a mirrored file that it cannot be shown."""
        self._rejected.append(path)

    def refresh(self) -> None:
        """Have every feed asked with the next question."""
        self._refresh = True

    def on_answer(self, result: FeedsResult, slot: SlotGrant | None) -> tuple[GatherAction, ...]:
        """Take what is new in the mirror; `slot` is that of the body, if one came."""
        self._asked, self._heard = None, True
        self._cursor = result.next_cursor
        actions: list[GatherAction] = []
        if result.online != self._online:
            self._online = result.online
            actions.append(Say("feeds: the network is back" if self._online else NO_NETWORK))
        if slot is not None:
            actions += self._hand_out(result.body, slot)
        busy = result.busy or self.reading
        return (*actions, *self._inquire(BUSY_PATIENCE_MS if busy else IDLE_PATIENCE_MS))

    def _hand_out(self, body: Body | None, slot: SlotGrant) -> tuple[GatherAction, ...]:
        if body is None or body.ticket in self._reading:
            return (GiveBack(slot),)
        self._reading[body.ticket] = slot
        return (Read(body, slot),)

    def on_reading(self, ticket: int, reading: Reading) -> tuple[GatherAction, ...]:
        """Take what a body held."""
        slot = self._reading.pop(ticket, None)
        if slot is None:
            return ()
        self._parsed.append(Parsed(ticket=ticket, reading=reading))
        return (GiveBack(slot),)

    def on_unread(self, ticket: int, reason: str, detail: str) -> tuple[GatherAction, ...]:
        """Take that a body could not be read: the reader died of it, or took too long."""
        problem = {
            "deadline": DropReason.PARSE_TIMEOUT,
            "quarantined": DropReason.PARSE_TIMEOUT,
        }.get(reason, DropReason.PARSER_DIED)
        return self.on_reading(ticket, Reading(problem=problem, detail=f"{reason}: {detail}"[:200]))

    def on_lost(self, *, failed: bool, detail: str) -> tuple[GatherAction, ...]:
        """Go on after a question that the feed worker could not answer.

        A worker that has failed for good is asked again when it was started anew. What a body held
        is not told again: it died with the worker that had fetched it.
        """
        if self._asked is not None:
            self._rejected.extendleft(reversed(self._asked.rejected))
            self._refresh |= self._asked.refresh
        self._asked = None
        if not failed:
            return self._inquire(BUSY_PATIENCE_MS)
        if self._failed:
            return ()
        self._failed = self._heard = True
        return (Say(f"feeds are not asked any more: {detail}"),)

    def _inquire(self, patience_ms: int) -> tuple[GatherAction, ...]:
        if self._asked is not None or self._failed:
            return ()
        refresh, self._refresh = self._refresh, False
        count = min(len(self._rejected), SHOWN_CAP_ITEMS)
        self._asked = Inquire(
            cursor=self._cursor,
            patience_ms=patience_ms,
            parsed=self._parsed.popleft() if self._parsed else None,
            rejected=tuple(self._rejected.popleft() for _ in range(count)),
            refresh=refresh,
            survey=self._survey,
        )
        return (self._asked,)


def plan_of(feeds: tuple[FeedSource, ...], settings: FeedSettings, interval_s: float) -> FeedPlan:
    """Return what is wanted of feeds in a show of which each photo stays for `interval_s`."""
    return FeedPlan(
        feeds=feeds,
        max_items=settings.max_items,
        ttl_hint_s=settings.ttl_hint_s or _ttl_s(interval_s),
        policy=PriorityPolicy(
            default_weight=settings.default_weight,
            max_items_per_feed=settings.max_items_per_feed,
        ),
    )


def _ttl_s(interval_s: float) -> float:
    """Return how long an image is fresh: the quicker the show, the sooner it has been seen."""
    for at_most_s, minutes in _FRESH:
        if interval_s <= at_most_s:
            return 60.0 * minutes
    return 60.0 * _FRESH_ELSE_MINUTES
