"""What is asked, where that leads, and what answers mean.

| row of the HTTP table | test |
|---|---|
| validators are stored and sent byte for byte | `test_validators_come_back_...` |
| 304, and one that nobody asked for | `test_nothing_has_changed`, `test_a_304_that_nobody_...` |
| 301 and 308 for good, 302, 303, 307 for now | `test_where_redirects_lead` |
| chains and loops | `test_five_redirects_are_followed_and_no_more` |
| https to http; other schemes | `test_tls_is_not_given_up`, `test_a_redirect_out_of_the_web` |
| private addresses | `test_a_redirect_to_where_nobody_should_look`, `..._never_dialled` |
| other hosts: no secrets, no foreign validators | `test_another_host_learns_nothing`, ... |
| 410, 404, 401, 403 and a challenge | `test_what_a_status_means` |
| 429 and 503 with Retry-After | `test_a_server_that_wants_peace` |
| User-Agent, Accept, no Cookie, no Referer | `test_what_is_sent_is_always_the_same` |
"""

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from dataclasses import replace

import pytest
import trustme

from feed_server import FeedServer, page, raw, redirect
from fetching import (
    IMPATIENT,
    NOW_S,
    USER_AGENT,
    around,
    ask_for,
    believing,
    fetch,
    refusal,
    resolving,
    tls_server,
)
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.fetch import REDIRECTS, Fetcher, Validators
from stillframe.workers.feeds.problem import FetchError


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[FeedServer]:
    with FeedServer("127.0.0.2") as server:
        server.serve("/", page(b"other"))
        yield server


def test_a_whole_answer(server: FeedServer) -> None:
    fields = [
        *(("ETag", 'W/"a, \xe4"'), ("Last-Modified", "yesterday, about noon")),
        *(("Cache-Control", "max-age=60"), ("cache-control", "no-cache"), ("Expires", "0")),
        *(("Date", "Mon, 23 Nov 2026 11:00:00 GMT"), ("Content-Type", "text/xml; charset=x")),
    ]
    answer = fetch(server.serve("/feed", page(b"<rss/>", fields=fields)), around(server))
    assert (answer.status, answer.body, answer.url) == (200, b"<rss/>", server.url("/feed"))
    assert (answer.not_modified, answer.conditional, answer.permanent_url) == (False, False, None)
    assert (answer.etag, answer.last_modified) == ('W/"a, \xe4"', "yesterday, about noon")
    assert (answer.cache_control, answer.expires) == ("max-age=60, no-cache", "0")
    assert answer.date == "Mon, 23 Nov 2026 11:00:00 GMT"
    assert answer.content_type == "text/xml; charset=x"


def test_what_is_sent_is_always_the_same(server: FeedServer) -> None:
    cookie = [("Set-Cookie", "id=1"), ("Location", "/b?x=1")]
    server.serve("/b", page(b"b", fields=cookie[:1]))
    url = server.serve("/a", page(b"", status=302, fields=cookie))
    fetcher = Fetcher(around(server))

    async def twice() -> None:
        for _ in range(2):
            await fetcher.fetch(replace(ask_for(url + "?q"), accept="image/*"))

    asyncio.run(twice())
    first, second, *again = server.seen()
    assert first.fields == (
        ("Host", server.authority),
        ("User-Agent", USER_AGENT),
        ("Accept", "image/*"),
        ("Accept-Encoding", "gzip, br, zstd"),
        ("Connection", "close"),
    )
    assert second.fields == first.fields
    assert [(seen.method, seen.path) for seen in (first, second)] == [
        ("GET", "/a?q"),
        ("GET", "/b?x=1"),
    ]
    assert [seen.fields for seen in again] == [first.fields] * 2


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', "unquoted", '"a\xe4\xff"', '""', ""])
@pytest.mark.parametrize("modified", ["Mon, 23 Nov 2026 11:00:00 GMT", "some day  in 1999", ""])
def test_validators_come_back_byte_for_byte(server: FeedServer, etag: str, modified: str) -> None:
    fields = [("ETag", etag)] * bool(etag) + [("Last-Modified", modified)] * bool(modified)
    url = server.serve("/feed", page(b"<rss/>", fields=fields))
    answer = fetch(url, around(server))
    validators = Validators(answer.etag, answer.last_modified, answer.url)
    again = fetch(replace(ask_for(url), validators=validators), around(server))
    _, seen = server.seen()
    assert seen.field("If-None-Match") == (etag or None)
    assert seen.field("If-Modified-Since") == (modified or None)
    assert again.conditional == bool(etag or modified)
    assert again.body == b"<rss/>", "a server may ignore the question"


