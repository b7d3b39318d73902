"""The list of feeds: a file of a person's own, beside the settings.

Role: from the text of `feeds.toml` to feeds, and back with one more or one less. Counterpart:
`stillframe.settings.files` reads files; the commands about feeds write this one.

Guarantees: what a person has written, comments included, stays as it is where nothing changes; a
list that is refused is refused with the number of the feed and the reason.
"""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from stillframe.contracts.caps import FEEDS_CAP
from stillframe.contracts.feeds import FeedSource
from stillframe.settings.schema import SettingError

# Of one message that takes all feeds to their worker, beside what the worker is told else.
LIST_CAP_BYTES: Final = 64 * 1024
_KEY: Final = "feed"


def feeds_file() -> Path:
    """Return where the list of this user belongs; it need not exist."""
    import platformdirs  # noqa: PLC0415  # 20 ms that importing the settings must not cost

    return platformdirs.user_config_path("stillframe") / "feeds.toml"


def read_feeds(text: str | None, file_name: str) -> tuple[FeedSource, ...]:
    """Return the feeds of a list, in its order; None is no list.

    Raises:
        SettingError: naming the file and what is wrong with it.
    """
    try:
        tables = tomllib.loads(text or "")
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{file_name}: {error}") from None
    if tables.keys() - {_KEY} or not isinstance(tables.get(_KEY, []), list):
        raise SettingError(f"{file_name}: give each feed as a [[{_KEY}]] with its url, no more")
    feeds = tuple(
        _feed(table, f"{file_name}: feed {number}")
        for number, table in enumerate(tables.get(_KEY, []), 1)
    )
    refuse_too_many(feeds, file_name)
    urls = [feed.url for feed in feeds]
    for url in urls:
        if urls.count(url) > 1:
            raise SettingError(f"{file_name}: {url} is there more than once; remove one")
    return feeds


def _feed(table: object, where: str) -> FeedSource:
    try:
        return msgspec.convert(table, FeedSource)
    except msgspec.ValidationError as error:
        raise SettingError(f"{where}: {error}") from None


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


def with_feeds(text: str | None, added: Sequence[FeedSource], file_name: str) -> str:
    """Return the text of a list with feeds added at its end.

    Raises:
        SettingError: if the list is refused, before or after.
    """
    known = {feed.url for feed in read_feeds(text, file_name)}

    def add(feeds: AoT) -> None:
        for feed in added:
            if feed.url not in known:
                known.add(feed.url)
                feeds.append(_table(feed))

    return _edited(text, add, file_name)


def without_feed(text: str | None, url: str, file_name: str) -> str:
    """Return the text of a list without a feed.

    Raises:
        SettingError: if the list is refused, or has no such feed.
    """
    urls = [feed.url for feed in read_feeds(text, file_name)]
    if url not in urls:
        raise SettingError(f"{file_name}: there is no feed {url}")
    return _edited(text, lambda feeds: feeds.pop(urls.index(url)), file_name)


def _edited(text: str | None, change: Callable[[AoT], object], file_name: str) -> str:
    try:
        document = tomlkit.parse(text or "")
    except TOMLKitError as error:
        raise SettingError(f"{file_name}: {error}") from None
    feeds = document.get(_KEY)
    if not isinstance(feeds, AoT):
        document.pop(_KEY, None)  # an empty list in brackets
        feeds = tomlkit.aot()
        document.append(_KEY, feeds)
    change(feeds)
    edited = tomlkit.dumps(document)
    read_feeds(edited, file_name)
    return edited


def _table(feed: FeedSource) -> Table:
    table = tomlkit.table()
    for name, value in msgspec.to_builtins(feed).items():
        if value not in (None, "", "auto"):
            table.append(name, value)
    return table
