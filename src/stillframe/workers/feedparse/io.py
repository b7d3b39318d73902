"""The feed parser's edges: a body out of shared memory, what it holds back in a message.

Role: reads bodies that another worker fetched. Counterpart: `workers.feedparse.core` reads them;
`workers.feeds.io` has put them there.

Guarantees: the body is copied before it is looked at, so that nobody changes it meanwhile.
"""

import time
from typing import ClassVar, Self

from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.feedparse import FeedParseRequest, FeedParseResult
from stillframe.contracts.feeds import FeedSource
from stillframe.contracts.messages import echo
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.arena import SlotReader
from stillframe.workers.feedparse import core
from stillframe.workers.feedparse.document import About
from stillframe.workers.handler import Handler

_WARM_UP = b"<rss><channel><item><guid>http://a.example/a.jpg</guid></item></channel>"


class FeedParseHandler(Handler[FeedParseRequest, FeedParseResult]):
    """Reads feeds of every kind."""

    name: ClassVar[str] = "feedparse"
    protocol: ClassVar[Protocol] = PROTOCOLS["feedparse"]

    def __init__(self, reader: SlotReader) -> None:
        self._reader = reader

    @classmethod
    def start(cls, start: Start) -> Self:
        """Map the bodies' memory; the parsers are imported with this module.

        Raises:
            ValueError: if there is none.
        """
        if start.arena is None:
            raise ValueError("the feed parser needs an arena")
        grant = start.arena
        return cls(SlotReader.open(grant.descriptor, grant.slot_count, grant.slot_bytes))

    def warm_up(self) -> None:
        """Read a document by each parser once: some of their parts are loaded only then."""
        source = FeedSource(url="http://a.example/")
        about = About(source, source.url, "", 1, 0.0, 0, 0.0)
        # One that is whole, one that is not, a page, and JSON.
        for body in (_WARM_UP + b"</rss>", _WARM_UP, b"<html><a href=b>", b"{}"):
            core.read(body, about)

    def handle(self, request: FeedParseRequest) -> FeedParseResult:
        """Read one body.

        Raises:
            FaultError: `bad-request` if its slot or size is none of this memory.
        """
        try:
            body = self._reader.payload(request.slot.index, request.body_bytes)
        except ValueError as error:
            raise FaultError(FaultKind.BAD_REQUEST, str(error)) from error
        about = About(
            source=request.source,
            url=request.url,
            content_type=request.content_type,
            max_items=request.max_items,
            ttl_hint_s=request.ttl_hint_s,
            priority=request.priority,
            now_s=request.now_s,
        )
        reading = core.read(body, about)
        return FeedParseResult(**echo(request, time.monotonic_ns()), reading=reading)

    def close(self) -> None:
        """Unmap the memory."""
        self._reader.close()