def test_nothing_has_changed(server: FeedServer) -> None:
    fields = [("ETag", '"new"'), ("Cache-Control", "max-age=9"), ("Content-Length", "500")]
    url = server.serve("/feed", raw(b"HTTP/1.1 304 Same\r\n" + _lines(fields)))
    ask = replace(ask_for(url), validators=Validators('"old"', "", url))
    answer = fetch(ask, around(server))
    assert (answer.status, answer.not_modified, answer.conditional) == (304, True, True)
    assert (answer.etag, answer.cache_control, answer.body) == ('"new"', "max-age=9", b"")


def test_a_304_that_nobody_asked_for_says_so(server: FeedServer) -> None:
    url = server.serve("/feed", page(b"", status=304))
    answer = fetch(url, around(server))
    assert (answer.not_modified, answer.conditional) == (True, False)


def test_validators_of_another_address_are_not_sent(server: FeedServer) -> None:
    server.serve("/new", page(b"x"))
    url = server.serve("/old", redirect("/new"))
    validators = Validators('"of the new"', "", server.url("/new"))
    assert fetch(replace(ask_for(url), validators=validators), around(server)).conditional
    old, new = server.seen()
    assert old.field("If-None-Match") is None
    assert new.field("If-None-Match") == '"of the new"'


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        *(((301,), True), ((308,), True), ((301, 308), True)),
        *(((302,), False), ((303,), False), ((307,), False)),
        *(((301, 302), False), ((302, 301), False)),
    ],
)
def test_where_redirects_lead(
    server: FeedServer, statuses: tuple[int, ...], *, permanent: bool
) -> None:
    for number, status in enumerate(statuses):
        server.serve(f"/{number}", redirect(f"/{number + 1}#part", status))
    last = server.serve(f"/{len(statuses)}", page(b"here"))
    answer = fetch(server.url("/0"), around(server))
    assert (answer.body, answer.url) == (b"here", last)
    assert answer.permanent_url == (last if permanent else None)


def test_an_address_may_be_relative_and_in_any_script(server: FeedServer) -> None:
    server.serve("/a/c%C3%BC", page(b"c"))
    for location in ("c\xc3\xbc", "../a/cü".encode().decode("latin-1"), "/x/../a/c%C3%BC"):
        url = server.serve("/a/b", redirect(location))
        assert fetch(url, around(server)).body == b"c"


def test_five_redirects_are_followed_and_no_more(server: FeedServer) -> None:
    server.serve("/0", page(b"end"))
    for number in range(1, 51):
        server.serve(f"/{number}", redirect(f"/{number - 1}"))
    assert fetch(server.url(f"/{REDIRECTS}"), around(server)).body == b"end"
    for path in (f"/{REDIRECTS + 1}", "/50"):
        before = len(server.seen())
        error = refusal(server.url(path), around(server))
        assert error.reason is DropReason.REDIRECT_LIMIT
        assert len(server.seen()) - before == REDIRECTS + 1
    loop = server.serve("/loop", redirect("/loop", 301))
    assert refusal(loop, around(server)).reason is DropReason.REDIRECT_LIMIT


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://example.org/", "data:text/plain,x", "javascript:alert(1)"],
)
def test_a_redirect_out_of_the_web(server: FeedServer, location: str) -> None:
    error = refusal(server.serve("/", redirect(location)), around(server))
    assert error.reason is DropReason.BAD_SCHEME


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1:8099"),
        *(
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "localhost",
            "\uff11\uff12\uff17.0.0.1",
        ),
    ],
)
def test_a_redirect_to_where_nobody_should_look(server: FeedServer, host: str) -> None:
    location = f"http://{host}/latest".encode().decode("latin-1")
    error = refusal(server.serve("/", redirect(location)), around(server))
    assert error.reason is DropReason.SSRF_BLOCKED


def test_a_redirect_to_another_machine_here_is_never_dialled(
    server: FeedServer, other: FeedServer
) -> None:
    url = server.serve("/", redirect(other.url("/")))
    assert refusal(url, around(server)).reason is DropReason.SSRF_BLOCKED
    assert other.seen() == []
    assert fetch(url, around(server, other)).body == b"other"


