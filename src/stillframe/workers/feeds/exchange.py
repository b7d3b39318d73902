"""One request and its answer, on a connection of its own.

Role: the acts of one hop. Counterpart: `workers.feeds.fetch` follows redirects and judges answers;
`connection` dials, `decoding` decompresses. The HTTP itself is httpcore2's, the transport of
httpx2: what its client would add (redirects, cookies, proxies, decoding) is done otherwise here.

Guarantees: no more is held than the cap of the body, the decoder's window and some pieces; a body
that is not whole is an error; the connection is closed whatever happens. The total time is the
caller's to bound.
"""

import io
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpcore2

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.addresses import Guard, Target
from stillframe.workers.feeds.connection import Dialler, Resolve, Wire, resolve_by_system
from stillframe.workers.feeds.decoding import check_decoded, decoder_for
from stillframe.workers.feeds.header import RawHeader, field_of, fields_of
from stillframe.workers.feeds.problem import FetchError

# With a body of their own: of a page, of a page from a cache on the way, of a folder.
BODIES: Final = frozenset((200, 203, 207))


@dataclass(frozen=True)
class Patience:
    """How long single steps may take, in seconds."""

    connect_s: float = 10.0
    gap_s: float = 10.0


@dataclass(frozen=True)
class Surroundings:
    """What a fetch does not decide itself.

    Attributes:
        user_agent: who asks; constant, with an address where a server's owner can complain.
        now_s: the time of day, seconds since the epoch.
        guard: which addresses may be asked.
        tls: whose certificates are believed. It reads its files when it is made.
        resolve: who knows the addresses of a name.
        admit: called with each host that a redirect leads to; raises `FetchError` for one that
            wants to be left alone.
    """

    user_agent: str
    now_s: Callable[[], float]
    guard: Guard = field(default_factory=Guard)
    tls: ssl.SSLContext = field(default_factory=httpcore2.default_ssl_context)
    resolve: Resolve = resolve_by_system
    admit: Callable[[str], None] = lambda _host: None
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True)
class Request:
    """What is sent, and how much may come back; `trusted` is by `Guard.trusts`."""

    target: Target
    method: str
    header: tuple[tuple[bytes, bytes], ...] = field(repr=False)  # with keys and passwords in it
    content: bytes
    cap_bytes: int
    trusted: bool


@dataclass(frozen=True)
class Reply:
    """What came back; the body is empty unless the status is one of `BODIES`."""

    status: int
    header: RawHeader
    body: bytes = field(repr=False)


async def exchange(request: Request, around: Surroundings) -> Reply:
    """Send one request and take its answer.

    Raises:
        FetchError: if no whole answer came.
    """
    target, wire = request.target, Wire()
    scheme, host = target.scheme.encode("ascii"), target.host.encode("ascii")
    connection = httpcore2.AsyncHTTPConnection(
        httpcore2.Origin(scheme, host, target.port),
        ssl_context=around.tls,
        network_backend=Dialler(
            target, around.guard, around.resolve, wire, trusted=request.trusted
        ),
    )
    patience = around.patience
    sent = httpcore2.Request(
        request.method,
        httpcore2.URL(scheme=scheme, host=host, port=target.port, target=target.resource),
        headers=request.header,
        content=request.content,
        extensions={
            "timeout": {
                "connect": patience.connect_s,
                "read": patience.gap_s,
                "write": patience.gap_s,
            }
        },
    )
    try:
        with _explained(target, wire, in_body=False):
            response = await connection.handle_async_request(sent)
        wire.end_head()
        body = b""
        if response.status in BODIES:
            with _explained(target, wire, in_body=True):
                body = await _body(response, wire, request.cap_bytes)
        return Reply(response.status, response.headers, body)
    finally:
        await connection.aclose()


async def _body(response: httpcore2.Response, wire: Wire, cap_bytes: int) -> bytes:
    """Return the decoded body, as soon as it is whole and not a byte before."""
    declared = field_of(response.headers, "content-length")
    plain = not field_of(response.headers, "transfer-encoding")
    declared_bytes = int(declared) if plain and declared.isdigit() else None
    if declared_bytes is not None and declared_bytes > cap_bytes:
        raise _too_large(cap_bytes, f"it says {declared_bytes}")
    decoder = decoder_for(fields_of(response.headers, "content-encoding"))
    # The one buffer in Python that grows in place and is given away without a copy.
    whole, encoded_bytes = io.BytesIO(), 0
    async for data in response.aiter_stream():
        encoded_bytes += len(data)
        if encoded_bytes > cap_bytes:
            raise _too_large(cap_bytes, "more came")
        for piece in decoder.decode(data):
            if whole.tell() + len(piece) > cap_bytes:
                raise _too_large(cap_bytes, f"{encoded_bytes} encoded ones hold more")
            whole.write(piece)
    if declared_bytes is not None and wire.body_bytes > declared_bytes:
        raise FetchError(
            DropReason.SHORT_BODY,
            f"it says {declared_bytes} bytes and sends {wire.body_bytes}: the end is missing",
        )
    if not encoded_bytes:
        raise FetchError(DropReason.EMPTY, "the body has no byte")
    decoder.finish()
    body = whole.getvalue()
    if not body:
        raise FetchError(DropReason.EMPTY, "the body has no byte once it is decoded")
    check_decoded(body[:4])
    return body


def _too_large(cap_bytes: int, cause: str) -> FetchError:
    return FetchError(DropReason.TOO_LARGE, f"{cap_bytes} bytes are the most, and {cause}")


@contextmanager
def _explained(target: Target, wire: Wire, *, in_body: bool) -> Iterator[None]:
    """Turn what the transport raises into a reason."""
    try:
        yield
    except (httpcore2.ReadTimeout, httpcore2.WriteTimeout):
        reason, cause = DropReason.DEADLINE, "it fell silent"
    except httpcore2.RemoteProtocolError as error:
        cut = in_body and wire.ended
        reason, cause = DropReason.SHORT_BODY if cut else DropReason.BAD_RESPONSE, str(error)
    except httpcore2.LocalProtocolError as error:
        reason, cause = DropReason.BAD_URL, f"this cannot be asked: {error}"
    # What TLS finds wrong in the middle of a stream comes through as OpenSSL said it.
    except (httpcore2.NetworkError, ssl.SSLError) as error:
        reason = DropReason.SHORT_BODY if in_body else DropReason.UNREACHABLE
        cause = str(error) or "the connection broke"
    except httpcore2.ConnectTimeout:
        reason, cause = DropReason.UNREACHABLE, "it was silent while TLS was agreed on"
    else:
        return
    raise FetchError(reason, f"{target.authority[:80]}: {cause}"[:200], host=target.host)
