"""One address asked, and wherever it leads.

Role: redirects and what answers mean; one hop is `workers.feeds.exchange`. Counterpart:
`workers.feeds.gather` says whom to ask and when; `header` reads what is said about coming again.

Guarantees:
- A fetch ends within its total time, whatever the server does.
- Each redirect is checked like the first address. What a person gave for one host, and validators
  that belong to one address, go nowhere else.
- Whatever is no whole answer is a `FetchError`; nothing else is raised.
"""

import asyncio
import contextlib
import http
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.addresses import Target
from stillframe.workers.feeds.decoding import CODINGS
from stillframe.workers.feeds.exchange import BODIES, Reply, Request, Surroundings, exchange
from stillframe.workers.feeds.header import field_of, fields_of, retry_after_s
from stillframe.workers.feeds.problem import FetchError

# Browsers follow 20; a feed that needs more than this is lost, or leads in a circle.
REDIRECTS: Final = 5
_PERMANENT: Final = frozenset((301, 308))
# These have always turned a POST into a GET; 307 and 308 were made because of it.
_REWRITING: Final = frozenset((301, 302))
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_BUSY: Final = frozenset((429, 503))
_SEE_OTHER, _NOT_MODIFIED, _FIRST_ERROR, _FORBIDDEN, _GONE = 303, 304, 400, 403, 410


@dataclass(frozen=True)
class Validators:
    """By what a server tells whether something has changed; as it sent them, for one address."""

    etag: str = ""
    last_modified: str = ""
    url: str = ""


@dataclass(frozen=True)
class Ask:
    """A request.

    Attributes:
        url: the address.
        accept: what kinds of answer are wanted.
        cap_bytes: how large a decoded body may be.
        total_s: how long all of it may take, redirects included.
        headers: what the asked host alone may see, keys and passwords among them.
        validators: of the answer before, if there was one.
        found_in: the address of the feed that named this one; empty where a person did.
    """

    url: str
    accept: str
    cap_bytes: int
    total_s: float
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = b""
    validators: Validators | None = None
    found_in: str = ""


@dataclass(frozen=True)
class Answer:
    """A whole answer.

    Attributes:
        url: where it was found in the end, in normal form; the validators belong to it.
        status: 200, or what else comes with a body; 304 if nothing has changed.
        not_modified: whether nothing has changed.
        conditional: whether that was asked at all; a 304 without it is the server's mistake.
        etag, last_modified, cache_control, expires, date, content_type: header fields, byte for
            byte as Latin-1; empty where there is none.
        permanent_url: where permanent redirects alone have led; None if there were others or none.
    """

    url: str
    status: int
    not_modified: bool
    conditional: bool
    etag: str
    last_modified: str
    cache_control: str
    expires: str
    date: str
    content_type: str
    permanent_url: str | None
    # asyncio prints a finished task, its result included, and a body has 32 MiB.
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class _Hop:
    """One request on the way to an answer; `permanent`: only permanent redirects led to it."""

    ask: Ask
    target: Target
    trusted: bool
    permanent: bool = True

    @property
    def validators(self) -> Validators:
        """What this address itself has once sent; empty for any other's."""
        known = self.ask.validators
        return known if known is not None and known.url == self.target.url else Validators()


class Fetcher:
    """Asks; keeps nothing from one request to the next, no cookie and no connection."""

    def __init__(self, around: Surroundings) -> None:
        """Prepare; nothing is opened before the first fetch."""
        self._around, self._guard = around, around.guard

    async def fetch(self, ask: Ask) -> Answer:
        """Ask one address and follow where it leads.

        Raises:
            FetchError: for everything that is not a whole answer with a body, or a 304.
        """
        try:
            async with asyncio.timeout(ask.total_s):
                return await self._follow(ask)
        except TimeoutError:
            cause = f"it was not over within {ask.total_s:g} s"
            raise FetchError(DropReason.DEADLINE, cause) from None

    def target(self, url: str, found_in: str) -> Target:
        """Return where an address leads that stood in a feed, as far as can be seen from it.

        Raises:
            FetchError: `bad-url`, `bad-scheme` or `ssrf-blocked`.
        """
        return self._guard.target(url, found_in)

    async def check(self, url: str, found_in: str) -> None:
        """Refuse an address that stood in a feed if its name leads where nobody may be asked.

        Raises:
            FetchError: `bad-url`, `bad-scheme` or `ssrf-blocked`.
        """
        target = self._guard.target(url, found_in)
        if target.literal is not None:
            return
        with contextlib.suppress(OSError, TimeoutError, UnicodeError):  # nothing to be refused
            async with asyncio.timeout(self._around.patience.connect_s):
                found = await self._around.resolve(target.host, target.port)
            addresses = tuple(ipaddress.ip_address(address) for address in found)
            self._guard.check(target, addresses, self._guard.trusts(target, found_in))

    async def _follow(self, ask: Ask) -> Answer:
        target = self._guard.target(ask.url, ask.found_in)
        hop = _Hop(ask, target, self._guard.trusts(target, ask.found_in))
        for redirects in range(REDIRECTS + 1):
            reply = await exchange(_request_of(hop, self._around.user_agent), self._around)
            if reply.status not in _REDIRECTS:
                moved = redirects > 0 and hop.permanent
                return _judged(hop, reply, self._around.now_s(), moved=moved)
            hop = self._next(hop, reply)
        cause = f"more than {REDIRECTS} redirects"
        raise FetchError(DropReason.REDIRECT_LIMIT, cause, host=hop.target.host)

    def _next(self, hop: _Hop, reply: Reply) -> _Hop:
        """Return where a redirect leads, or refuse to go there."""
        ask, here, status = hop.ask, hop.target, reply.status
        target = self._guard.target(_joined(here, reply), here.url)
        if here.scheme == "https" and target.scheme == "http":
            raise _blocked(here, "redirects from https to http")
        if target.host != here.host:
            self._around.admit(target.host)
        if status == _SEE_OTHER or (status in _REWRITING and ask.method == "POST"):
            ask = replace(ask, method="GET", content=b"")
        if not _same_site(here, target):
            if ask.method != "GET":
                raise _blocked(here, f"redirects a {ask.method} to another host")
            ask = replace(ask, headers={})
        trusted = self._guard.trusts(target, here.url)
        return _Hop(ask, target, trusted, permanent=hop.permanent and status in _PERMANENT)