@pytest.mark.parametrize("location", ["", "http://[x/", "http://x:99999/"])
def test_a_redirect_to_nowhere(server: FeedServer, location: str) -> None:
    error = refusal(server.serve("/", redirect(location)), around(server))
    assert error.reason in (DropReason.BAD_RESPONSE, DropReason.BAD_URL)


def test_tls_is_not_given_up(server: FeedServer) -> None:
    async def here(host: str, port: int) -> tuple[str, ...]:
        del host, port
        return ("127.0.0.1",)

    authority = trustme.CA()
    with tls_server(authority, "127.0.0.1") as secure:
        surroundings = resolving(around(server, secure), here, believing(authority))
        up = server.serve("/up", redirect(secure.serve("/", page(b"secure"))))
        assert fetch(up, surroundings).body == b"secure"
        down = secure.serve("/down", redirect(server.serve("/", page(b"plain"))))
        assert refusal(down, surroundings).reason is DropReason.REDIRECT_BLOCKED
    assert [seen.path for seen in server.seen()] == ["/up"]


def test_another_host_learns_nothing(server: FeedServer, other: FeedServer) -> None:
    server.serve("/near", redirect(other.url("/")))
    url = server.serve("/", redirect("/near"))
    ask = replace(
        ask_for(url),
        headers={"Authorization": "Basic x", "x-api-key": "k"},
        validators=Validators('"v"', "", url),
    )
    fetch(ask, around(server, other))
    for seen in server.seen():
        assert (seen.field("Authorization"), seen.field("x-api-key")) == ("Basic x", "k")
    (far,) = other.seen()
    assert {name for name, _ in far.fields} == {
        *("Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"),
    }


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        *(("POST", 301, "GET"), ("POST", 302, "GET"), ("POST", 303, "GET")),
        *(("POST", 307, "POST"), ("POST", 308, "POST")),
        *(("PROPFIND", 302, "PROPFIND"), ("PROPFIND", 308, "PROPFIND"), ("PROPFIND", 303, "GET")),
    ],
)
def test_what_becomes_of_a_question_with_a_body(
    server: FeedServer, other: FeedServer, method: str, status: int, then: str
) -> None:
    server.serve("/b", page(b"b", status=207))
    ask = replace(ask_for(server.serve("/a", redirect("/b", status))), method=method, content=b"q")
    assert fetch(ask, around(server)).status == 207
    first, second = server.seen()
    assert (first.method, first.body, first.field("Content-Length")) == (method, b"q", "1")
    assert (second.method, second.body) == (then, b"q" if then == method else b"")
    server.serve("/a", redirect(other.url("/"), status))
    if then == "GET":
        assert fetch(ask, around(server, other)).body == b"other"
    else:
        error = refusal(ask, around(server, other))
        assert error.reason is DropReason.REDIRECT_BLOCKED
        assert other.seen() == []


def test_a_redirect_to_a_host_that_wants_peace(server: FeedServer, other: FeedServer) -> None:
    def admit(host: str) -> None:
        raise FetchError(DropReason.HTTP_ERROR, "it is on hold", 60.0, 429, host)

    url = server.serve("/", redirect(other.url("/")))
    error = refusal(url, replace(around(server, other), admit=admit))
    assert (error.retry_after_s, error.host) == (60.0, "127.0.0.2")
    assert other.seen() == []
    near = server.serve("/near", redirect(server.serve("/here", page(b"x"))))
    assert fetch(near, replace(around(server), admit=admit)).body == b"x"


