"""The list of feeds as other readers write it."""

from pathlib import Path

from stillframe.cli.feed_asking import feeds_in
from stillframe.cli.opml import opml_of
from stillframe.contracts.feeds import FeedSource

FEEDS = (
    FeedSource(url="https://a.example/?x=1&y=2", name='A & "B" <c>', key="secret"),
    FeedSource(url="https://b.example/feed"),
)


def test_what_is_written_is_read_again_and_tells_no_key(tmp_path: Path) -> None:
    text = opml_of(FEEDS)
    assert "secret" not in text
    (tmp_path / "list.opml").write_text(text)
    assert feeds_in(tmp_path / "list.opml") == tuple(feed.url for feed in FEEDS)
