"""The list of feeds: a file of a person's own, beside the settings.

Role: from the text of `feeds.toml` to feeds. Counterpart: `settings.files` reads the file,
`settings.edit` adds to it and takes away.

Guarantees: a list that is refused is refused with the number of the feed and the reason.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from stillframe.contracts.caps import FEEDS_CAP
from stillframe.contracts.feeds import FeedSource
from stillframe.settings.document import tables_of
from stillframe.settings.schema import SettingError

# Of one message that takes all feeds to their worker, beside what the worker is told else.
LIST_CAP_BYTES: Final = 64 * 1024
LIST_KEY: Final = "feed"


def feeds_file() -> Path:
    """Return where the list of this user belongs; it need not exist."""
    import platformdirs  # noqa: PLC0415  # 20 ms that importing the settings must not cost

    return platformdirs.user_config_path("stillframe") / "feeds.toml"


def read_feeds(text: str | None, file_name: str) -> tuple[FeedSource, ...]:
    """Return the feeds of a list, in its order; None is no list.

    Raises:
        SettingError: naming the file and what is wrong with it.
    """
    tables = tables_of(text or "", file_name)
    if tables.keys() - {LIST_KEY} or not isinstance(tables.get(LIST_KEY, []), list):
        raise SettingError(f"{file_name}: give each feed as a [[{LIST_KEY}]] with its url, no more")
    feeds = tuple(
        _feed(table, f"{file_name}: feed {number}")
        for number, table in enumerate(tables.get(LIST_KEY, []), 1)
    )
    refuse_too_many(feeds, file_name)
    urls = [feed.url for feed in feeds]
    for url in urls:
        if urls.count(url) > 1:
            raise SettingError(f"{file_name}: {url} is there more than once; remove one")
    return feeds


def without_secret(url: str) -> tuple[str, str]:
    """Return an address without the name and password in it, and these as a feed's key."""
    try:
        parts = urlsplit(url)
        secret, _, host = parts.netloc.rpartition("@")
        if not secret:
            return url, ""
        return parts._replace(netloc=host).geturl(), unquote(
            secret if ":" in secret else secret + ":"
        )
    except ValueError:
        return url, ""  # no address at all, as whoever fetches it will say


def _feed(table: object, where: str) -> FeedSource:
    try:
        feed = msgspec.convert(table, FeedSource)
    except msgspec.ValidationError as error:
        raise SettingError(f"{where}: {error}") from None
    if without_secret(feed.url)[1]:
        raise SettingError(
            f"{where}: addresses are printed: write the name and password in its url "
            'as key = "name:password" instead'
        )
    return feed


def refuse_too_many(feeds: Sequence[FeedSource], file_name: str) -> None:
    """Refuse more than one message holds.

    Raises:
        SettingError: with both numbers.
    """
    size_bytes = sum(len(msgspec.msgpack.encode(feed)) for feed in feeds)
    if len(feeds) > FEEDS_CAP or size_bytes > LIST_CAP_BYTES:
        raise SettingError(
            f"{file_name}: {len(feeds)} feeds of {size_bytes} bytes are too many: at most "
            f"{FEEDS_CAP} of {LIST_CAP_BYTES} bytes together"
        )