@pytest.mark.parametrize(
    ("status", "fields", "reason"),
    [
        *((401, (), DropReason.HTTP_ERROR), (403, (), DropReason.HTTP_ERROR)),
        (403, (("cf-mitigated", "challenge"),), DropReason.CHALLENGE),
        *((404, (), DropReason.HTTP_ERROR), (410, (), DropReason.GONE)),
        *((500, (), DropReason.HTTP_ERROR), (599, (), DropReason.HTTP_ERROR)),
        *((429, (), DropReason.HTTP_ERROR), (503, (), DropReason.HTTP_ERROR)),
        *((204, (), DropReason.BAD_RESPONSE), (206, (), DropReason.BAD_RESPONSE)),
        *((300, (), DropReason.BAD_RESPONSE), (305, (), DropReason.BAD_RESPONSE)),
    ],
)
def test_what_a_status_means(
    server: FeedServer, status: int, fields: tuple[tuple[str, str], ...], reason: DropReason
) -> None:
    url = server.serve("/", page(b"words of a stranger", status=status, fields=fields))
    error = refusal(url, around(server))
    assert (error.reason, error.status, error.retry_after_s) == (reason, status, None)
    assert error.host == "127.0.0.1"
    assert "Whatever" not in error.detail, "a server's words are not shown to people"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("after", "wait_s"),
    [
        *(("120", 120.0), ("99999999999", 86400.0), ("-1", None), ("garbage", None)),
        ("Mon, 23 Nov 2026 11:01:00 GMT", 60.0),
    ],
)
def test_a_server_that_wants_peace(
    server: FeedServer, status: int, after: str, wait_s: float | None
) -> None:
    fields = [("Retry-After", after), ("Date", "Mon, 23 Nov 2026 11:00:00 GMT")]
    error = refusal(server.serve("/", page(b"", status=status, fields=fields)), around(server))
    assert (error.status, error.retry_after_s) == (status, wait_s)


def test_without_its_date_a_servers_wish_is_measured_by_the_clock_here(
    server: FeedServer,
) -> None:
    assert NOW_S == 1_790_000_000.0  # Mon, 21 Sep 2026 14:13:20 GMT
    fields = [("Retry-After", "Mon, 21 Sep 2026 14:14:00 GMT")]
    error = refusal(server.serve("/", page(b"", status=503, fields=fields)), around(server))
    assert error.retry_after_s == 40.0


def test_neither_keys_nor_bodies_are_printed(server: FeedServer) -> None:
    ask = replace(ask_for(server.serve("/", page(b"my photo"))), headers={"x-api-key": "my key"})
    answer = fetch(ask, around(server))
    assert "my key" not in repr(ask)
    assert "my photo" not in repr(answer)


def test_a_key_that_no_header_can_carry(server: FeedServer) -> None:
    ask = replace(ask_for(server.serve("/", page(b"x"))), headers={"x-api-key": "a\r\nEvil: b"})
    assert refusal(ask, around(server)).reason is DropReason.BAD_URL
    assert server.seen() == []


def test_a_feed_of_the_web_cannot_send_us_home(server: FeedServer) -> None:
    url = server.serve("/", page(b"x"))
    found = replace(ask_for(url), found_in="https://evil.example/feed")
    assert refusal(found, around(server)).reason is DropReason.SSRF_BLOCKED
    assert server.seen() == []
    assert fetch(replace(found, found_in=server.url("/feed")), around(server)).body == b"x"


@pytest.mark.parametrize(
    ("addresses", "reason"),
    [
        *((("127.0.0.1",), DropReason.SSRF_BLOCKED), (("1.1.1.1", "::1"), DropReason.SSRF_BLOCKED)),
        *((("1.1.1.1",), None), ((), None)),
    ],
)
def test_an_address_in_a_feed_is_checked_without_being_asked(
    server: FeedServer, addresses: tuple[str, ...], reason: DropReason | None
) -> None:
    async def resolve(host: str, port: int) -> tuple[str, ...]:
        assert (host, port) == ("found.example", server.port)
        return addresses

    fetcher = Fetcher(resolving(around(server), resolve))
    found = fetcher.check(server.url("/", "found.example"), server.url("/feed"))
    assert refused(found) is reason
    assert server.seen() == []


def test_a_name_that_is_not_found_is_no_reason_to_refuse_it(server: FeedServer) -> None:
    async def unknown(host: str, port: int) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, f"{host} {port}")

    async def silent(host: str, port: int) -> tuple[str, ...]:
        del host, port
        await asyncio.Event().wait()
        return ()

    for resolve in (unknown, silent):
        surroundings = replace(around(server), resolve=resolve, patience=IMPATIENT)
        assert refused(Fetcher(surroundings).check("http://found.example/", "")) is None


def refused(checking: Coroutine[None, None, None]) -> DropReason | None:
    try:
        asyncio.run(checking)
    except FetchError as error:
        return error.reason
    return None


def _lines(fields: list[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in [*fields, ("X", "y")]).encode() + (
        b"\r\n"
    )
