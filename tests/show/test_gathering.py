"""What feeds are asked, and who reads the answer."""

import pytest

from stillframe.contracts.feeds import (
    Body,
    DropReason,
    FeedSource,
    FeedsResult,
    Parsed,
    Reading,
)
from stillframe.contracts.images import SlotGrant
from stillframe.settings import load
from stillframe.show.gathering import (
    BUSY_PATIENCE_MS,
    IDLE_PATIENCE_MS,
    NO_NETWORK,
    Gathering,
    GiveBack,
    Inquire,
    Read,
    Say,
    plan_of,
)

SLOT, OTHER = SlotGrant(index=0, generation=5), SlotGrant(index=1, generation=6)
SETTINGS = load(file_text="", file_name="", environ={}, flags={}).feeds


def answer(**fields: object) -> FeedsResult:
    said: dict[str, object] = {"items": (), "dropped": ()}
    return FeedsResult(
        seq=1,
        correlation_id=1,
        worker="feeds",
        ts_req_ns=1,
        deadline_ns=1,
        ts_res_ns=1,
        **(said | fields),  # type: ignore[arg-type]
    )


def body(ticket: int) -> Body:
    source = FeedSource(url="https://a.example/")
    return Body(
        ticket=ticket, source=source, url=source.url, content_type="", size_bytes=9, sha256=""
    )


def question(actions: tuple[object, ...]) -> Inquire:
    (found,) = (action for action in actions if isinstance(action, Inquire))
    return found


def test_one_question_follows_another_each_with_what_the_one_before_said() -> None:
    gathering = Gathering()
    first = question(gathering.begin())
    assert (first.cursor, first.parsed, first.rejected, first.refresh) == (0, None, (), False)
    assert gathering.begin() == (), "one at a time"
    second = question(gathering.on_answer(answer(next_cursor=7), None))
    assert (second.cursor, second.patience_ms) == (7, IDLE_PATIENCE_MS)
    third = question(gathering.on_answer(answer(next_cursor=7, busy=True), None))
    assert third.patience_ms == BUSY_PATIENCE_MS


def test_a_body_is_read_and_what_it_held_goes_back_with_the_next_question() -> None:
    gathering = Gathering()
    gathering.begin()
    actions = gathering.on_answer(answer(body=body(3)), SLOT)
    assert actions[0] == Read(body(3), SLOT)
    assert question(actions).patience_ms == BUSY_PATIENCE_MS
    assert gathering.reading
    reading = Reading(title="T")
    assert gathering.on_reading(3, reading) == (GiveBack(SLOT),)
    assert question(gathering.on_answer(answer(), None)).parsed == Parsed(ticket=3, reading=reading)
    assert not gathering.reading


def test_several_bodies_are_read_at_once_and_told_one_by_one() -> None:
    gathering = Gathering()
    gathering.begin()
    gathering.on_answer(answer(body=body(1)), SLOT)
    gathering.on_answer(answer(body=body(2)), OTHER)
    gathering.on_reading(2, Reading())
    gathering.on_reading(1, Reading())
    told = [question(gathering.on_answer(answer(), None)).parsed for _ in range(3)]
    assert [one.ticket if one else None for one in told] == [2, 1, None]


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("deadline", DropReason.PARSE_TIMEOUT),
        ("quarantined", DropReason.PARSE_TIMEOUT),
        ("worker-died", DropReason.PARSER_DIED),
        ("worker-failed", DropReason.PARSER_DIED),
        ("bad-answer", DropReason.PARSER_DIED),
    ],
)
def test_a_reader_that_fails_is_an_answer_too(reason: str, problem: DropReason) -> None:
    gathering = Gathering()
    gathering.begin()
    gathering.on_answer(answer(body=body(1)), SLOT)
    assert gathering.on_unread(1, reason, "x" * 500) == (GiveBack(SLOT),)
    parsed = question(gathering.on_answer(answer(), None)).parsed
    assert parsed is not None
    assert parsed.reading.problem is problem
    assert len(parsed.reading.detail) <= 200


