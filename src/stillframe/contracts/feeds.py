"""The feed worker's request and result.

Role: feed addresses in, validated image metadata out. Counterpart: the worker that fetches and
mirrors; it holds sockets and therefore parses nothing (see `contracts.feedparse`).
"""

import enum
from typing import Annotated

import msgspec

from stillframe.contracts.caps import FEED_CAP_ITEMS, URL_CAP_CHARS
from stillframe.contracts.images import Path
from stillframe.contracts.messages import Count, Request, Response, Text

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=URL_CAP_CHARS)]
Weight = Annotated[int, msgspec.Meta(ge=0, le=100)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10 * 365 * 86400)]
# What a calendar can name, the years 1 to 9999; bounds also keep out what is no number.
Moment = Annotated[float, msgspec.Meta(ge=-62_135_596_800, le=253_402_300_799)]


class DropReason(enum.StrEnum):
    """Why an item of a feed did not become a photo."""

    NO_IMAGE = "no-image"
    DUPLICATE = "duplicate"
    FORBIDDEN_SCHEME = "forbidden-scheme"
    FORBIDDEN_ADDRESS = "forbidden-address"
    TRACKER = "tracker"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    NOT_AN_IMAGE = "not-an-image"
    MALFORMED = "malformed"
    OVER_LIMIT = "over-limit"
    EXPIRED = "expired"
    FETCH_FAILED = "fetch-failed"
    TIMEOUT = "timeout"


class FeedSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed: its address, and a weight of its own where the policy's does not apply."""

    url: Url
    weight: Weight | None = None


class PriorityPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How feeds rank against each other when there is room for few."""

    default_weight: Weight = 50
    max_items_per_feed: Annotated[int, msgspec.Meta(ge=1, le=FEED_CAP_ITEMS)] = 8


class ImageMetadata(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One validated image of a feed.

    Attributes:
        ts_s: when it was published, seconds since the epoch (a calendar time, not a duration).
        priority: 0 to 100, higher first.
        ttl_s: how long it may be kept.
    """

    url: Url
    title: Text
    ts_s: Moment = msgspec.field(name="ts")
    priority: Weight
    ttl_s: Seconds = msgspec.field(name="ttl")
    source: Url
    author: Text = ""
    license: Text | None = None
    width: Count | None = None
    height: Count | None = None
    cache_path: Path | None = None


class DroppedItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item that was left out, and why."""

    url: Annotated[str, msgspec.Meta(max_length=URL_CAP_CHARS)]
    reason: DropReason


class FeedsRequest(Request, frozen=True, kw_only=True, tag="feeds.request"):
    """Bring the mirror up to date from `feeds`."""

    feeds: Annotated[tuple[FeedSource, ...], msgspec.Meta(max_length=FEED_CAP_ITEMS)]
    max_items: Annotated[int, msgspec.Meta(ge=1, le=FEED_CAP_ITEMS)] = 30
    ttl_hint_s: Seconds = msgspec.field(name="ttl_hint", default=3600.0)
    priority_policy: PriorityPolicy = PriorityPolicy()


class FeedsResult(Response, frozen=True, kw_only=True, tag="feeds.result"):
    """What the feeds hold now."""

    items: Annotated[tuple[ImageMetadata, ...], msgspec.Meta(max_length=FEED_CAP_ITEMS)]
    dropped: Annotated[tuple[DroppedItem, ...], msgspec.Meta(max_length=FEED_CAP_ITEMS)]
