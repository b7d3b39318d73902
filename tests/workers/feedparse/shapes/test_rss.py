"""RSS in all its ages, Atom, and Media RSS in either."""

import calendar
import datetime as dt
import io
from email.utils import format_datetime
from html import unescape
from xml.sax.saxutils import escape

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import channel, drops, read, urls

AT = "https://site.example"


def test_an_item_of_rss_2_says_all_that_it_can() -> None:
    reading = read(
        channel(
            "<title>Fog &amp;amp; &lt;b&gt;light&lt;/b&gt;</title><link>https://site.example/1</link>"
            "<pubDate>Mon, 02 Nov 2026 10:00:00 +0100</pubDate><dc:creator>A. Painter</dc:creator>"
            '<enclosure url="/fog.jpg" type="image/jpeg" length="1"/>',
            more="<title>Daily fog</title>",
        )
    )
    (item,) = reading.items
    assert (item.url, item.title, item.author) == (f"{AT}/fog.jpg", "Fog & light", "A. Painter")
    assert item.ts_s == 1_793_610_000
    assert reading.title == "Daily fog"


@pytest.mark.parametrize(
    "body",
    [
        (
            '<rss version="0.91"><channel><item><description>&lt;img src="/a.jpg"&gt;</description>'
            "</item></channel></rss>"
        ),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns="http://purl.org/rss/1.0/"><channel><title>T</title></channel>'
            "<item><description>&lt;img src='/a.jpg'&gt;</description></item></rdf:RDF>"
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry>'
            '<link rel="enclosure" type="image/jpeg" href="/a.jpg"/></entry></feed>'
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">'
            '<div xmlns="http://www.w3.org/1999/xhtml"><p><img src="/a.jpg"/></p></div>'
            "</content></entry></feed>"
        ),
        (
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>'
            '<content mode="escaped">&lt;img src="/a.jpg"&gt;</content></entry></feed>'
        ),
    ],
)
def test_every_age_is_read(body: str) -> None:
    assert urls(read(body)) == [f"{AT}/a.jpg"]


def test_of_a_group_the_largest_is_taken_whatever_its_place() -> None:
    group = (
        "<media:group>"
        '<media:content url="s.jpg" width="640" height="480"/>'
        '<media:content url="l.jpg" width="4000" height="3000"/>'
        '<media:content url="m.jpg" width="1024" height="768"/>'
        '<media:thumbnail url="t.jpg"/></media:group>'
    )
    (item,) = read(channel(group)).items
    assert (item.url, item.width, item.height) == (f"{AT}/feeds/l.jpg", 4000, 3000)


def test_the_groups_of_a_gallery_are_kept_apart() -> None:
    groups = "".join(
        f'<media:group><media:content url="{n}s.jpg" width="600" height="400"/>'
        f'<media:content url="{n}l.jpg" width="2000" height="1500"/></media:group>'
        for n in "abc"
    )
    found = read(channel("<title>G</title>" + groups))
    assert urls(found) == [f"{AT}/feeds/{n}l.jpg" for n in "abc"]
    assert {item.title for item in found.items} == {"G"}


def test_the_title_inside_a_group_counts_where_the_item_has_none() -> None:
    group = '<media:group><media:title>In</media:title><media:content url="a.jpg"/></media:group>'
    assert read(channel(group)).items[0].title == "In"


@pytest.mark.parametrize(
    ("item", "taken"),
    [
        (  # what the document means most goes before what is larger
            (
                '<enclosure url="/e.jpg" type="image/jpeg"/>'
                '<media:content url="/m.jpg" medium="image" width="800" height="600"/>'
            ),
            "/m.jpg",
        ),
        (
            (
                '<enclosure url="/e.jpg" type="image/jpeg"/><description>&lt;img src="/d.jpg"&gt;'
                "</description>"
            ),
            "/e.jpg",
        ),
        ("<guid>https://site.example/g.jpg</guid>", "/g.jpg"),
        ("<link>https://site.example/l.png?x=1</link>", "/l.png?x=1"),
        ("<image><url>/i.jpg</url></image>", "/i.jpg"),
        ('<media:thumbnail url="/t.jpg" width="800" height="600"/>', "/t.jpg"),
        (
            (
                '<content:encoded><![CDATA[<p><img data-src="/lazy.jpg" src="/spacer.gif"></p>]]>'
                "</content:encoded>"
            ),
            "/lazy.jpg",
        ),
        ('<enclosure url="/e.webp"/>', "/e.webp"),
    ],
)
def test_where_a_picture_may_stand(item: str, taken: str) -> None:
    assert urls(read(channel(item))) == [AT + taken]


@pytest.mark.parametrize(
    "item",
    [
        '<enclosure url="/talk.mp3" type="audio/mpeg"/>',
        '<media:content url="/film.mp4" medium="video"/>',
        "<title>Only words</title><link>https://site.example/1</link>",
    ],
)
def test_what_is_no_picture_is_none(item: str) -> None:
    reading = read(channel(item))
    assert reading.items == ()
    assert [reason for _, reason in drops(reading)] == ["no-image"]


