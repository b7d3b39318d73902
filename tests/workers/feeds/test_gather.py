"""Feeds and images of real servers, over days that pass as the test says.

The rows of the table of HTTP that are about more than one request: validators (1 to 7), pace (8 to
12), moves (13, 14), endings (18 to 20), hosts (21, 22, 29), the network (23, 24), a restart (32),
the clock (33), pages (34), images (36).
"""

import asyncio
import os
import resource
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from feed_server import FeedServer, Visit, hang, head, page, redirect
from gathered import NOW_S, Clock, Gathered, gathering
from photos import shipped
from stillframe.contracts.feeds import DropReason, FeedSource, FeedState, Reading
from stillframe.workers.feeds import schedule
from stillframe.workers.feeds.gather import FetchedBody
from stillframe.workers.feeds.keeping import Keeping, Mirrored
from stillframe.workers.feeds.mirror import Mirror
from stillframe.workers.feeds.rotation import Caps

HOUR, DAY = 3600.0, 86400.0
CAPS = Caps(min_images=2, max_images=40, max_bytes=1 << 30, max_age_s=30 * DAY)
IMAGE = shipped("coffee.png").read_bytes()
Story = Callable[[Gathered, FeedServer], Coroutine[Any, Any, None]]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as served:
        yield served


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    kept = mirrored(tmp_path)
    yield kept
    kept.close()


def mirrored(folder: Path, caps: Caps = CAPS) -> Keeping:
    return Mirrored(Mirror(bytes(folder / "feeds"), caps, now_s=NOW_S))


def play(keeping: Keeping, server: FeedServer, story: Story, **how: Any) -> None:
    async def played() -> None:
        async with gathering(keeping, server, **how) as gathered:
            await story(gathered, server)

    asyncio.run(played())


def rss(*names: str, more: str = "") -> bytes:
    items = "".join(f'<item><enclosure url="{n}" type="image/png"/></item>' for n in names)
    return f'<rss version="2.0"><channel>{more}{items}</channel></rss>'.encode()


def serve_images(server: FeedServer, *names: str) -> None:
    """Serve as many different pictures."""
    for number, name in enumerate(names):
        server.serve("/" + name, page(IMAGE + b"\0" * number))


def is_file(path: bytes) -> bool:
    return os.path.isfile(path)


def due_in(gathered: Gathered, url: str) -> float:
    due_s = gathered.keeping.record(url).due_s
    assert due_s is not None
    return due_s - gathered.clock.now_s


def state(gathered: Gathered, url: str) -> FeedState:
    return schedule.health_of(gathered.keeping.record(url), 0, gathered.clock.now_s).state


def test_a_feeds_images_are_kept_and_what_is_missing_is_named(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss("a.png", "b.png", "no.png")))
        serve_images(server, "a.png", "b.png")
        await gathered.cycle(feed)
        assert gathered.urls == {server.url("/a.png"), server.url("/b.png")}
        assert gathered.reasons == ["http-error"]
        assert all(item.cache_path and is_file(item.cache_path) for item in gathered.items)
        assert {seen.field("accept") for seen in server.seen("/a.png")} == {"image/*"}

    play(keeping, server, story)


def test_validators_come_back_byte_for_byte_and_not_modified_keeps_everything(
    keeping: Keeping, server: FeedServer
) -> None:
    etag, modified = 'W/"odd one"', "Sun, 22 Nov 2026 10:00:00 +0100 (CET)"

    async def story(gathered: Gathered, server: FeedServer) -> None:
        fields = [("ETag", etag), ("Last-Modified", modified)]
        feed = server.serve("/feed", page(rss("a.png"), fields=fields))
        serve_images(server, "a.png")
        await gathered.cycle(feed)
        server.serve("/feed", page(b"", status=304))
        await gathered.cycle(feed, after_s=2 * HOUR)
        first, second = server.seen("/feed")
        assert (first.field("if-none-match"), first.field("if-modified-since")) == (None, None)
        assert second.field("if-none-match") == etag
        assert second.field("if-modified-since") == modified
        assert len(gathered.bodies) == 1, "nothing was read again"
        assert state(gathered, feed) is FeedState.OK
        assert gathered.urls == {server.url("/a.png")}

    play(keeping, server, story)


