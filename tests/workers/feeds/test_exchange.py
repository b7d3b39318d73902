"""Answers that are not whole, too large, too slow or no HTTP: refused in time, in little memory.

| row of the hostile table | test |
|---|---|
| gzip, brotli and zstd bombs | `test_a_bomb_...`, `test_a_fetch_takes_little_...` |
| gzip in gzip | `test_a_body_is_compressed_once` |
| declared gzip, body not gzip; truncated gzip | `test_a_compressed_body_must_be_whole` |
| header without end; body one byte at a time | `test_what_never_ends_ends_with_its_time` |
| chunked body without end | `test_an_endless_body_...` |
| declared length and body differ | `test_a_body_has_the_length_that_it_says` |
| 50 MB of header; 20,000 x 102 | `test_what_is_no_answer` |
| 33 MiB image; zero bytes | `test_an_image_above_its_cap`, `test_a_body_without_a_byte` |
"""

import contextlib
import gzip
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from feed_server import (
    FeedServer,
    Responder,
    Visit,
    brotli_bomb,
    drip,
    endless_body,
    endless_header,
    gzip_bomb,
    gzip_in_gzip_bomb,
    hang,
    head,
    huge_header,
    interim_answers,
    page,
    raw,
    slow_body,
    zstd_bomb,
)
from fetching import CAP_BYTES, IMPATIENT, around, ask_for, believing, fetch, refusal, tls_server
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.problem import FetchError

MIB = 1 << 20
GROWTH = os.path.join(os.path.dirname(__file__), "..", "..", "helpers", "fetch_growth.py")
GZIP = [("Content-Encoding", "gzip")]


@pytest.fixture(scope="module")
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    """What holds 400 MiB, by its coding."""
    return {
        "gzip": gzip_bomb(400 * MIB),
        "br": brotli_bomb(400 * MIB),
        "zstd": zstd_bomb(400 * MIB),
    }


