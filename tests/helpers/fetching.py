"""Fetches for tests: one at a time, in a loop of their own."""

import asyncio
import ssl
from dataclasses import replace

import pytest
import trustme

from feed_server import FeedServer
from stillframe.workers.feeds.addresses import Guard
from stillframe.workers.feeds.connection import Resolve
from stillframe.workers.feeds.exchange import Patience, Surroundings
from stillframe.workers.feeds.fetch import Answer, Ask, Fetcher
from stillframe.workers.feeds.problem import FetchError

NOW_S = 1_790_000_000.0
USER_AGENT = "stillframe/test (+https://example.org/)"
CAP_BYTES = 4 * 1024 * 1024
IMPATIENT = Patience(connect_s=1.0, gap_s=1.0)


def ask_for(url: str) -> Ask:
    """Return a plain question; tests vary it with `dataclasses.replace`."""
    return Ask(url=url, accept="*/*", cap_bytes=CAP_BYTES, total_s=10.0)


def around(*servers: FeedServer) -> Surroundings:
    """Return surroundings in which exactly these servers may be asked, and nothing else here."""
    return Surroundings(
        USER_AGENT, lambda: NOW_S, Guard(frozenset(server.authority for server in servers))
    )


def resolving(
    surroundings: Surroundings, resolve: Resolve, tls: ssl.SSLContext | None = None
) -> Surroundings:
    """Return surroundings with other knowledge of names, and of whom to believe."""
    surroundings = replace(surroundings, resolve=resolve)
    return surroundings if tls is None else replace(surroundings, tls=tls)


def fetch(ask: Ask | str, surroundings: Surroundings) -> Answer:
    """Fetch once; a string is an address."""
    question = ask_for(ask) if isinstance(ask, str) else ask
    return asyncio.run(Fetcher(surroundings).fetch(question))


def refusal(ask: Ask | str, surroundings: Surroundings) -> FetchError:
    """Return why a fetch fails."""
    with pytest.raises(FetchError) as caught:
        fetch(ask, surroundings)
    assert 0 < len(caught.value.detail) <= 200, "a detail must fit its report"
    return caught.value


def tls_server(authority: trustme.CA, *names: str) -> FeedServer:
    """Return a server with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return FeedServer(tls=context)


def believing(authority: trustme.CA) -> ssl.SSLContext:
    """Return a client's side that believes this authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
