"""Which of a feed's candidates are worth fetching, and in which order.

Role: pure; from what a parser found to what is fetched next. Counterpart: `workers.feedparse` finds
candidates and knows nothing of networks or of other feeds; `workers.feeds.gather` fetches.

Guarantees: whatever is left out is named with its reason; nothing is taken twice, and no feed takes
more than its share.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec

from stillframe.contracts.feeds import (
    DroppedItem,
    DropReason,
    FeedSource,
    ImageMetadata,
    PriorityPolicy,
)
from stillframe.workers.feeds.problem import FetchError

# What the photos of well-known places are worth to a wall; the rest has the policy's weight.
_WEIGHTS: Final = (
    ("bing.com", 95),
    ("unsplash.com", 90),
    ("flickr.com", 90),
    ("wikimedia.org", 85),
    ("wikipedia.org", 85),
    ("nasa.gov", 75),
    ("wallhaven.cc", 72),
    ("reddit.com", 10),
)


@dataclass(frozen=True)
class Known:
    """What is there already.

    Attributes:
        in_feed: whether the mirror has, or has refused, an image of this feed.
        elsewhere: whether another feed brought it, or is about to.
        refuse: raises `FetchError` for an address that may not be asked.
    """

    in_feed: Callable[[str], bool]
    elsewhere: Callable[[str], bool]
    refuse: Callable[[str], object]


@dataclass(frozen=True)
class Chosen:
    """What is to be fetched, the best first, and what is left out."""

    items: tuple[ImageMetadata, ...]
    dropped: tuple[DroppedItem, ...]


def weight_of(source: FeedSource, policy: PriorityPolicy) -> int:
    """Return how much a feed's photos count: its own word, its kind's, or the policy's."""
    if source.weight is not None:
        return source.weight
    host = (urlsplit(source.url).hostname or "").lower()
    for domain, weight in _WEIGHTS:
        if host == domain or host.endswith("." + domain):
            return weight
    return policy.default_weight


def choose(candidates: tuple[ImageMetadata, ...], policy: PriorityPolicy, known: Known) -> Chosen:
    """Return which candidates of one feed are fetched now.

    What the mirror has of the feed already is neither taken nor dropped: it is simply there.
    """
    items: list[ImageMetadata] = []
    dropped: list[DroppedItem] = []
    for item in candidates:
        if known.in_feed(item.url):
            continue
        try:
            known.refuse(item.url)
        except FetchError as error:
            dropped.append(DroppedItem(url=item.url, reason=error.reason, detail=error.detail))
            continue
        if known.elsewhere(item.url) or any(item.url == taken.url for taken in items):
            dropped.append(DroppedItem(url=item.url, reason=DropReason.DUPLICATE))
        elif len(items) >= policy.max_items_per_feed:
            dropped.append(DroppedItem(url=item.url, reason=DropReason.OVER_LIMIT))
        else:
            items.append(item)
    return Chosen(tuple(items), tuple(dropped))


def rank(item: ImageMetadata) -> tuple[float, float]:
    """Return what images are fetched by: the heavier feed first, then the newer image."""
    return (-float(item.priority), -item.ts_s)


def metered(item: ImageMetadata, weight: int) -> ImageMetadata:
    """Return an item with its feed's weight, which a parser cannot be trusted with."""
    return msgspec.structs.replace(item, priority=weight, cache_path=None)
