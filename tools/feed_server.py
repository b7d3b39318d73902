"""A web server that does whatever a test wants, at byte level, on this machine.

Role: a real server, polite or hostile, for tests and benches of the feed worker. Counterpart:
`workers.feeds.fetch`. A responder is given the connection and may write anything, for ever; pages
that many tests want are made by the functions below.

Guarantees: every request is recorded before it is answered; leaving the context ends every
responder that waits or writes.
"""

import contextlib
import gzip
import itertools
import select
import socket
import socketserver
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Self, TypeAlias

import brotli
from backports import zstd

_HEAD_CAP_BYTES: Final = 64 * 1024
_MIB: Final = 1 << 20
Fields: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; `at_s` is the monotonic time."""

    method: str
    path: str
    fields: Fields
    body: bytes
    at_s: float

    def field(self, name: str) -> str | None:
        """Return a header field's value; None if it was not sent."""
        found = [value for key, value in self.fields if key.lower() == name.lower()]
        if len(found) > 1:
            raise AssertionError(f"{name} was sent {len(found)} times")
        return found[0] if found else None


@dataclass
class Visit:
    """One connection on which a request has come."""

    seen: Seen
    connection: socket.socket
    closing: threading.Event = field(default_factory=threading.Event)

    def send(self, data: bytes) -> None:
        """Send; raises OSError when the client has gone."""
        self.connection.sendall(data)

    def rest(self, seconds_s: float) -> None:
        """Wait, unless the server closes or the client goes away."""
        if self.closing.wait(seconds_s):
            raise ConnectionAbortedError("the server is closing")
        # A client that has sent its request sends nothing more: readable means that it has gone.
        if select.select([self.connection], [], [], 0)[0]:
            raise ConnectionAbortedError("the client has gone")


Responder: TypeAlias = Callable[[Visit], None]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class FeedServer:
    """A server on a free port of `host`, which may be any address of 127.0.0.0/8."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._tls, self._closing = tls, threading.Event()
        self._pages: dict[str, Responder] = {}
        self._seen: list[Seen] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        answer = self._answer

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                answer(self.request)

        self._server = _Server((host, 0), Handler)
        self.host: str = host
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @property
    def authority(self) -> str:
        """Host and port, as they stand in an address."""
        return f"{self.host}:{self.port}"

    def url(self, path: str, host: str | None = None) -> str:
        """Return the address of a page, under this host's name or another one."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def serve(self, path: str, responder: Responder) -> str:
        """Answer requests for a path, its query aside, in this way; return the address."""
        self._pages[path] = responder
        return self.url(path)

    def seen(self, path: str | None = None) -> list[Seen]:
        """Return the requests so far, of one path with its query or of all."""
        with self._lock:
            return [seen for seen in self._seen if path in (None, seen.path)]

    def _answer(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            seen = _read_request(connection)
            if seen is None:
                return
            with self._lock:
                self._seen.append(seen)
            responder = self._pages.get(seen.path.partition("?")[0], page(b"", status=404))
            responder(Visit(seen, connection, self._closing))
            # Closed with bytes unread, a connection would be reset and its last bytes lost.
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the client has gone, or refused our certificate: both are for tests to see there
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def _read_request(connection: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(_HEAD_CAP_BYTES)
        if not received or len(data) > _HEAD_CAP_BYTES:
            return None
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    fields = tuple((name, value.removeprefix(" ")) for name, _, value in pairs)
    lengths = [int(value) for name, value in fields if name.lower() == "content-length"]
    while len(body) < sum(lengths):
        body += connection.recv(_HEAD_CAP_BYTES)
    return Seen(method, path, fields, body, time.monotonic())


def head(status: int = 200, fields: Iterable[tuple[str, str]] = ()) -> bytes:
    """Return a header, complete with its blank line."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def page(body: bytes, *, status: int = 200, fields: Iterable[tuple[str, str]] = ()) -> Responder:
    """Answer with a body and its right length."""
    return raw(head(status, (*fields, ("Content-Length", str(len(body))))) + body)


def raw(data: bytes) -> Responder:
    """Answer with these bytes, whatever they are, and close."""
    return lambda visit: visit.send(data)


def redirect(location: str, status: int = 302) -> Responder:
    """Lead elsewhere."""
    return page(b"", status=status, fields=[("Location", location)])


def drip(pieces: Iterable[bytes], gap_s: float) -> Responder:
    """Send one piece at a time with a pause after each, as long as there are any."""

    def respond(visit: Visit) -> None:
        for piece in pieces:
            visit.send(piece)
            visit.rest(gap_s)

    return respond


def flood(first: bytes, pieces: Callable[[], Iterator[bytes]]) -> Responder:
    """Send as fast as the client takes it, until it goes away."""

    def respond(visit: Visit) -> None:
        visit.send(first)
        for piece in pieces():
            visit.send(piece)

    return respond


def hang(visit: Visit) -> None:
    """Take the request and never say a word."""
    while True:
        visit.rest(0.05)


def endless_header() -> Responder:
    """One more header field every half second, and never a body."""
    fields = (f"X-{number}: y\r\n".encode() for number in itertools.count())
    return drip(itertools.chain([b"HTTP/1.1 200 OK\r\n"], fields), 0.5)


def slow_body(body: bytes) -> Responder:
    """A good header, then one byte every half second."""
    pieces = (body[at : at + 1] for at in range(len(body)))
    return drip(itertools.chain([head(200, [("Content-Length", str(len(body)))])], pieces), 0.5)


def huge_header(size_bytes: int) -> Responder:
    """So many bytes of header fields."""
    line = b"X-Filler: " + b"y" * 1000 + b"\r\n"
    count = size_bytes // len(line)
    return flood(b"HTTP/1.1 200 OK\r\n", lambda: iter(itertools.repeat(line, count)))


def interim_answers(count: int) -> Responder:
    """So many answers that say that the answer will come, and then the answer."""
    last = head(200, [("Content-Length", "2")]) + b"ok"
    return flood(b"HTTP/1.1 102 Processing\r\n\r\n" * count, lambda: iter([last]))


def endless_body(piece: bytes = b"y" * 65536) -> Responder:
    """A chunked body without an end."""
    chunk = b"%x\r\n%b\r\n" % (len(piece), piece)
    return flood(head(200, [("Transfer-Encoding", "chunked")]), lambda: itertools.repeat(chunk))


def gzip_bomb(size_bytes: int) -> bytes:
    """So many zeros, compressed a thousandfold."""
    stream = zlib.compressobj(9, wbits=31)
    return (
        b"".join(stream.compress(bytes(_MIB)) for _ in range(size_bytes // _MIB)) + stream.flush()
    )


def gzip_in_gzip_bomb(size_bytes: int) -> bytes:
    """The same, compressed once more: a thousand times a thousandfold."""
    return gzip.compress(gzip_bomb(size_bytes), 9)


def brotli_bomb(size_bytes: int) -> bytes:
    """So many zeros, compressed a millionfold."""
    stream = brotli.Compressor(quality=9, lgwin=24)
    pieces = [stream.process(bytes(_MIB)) for _ in range(size_bytes // _MIB)]
    return b"".join([*pieces, stream.finish()])


def zstd_bomb(size_bytes: int) -> bytes:
    """So many zeros, compressed thirty thousandfold."""
    stream = zstd.ZstdCompressor(3)
    pieces = [stream.compress(bytes(_MIB)) for _ in range(size_bytes // _MIB)]
    return b"".join(pieces) + stream.flush()