def test_not_modified_without_a_question_is_an_error_and_the_next_poll_is_plain(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(b"", status=304))
        await gathered.cycle(feed)
        assert gathered.reasons == ["bad-response"]
        assert state(gathered, feed) is FeedState.FAILING
        server.serve("/feed", page(rss("a.png")))
        await gathered.cycle(feed, after_s=HOUR)
        assert server.seen("/feed")[-1].field("if-none-match") is None
        assert state(gathered, feed) is FeedState.OK

    play(keeping, server, story)


@pytest.mark.parametrize("fields", [[("ETag", '"same"')], []])
def test_the_same_answer_again_is_not_read_again(
    keeping: Keeping, server: FeedServer, fields: list[tuple[str, str]]
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss("a.png"), fields=fields))
        for _ in range(3):
            await gathered.cycle(feed, after_s=25 * HOUR)
        assert len(server.seen("/feed")) == 3
        assert len(gathered.bodies) == 1

    play(keeping, server, story)


def test_without_validators_a_feed_is_asked_once_a_day(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss("a.png")))
        await gathered.cycle(feed)
        assert due_in(gathered, feed) == DAY
        await gathered.cycle(feed, after_s=20 * HOUR)
        assert len(server.seen("/feed")) == 1

    play(keeping, server, story)


@pytest.mark.parametrize(
    ("fields", "more", "hours"),
    [
        ([("Cache-Control", "max-age=18000")], "", 5),
        ([("Cache-Control", "max-age=18000, no-cache"), ("ETag", '"a"')], "", 1),
        (
            [
                ("Expires", "Mon, 23 Nov 2020 13:00:00 GMT"),
                ("Date", "Mon, 23 Nov 2020 10:00:00 GMT"),
            ],
            "",
            3,
        ),
        ([("ETag", '"a"')], "<ttl>240</ttl>", 4),
    ],
)
def test_what_a_server_wants_is_what_it_gets(
    keeping: Keeping, server: FeedServer, fields: list[tuple[str, str]], more: str, hours: int
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss(more=more), fields=fields))
        await gathered.cycle(feed)
        assert hours * HOUR <= due_in(gathered, feed) <= hours * HOUR * 1.05

    play(keeping, server, story)


def test_a_move_for_good_is_believed_on_its_third_day(keeping: Keeping, server: FeedServer) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        new = server.serve("/new", page(rss("a.png")))
        feed = server.serve("/old", redirect(new, 301))
        for _ in range(4):
            await gathered.cycle(feed, after_s=25 * HOUR)
        assert len(server.seen("/old")) == 3
        assert len(server.seen("/new")) == 4

    play(keeping, server, story)


def test_a_move_for_now_is_followed_each_time(keeping: Keeping, server: FeedServer) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/old", redirect(server.serve("/new", page(rss("a.png"))), 302))
        for _ in range(5):
            await gathered.cycle(feed, after_s=25 * HOUR)
        assert len(server.seen("/old")) == 5

    play(keeping, server, story)


def test_a_feed_that_is_gone_is_asked_no_more_and_its_images_stay(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss("a.png")))
        serve_images(server, "a.png")
        await gathered.cycle(feed)
        server.serve("/feed", page(b"", status=410))
        for _ in range(3):
            await gathered.cycle(feed, after_s=25 * HOUR)
        assert len(server.seen("/feed")) == 2
        assert gathered.reasons == ["gone"]
        assert state(gathered, feed) is FeedState.GONE
        assert gathered.urls == {server.url("/a.png")}

    play(keeping, server, story)


