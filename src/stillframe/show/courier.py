"""Carries the conversation about feeds between the engine and whoever wants the news.

Role: performs what `show.gathering` decides. Counterpart: `show.runtime` and the commands about
feeds own one each, and pass it every event that is its own.

Guarantees: every call returns at once; a slot that it was leased is released once.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from stillframe.contracts.feedparse import FeedParseRequest, FeedParseResult
from stillframe.contracts.feeds import FeedsRequest, FeedsResult, Reading
from stillframe.contracts.quarantine import WorkerInput
from stillframe.show.gathering import (
    CANDIDATES,
    FeedPlan,
    GatherAction,
    Gathering,
    GiveBack,
    Inquire,
    Read,
    Say,
)
from stillframe.show.ports import Asker
from stillframe.supervision import events
from stillframe.supervision.events import Event, WorkerState
from stillframe.transport.backlog import DropReason, Urgency

FEEDS: Final = "feeds"
PARSER: Final = "feedparse"
# A reader marks its candidates with this; the feed worker knows each feed's own weight.
_NEUTRAL_WEIGHT: Final = 50


@dataclass(frozen=True)
class Recipient:
    """Who gets the news.

    Attributes:
        news: takes each answer of the feed worker.
        tell: takes a sentence for people.
        wanted: says which files are on screen or come next.
        read: takes what each body held.
    """

    news: Callable[[FeedsResult], object]
    tell: Callable[[str], object]
    wanted: Callable[[], tuple[bytes, ...]] = tuple
    read: Callable[[Reading], object] = id


class Courier:
    """One conversation, on one engine."""

    def __init__(
        self, plan: FeedPlan, engine: Asker, gathering: Gathering, recipient: Recipient
    ) -> None:
        self._plan, self._engine = plan, engine
        self.gathering, self._recipient = gathering, recipient
        self._tickets: dict[int, int] = {}  # of the bodies that are being read, by request

    def begin(self) -> None:
        """Ask for the first time."""
        self._perform(self.gathering.begin())

    def take(self, event: Event) -> bool:
        """Take an event that is about feeds; False if it is not."""
        match event:
            case events.Completed(request=FeedsRequest(), response=FeedsResult() as told):
                slot = event.lease.grant if event.lease else None
                self._recipient.news(told)
                self._perform(self.gathering.on_answer(told, slot))
            case events.Completed(
                request=FeedParseRequest(seq=seq), response=FeedParseResult(reading=reading)
            ):
                self._recipient.read(reading)
                self._perform(self.gathering.on_reading(self._tickets.pop(seq), reading))
            case events.Refused(request=FeedParseRequest(seq=seq)):
                ticket = self._tickets.pop(seq)
                self._perform(self.gathering.on_unread(ticket, event.reason, event.detail))
            case events.Dropped(request=FeedParseRequest(seq=seq)):
                ticket = self._tickets.pop(seq)
                self._perform(self.gathering.on_unread(ticket, event.reason.value, "not read"))
            case events.Refused(request=FeedsRequest()):
                failed = event.reason == "worker-failed"
                self._perform(self.gathering.on_lost(failed=failed, detail=event.detail))
            case events.Dropped(request=FeedsRequest(), reason=reason):
                if reason is not DropReason.STOPPED:
                    self._perform(self.gathering.on_lost(failed=False, detail=reason.value))
            case events.WorkerChanged(worker=worker, state=WorkerState.READY) if worker == FEEDS:
                self._perform(self.gathering.begin())
                return False  # it is news for others too
            case _:
                return False
        return True

    def _perform(self, actions: tuple[GatherAction, ...]) -> None:
        for action in actions:
            match action:
                case Inquire():
                    self._inquire(action)
                case Read():
                    self._have_read(action)
                case GiveBack(slot=slot):
                    self._engine.post(events.Release(FEEDS, slot))
                case Say(text=text):
                    self._recipient.tell(text)

    def _inquire(self, action: Inquire) -> None:
        request = FeedsRequest(
            **self._engine.asking(FEEDS),
            feeds=self._plan.feeds,
            max_items=self._plan.max_items,
            ttl_hint_s=self._plan.ttl_hint_s,
            priority_policy=self._plan.policy,
            cursor=action.cursor,
            patience_ms=action.patience_ms,
            parsed=action.parsed,
            wanted=self._recipient.wanted(),
            rejected=action.rejected,
            refresh=action.refresh,
            survey=action.survey,
        )
        self._engine.post(events.Submit(request, b"news", Urgency.PREFETCH))

    def _have_read(self, action: Read) -> None:
        body = action.body
        request = FeedParseRequest(
            **self._engine.asking(PARSER),
            source=msgspec.structs.replace(body.source, key=""),  # nothing there needs the secret
            url=body.url,
            content_type=body.content_type,
            slot=action.slot,
            body_bytes=body.size_bytes,
            max_items=CANDIDATES,
            ttl_hint_s=self._plan.ttl_hint_s,
            priority=_NEUTRAL_WEIGHT,
            now_s=time.time(),
        )
        self._tickets[request.seq] = body.ticket
        about = WorkerInput(body.source.url.encode()[:4096], body.sha256)
        self._engine.post(events.Submit(request, None, Urgency.PREFETCH, about))