def _request_of(hop: _Hop, user_agent: str) -> Request:
    """Return what is sent: as little of us as possible, and always the same."""
    ask, target = hop.ask, hop.target
    header = [
        (b"Host", target.authority.encode("ascii")),
        (b"User-Agent", user_agent.encode("ascii")),
        (b"Accept", ask.accept.encode("ascii")),
        (b"Accept-Encoding", CODINGS.encode("ascii")),
        (b"Connection", b"close"),
    ]
    header += [(name.encode("ascii"), value.encode()) for name, value in ask.headers.items()]
    # Byte for byte as they came: a tag is the server's own, and dates are compared as text by some.
    if hop.validators.etag:
        header.append((b"If-None-Match", hop.validators.etag.encode("latin-1", "ignore")))
    if hop.validators.last_modified:
        header.append(
            (b"If-Modified-Since", hop.validators.last_modified.encode("latin-1", "ignore"))
        )
    if ask.content:
        header.append((b"Content-Length", str(len(ask.content)).encode("ascii")))
    return Request(target, ask.method, tuple(header), ask.content, ask.cap_bytes, hop.trusted)


def _judged(hop: _Hop, reply: Reply, now_s: float, *, moved: bool) -> Answer:
    """Return an answer that is one."""
    header, status, host = reply.header, reply.status, hop.target.host
    if status not in BODIES and status != _NOT_MODIFIED:
        raise _refused(reply, host, now_s)
    validators = hop.validators
    return Answer(
        url=hop.target.url,
        status=status,
        not_modified=status == _NOT_MODIFIED,
        conditional=bool(validators.etag or validators.last_modified),
        etag=field_of(header, "etag"),
        last_modified=field_of(header, "last-modified"),
        cache_control=fields_of(header, "cache-control"),
        expires=field_of(header, "expires"),
        date=field_of(header, "date"),
        content_type=field_of(header, "content-type"),
        body=reply.body,
        permanent_url=hop.target.url if moved else None,
    )


def _refused(reply: Reply, host: str, now_s: float) -> FetchError:
    """Return why an answer is none."""
    header, status = reply.header, reply.status
    if status < _FIRST_ERROR:
        detail = f"{host[:80]} answered {status}, which nobody asked for"
        return FetchError(DropReason.BAD_RESPONSE, detail, status=status, host=host)
    reason, retry_s = DropReason.HTTP_ERROR, None
    if status == _GONE:
        reason = DropReason.GONE
    elif status == _FORBIDDEN and field_of(header, "cf-mitigated").lower() == "challenge":
        reason = DropReason.CHALLENGE
    elif status in _BUSY:
        retry_s = retry_after_s(field_of(header, "retry-after"), field_of(header, "date"), now_s)
    # The server's own words are anybody's; the standard's are not.
    known = {member.value: member.phrase for member in http.HTTPStatus}
    detail = f"{host[:80]} answered {status} {known.get(status, '')}".rstrip()
    return FetchError(reason, detail, retry_s, status, host)


def _joined(here: Target, reply: Reply) -> str:
    """Return the address that a redirect names, which may be relative."""
    # Fields are bytes, and many servers put UTF-8 there.
    location = field_of(reply.header, "location").encode("latin-1").decode("utf-8", "replace")
    try:
        if location:
            return urljoin(here.url, location)
        cause = "no address"
    except ValueError:
        cause = "an address that cannot be read"
    detail = f"{here.host[:80]} answered {reply.status} with {cause}"
    raise FetchError(DropReason.BAD_RESPONSE, detail, status=reply.status, host=here.host)


def _same_site(one: Target, other: Target) -> bool:
    """Say whether what one address may know, the other may too: the same, or the same with TLS."""
    if one.host != other.host:
        return False
    ports = (one.scheme, one.port), (other.scheme, other.port)
    return ports[0] == ports[1] or ports == (("http", 80), ("https", 443))


def _blocked(here: Target, cause: str) -> FetchError:
    return FetchError(DropReason.REDIRECT_BLOCKED, f"{here.host[:80]} {cause}", host=here.host)