def test_a_busy_server_has_its_peace_for_all_that_is_on_it(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        busy = server.serve("/busy", page(b"", status=429, fields=[("Retry-After", "7200")]))
        await gathered.cycle(busy)
        other = server.serve("/other", page(rss("a.png")))
        gathered.follow(busy, other)
        gathered.clock.now_s += 3600
        gathered.follow(busy, other)
        for _ in range(10):
            await gathered.turn()
        assert server.seen("/other") == []
        gathered.clock.now_s += 3700
        gathered.follow(busy, other)
        await gathered.until(lambda: server.seen("/other"))

    play(keeping, server, story)


def test_peace_outlasts_the_process(tmp_path: Path, server: FeedServer) -> None:
    clock = Clock()

    async def asked(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/busy", page(b"", status=503, fields=[("Retry-After", "7200")]))
        await gathered.cycle(feed)

    async def later(gathered: Gathered, server: FeedServer) -> None:
        other = server.serve("/other", page(rss("a.png")))
        gathered.clock.now_s += 60
        gathered.follow(other)
        gathered.clock.now_s += 60
        gathered.follow(other)
        for _ in range(10):
            await gathered.turn()
        assert server.seen("/other") == []

    for story in (asked, later):
        kept = mirrored(tmp_path)
        play(kept, server, story, clock=clock)
        kept.close()


def test_when_nothing_can_be_reached_nobody_is_blamed_and_all_resumes(
    keeping: Keeping,
) -> None:
    async def played() -> None:
        with FeedServer("127.0.0.2") as one, FeedServer("127.0.0.3") as two:
            feeds = [server.serve("/feed", page(rss("a.png"))) for server in (one, two)]
        async with gathering(keeping, one, two) as gathered:
            await gathered.cycle(*feeds)
            assert not gathered.gatherer.online
            assert set(gathered.reasons) == {"unreachable"}
            assert [gathered.keeping.record(feed).failures for feed in feeds] == [0, 0]
            assert not gathered.gatherer.busy, "until the next probe"
            gathered.clock.now_s += 3600
            assert gathered.gatherer.busy
            # Nobody listens yet: one probe, and peace again.
            gathered.follow(*feeds)
            await gathered.settle()
            assert gathered.reasons.count("unreachable") == 2, "a probe is no news"
            assert [gathered.keeping.record(feed).failures for feed in feeds] == [0, 0]

    asyncio.run(played())


def test_an_unreachable_feed_among_others_is_charged(keeping: Keeping, server: FeedServer) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        good = server.serve("/feed", page(rss("a.png")))
        with FeedServer() as gone:
            dead = gone.url("/feed")
        await gathered.cycle(good, dead)
        assert gathered.gatherer.online
        assert state(gathered, good) is FeedState.OK

    play(keeping, server, story)


def test_what_is_known_of_a_feed_survives_a_restart(tmp_path: Path, server: FeedServer) -> None:
    clock = Clock()
    feed = server.serve("/feed", page(rss("a.png"), fields=[("ETag", '"a"')]))
    serve_images(server, "a.png")

    async def once(gathered: Gathered, server: FeedServer) -> None:
        del server
        await gathered.cycle(feed, after_s=2 * HOUR)
        assert len(gathered.items) == 1

    for _ in range(2):
        kept = mirrored(tmp_path)
        play(kept, server, once, clock=clock)
        kept.close()
    assert server.seen("/feed")[1].field("if-none-match") == '"a"'
    assert len(server.seen("/a.png")) == 1, "an image that is there is not asked for again"


def test_what_another_show_has_asked_is_not_asked_again(tmp_path: Path, server: FeedServer) -> None:
    async def played() -> None:
        feed = server.serve("/feed", page(rss("a.png"), fields=[("ETag", '"a"')]))
        one, two = mirrored(tmp_path), mirrored(tmp_path)
        async with gathering(one, server) as first, gathering(two, server) as second:
            second.follow(feed)  # it knows the feed, and when it is due, from before
            await first.cycle(feed)
            second.clock.now_s = first.clock.now_s
            second.follow(feed)
            await second.settle()
        one.close()
        two.close()
        assert len(server.seen("/feed")) == 1

    asyncio.run(played())


def test_what_was_not_fetched_when_the_process_ended_comes_with_the_next(
    tmp_path: Path, server: FeedServer
) -> None:
    names, clock = [f"{number}.png" for number in range(5)], Clock()
    serve_images(server, *names)
    for name in names[1:]:
        server.serve("/" + name, hang)
    feed = server.serve("/feed", page(rss(*names)))

    async def cut_short(gathered: Gathered, _: FeedServer) -> None:
        gathered.follow(feed)
        gathered.clock.now_s += 5
        gathered.follow(feed)
        await gathered.until(lambda: gathered.items)

    async def next_time(gathered: Gathered, server: FeedServer) -> None:
        serve_images(server, *names)
        gathered.follow(feed)
        await gathered.until(lambda: len(gathered.items) == 5)

    for story in (cut_short, next_time):
        kept = mirrored(tmp_path)
        play(kept, server, story, clock=clock)
        kept.close()
    assert len(server.seen("/feed")) == 1, "its own time has not come"


def test_a_clock_that_is_set_back_costs_one_poll(keeping: Keeping, server: FeedServer) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss("a.png"), fields=[("ETag", '"a"')]))
        await gathered.cycle(feed)
        await gathered.cycle(feed, after_s=-30 * DAY)
        await gathered.cycle(feed, after_s=60)
        assert len(server.seen("/feed")) == 2

    play(keeping, server, story)


