"""The conversation about feeds, carried."""

from dataclasses import dataclass, field

from engine import QueueEngine
from leases import lease
from stillframe.contracts.feedparse import FeedParseRequest, FeedParseResult
from stillframe.contracts.feeds import Body, FeedSource, FeedsRequest, FeedsResult, Reading
from stillframe.contracts.messages import Request, echo
from stillframe.contracts.quarantine import WorkerInput
from stillframe.settings import load
from stillframe.show.courier import Courier, Recipient
from stillframe.show.gathering import Gathering, plan_of
from stillframe.supervision import events
from stillframe.supervision.events import WorkerState
from stillframe.transport.backlog import DropReason

SOURCE = FeedSource(url="https://a.example/feed", key="secret")
SETTINGS = load(file_text="", file_name="", environ={}, flags={}).feeds


@dataclass
class Desk:
    engine: QueueEngine = field(default_factory=QueueEngine)
    news: list[FeedsResult] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def __post_init__(self) -> None:
        recipient = Recipient(
            news=self.news.append,
            tell=self.said.append,
            wanted=lambda: (b"/on screen",),
            read=self.readings.append,
        )
        plan = plan_of((SOURCE,), SETTINGS, 10.0)
        self.courier = Courier(plan, self.engine, Gathering(), recipient)
        self.courier.begin()

    def last(self) -> FeedsRequest:
        request = self.engine.asked("feeds")[-1]
        assert isinstance(request, FeedsRequest)
        return request

    def answer(self, body: Body | None = None) -> None:
        request = self.last()
        result = FeedsResult(**echo(request, 1), items=(), dropped=(), body=body)
        held = lease(7) if body else None
        assert self.courier.take(events.Completed(request, result, held))

    def hand_out(self) -> FeedParseRequest:
        body = Body(
            ticket=3,
            source=SOURCE,
            url="https://b.example/",
            content_type="text/xml",
            size_bytes=99,
            sha256="ab",
        )
        self.answer(body)
        request = self.engine.asked("feedparse")[-1]
        assert isinstance(request, FeedParseRequest)
        return request

    def released(self) -> int:
        return sum(isinstance(command, events.Release) for command in self.engine.posted)


def test_each_question_says_all_that_is_wanted() -> None:
    desk = Desk()
    request = desk.last()
    assert (request.feeds, request.max_items, request.wanted) == ((SOURCE,), 30, (b"/on screen",))
    desk.answer()
    assert len(desk.news) == 1
    assert len(desk.engine.asked("feeds")) == 2


def test_a_body_goes_to_the_parser_without_the_secret_and_is_known_again() -> None:
    desk = Desk()
    request = desk.hand_out()
    assert request.source == FeedSource(url=SOURCE.url)
    assert (request.url, request.body_bytes) == ("https://b.example/", 99)
    (command,) = (
        c for c in desk.engine.posted if isinstance(c, events.Submit) and c.request is request
    )
    assert command.input == WorkerInput(SOURCE.url.encode(), "ab")
    assert command.key is None, "no newer one takes its place"


def test_what_a_body_held_goes_back_and_its_slot_is_released() -> None:
    desk = Desk()
    request = desk.hand_out()
    reading = Reading(title="T")
    result = FeedParseResult(**echo(request, 1), reading=reading)
    assert desk.courier.take(events.Completed(request, result, None))
    assert (desk.released(), desk.readings) == (1, [reading])
    desk.answer()
    parsed = desk.last().parsed
    assert parsed is not None
    assert (parsed.ticket, parsed.reading) == (3, reading)


def test_a_parser_that_fails_or_drops_gives_the_slot_back() -> None:
    for number in range(2):
        desk = Desk()
        request: Request = desk.hand_out()
        if number:
            event: events.Event = events.Dropped(request, DropReason.OVERFLOW)
        else:
            event = events.Refused(request, "deadline", "5 s", events.RefusalSource.SUPERVISOR)
        assert desk.courier.take(event)
        assert desk.released() == 1
        desk.answer()
        assert desk.last().parsed is not None


def test_a_lost_question_is_asked_again_and_a_failed_worker_is_spoken_of_once() -> None:
    desk = Desk()
    desk.engine.fail(desk.last(), "worker-died")
    event = desk.engine.take()
    assert event
    assert desk.courier.take(event)
    assert len(desk.engine.asked("feeds")) == 2
    desk.engine.fail(desk.last(), "worker-failed")
    event = desk.engine.take()
    assert event
    assert desk.courier.take(event)
    assert len(desk.engine.asked("feeds")) == 2
    assert len(desk.said) == 1
    back = events.WorkerChanged("feeds", WorkerState.READY)
    assert not desk.courier.take(back), "it is news for others too"
    assert len(desk.engine.asked("feeds")) == 3


def test_the_end_of_the_show_is_no_loss() -> None:
    desk = Desk()
    assert desk.courier.take(events.Dropped(desk.last(), DropReason.STOPPED))
    assert (len(desk.engine.asked("feeds")), desk.said) == (1, [])


def test_what_is_about_others_is_left_to_them() -> None:
    desk = Desk()
    for event in (
        events.WorkerChanged("images", WorkerState.READY),
        events.QuarantineChanged(()),
        events.WorkerChanged("feeds", WorkerState.BACKOFF),
    ):
        assert not desk.courier.take(event)
    assert len(desk.engine.asked("feeds")) == 1
