"""Fifty feeds on this machine, of which twenty mean harm.

Role: what `bench.feeds` points the product at. Counterpart: `tools/feed_server.py` serves; each
feed has an address of its own, as on the web.

Guarantees: every healthy feed has one image that no other has; nothing is asked of any network.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feed_server import (
    FeedServer,
    Responder,
    Visit,
    brotli_bomb,
    gzip_bomb,
    hang,
    head,
    page,
    raw,
    redirect,
)

HEALTHY: Final = 30
_HANGING, _LOOPING, _BOMBS = 10, 5, 5
_BOMB_BYTES: Final = 400 << 20


@dataclass(frozen=True)
class Fleet:
    """The addresses of all feeds, and who serves them."""

    feeds: tuple[str, ...]
    hosts: tuple[str, ...]


@contextlib.contextmanager
def fleet(photo: Path) -> Iterator[Fleet]:
    """Serve all feeds; each healthy one names a copy of `photo` with a byte of its own behind."""
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(FeedServer(f"127.0.9.{number}"))
            for number in range(1, HEALTHY + _HANGING + _LOOPING + _BOMBS + 1)
        ]
        image = photo.read_bytes()
        feeds = []
        for number, server in enumerate(servers):
            feed = server.url("/feed")
            if number < HEALTHY:
                server.serve("/photo.jpg", _aside(page(image + bytes([number]))))
                server.serve("/feed", _aside(page(_rss("/photo.jpg"))))
            elif number < HEALTHY + _HANGING:
                server.serve("/feed", hang)
            elif number < HEALTHY + _HANGING + _LOOPING:
                server.serve("/feed", redirect(feed))
            else:
                server.serve("/feed", _aside(raw(_bomb(number))))
            feeds.append(feed)
        # The healthy ones must not be asked first only because they stand first.
        order = [feeds[(7 * place) % len(feeds)] for place in range(len(feeds))]
        yield Fleet(tuple(order), tuple(server.authority for server in servers))


def _aside(responder: Responder) -> Responder:
    """Answer on a thread that lets all others go first: servers are elsewhere in the world."""

    def respond(visit: Visit) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        responder(visit)

    return respond


def _rss(image: str) -> bytes:
    return (
        '<rss version="2.0"><channel><item>'
        f'<enclosure url="{image}" type="image/jpeg"/></item></channel></rss>'
    ).encode()


def _bomb(number: int) -> bytes:
    """Return one of three: a document that a parser needs minutes for, and two that swell."""
    if number % 3 == 0:
        body = b"<rss><channel><item><author>a@a." + b"a." * 100_000 + b"!</author></item>"
        return head(200, [("Content-Length", str(len(body)))]) + body
    if number % 3 == 1:
        coding, body = "gzip", gzip_bomb(_BOMB_BYTES)
    else:
        coding, body = "br", brotli_bomb(_BOMB_BYTES)
    fields = [("Content-Encoding", coding), ("Content-Length", str(len(body)))]
    return head(200, fields) + body