def test_a_page_for_people_is_no_feed(keeping: Keeping, server: FeedServer) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/", page(b"<!doctype html><title>Log in</title>"))
        await gathered.cycle(feed)
        assert gathered.reasons == ["html-not-feed"]
        assert state(gathered, feed) is FeedState.FAILING

    play(keeping, server, story)


def test_a_page_where_an_image_should_be_is_no_image_and_not_asked_for_again(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss("a.png")))
        server.serve("/a.png", page(b"<html>log in</html>", fields=[("Content-Type", "image/png")]))
        await gathered.cycle(feed)
        assert gathered.reasons == ["not-image"]
        server.serve("/feed", page(rss("a.png", "b.png")))
        await gathered.cycle(feed, after_s=25 * HOUR)
        assert len(server.seen("/a.png")) == 1
        assert gathered.items == ()

    play(keeping, server, story)


def test_where_there_is_no_room_little_is_fetched_in_vain_and_all_comes_later(
    keeping: Keeping, server: FeedServer
) -> None:
    names = [f"{number}.png" for number in range(8)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def story(gathered: Gathered, server: FeedServer) -> None:
        serve_images(server, *names)
        feed = server.serve("/feed", page(rss(*names), fields=[("ETag", '"a"')]))
        # No file of this process may grow beyond half an image: EFBIG, as from a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(IMAGE) // 2, before[1]))
        await gathered.cycle(feed)
        assert set(gathered.reasons) == {"disk-full"}
        in_vain = sum(len(server.seen("/" + name)) for name in names)
        assert 1 <= in_vain <= 4, "as many as are fetched at a time"
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        await gathered.cycle(feed, after_s=2 * HOUR)
        assert gathered.urls == {server.url("/" + name) for name in names}

    try:
        play(keeping, server, story)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_does_not_fit_one_cycle_comes_in_the_next_even_if_nothing_changes(
    keeping: Keeping, server: FeedServer
) -> None:
    names = [f"{number}.png" for number in range(12)]

    async def story(gathered: Gathered, server: FeedServer) -> None:
        serve_images(server, *names)
        feed = server.serve("/feed", page(rss(*names), fields=[("ETag", '"a"')]))
        await gathered.cycle(feed)
        assert len(gathered.items) == 8
        assert gathered.reasons.count("over-limit") == 4
        await gathered.cycle(feed, after_s=2 * HOUR)
        assert len(gathered.bodies) == 1
        assert gathered.urls == {server.url("/" + name) for name in names}

    play(keeping, server, story)


def test_all_feeds_together_add_so_many_and_the_heavier_come_first(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        light = FeedSource(
            url=server.serve("/l", page(rss("l1.png", "l2.png", "l3.png"))), weight=1
        )
        heavy = FeedSource(
            url=server.serve("/h", page(rss("h1.png", "h2.png", "h3.png"))), weight=99
        )
        serve_images(server, "l1.png", "l2.png", "l3.png", "h1.png", "h2.png", "h3.png")
        held: list[Any] = []
        gathered.parse = held.append
        gathered.follow(light, heavy, max_items=4)
        gathered.clock.now_s += 5
        gathered.follow(light, heavy, max_items=4)
        await gathered.until(lambda: len(held) == 2)
        for fetched in held:  # both are read before anything is fetched
            gathered.gatherer.take_reading(fetched.body.ticket, gathered.read(fetched))
        await gathered.settle()
        assert len(gathered.items) == 4
        assert {u.rpartition("/")[2] for u in gathered.urls} >= {"h1.png", "h2.png", "h3.png"}
        assert gathered.reasons == ["over-limit", "over-limit"]

    play(keeping, server, story)


def test_two_feeds_that_name_one_image_fetch_it_once_and_share_no_words(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        serve_images(server, "a.png")
        one, two = (server.serve(name, page(rss("a.png"))) for name in ("/one", "/two"))
        await gathered.cycle(one, two)
        assert len(server.seen("/a.png")) == 1
        assert gathered.reasons == ["duplicate"]

    play(keeping, server, story)


def test_a_reader_that_never_answers_or_times_out_ends_the_feeds_turn(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", page(rss("a.png")))
        gathered.parse = lambda _: Reading(problem=DropReason.PARSE_TIMEOUT, detail="5 s")
        await gathered.cycle(feed)
        assert gathered.reasons == ["parse-timeout"]
        assert state(gathered, feed) is FeedState.FAILING

    play(keeping, server, story)


def test_what_a_body_of_the_process_before_held_is_nothing_of_this_one(
    tmp_path: Path, server: FeedServer
) -> None:
    async def played() -> None:
        feed = server.serve("/feed", page(rss("a.png")))
        serve_images(server, "a.png")
        one, two = mirrored(tmp_path), mirrored(tmp_path)
        async with gathering(one, server, seed=1) as died:
            died.parse = lambda _: None
            died.follow(feed)
            died.clock.now_s += 5.0
            died.follow(feed)
            await died.until(lambda: died.bodies)
        late = died.bodies[0].body.ticket
        async with gathering(two, server, seed=2) as lives:

            def parse(fetched: FetchedBody) -> Reading:
                lives.gatherer.take_reading(late, Reading(problem=DropReason.PARSE_TIMEOUT))
                return lives.read(fetched)

            lives.parse = parse
            await lives.cycle(feed)
            assert (lives.reasons, len(lives.items)) == ([], 1)
        one.close()
        two.close()

    asyncio.run(played())


def test_four_at_a_time_and_one_feed_of_a_host(keeping: Keeping, server: FeedServer) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feeds = [server.serve(f"/{number}", hang) for number in range(3)]
        gathered.follow(*feeds)
        gathered.clock.now_s += 5
        gathered.follow(*feeds)
        await gathered.until(server.seen)
        for _ in range(10):
            await gathered.turn()
        assert len(server.seen()) == 1

    play(keeping, server, story)


def test_a_feed_that_leaves_the_list_is_let_go_of(keeping: Keeping, server: FeedServer) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", hang)
        gathered.follow(feed)
        gathered.clock.now_s += 5
        gathered.follow(feed)
        await gathered.until(lambda: server.seen("/feed"))
        gathered.follow()
        await gathered.settle()

    play(keeping, server, story)


def test_a_slow_feed_keeps_no_other_waiting(keeping: Keeping, server: FeedServer) -> None:
    async def played() -> None:
        with FeedServer("127.0.0.2") as slow:
            async with gathering(keeping, server, slow) as gathered:
                serve_images(server, "a.png")
                hanging, good = slow.serve("/f", hang), server.serve("/f", page(rss("a.png")))
                gathered.follow(hanging, good)
                gathered.clock.now_s += 5
                gathered.follow(hanging, good)
                await gathered.until(lambda: gathered.items)

    asyncio.run(played())


def test_requests_carry_a_name_and_nothing_of_a_person(
    keeping: Keeping, server: FeedServer
) -> None:
    async def story(gathered: Gathered, server: FeedServer) -> None:
        feed = server.serve("/feed", with_cookie(rss("a.png")))
        serve_images(server, "a.png")
        await gathered.cycle(feed)
        await gathered.cycle(feed, after_s=25 * HOUR)
        for seen in server.seen():
            assert seen.field("user-agent") == "stillframe/test"
            assert seen.field("cookie") is None
            assert seen.field("referer") is None

    play(keeping, server, story)


def with_cookie(body: bytes) -> Callable[[Visit], None]:
    fields = [("Set-Cookie", "id=1"), ("Content-Length", str(len(body)))]
    return lambda visit: visit.send(head(200, fields) + body)