def chunked(body: bytes) -> bytes:
    return head(200, [("Transfer-Encoding", "chunked")]) + b"%x\r\n%b\r\n0\r\n\r\n" % (
        len(body),
        body,
    )


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_bomb_is_too_large(server: FeedServer, bombs: dict[str, bytes], coding: str) -> None:
    bomb = bombs[coding]
    assert len(bomb) < 500_000
    url = server.serve("/bomb", page(bomb, fields=[("Content-Encoding", coding)]))
    assert refusal(url, around(server)).reason is DropReason.TOO_LARGE


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "endless", "whole"])
def test_a_fetch_takes_little_more_memory_than_its_cap(
    server: FeedServer, bombs: dict[str, bytes], coding: str
) -> None:
    if coding == "endless":
        url = server.serve("/growth", endless_body())
    elif coding == "whole":
        url = server.serve("/growth", page(b"\xff" * CAP_BYTES))
    else:
        url = server.serve("/growth", page(bombs[coding], fields=[("Content-Encoding", coding)]))
    done = subprocess.run(
        [sys.executable, GROWTH, url, server.authority, str(CAP_BYTES)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    outcome, growth_bytes, took_ms = done.stdout.split()
    assert outcome == ("whole" if coding == "whole" else "too-large")
    # The cap, what a first connection loads, and brotli's own window of 16 MiB.
    most_bytes = CAP_BYTES + (24 if coding == "br" else 6) * MIB
    assert int(growth_bytes) < most_bytes, f"{int(growth_bytes) / MIB:.1f} MiB in {took_ms} ms"


def test_a_body_is_compressed_once(server: FeedServer) -> None:
    bomb = gzip_in_gzip_bomb(400 * MIB)
    assert len(bomb) < 2000
    for fields in ([("Content-Encoding", "gzip, gzip")], [*GZIP, *GZIP], GZIP):
        url = server.serve("/twice", page(bomb, fields=fields))
        assert refusal(url, around(server)).reason is DropReason.BAD_ENCODING
    url = server.serve("/once", page(gzip.compress(b"<rss/>")))
    assert refusal(url, around(server)).reason is DropReason.BAD_ENCODING


def test_a_compressed_body_must_be_whole(server: FeedServer) -> None:
    whole = gzip.compress(b"<rss>" + bytes(range(256)) * 1000 + b"</rss>")
    assert len(fetch(server.serve("/z", page(whole, fields=GZIP)), around(server)).body) == 256_011
    for body in (b"<html>not compressed</html>", whole[:-1], whole[: len(whole) // 2], b"\x1f"):
        url = server.serve("/z", page(body, fields=GZIP))
        assert refusal(url, around(server)).reason is DropReason.DECODE_ERROR


@pytest.mark.parametrize(
    "responder", [hang, endless_header(), slow_body(b"x" * 1000), raw(b"HTTP/1.1 200 OK\r\nA:")]
)
def test_what_never_ends_ends_with_its_time(server: FeedServer, responder: Responder) -> None:
    def and_hang(visit: Visit) -> None:
        responder(visit)
        hang(visit)

    ask = replace(ask_for(server.serve("/slow", and_hang)), total_s=0.8)
    began_s = time.monotonic()
    assert refusal(ask, around(server)).reason is DropReason.DEADLINE
    assert time.monotonic() - began_s < 5.0


def test_a_server_that_falls_silent_is_left_before_the_total_time(server: FeedServer) -> None:
    long = [("Content-Length", "100")]
    surroundings = replace(around(server), patience=IMPATIENT)
    for piece in (b"HTTP/1.1 200 OK\r\n", head(200, long) + b"half"):
        url = server.serve("/gap", drip([piece], 30.0))
        error = refusal(replace(ask_for(url), total_s=60.0), surroundings)
        assert error.reason is DropReason.DEADLINE
        assert "silent" in error.detail


def test_an_endless_body_is_too_large(server: FeedServer) -> None:
    for piece in (b"y" * 65536, b"y" * 7):
        ask = replace(ask_for(server.serve("/endless", endless_body(piece))), cap_bytes=100_000)
        assert refusal(ask, around(server)).reason is DropReason.TOO_LARGE


def test_compressed_emptiness_without_end_is_too_large(server: FeedServer) -> None:
    # Frames that hold nothing: nothing decoded can be counted.
    empty = b"\x50\x2a\x4d\x18\x00\x10\x00\x00" + bytes(4096)
    body = raw(head(200, [("Content-Encoding", "zstd")]) + empty * 50)
    ask = replace(ask_for(server.serve("/empty", body)), cap_bytes=100_000)
    assert refusal(ask, around(server)).reason is DropReason.TOO_LARGE


@pytest.mark.parametrize("size", [100_000, 100_001])
def test_a_body_may_be_as_large_as_its_cap(server: FeedServer, size: int) -> None:
    body = os.urandom(size)
    bodies = {
        "plain": page(body),
        "chunked": raw(chunked(body)),
        "until the end": raw(head() + body),
        "zipped": page(gzip.compress(b"\0" * size), fields=GZIP),
    }
    for name, responder in bodies.items():
        ask = replace(ask_for(server.serve("/cap", responder)), cap_bytes=100_000)
        if size <= 100_000:
            assert len(fetch(ask, around(server)).body) == size, name
        else:
            assert refusal(ask, around(server)).reason is DropReason.TOO_LARGE, name


def test_an_image_above_its_cap(server: FeedServer) -> None:
    ask = replace(ask_for(server.serve("/33", page(b"\xff" * 33 * MIB))), cap_bytes=32 * MIB)
    assert refusal(ask, around(server)).reason is DropReason.TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [
        *(b"x" * 500, b""),
        pytest.param(b"x" * 1001, id="one more"),
        pytest.param(b"x" * 3000, id="far more"),
    ],
)
def test_a_body_has_the_length_that_it_says(server: FeedServer, body: bytes) -> None:
    url = server.serve("/length", raw(head(200, [("Content-Length", "1000")]) + body))
    assert refusal(url, around(server)).reason is DropReason.SHORT_BODY


def test_a_chunked_body_has_its_last_chunk(server: FeedServer) -> None:
    whole = chunked(b"x" * 100)
    assert fetch(server.serve("/chunked", raw(whole)), around(server)).body == b"x" * 100
    for cut in (1, 3, 8, 50):
        url = server.serve("/chunked", raw(whole[:-cut]))
        assert refusal(url, around(server)).reason is DropReason.SHORT_BODY


def test_a_connection_that_breaks_in_the_body(server: FeedServer) -> None:
    def reset(visit: Visit) -> None:
        visit.send(head(200, [("Content-Length", "1000")]) + b"x")
        # A linger of no time: the kernel sends a reset instead of an end.
        visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        visit.connection.close()

    error = refusal(server.serve("/reset", reset), around(server))
    assert error.reason is DropReason.SHORT_BODY


def test_tls_that_breaks_in_the_middle() -> None:
    def garble(visit: Visit) -> None:
        whole = head(200, [("Content-Length", "1000")]) + b"x"
        visit.send(whole if visit.seen.path == "/body" else whole[:10])
        with socket.socket(fileno=os.dup(visit.connection.fileno())) as below:
            below.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))

    authority = trustme.CA()
    with tls_server(authority, "127.0.0.1") as server:
        surroundings = replace(around(server), tls=believing(authority))
        error = refusal(server.serve("/body", garble), surroundings)
        assert error.reason is DropReason.SHORT_BODY
        error = refusal(server.serve("/head", garble), surroundings)
        assert error.reason is DropReason.UNREACHABLE


@given(
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            b"".join,
            st.lists(
                st.sampled_from(
                    [
                        *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 \r\n", b"HTTP/1.0 200\r\n"),
                        *(b"HTTP/1.1 304 -\r\n", b"HTTP/1.1 301 -\r\n", b"HTTP/1.1 429 -\r\n"),
                        *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"5\r\n"),
                        *(b"Content-Encoding: gzip\r\n", b"Content-Encoding: br\r\n", b"hello"),
                        *(b"Location: ?\r\n", b"Location: //[\r\n", b"Location: \xff\r\n"),
                        *(b"Retry-After: \xb2\r\n", b"Date: \xb2\r\n", b"ETag: \xb2\r\n"),
                        *(b"\r\n", b"0\r\n\r\n", b"\x00", b"\n", b" ", b":", b"\x1f\x8b\x08\x00"),
                    ]
                ),
                max_size=12,
            ),
        ),
    )
)
@settings(max_examples=200)
def test_any_bytes_are_an_answer_or_a_refusal(server: FeedServer, data: bytes) -> None:
    url = server.serve("/fuzz", raw(data))
    with contextlib.suppress(FetchError):  # and nothing else
        answer = fetch(url, around(server))
        assert answer.body or answer.not_modified


