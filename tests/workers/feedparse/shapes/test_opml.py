"""Lists of feeds."""

from reading import read

OPML = """<?xml version="1.0"?><opml version="1.1"><head><title>T</title></head><body>
<outline text="Photos"><outline type="rss" text="A" xmlUrl="https://a.example/feed"/>
<outline text="B" xmlurl=" https://b.example/feed "/></outline>
<outline text="again" xmlUrl="https://a.example/feed"/>
<outline text="a page" htmlUrl="https://c.example/"/>
<outline text="odd" xmlUrl="file:///etc/passwd"/><outline xmlUrl="javascript:alert(1)"/>
</body></opml>"""


def test_every_feed_is_named_once_and_nothing_but_the_web() -> None:
    reading = read(OPML)
    assert reading.feeds == ("https://a.example/feed", "https://b.example/feed")
    assert (reading.items, reading.problem) == ((), None)


def test_no_more_are_named_than_a_list_holds() -> None:
    outlines = "".join(f"<outline xmlUrl='https://a.example/{n}'/>" for n in range(300))
    reading = read(f"<opml><body>{outlines}</body></opml>")
    assert reading.feeds == tuple(f"https://a.example/{n}" for n in range(200))
