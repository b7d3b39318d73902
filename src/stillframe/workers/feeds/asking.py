"""How each kind of feed is asked, and with which of a person's secrets.

Role: pure; from a feed to a request. Counterpart: `workers.feeds.fetch` makes it.

Guarantees: a key goes to the feed's own host and to no other.
"""

import base64
from typing import Final
from urllib.parse import urlsplit

import msgspec

from stillframe.contracts.caps import BODY_CAP_BYTES
from stillframe.contracts.feeds import FeedKind, FeedSource
from stillframe.workers.feeds.fetch import Ask, Validators

_FEED_TOTAL_S: Final = 30.0
_IMAGE_TOTAL_S: Final = 120.0
_IMAGE_CAP_BYTES: Final = 32 * 1024 * 1024
_FEED_ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"
)
_IMAGE_ACCEPT: Final = "image/*"
# What a share is asked for: enough to find photos, and no more than one folder.
_PROPFIND: Final = (
    b'<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:getcontenttype/>'
    b"<d:getlastmodified/><d:getcontentlength/><d:displayname/></d:prop></d:propfind>"
)
_RANDOM_CHOICE: Final = 60


def ask_of(source: FeedSource, url: str, validators: Validators | None) -> Ask:
    """Return how a feed is asked at `url`."""
    headers = secrets_for(source, url)
    method, content = "GET", b""
    if source.kind is FeedKind.WEBDAV:
        method, content = "PROPFIND", _PROPFIND
        headers |= {"Depth": "1", "Content-Type": "application/xml"}
    elif source.kind is FeedKind.IMMICH and "/albums/" not in urlsplit(url).path:
        method = "POST"
        content = msgspec.json.encode({"size": _RANDOM_CHOICE, "type": "IMAGE"})
        headers |= {"Content-Type": "application/json"}
    return Ask(
        url=url,
        method=method,
        headers=headers,
        content=content,
        accept=_FEED_ACCEPT,
        cap_bytes=BODY_CAP_BYTES,
        total_s=_FEED_TOTAL_S,
        validators=validators if method == "GET" else None,
    )


def image_ask_of(source: FeedSource, url: str) -> Ask:
    """Return how an image of a feed is asked for."""
    return Ask(
        url=url,
        found_in=source.url,
        headers=secrets_for(source, url),
        accept=_IMAGE_ACCEPT,
        cap_bytes=_IMAGE_CAP_BYTES,
        total_s=_IMAGE_TOTAL_S,
    )


def secrets_for(source: FeedSource, url: str) -> dict[str, str]:
    """Return the header fields that prove who asks, empty for a host that is not the feed's."""
    ours, theirs = urlsplit(source.url), urlsplit(url)
    if not source.key or (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        return {}
    if source.kind is FeedKind.IMMICH:
        return {"x-api-key": source.key}
    if ":" in source.key:
        return {"Authorization": "Basic " + base64.b64encode(source.key.encode()).decode()}
    if (ours.hostname or "").endswith("unsplash.com"):
        return {"Authorization": f"Client-ID {source.key}"}
    if (ours.hostname or "").endswith("wallhaven.cc"):
        return {"X-API-Key": source.key}
    return {"Authorization": source.key}