@pytest.mark.parametrize("where", ["rss", "item", "part"])
def test_a_base_that_is_no_address_is_passed_over(where: str) -> None:
    bases = {
        name: "xml:base='http://['" if name == where else "" for name in ("rss", "item", "part")
    }
    part = f'<enclosure url="/a.jpg" type="image/jpeg" {bases["part"]}/>'
    body = f"<rss {bases['rss']}><channel><item {bases['item']}>{part}</item></channel></rss>"
    assert urls(read(body)) == [f"{AT}/a.jpg"]


def test_pages_in_each_other_are_searched_so_far() -> None:
    near, far = "<img src='/near.jpg'/>", "<p/>" * 2_000 + "<img src='/far.jpg'/>"
    assert urls(read(channel(f"<description>{near}{far}</description>"))) == [f"{AT}/near.jpg"]
    assert urls(read(channel(f"<description>{far}</description>"))) == []


@pytest.mark.parametrize(
    ("kind", "url", "is_image"),
    [
        ("IMAGE/JPEG", "/a", True),
        (" image/png", "/a", True),
        ("image", "/a", True),
        ("application/octet-stream", "/a.JPG", True),
        ("application/octet-stream", "/a", False),
        ("audio/mpeg", "/a.jpg", False),
        ("text/html", "/a.jpg", False),
    ],
)
def test_what_an_enclosure_says_that_it_is(kind: str, url: str, *, is_image: bool) -> None:
    for item in (
        f'<enclosure url="{url}" type="{kind}"/>',
        f'<media:content url="{url}" type="{kind}"/>',
        f'<link rel="enclosure" href="{url}" type="{kind}"/>',
    ):
        assert (urls(read(channel(item))) == [AT + url]) is is_image


def test_an_address_alone_is_no_image_and_one_of_an_image_is() -> None:
    page = '<content:encoded>&lt;img src="/real.jpg"&gt;</content:encoded>'
    assert urls(read(channel(f"<url>/page</url>{page}"))) == [f"{AT}/real.jpg"]
    assert urls(read(channel(f"<url>/a.jpg</url>{page}"))) == [f"{AT}/a.jpg"]
    assert urls(read(channel(f"<image>/render?id=5</image>{page}"))) == [f"{AT}/render?id=5"]


def test_the_item_s_own_title_goes_before_its_picture_s() -> None:
    item = "<media:title>file_1.jpg</media:title><title>Fog</title><guid>http://a/b.jpg</guid>"
    assert read(channel(item)).items[0].title == "Fog"


def test_a_title_may_be_a_piece_of_a_page() -> None:
    inner = '<div xmlns="http://www.w3.org/1999/xhtml">Fog <b>and</b> light</div>'
    title = f'<title type="xhtml">{inner}</title>'
    entry = f'<entry>{title}<link href="a.jpg"/></entry>'
    reading = read(f'<feed xmlns="http://www.w3.org/2005/Atom">{title}{entry}</feed>')
    assert (reading.title, reading.items[0].title) == ("Fog and light", "Fog and light")


@pytest.mark.parametrize(
    "said",
    [
        '<link rel="license" href="https://l.example/by"/>',
        '<media:license href="https://l.example/by">By</media:license>',
        "<media:copyright>https://l.example/by</media:copyright>",
        (
            '<cc:license xmlns:cc="http://web.resource.org/cc/" xmlns:rdf="http://www.w3.org/1999/02/'
            '22-rdf-syntax-ns#" rdf:resource="https://l.example/by"/>'
        ),
    ],
)
def test_a_license_is_named_in_many_ways(said: str) -> None:
    item = f"{said}<guid>http://a.example/b.jpg</guid>"
    assert read(channel(item)).items[0].license == "https://l.example/by"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("<author>me@a.example (A. Painter)</author>", "me@a.example (A. Painter)"),
        ("<author><name>A. Painter</name><email>me@a.example</email></author>", "A. Painter"),
        ("<author><email>me@a.example</email></author>", ""),
        ("<media:credit>M</media:credit><dc:creator>C</dc:creator>", "C"),
        ("<media:credit>M</media:credit>", "M"),
    ],
)
def test_an_author_is_named_in_many_ways(author: str, name: str) -> None:
    item = f"{author}<guid>http://a.example/b.jpg</guid>"
    assert read(channel(item)).items[0].author == name


def test_an_item_without_a_picture_is_known_by_its_page() -> None:
    atom = (
        '<link rel="self" href="/self"/><link rel="enclosure" type="audio/mpeg" href="/a.mp3"/>'
        '<link rel="alternate" href="https://site.example/page"/>'
    )
    for links in (atom, '<link href="https://site.example/page"/>'):
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{links}</entry></feed>'
        assert drops(read(body)) == [("https://site.example/page", "no-image")]
    plain = "<link>https://site.example/page</link><guid>5</guid>"
    assert drops(read(channel(plain))) == [("https://site.example/page", "no-image")]


