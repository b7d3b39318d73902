"""The feed worker's request and result.

Role: feed addresses in, validated image metadata out. Counterpart: `workers.feeds`, which fetches
and mirrors. It holds sockets and therefore parses nothing: a body that it has fetched comes back
in a slot, goes to a worker that may do nothing else (see `contracts.feedparse`), and what that
found comes with the next request. So a chain of requests keeps a mirror up to date, and each has
exactly one answer.
"""

import enum
from typing import Annotated

import msgspec

from stillframe.contracts.caps import (
    FEED_CAP_ITEMS,
    FEEDS_CAP,
    MIRROR_PAGE_CAP_ITEMS,
    PATIENCE_CAP_MS,
    SHOWN_CAP_ITEMS,
    URL_CAP_CHARS,
)
from stillframe.contracts.images import Path, SlotGrant
from stillframe.contracts.messages import Count, Request, Response, Text

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=URL_CAP_CHARS)]
Weight = Annotated[int, msgspec.Meta(ge=0, le=100)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10 * 365 * 86400)]
# What a calendar can name, the years 1 to 9999; bounds also keep out what is no number.
Moment = Annotated[float, msgspec.Meta(ge=-62_135_596_800, le=253_402_300_799)]
Hour = Annotated[int, msgspec.Meta(ge=0, le=23)]
Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]
Remark = Annotated[str, msgspec.Meta(max_length=200)]
"""A short sentence: one for each of many feeds must fit one message."""


class DropReason(enum.StrEnum):
    """Why a feed, or an item of one, did not become a photo; the value is the word in reports."""

    # What an item says.
    NO_IMAGE = "no-image"
    DUPLICATE = "duplicate"
    TRACKER = "tracker"
    TOO_SMALL = "too-small"
    MALFORMED = "malformed"
    EXPIRED = "expired"
    OVER_LIMIT = "over-limit"
    # Where an address leads.
    BAD_URL = "bad-url"
    BAD_SCHEME = "bad-scheme"
    SSRF_BLOCKED = "ssrf-blocked"
    REDIRECT_LIMIT = "redirect-limit"
    REDIRECT_BLOCKED = "redirect-blocked"
    # What a server says.
    UNREACHABLE = "unreachable"
    HTTP_ERROR = "http-error"
    CHALLENGE = "challenge"
    GONE = "gone"
    BAD_RESPONSE = "bad-response"
    BAD_ENCODING = "bad-encoding"
    DECODE_ERROR = "decode-error"
    SHORT_BODY = "short-body"
    TOO_LARGE = "too-large"
    DEADLINE = "deadline"
    # What a body is.
    EMPTY = "empty"
    HTML_NOT_FEED = "html-not-feed"
    NOT_FEED = "not-feed"
    BAD_JSON = "bad-json"
    PARSE_TIMEOUT = "parse-timeout"
    PARSER_DIED = "parser-died"
    NOT_IMAGE = "not-image"
    # What becomes of it here.
    MIRROR_UNSAFE = "mirror-unsafe"
    DISK_FULL = "disk-full"


class FeedKind(enum.StrEnum):
    """How a feed is asked and read."""

    AUTO = "auto"
    """GET, and by what comes back."""
    JSON = "json"
    """GET, and by the paths that the feed's `fields` name."""
    WEBDAV = "webdav"
    """PROPFIND of a folder."""
    IMMICH = "immich"
    """A random choice or an album of an Immich server, with a key."""


class JsonFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a JSON document has what: dotted paths, `[]` for each element of a list.

    `items` leads to the list of items; the others begin at one of them. Empty is nowhere.
    """

    items: Text = ""
    url: Text = ""
    title: Text = ""
    ts: Text = ""
    author: Text = ""
    license: Text = ""
    width: Text = ""
    height: Text = ""


class FeedSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed.

    Attributes:
        weight: of its photos, where the policy's does not apply.
        name: as a person calls it.
        key: what its server wants to see: a key of its programming interface, or `user:password`.
    """

    url: Url
    weight: Weight | None = None
    name: Remark = ""
    kind: FeedKind = FeedKind.AUTO
    key: Annotated[str, msgspec.Meta(max_length=512)] = ""
    fields: JsonFields | None = None


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
        source: the feed's address.
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
    """One feed or item that was left out, and why."""

    url: Annotated[str, msgspec.Meta(max_length=URL_CAP_CHARS)]
    reason: DropReason
    detail: Remark = ""