def test_a_body_without_a_byte(server: FeedServer) -> None:
    for responder in (
        *(page(b""), page(b"", fields=GZIP), raw(chunked(b"")[:-5]), raw(head())),
        page(gzip.compress(b""), fields=GZIP),
    ):
        error = refusal(server.serve("/nothing", responder), around(server))
        assert error.reason is DropReason.EMPTY


@pytest.mark.parametrize(
    "responder",
    [
        pytest.param(huge_header(50 * MIB), id="50 MB of header"),
        pytest.param(interim_answers(20_000), id="20000 x 102"),
        pytest.param(raw(b""), id="nothing"),
        pytest.param(raw(b"\x00\x01\x02garbage\r\n\r\n"), id="garbage"),
        pytest.param(raw(b"<html>HTTP 0.9</html>"), id="no header"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1"), id="half a header"),
        pytest.param(raw(b"HTTP/1.1 xyz OK\r\n\r\n"), id="no status"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), id="no colon"),
        pytest.param(raw(b"HTTP/1.1 101 Other\r\nUpgrade: x\r\n\r\n"), id="another protocol"),
        pytest.param(raw(head(200, [("Content-Length", "9" * 5000)])), id="digits"),
        pytest.param(raw(head(200, [("Content-Length", "-1")])), id="negative"),
        pytest.param(
            raw(head(200, [("Content-Length", "1"), ("Content-Length", "2")])), id="two lengths"
        ),
        pytest.param(raw(head(200, [("Transfer-Encoding", "chunked")]) + b"zz\r\n"), id="no chunk"),
        pytest.param(raw(head(200, [("Transfer-Encoding", "gzip")]) + b"zz\r\n"), id="no framing"),
    ],
)
def test_what_is_no_answer(server: FeedServer, responder: Responder) -> None:
    error = refusal(server.serve("/bad", responder), around(server))
    assert error.reason is DropReason.BAD_RESPONSE


def test_a_few_words_before_the_answer_are_no_harm(server: FeedServer) -> None:
    assert fetch(server.serve("/soon", interim_answers(20)), around(server)).body == b"ok"
