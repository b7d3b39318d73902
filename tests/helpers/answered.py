"""Answers of servers, as the feed worker sees them."""

from typing import Any

from stillframe.workers.feeds.fetch import Answer

URL = "https://feeds.example/a.xml"


def answer(body: bytes = b"<rss/>", **fields: Any) -> Answer:
    """Return an answer that says nothing but its body."""
    said: dict[str, Any] = {
        "url": URL,
        "status": 304 if fields.get("not_modified") else 200,
        "not_modified": False,
        "conditional": False,
        "etag": "",
        "last_modified": "",
        "cache_control": "",
        "expires": "",
        "date": "",
        "content_type": "",
        "body": body,
        "permanent_url": None,
    }
    return Answer(**said | fields)
