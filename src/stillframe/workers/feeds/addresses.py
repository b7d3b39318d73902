"""Which addresses may be asked: of the web yes, of this machine and its network no.

Role: pure; from an address as somebody wrote it to what is dialled, or a refusal. Counterpart:
`workers.feeds.connection` resolves the name and asks the guard about every address it got. Sources:
the URL standard for how browsers read hosts, and IANA's registries of special-purpose addresses.

Guarantees: a `Target` has a lower-case ASCII host that is a name, or a literal address written in
the one usual way; what only looks like a name and is a number to the C library is refused. The
guard lets nobody reach a private address but a host that a person has named, and only where that
person, or another such host, gave the address.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import SplitResult, quote, urlsplit

import idna

from stillframe.contracts.caps import URL_CAP_CHARS
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.problem import FetchError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_FIRST_FREE_PORT: Final = 1024
# Services above 1023 that take a request for something else: what browsers block, and databases.
_SERVICE_PORTS: Final = frozenset(
    (
        *(1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 3306, 3389, 3659, 4045, 4190, 5060, 5061),
        *(5432, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9200, 10080),
        *(11211, 27017),
    )
)
_HOST_CAP_CHARS: Final = 253  # what the name system can carry
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# A last label that the C library reads as a number makes the whole host one.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff\u2028\u2029\ufeff]")
# What may stand in a path or a query; a per cent sign is somebody's escape already.
_UNQUOTED: Final = "%/:=&?~+!$,;'@()*[]|"

# The web's own half of IPv4, by what is not in it.
_PRIVATE_V4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
# All of IPv6 that is given out lies in one block; NAT64, local, multicast and mapped do not.
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
_PRIVATE_V6: Final = tuple(
    ipaddress.IPv6Network(network)
    # Protocols and tunnels (Teredo, benchmarks, ORCHID); documentation; 6to4; documentation.
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


@dataclass(frozen=True)
class Target:
    """Where a request goes.

    Attributes:
        host: in lower-case ASCII; an IPv6 literal without its brackets.
        resource: path and query, as they are sent.
        literal: the host's address, where it is written as one.
    """

    scheme: str
    host: str
    port: int
    resource: str
    literal: Address | None = None

    @property
    def authority(self) -> str:
        """The host, and the port where it is not the scheme's own: what a server is told."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address in its normal form; without a fragment, which no server sees."""
        return f"{self.scheme}://{self.authority}{self.resource}"


@dataclass(frozen=True)
class Guard:
    """Who may be asked although the address is private.

    Attributes:
        allowed: `host` or `host:port`, in lower case; a literal IPv6 address in brackets.
    """

    allowed: frozenset[str] = field(default_factory=frozenset)

    def target(self, url: str, found_in: str = "") -> Target:
        """Return where an address leads, if it may be asked as far as can be seen from it.

        Args:
            url: the address.
            found_in: the address of the feed or page that named it; empty for a person.

        Raises:
            FetchError: `bad-url`, `bad-scheme`, or `ssrf-blocked`.
        """
        target = parse(url)
        if target.literal is not None:
            self.check(target, (target.literal,), self.trusts(target, found_in))
        return target

    def trusts(self, target: Target, found_in: str = "") -> bool:
        """Say whether `target` may be private, being named by a person or by another such host."""
        return self._names(target) and (not found_in or self._names(parse(found_in)))

    def check(self, target: Target, addresses: tuple[Address, ...], trusted: bool) -> None:  # noqa: FBT001 - the answer of `trusts`
        """Refuse a target if any of its addresses may not be dialled.

        Raises:
            FetchError: `ssrf-blocked`.
        """
        for address in addresses:
            if is_public(address) or (trusted and is_dialable(address)):
                continue
            raise FetchError(
                DropReason.SSRF_BLOCKED,
                f"{target.host} leads to {address}, which is no address of the web; "
                "allow the host by name if it is yours",
                host=target.host,
            )

    def _names(self, target: Target) -> bool:
        host = f"[{target.host}]" if ":" in target.host else target.host
        return host in self.allowed or f"{host}:{target.port}" in self.allowed


def is_public(address: Address) -> bool:
    """Say whether an address is one of the web's, and not of some network's inside."""
    address = unmapped(address)
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _PRIVATE_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _PRIVATE_V6)


def is_dialable(address: Address) -> bool:
    """Say whether an address is one machine's; the unspecified one is this machine by accident."""
    address = unmapped(address)
    return not (address.is_multicast or address.is_unspecified)


def unmapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for: the kernel dials that."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def parse(url: str) -> Target:
    """Return where an address leads.

    Raises:
        FetchError: `bad-scheme`; `bad-url` for what is malformed, carries a password or names the
            port of another service; `ssrf-blocked` for a host that is a number in disguise.
    """
    if len(url) > URL_CAP_CHARS:
        raise _bad(f"an address of {len(url)} characters; {URL_CAP_CHARS} are the most")
    if found := _FORBIDDEN.search(url):
        raise _bad(f"character {ord(found[0]):#x} at {found.start()} cannot be in an address")
    parts, port = _split(url)
    scheme = parts.scheme.lower()
    if not scheme:
        raise _bad("an address needs http:// or https:// in front")
    if scheme not in _DEFAULT_PORTS:
        raise FetchError(DropReason.BAD_SCHEME, f"{scheme[:20]}: is not asked, only http and https")
    if "@" in parts.netloc:
        raise _bad("an address with a user's name or password in it; give them as the feed's key")
    port = _DEFAULT_PORTS[scheme] if port is None else port
    if not (port in _DEFAULT_PORTS.values() or port >= _FIRST_FREE_PORT) or port in _SERVICE_PORTS:
        raise _bad(f"port {port} belongs to another service; 80, 443 and free ones are asked")
    host, literal = _host(parts)
    resource = quote(parts.path or "/", _UNQUOTED)
    if parts.query:
        resource += "?" + quote(parts.query, _UNQUOTED)
    target = Target(scheme, host, port, resource, literal)
    if len(target.url) > URL_CAP_CHARS:
        raise _bad(f"{len(target.url)} characters once escaped; {URL_CAP_CHARS} are the most")
    return target


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad(f"the address cannot be read: {error}") from None
    return parts, port


def _host(parts: SplitResult) -> tuple[str, Address | None]:
    """Return the host in its one form, and its address if it is one."""
    written = parts.hostname or ""
    if "[" in parts.netloc:
        try:
            literal = ipaddress.IPv6Address(written)
        except ValueError:
            literal = None
        if literal is None or literal.scope_id is not None:
            raise _bad("what stands in brackets is no IPv6 address")
        return str(literal), literal
    host = _ascii(written).removesuffix(".")
    if not host:
        raise _bad("an address without a host")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            address = ipaddress.IPv4Address(host)
        except ValueError:
            raise FetchError(
                DropReason.SSRF_BLOCKED, f"{host[:60]} is a number in disguise; write a name"
            ) from None
        return host, address
    if len(host) > _HOST_CAP_CHARS or not all(map(_LABEL.fullmatch, host.split("."))):
        raise _bad(f"{host[:60]!r} is no name of a host")
    return host, None


def _ascii(host: str) -> str:
    """Return a host as the name system knows it; full-width digits become digits."""
    host = host.lower()
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError as error:  # idna's own errors are kinds of it
        raise _bad(f"{host[:60]!r} is no name of a host: {error}") from None


def _bad(detail: str) -> FetchError:
    return FetchError(DropReason.BAD_URL, detail[:200])
