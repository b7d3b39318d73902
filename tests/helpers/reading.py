"""Bodies, read as the feed parser reads them."""

import json
import time
from typing import Any

from stillframe.contracts.feeds import FeedSource, Reading
from stillframe.workers.feedparse import core
from stillframe.workers.feedparse.document import About

URL = "https://site.example/feeds/all.xml"
NOW_S = 1_795_428_000.0  # a Monday in November 2026


def about(url: str = URL, **fields: Any) -> About:
    """Return what is known of a body; `fields` are of its feed."""
    source = FeedSource(url=url, **fields)
    return About(source, url, "", 100, 3600.0, 50, NOW_S)


def read(body: bytes | str, url: str = URL, **fields: Any) -> Reading:
    """Return what a body holds."""
    return core.read(body.encode() if isinstance(body, str) else body, about(url, **fields))


def read_json(value: object, url: str = URL, **fields: Any) -> Reading:
    """Return what a document of JSON holds."""
    return read(json.dumps(value), url, **fields)


def urls(reading: Reading) -> list[str]:
    """Return the addresses of what was found."""
    return [item.url for item in reading.items]


def drops(reading: Reading) -> list[tuple[str, str]]:
    """Return what was left out, and why."""
    return [(drop.url, drop.reason.value) for drop in reading.dropped]


def channel(*items: str, more: str = "") -> str:
    """Return RSS 2.0 with every namespace that the tests use."""
    spaces = " ".join(
        f'xmlns:{name}="{uri}"'
        for name, uri in {
            "media": "http://search.yahoo.com/mrss/",
            "content": "http://purl.org/rss/1.0/modules/content/",
            "dc": "http://purl.org/dc/elements/1.1/",
            "sy": "http://purl.org/rss/1.0/modules/syndication/",
        }.items()
    )
    inner = "".join(f"<item>{item}</item>" for item in items)
    inner = f"<channel>{more}{inner}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}>{inner}</rss>'


def long_s() -> float:
    """Return what is long for a parser, in processor time of this machine.

    Sixty rounds of a plain loop; what works by the square of a megabyte takes thousands.
    """
    began_s = time.process_time()
    sum(number * number for number in range(2_000_000))
    return 60 * (time.process_time() - began_s)
