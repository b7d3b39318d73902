"""A person's files, changed in one place."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.feeds import FeedKind, FeedSource, JsonFields
from stillframe.settings import SettingError
from stillframe.settings.edit import with_feeds, with_value, without_feed
from stillframe.settings.feed_list import read_feeds

FILE = "settings.toml"


def test_comments_and_all_else_stay() -> None:
    text = '# mine\n[show]\ninterval_s = 30 # slow\n\n[feeds]\nallow_hosts = "a" # home\n'
    edited = with_value(text, "feeds.allow_hosts", "a,b", FILE)
    assert edited == text.replace('"a" #', '"a,b" #')


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "[show]\nmode = 'fit'\n"])
def test_a_section_that_is_not_there_is_added(text: str | None) -> None:
    edited = with_value(text, "feeds.allow_hosts", "nas.local", FILE)
    assert tomllib.loads(edited)["feeds"] == {"allow_hosts": "nas.local"}
    assert edited.startswith(text or "")


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "feeds = 5\n",
        "[[feeds]]\n",
        "x = " + "9" * 5000,
        "x = " + "[" * 20_000,
        # Broken, and tomlkit takes it all the same.
        "feeds.allow_hosts = 'a'\n[feeds.x]\n[feeds]\n",
    ],
)
def test_what_cannot_be_changed_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingError, match=FILE):
        with_value(text, "feeds.allow_hosts", "x", FILE)


# What people write, of which the order is theirs.
SETTINGS = st.lists(
    st.sampled_from(
        (
            "[feeds]\n",
            'feeds.allow_hosts = "a"\n',
            'feeds = {allow_hosts = "x"}\n',
            "[[feeds]]\n",
            "[show]\n",
            "interval_s = 3\n",
            "# mine\n",
            "\r\n",
            "[feeds.more]\n",
            'allow_hosts = "q"  # at home\n',
            "feeds.max_items = 1\n",
            '"feeds" = 1\n',
            "[ feeds ]\n",
        )
    ),
    max_size=7,
).map("".join)


@given(SETTINGS)
def test_however_it_was_written_one_value_changes_and_nothing_else(text: str) -> None:
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        before = {"feeds": "cannot be read"}
    section = before.get("feeds", {})
    if not isinstance(section, dict):
        with pytest.raises(SettingError):
            with_value(text, "feeds.allow_hosts", "new", FILE)
        return
    edited = with_value(text, "feeds.allow_hosts", "new", FILE)
    assert tomllib.loads(edited) == before | {"feeds": section | {"allow_hosts": "new"}}
    assert edited.count("# mine") == text.count("# mine")


# The list of feeds.

LIST_FILE = "feeds.toml"
A, B = "https://a.example/feed", "https://b.example/feed"
LIST = f"""# what I follow
[[feed]]
url = "{A}"  # the best
weight = 90

[[feed]]
url = "{B}"
name = "B"
"""
BRACKETS = f"""feed = [
    # what I follow
    {{url = "{A}", weight = 90}},  # the best
    {{url = "{B}", name = "B"}},
]
"""


def test_adding_keeps_what_a_person_has_written() -> None:
    edited = with_feeds(LIST, [FeedSource(url="https://c.example/", name="C")], LIST_FILE)
    assert edited.startswith(LIST.rstrip("\n"))
    assert [feed.url for feed in read_feeds(edited, LIST_FILE)] == [A, B, "https://c.example/"]


def test_what_is_there_is_not_added_again() -> None:
    edited = with_feeds(
        LIST, [FeedSource(url=A), FeedSource(url="c"), FeedSource(url="c")], LIST_FILE
    )
    assert [feed.url for feed in read_feeds(edited, LIST_FILE)] == [A, B, "c"]
    assert read_feeds(edited, LIST_FILE)[0].weight == 90


def test_removing_takes_one_and_leaves_the_rest() -> None:
    edited = without_feed(LIST, A, LIST_FILE)
    assert read_feeds(edited, LIST_FILE) == (FeedSource(url=B, name="B"),)
    assert without_feed(edited, B, LIST_FILE).count("url") == 0
    with pytest.raises(SettingError, match="no feed https://other"):
        without_feed(LIST, "https://other", LIST_FILE)


def test_a_list_in_brackets_is_changed_in_its_brackets() -> None:
    """Nobody's feeds are lost for how they were written."""
    fields = JsonFields(items="photos[]", url="src")
    added = FeedSource(url="https://c.example/", kind=FeedKind.JSON, key="k", fields=fields)
    before = read_feeds(BRACKETS, LIST_FILE)
    edited = with_feeds(BRACKETS, [added], LIST_FILE)
    assert read_feeds(edited, LIST_FILE) == (*before, added)
    assert tomllib.loads(edited)["feed"][-1]["fields"] == {"items": "photos[]", "url": "src"}
    assert ("# what I follow" in edited, "# the best" in edited) == (True, True)
    assert read_feeds(without_feed(edited, B, LIST_FILE), LIST_FILE) == (before[0], added)
    assert read_feeds(with_feeds("feed = []\n", [added], LIST_FILE), LIST_FILE) == (added,)


def test_more_than_a_list_holds_is_not_added() -> None:
    many = [FeedSource(url=f"https://a.example/{number}") for number in range(201)]
    with pytest.raises(SettingError, match=r"201 feeds .* at most 200"):
        with_feeds(LIST, many[:199], LIST_FILE)
    assert len(read_feeds(with_feeds(None, many[:200], LIST_FILE), LIST_FILE)) == 200


FEEDS = st.lists(
    st.sampled_from(
        (
            f'[[feed]]\nurl = "{A}"\n',
            f'[[feed]]\nurl = "{B}"  # mine\nweight = 4\n',
            '[feed.fields]\nitems = "a"\nurl = "b"\n',
            "fields = {items = 'a', url = 'b'}\n",
            "# mine\n",
            "\r\n",
            "feed = []\n",
            "feed = [{url = 'c:d'}]\n",
            "feed = [\n  # mine\n  {url = 'e:f'},\n  {url = 'g:h'},\n]\n",
            "[[ feed ]]\nurl = 'i:j'\n",
        )
    ),
    max_size=6,
).map("".join)


@given(FEEDS)
def test_however_a_list_was_written_one_feed_comes_and_goes(text: str) -> None:
    try:
        before = read_feeds(text, LIST_FILE)
    except SettingError:
        return
    added = FeedSource(url="x:y")
    longer = with_feeds(text, [added], LIST_FILE)
    assert read_feeds(longer, LIST_FILE) == (*before, added)
    if before:
        assert longer.count("# mine") == text.count("# mine")
    for feed in before:
        rest = tuple(one for one in before if one != feed)
        assert read_feeds(without_feed(text, feed.url, LIST_FILE), LIST_FILE) == rest


URLS = st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=6)


@given(URLS, st.text(max_size=20))
def test_what_is_added_is_read_again(urls: list[str], name: str) -> None:
    feeds = [FeedSource(url=url, name=name) for url in urls]
    text = with_feeds(None, feeds, LIST_FILE)
    tomllib.loads(text)
    assert read_feeds(text, LIST_FILE) == tuple(feeds)
