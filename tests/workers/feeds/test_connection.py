"""Connections: the address that was checked is the one that is dialled, and TLS is by name.

| row of the hostile table | test |
|---|---|
| a name that is public first and private then | `test_a_name_is_resolved_once_...` |
| a name with public and private addresses | `test_one_private_address_among_many_...` |
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import trustme

from feed_server import FeedServer, page
from fetching import IMPATIENT, around, believing, fetch, refusal, resolving, tls_server
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.addresses import Guard, parse
from stillframe.workers.feeds.connection import HEAD_CAP_BYTES, Dialler, Wire, resolve_by_system
from stillframe.workers.feeds.exchange import Surroundings
from stillframe.workers.feeds.problem import FetchError

FRESH = os.path.join(os.path.dirname(__file__), "..", "..", "helpers", "fetch_fresh.py")


class Names:
    """A resolver that gives each answer once, the last one for ever, and counts the questions."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers, self.asked = list(answers), []

    asked: list[str]

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        del port
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.serve("/", page(b"here"))
        yield server


def named(server: FeedServer, host: str) -> Surroundings:
    """Surroundings in which this name may be private."""
    return Surroundings(
        "test/1", lambda: 0.0, Guard(frozenset((f"{host}:{server.port}",))), patience=IMPATIENT
    )


def test_a_name_is_resolved_once_and_what_was_checked_is_dialled(server: FeedServer) -> None:
    # Were the second answer asked for, it would be dialled: nothing listens there.
    names = Names(("127.0.0.1",), ("127.0.0.9",))
    answer = fetch(
        server.url("/", "photos.example"), resolving(named(server, "photos.example"), names)
    )
    assert answer.body == b"here"
    assert names.asked == ["photos.example"]
    assert server.seen()[0].field("Host") == f"photos.example:{server.port}"


def test_a_name_that_has_turned_private_reaches_nobody(server: FeedServer) -> None:
    names = Names(("127.0.0.1",))
    around_it = resolving(around(server), names)
    error = refusal(server.url("/", "rebound.example"), around_it)
    assert error.reason is DropReason.SSRF_BLOCKED
    assert names.asked == ["rebound.example"]
    assert server.seen() == []


@pytest.mark.parametrize("private", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%lo"])
@pytest.mark.parametrize("first", [True, False])
def test_one_private_address_among_many_blocks_the_name(
    server: FeedServer, private: str, *, first: bool
) -> None:
    public = ("1.1.1.1", "2606:4700::1111")
    names = Names((private, *public) if first else (*public, private))
    error = refusal(server.url("/", "mixed.example"), resolving(around(server), names))
    assert error.reason is DropReason.SSRF_BLOCKED
    assert server.seen() == []


def test_the_system_knows_this_machine_and_it_is_blocked(server: FeedServer) -> None:
    assert "127.0.0.1" in asyncio.run(resolve_by_system("localhost", 80))
    assert refusal(server.url("/", "localhost"), around(server)).reason is DropReason.SSRF_BLOCKED
    assert server.seen() == []


def test_the_next_address_is_dialled_if_the_first_refuses(server: FeedServer) -> None:
    names = Names(("127.0.0.9", "127.0.0.1"))
    around_it = resolving(named(server, "two.example"), names)
    assert fetch(server.url("/", "two.example"), around_it).body == b"here"


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    allowed = Surroundings("test/1", lambda: 0.0, Guard(frozenset(("127.0.0.1",))))
    error = refusal(f"http://127.0.0.1:{port}/", allowed)
    assert error.reason is DropReason.UNREACHABLE
    assert error.host == "127.0.0.1"


def test_a_server_that_does_not_take_the_connection() -> None:
    # With its queue full, a listener lets further connections wait.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        waiting = [socket.socket() for _ in range(2)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        allowed = Surroundings(
            "test/1", lambda: 0.0, Guard(frozenset(("127.0.0.1",))), patience=IMPATIENT
        )
        error = refusal(f"http://127.0.0.1:{port}/", allowed)
        for each in waiting:
            each.close()
    assert error.reason is DropReason.UNREACHABLE


def test_a_name_that_nobody_knows(server: FeedServer) -> None:
    async def unknown(host: str, port: int) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, f"{host} {port}")

    for resolve in (unknown, Names(())):
        error = refusal(server.url("/", "nobody.example"), resolving(around(server), resolve))
        assert error.reason is DropReason.UNREACHABLE


def test_names_that_are_not_found_in_time(server: FeedServer) -> None:
    async def slow(host: str, port: int) -> tuple[str, ...]:
        del host, port
        await asyncio.Event().wait()
        return ()

    around_it = resolving(named(server, "slow.example"), slow)
    assert refusal(server.url("/", "slow.example"), around_it).reason is DropReason.UNREACHABLE


def test_tls_is_checked_against_the_name_and_not_the_address() -> None:
    authority = trustme.CA()
    tls, names = believing(authority), Names(("127.0.0.1",))
    with tls_server(authority, "photos.example") as server:
        server.serve("/", page(b"secret"))
        right = resolving(named(server, "photos.example"), names, tls)
        assert fetch(server.url("/", "photos.example"), right).body == b"secret"
        wrong = resolving(named(server, "other.example"), names, tls)
        error = refusal(server.url("/", "other.example"), wrong)
        assert error.reason is DropReason.UNREACHABLE
        assert "certificate" in error.detail
        assert refusal(server.url("/"), resolving(around(server), names, tls)).reason is (
            DropReason.UNREACHABLE
        )
        assert len(server.seen()) == 1


def test_a_certificate_of_nobody_knows_whom_is_not_believed() -> None:
    names = Names(("127.0.0.1",))
    with tls_server(trustme.CA(), "photos.example") as server:
        error = refusal(
            server.url("/", "photos.example"), resolving(named(server, "photos.example"), names)
        )
        assert error.reason is DropReason.UNREACHABLE
        assert "certificate" in error.detail
        assert server.seen() == []


def test_a_dialler_knows_one_target() -> None:
    async def dial() -> None:
        target = parse("http://127.0.0.1:8080/")
        dialler = Dialler(target, Guard(), resolve_by_system, Wire(), trusted=False)
        await dialler.connect_tcp("example.org", 80, 1.0)

    with pytest.raises(FetchError) as caught:
        asyncio.run(dial())
    assert caught.value.reason is DropReason.SSRF_BLOCKED


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n", b"\n\r\n"])
@pytest.mark.parametrize("cut", [1, 7, 1000])
@pytest.mark.parametrize("body", [b"", b"body\r\n\r\nHTTP/1.1 100 Not\r\n\r\na header"])
def test_what_follows_the_header_is_counted(end: bytes, cut: int, body: bytes) -> None:
    data = b"HTTP/1.1 102 Soon" + end + b"HTTP/1.1 200 OK\r\nA: b" + end + body
    wire = Wire()
    for at in range(0, len(data), cut):
        wire.took(data[at : at + cut])
    wire.end_head()
    assert wire.body_bytes == len(body)
    wire.took(b"12345")
    assert wire.body_bytes == len(body) + 5


def test_a_header_without_end_is_cut_off() -> None:
    wire = Wire()
    wire.took(b"x" * HEAD_CAP_BYTES)
    with pytest.raises(FetchError) as caught:
        wire.took(b"x")
    assert caught.value.reason is DropReason.BAD_RESPONSE


def test_a_first_fetch_by_name_loads_no_code_any_more(server: FeedServer) -> None:
    authority = f"localhost:{server.port}"
    done = subprocess.run(
        [sys.executable, FRESH, server.url("/", "localhost"), authority],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["4"], done.stdout