def test_a_slot_is_given_back_once_whatever_comes() -> None:
    gathering = Gathering()
    gathering.begin()
    assert GiveBack(SLOT) in gathering.on_answer(answer(), SLOT), "a slot, and no body"
    gathering.on_answer(answer(body=body(1)), SLOT)
    assert GiveBack(OTHER) in gathering.on_answer(answer(body=body(1)), OTHER), "the same again"
    assert gathering.on_reading(1, Reading()) == (GiveBack(SLOT),)
    assert gathering.on_reading(1, Reading()) == ()
    assert gathering.on_unread(9, "deadline", "") == ()


def test_what_is_rejected_and_refreshed_is_said_once() -> None:
    gathering = Gathering(refresh=True)
    for number in range(10):
        gathering.reject(b"/%d" % number)
    first = question(gathering.begin())
    assert (first.refresh, len(first.rejected)) == (True, 8)
    second = question(gathering.on_answer(answer(), None))
    assert (second.refresh, second.rejected) == (False, (b"/8", b"/9"))
    gathering.refresh()
    assert question(gathering.on_answer(answer(), None)).refresh


def test_the_network_is_spoken_of_when_it_goes_and_when_it_comes() -> None:
    gathering = Gathering()
    gathering.begin()
    said = []
    for online in (True, False, False, True, True):
        said += [a for a in gathering.on_answer(answer(online=online), None) if isinstance(a, Say)]
        assert gathering.online is online
    assert said == [Say(NO_NETWORK), Say("feeds: the network is back")]


def test_a_question_that_is_lost_is_asked_again() -> None:
    gathering = Gathering()
    gathering.begin()
    gathering.on_answer(answer(next_cursor=4), None)
    assert question(gathering.on_lost(failed=False, detail="died")).cursor == 4


def test_what_a_lost_question_has_said_is_said_again_but_not_what_a_body_held() -> None:
    gathering = Gathering(refresh=True)
    gathering.begin()
    gathering.on_answer(answer(body=body(3)), SLOT)
    gathering.on_reading(3, Reading())
    for number in range(9):
        gathering.reject(b"/%d" % number)
    gathering.refresh()
    lost = question(gathering.on_answer(answer(), None))
    assert (len(lost.rejected), lost.refresh, lost.parsed is None) == (8, True, False)
    again = question(gathering.on_lost(failed=False, detail="died"))
    assert (again.rejected, again.refresh, again.parsed) == (lost.rejected, True, None)
    rest = question(gathering.on_answer(answer(), None))
    assert (rest.rejected, rest.refresh) == ((b"/8",), False)


def test_a_worker_that_has_failed_is_left_alone_until_it_is_back() -> None:
    gathering = Gathering()
    gathering.begin()
    (said,) = gathering.on_lost(failed=True, detail="five deaths")
    assert isinstance(said, Say)
    assert "five deaths" in said.text
    assert gathering.on_lost(failed=True, detail="again") == ()
    assert question(gathering.begin())


@pytest.mark.parametrize(
    ("interval_s", "ttl_min"), [(2, 30), (30, 30), (31, 45), (90, 45), (91, 60), (9999, 60)]
)
def test_an_image_is_fresh_for_longer_in_a_slower_show(interval_s: float, ttl_min: int) -> None:
    assert plan_of((), SETTINGS, interval_s).ttl_hint_s == ttl_min * 60


def test_a_plan_is_what_the_settings_say() -> None:
    flags = {"STILLFRAME_FEEDS_TTL_HINT_S": "77", "STILLFRAME_FEEDS_MAX_ITEMS": "5"}
    settings = load(file_text="", file_name="", environ=flags, flags={}).feeds
    feeds = (FeedSource(url="https://a.example/"),)
    plan = plan_of(feeds, settings, 10.0)
    assert (plan.feeds, plan.ttl_hint_s, plan.max_items) == (feeds, 77, 5)
    assert (plan.policy.default_weight, plan.policy.max_items_per_feed) == (50, 8)
