"""The feed parser's request and result.

Role: one fetched body in, candidate images out. Counterpart: a killable worker without sockets
and without write access. A body travels in a memfd that is passed beside the message, because a
SEQPACKET message cannot hold it.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.caps import FEED_CAP_ITEMS
from stillframe.contracts.feeds import DroppedItem, ImageMetadata, Seconds, Url
from stillframe.contracts.messages import Count, Request, Response, Text


class FeedParseRequest(Request, frozen=True, kw_only=True, tag="feedparse.request"):
    """Parse the body of `body_bytes` bytes in the memfd that accompanies this message."""

    url: Url
    content_type: Text
    body_bytes: Count
    max_items: Annotated[int, msgspec.Meta(ge=1, le=FEED_CAP_ITEMS)]
    ttl_hint_s: Seconds = msgspec.field(name="ttl_hint")


class FeedParseResult(Response, frozen=True, kw_only=True, tag="feedparse.result"):
    """The candidates, none of them fetched or checked against the network yet."""

    items: Annotated[tuple[ImageMetadata, ...], msgspec.Meta(max_length=FEED_CAP_ITEMS)]
    dropped: Annotated[tuple[DroppedItem, ...], msgspec.Meta(max_length=FEED_CAP_ITEMS)]
    feed_ttl_s: Seconds | None = msgspec.field(name="feed_ttl", default=None)