Items = Annotated[tuple[ImageMetadata, ...], msgspec.Meta(max_length=FEED_CAP_ITEMS)]
Drops = Annotated[tuple[DroppedItem, ...], msgspec.Meta(max_length=FEED_CAP_ITEMS)]
Feeds = Annotated[tuple[FeedSource, ...], msgspec.Meta(max_length=FEEDS_CAP)]
Urls = Annotated[tuple[Url, ...], msgspec.Meta(max_length=FEEDS_CAP)]


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one body held, or why it could not be read.

    Attributes:
        items: the candidates, none of them fetched or checked against the network yet.
        dropped: what was left out, the first of it.
        title: what the feed calls itself.
        feed_ttl_s: how long it asks to be left alone.
        update_period_s: how often it says that it changes.
        skip_hours: hours of a day (GMT) in which it asks not to be polled.
        skip_days: days of a week (Monday is 0) likewise.
        feeds: addresses of feeds that an HTML page or an OPML file names.
        problem: why there is nothing, if there is nothing.
    """

    items: Items = ()
    dropped: Drops = ()
    title: Text = ""
    feed_ttl_s: Seconds | None = msgspec.field(name="feed_ttl", default=None)
    update_period_s: Seconds | None = None
    skip_hours: Annotated[tuple[Hour, ...], msgspec.Meta(max_length=24)] = ()
    skip_days: Annotated[tuple[Weekday, ...], msgspec.Meta(max_length=7)] = ()
    feeds: Urls = ()
    problem: DropReason | None = None
    detail: Remark = ""


class Parsed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of the body that came with `ticket`."""

    ticket: Count
    reading: Reading


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body that waits in the request's slot to be parsed.

    Attributes:
        ticket: to be given back with what was found.
        source: the feed that it is of.
        url: where it was found in the end: relative addresses in it start here.
        size_bytes: how much of the slot it takes.
        sha256: of it, in hex, so that one which parsers die of is known again.
    """

    ticket: Count
    source: FeedSource
    url: Url
    content_type: Text
    size_bytes: Count
    sha256: Annotated[str, msgspec.Meta(max_length=64)]


class FeedState(enum.StrEnum):
    """How a feed is doing."""

    NEW = "new"
    """Never asked."""
    OK = "ok"
    FAILING = "failing"
    """The last time failed; it is asked again, more and more rarely."""
    DEAD = "dead"
    """It has failed for a week; it is asked once a day."""
    GONE = "gone"
    """Its server says that it will not come back; it is not asked any more."""


class FeedHealth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one feed is doing; times are seconds since the epoch."""

    state: FeedState = FeedState.NEW
    last_ok_s: Moment | None = None
    next_due_s: Moment | None = None
    failures: Count = 0
    error: DropReason | None = None
    detail: Remark = ""
    images: Count = 0


class FeedsRequest(Request, frozen=True, kw_only=True, tag="feeds.request"):
    """Bring the mirror up to date from `feeds`, and say what is new in it.

    Attributes:
        max_items: how many images all feeds together may add in one cycle.
        ttl_hint_s: how long an image is kept where its feed does not say.
        cursor: what the answer before returned; 0 is all that the mirror has.
        patience_ms: how long the answer may wait if there is nothing to say.
        parsed: what became of the body that came with the answer before.
        wanted: the mirror's files that are on screen or come next; they are not removed.
        rejected: the mirror's files that could not be decoded; they are.
        refresh: ask every feed now, whatever it said about its pace; not within a minute again.
        survey: say how each feed is doing.
        slot: where a body may be put; filled in by the supervisor when the request is sent.
    """

    feeds: Feeds
    max_items: Annotated[int, msgspec.Meta(ge=1, le=FEED_CAP_ITEMS)] = 30
    ttl_hint_s: Seconds = msgspec.field(name="ttl_hint", default=3600.0)
    priority_policy: PriorityPolicy = PriorityPolicy()
    cursor: Count = 0
    patience_ms: Annotated[int, msgspec.Meta(ge=0, le=PATIENCE_CAP_MS)] = 0
    parsed: Parsed | None = None
    wanted: Annotated[tuple[Path, ...], msgspec.Meta(max_length=SHOWN_CAP_ITEMS)] = ()
    rejected: Annotated[tuple[Path, ...], msgspec.Meta(max_length=SHOWN_CAP_ITEMS)] = ()
    refresh: bool = False
    survey: bool = False
    slot: SlotGrant | None = None


class FeedsResult(Response, frozen=True, kw_only=True, tag="feeds.result"):
    """What has changed in the mirror since the cursor.

    Attributes:
        items: images that were added, or, without a mirror, would be.
        dropped: what was left out since the answer before.
        gone: files that are not in the mirror any more.
        body: a body to be parsed; its bytes are in the slot.
        busy: whether feeds are being asked, or images fetched.
        online: False while no server at all could be reached.
        health: of each feed, in the order of the request, if it was asked for.
    """

    items: Annotated[tuple[ImageMetadata, ...], msgspec.Meta(max_length=MIRROR_PAGE_CAP_ITEMS)]
    dropped: Annotated[tuple[DroppedItem, ...], msgspec.Meta(max_length=MIRROR_PAGE_CAP_ITEMS)]
    gone: Annotated[tuple[Path, ...], msgspec.Meta(max_length=MIRROR_PAGE_CAP_ITEMS)] = ()
    next_cursor: Count = 0
    body: Body | None = None
    busy: bool = False
    online: bool = True
    health: Annotated[tuple[FeedHealth, ...], msgspec.Meta(max_length=FEEDS_CAP)] = ()