def test_a_film_may_have_a_picture() -> None:
    film = (
        '<media:content url="/f.mp4" medium="video">'
        '<media:thumbnail url="/t.jpg" width="1280" height="720"/></media:content>'
    )
    for item in (film, f"<media:group>{film}</media:group>"):
        assert urls(read(channel(item))) == [f"{AT}/t.jpg"]


# Blogger and many others show a small form, which leads to the large one.
def test_a_small_picture_gives_way_to_the_one_that_it_leads_to() -> None:
    page = (
        '&lt;a href="https://b.example/s1600/fog.jpg"&gt;&lt;img border="0" height="213" '
        'src="https://b.example/s320/fog.jpg" width="320" /&gt;&lt;/a&gt;'
    )
    item = f"<description>{page}</description>"
    assert urls(read(channel(item))) == ["https://b.example/s1600/fog.jpg"]


# feedparser takes some letters of Latin 1 for UTF-8 that was read wrongly; and whether a bracket in
# a title is one, or of a tag, no reader of RSS can know.
LETTERS = st.characters(
    max_codepoint=0x7E, exclude_categories=("C", "Z"), exclude_characters="<>&"
) | st.characters(min_codepoint=0x100, exclude_categories=("C", "Z"))
TITLES = st.text(LETTERS, min_size=1, max_size=30)
PATHS = st.from_regex(r"/[a-z0-9_-]{1,12}\.jpg", fullmatch=True)
MOMENTS = st.datetimes(dt.datetime(1990, 1, 2), dt.datetime(2026, 11, 1)).map(  # noqa: DTZ001 - below
    lambda moment: moment.replace(microsecond=0, tzinfo=dt.UTC)
)


@settings(max_examples=60)
@given(st.lists(st.tuples(TITLES, PATHS, MOMENTS), max_size=6, unique_by=lambda one: one[1]))
def test_a_feed_says_the_same_to_another_reader(items: list[tuple[str, str, dt.datetime]]) -> None:
    body = channel(
        *(
            f"<title>{escape(escape(title))}</title><pubDate>{format_datetime(moment)}</pubDate>"
            f'<enclosure url="{AT}{path}" type="image/jpeg"/>'
            for title, path, moment in items
        ),
        more="<title>T</title>",
    )
    theirs = feedparser.parse(io.BytesIO(body.encode()), sanitize_html=False)
    found = read(body)
    assert found.title == theirs.feed.title
    assert [(item.url, item.title, item.ts_s) for item in found.items] == [
        (
            entry.enclosures[0].href,
            " ".join(unescape(entry.title).split()),
            calendar.timegm(entry.published_parsed),
        )
        for entry in theirs.entries
    ]


def test_a_base_of_xml_counts_at_every_level() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://cdn.example/">'
        '<entry xml:base="2026/"><link rel="enclosure" type="image/png" href="a.png"/></entry>'
        "</feed>"
    )
    assert urls(read(body)) == ["https://cdn.example/2026/a.png"]


def test_reddits_atom_names_the_picture_in_its_text() -> None:
    content = (
        "&lt;a href=&quot;https://www.reddit.com/r/x/1/&quot;&gt;&lt;img "
        "src=&quot;https://b.thumbs.example/t.jpg&quot; width=&quot;140&quot;&gt;&lt;/a&gt; "
        "&lt;a href=&quot;https://i.example/full.jpg&quot;&gt;[link]&lt;/a&gt;"
    )
    entry = f'<entry><content type="html">{content}</content></entry>'
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    assert urls(read(body)) == ["https://i.example/full.jpg"]


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        ("<ttl>90</ttl>", "feed_ttl_s", 5400),
        ("<ttl>-1</ttl>", "feed_ttl_s", None),
        ("<ttl>soon</ttl>", "feed_ttl_s", None),
        ("<ttl>999999999999</ttl>", "feed_ttl_s", 30 * 86400),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", "update_period_s", 86400),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            "update_period_s",
            21600,
        ),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            "update_period_s",
            None,
        ),
        ("<sy:updatePeriod>often</sy:updatePeriod>", "update_period_s", None),
        (
            "<skipHours><hour>3</hour><hour>24</hour><hour>x</hour><hour>99</hour></skipHours>",
            "skip_hours",
            (0, 3),
        ),
        (f"<skipHours><hour>{'9' * 5000}</hour><hour>5</hour></skipHours>", "skip_hours", (5,)),
        (
            "<skipDays><day>Monday</day><day>sunday</day><day>Someday</day></skipDays>",
            "skip_days",
            (0, 6),
        ),
    ],
)
def test_what_a_feed_says_of_its_own_pace(more: str, field: str, value: object) -> None:
    assert getattr(read(channel(more=more)), field) == value
