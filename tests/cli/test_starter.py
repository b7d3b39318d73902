"""The feeds that are offered to a person who has none."""

from urllib.parse import urlsplit

from stillframe.cli.starter import STARTER
from stillframe.settings.edit import with_feeds
from stillframe.settings.feed_list import read_feeds


def test_each_is_a_named_feed_of_the_web_that_needs_no_key_and_nothing_allowed() -> None:
    for source in STARTER:
        parts = urlsplit(source.url)
        assert (parts.scheme, parts.port, parts.username, source.key) == ("https", None, None, "")
        assert "." in (parts.hostname or "")
        assert source.name


def test_they_are_a_list_that_is_read_again() -> None:
    assert read_feeds(with_feeds(None, STARTER, "feeds.toml"), "feeds.toml") == STARTER
    assert len({source.name for source in STARTER}) == len(STARTER)
