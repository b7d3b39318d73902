"""The feed parser's request and result.

Role: one fetched body in, candidate images out. Counterpart: `workers.feedparse`, a killable worker
without sockets and without write access. The body lies in a slot of the feed worker's memory,
because no message could hold it; the slot stays leased until the answer is there.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.caps import FEED_CAP_ITEMS
from stillframe.contracts.feeds import FeedSource, Reading, Seconds, Url, Weight
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import Count, Request, Response, Text


class FeedParseRequest(Request, frozen=True, kw_only=True, tag="feedparse.request"):
    """Read the first `body_bytes` bytes of the slot.

    Attributes:
        source: the feed that it is of.
        url: where it was found in the end: relative addresses in it start here.
        content_type: what the server called it.
        max_items: how many candidates are wanted.
        ttl_hint_s: how long an image is kept where the feed does not say.
        priority: what the candidates are given.
        now_s: the time of day, seconds since the epoch: nothing was published later.
    """

    source: FeedSource
    url: Url
    content_type: Text
    slot: SlotGrant
    body_bytes: Count
    max_items: Annotated[int, msgspec.Meta(ge=1, le=FEED_CAP_ITEMS)]
    ttl_hint_s: Seconds = msgspec.field(name="ttl_hint")
    priority: Weight
    now_s: Annotated[float, msgspec.Meta(ge=0, le=253_402_300_799)]


class FeedParseResult(Response, frozen=True, kw_only=True, tag="feedparse.result"):
    """What it held. Nothing of it was checked against the network."""

    reading: Reading
