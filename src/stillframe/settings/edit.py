"""A person's files, changed in one place.

Role: from a file's text to the same text with another setting, or with one feed more or less.
Counterpart: `settings.load` and `settings.feed_list` read it, and need none of what writing takes.

Guarantees: comments, order and all other values stay as they are; what is returned can be read.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable, Table

from stillframe.contracts.feeds import FeedSource
from stillframe.settings.document import tables_of
from stillframe.settings.feed_list import LIST_KEY, read_feeds
from stillframe.settings.schema import SettingError


def with_value(text: str | None, key: str, value: str, file_name: str) -> str:
    """Return a settings file's text with one value changed or added; None is no file.

    Raises:
        SettingError: if the text is no TOML, or something else stands in the section's place.
    """
    section, _, name = key.partition(".")
    tables_of(text or "", file_name)  # tomlkit takes some that nobody else can read
    try:
        document = tomlkit.parse(text or "")
        if section not in document:
            document.append(section, tomlkit.table())
        document[section][name] = value
        return str(tomlkit.dumps(document))
    except (TOMLKitError, TypeError) as error:
        raise SettingError(f"{file_name}: cannot be changed: {error}") from None


def with_feeds(text: str | None, added: Sequence[FeedSource], file_name: str) -> str:
    """Return the text of a list with feeds added at its end.

    Raises:
        SettingError: if the list is refused, before or after.
    """
    known = {feed.url for feed in read_feeds(text, file_name)}

    def add(feeds: AoT | Array) -> None:
        for feed in added:
            if feed.url not in known:
                known.add(feed.url)
                feeds.append(_table(feed, feeds))

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


def _edited(text: str | None, change: Callable[[AoT | Array], object], file_name: str) -> str:
    try:
        document = tomlkit.parse(text or "")
    except TOMLKitError as error:
        raise SettingError(f"{file_name}: {error}") from None
    feeds = document.get(LIST_KEY)
    if not isinstance(feeds, AoT | Array) or not feeds:
        document.pop(LIST_KEY, None)  # an empty list in brackets
        feeds = tomlkit.aot()
        document.append(LIST_KEY, feeds)
    change(feeds)
    edited = tomlkit.dumps(document)
    read_feeds(edited, file_name)
    return edited


def _table(feed: FeedSource, feeds: AoT | Array) -> Table | InlineTable:
    """Return a feed as the others of this list are written."""
    table = tomlkit.table() if isinstance(feeds, AoT) else tomlkit.inline_table()
    for name, value in _said(feed).items():
        table.append(name, value)
    return table


def _said(struct: msgspec.Struct) -> dict[str, Any]:
    """Return what differs from the defaults: a person reads it."""
    said = msgspec.to_builtins(struct)
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if value == field.default:
            del said[field.encode_name]
        elif isinstance(value, msgspec.Struct):
            said[field.encode_name] = _said(value)
    return dict(said)
