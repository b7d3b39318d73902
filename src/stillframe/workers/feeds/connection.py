"""How a server is reached: resolved once, checked, and dialled at the address that was checked.

Role: the network under httpcore2. Counterpart: `workers.feeds.fetch` makes one connection for each
request; `workers.feeds.addresses` says which addresses may be dialled.

Guarantees:
- A name is resolved once for each connection. One private address among its answers refuses all of
  them; the address that is dialled is one that was checked, whatever the name says a moment later.
- TLS is checked against the name, for the name is all that the HTTP layer knows.
- A header that does not end is cut off, whatever it is made of.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401 - the loop resolves names in it, and loads it late
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, TypeAlias

import anyio.lowlevel
import httpcore2

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.addresses import Address, Guard, Target, unmapped
from stillframe.workers.feeds.problem import FetchError

Resolve: TypeAlias = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""From a host's name and a port to addresses, the best first; raises OSError."""

# A hostile name can have hundreds of addresses, and each could cost the whole patience.
_DIALLED: Final = 4
# An address with another one behind it does not get all of the time: many homes have broken IPv6.
_FIRST_TRY_S: Final = 3.0
# h11 bounds one header block by 100 KiB; this bounds all that come before the answer.
HEAD_CAP_BYTES: Final = 256 * 1024
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_INTERIM: Final = re.compile(rb"HTTP/[0-9.]+ 1[0-9][0-9]\b")


async def resolve_by_system(host: str, port: int) -> tuple[str, ...]:
    """Ask the system's resolver, in a thread of the loop's own.

    The C library reads /etc/resolv.conf, hosts, nsswitch.conf, host.conf and gai.conf, and may load
    the modules that nsswitch.conf names.
    """
    loop = asyncio.get_running_loop()
    # As bytes: text would make Python look for a codec of its own first.
    found = await loop.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return tuple(str(sockaddr[0]) for *_, sockaddr in found)


def load_code() -> None:
    """Load what the first request would: a worker that is locked in can read no code any more."""
    asyncio.run(anyio.lowlevel.checkpoint())  # what anyio has for this kind of loop


class Wire:
    """What has come over one connection so far.

    Attributes:
        ended: whether the server closed its side.
        body_bytes: how many came after the header; what was not read yet is not among them.
    """

    def __init__(self) -> None:
        self.ended = False
        self.body_bytes = 0
        self._head = bytearray()
        self._in_head = True

    def took(self, data: bytes) -> None:
        """Note what was read.

        Raises:
            FetchError: `bad-response` if that is no answer's header any more.
        """
        self.ended = not data
        if not self._in_head:
            self.body_bytes += len(data)
            return
        self._head += data
        if len(self._head) > HEAD_CAP_BYTES:
            raise FetchError(
                DropReason.BAD_RESPONSE,
                f"{HEAD_CAP_BYTES // 1024} KiB came and the header had not ended",
            )

    def end_head(self) -> None:
        """Note that the header is complete."""
        self._in_head = False
        head, start = bytes(self._head), 0
        self._head.clear()
        while end := _BLANK_LINE.search(head, start):
            interim = _INTERIM.match(head, start)
            start = end.end()
            if interim is None:
                break
        self.body_bytes = len(head) - start


class Dialler(httpcore2.AsyncNetworkBackend):
    """Connects one request to its target."""

    def __init__(
        self,
        target: Target,
        guard: Guard,
        resolve: Resolve,
        wire: Wire,
        *,
        trusted: bool,
    ) -> None:
        """Prepare.

        Args:
            target: where the request goes.
            guard: which addresses may be dialled.
            resolve: who knows the addresses of a name.
            wire: takes note of what comes.
            trusted: whether the target may be private, by `Guard.trusts`.
        """
        self._target, self._guard, self._resolve = target, guard, resolve
        self._wire, self._trusted = wire, trusted
        self._dial = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's own
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check and dial; the arguments are the target's own, and `timeout` in seconds.

        Raises:
            FetchError: `ssrf-blocked`, or `unreachable` if nothing answers in time.
        """
        del host, local_address, socket_options
        addresses: tuple[Address, ...] = ()
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._addresses()
                self._guard.check(self._target, addresses, self._trusted)
                return _Watched(await self._first(addresses[:_DIALLED], port), self._wire)
        except TimeoutError:
            where = "its address was not found" if not addresses else f"{addresses[0]} was silent"
            raise self._unreachable(f"{where} within {timeout:g} s") from None
        except OSError as error:
            raise self._unreachable(error.strerror or str(error)) from None
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise self._unreachable(str(error) or "no answer") from None

    async def _addresses(self) -> tuple[Address, ...]:
        if self._target.literal is not None:
            return (self._target.literal,)
        try:
            found = await self._resolve(self._target.host, self._target.port)
        except UnicodeError:  # a name that the C library's own encoding refuses
            found = ()
        addresses = tuple(ipaddress.ip_address(address) for address in dict.fromkeys(found))
        if not addresses:
            raise self._unreachable("the name has no address")
        return addresses

    async def _first(
        self, addresses: tuple[Address, ...], port: int
    ) -> httpcore2.AsyncNetworkStream:
        """Return a connection to the first address that answers."""
        for address in addresses[:-1]:
            try:
                return await self._dial.connect_tcp(str(unmapped(address)), port, _FIRST_TRY_S)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._dial.connect_tcp(str(unmapped(addresses[-1])), port)

    def _unreachable(self, cause: str) -> FetchError:
        detail = f"{self._target.authority[:80]}: {cause}"
        return FetchError(DropReason.UNREACHABLE, detail[:200], host=self._target.host)


class _Watched(httpcore2.AsyncNetworkStream):
    """A connection whose bytes are taken note of, after TLS if there is any."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream, wire: Wire) -> None:
        self._inner, self._wire = inner, wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        data = await self._inner.read(max_bytes, timeout)
        self._wire.took(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Watched(stream, self._wire)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the interface's own
        return self._inner.get_extra_info(info)
