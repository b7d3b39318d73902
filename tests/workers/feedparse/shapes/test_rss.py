"""RSS in all its ages, Atom, and Media RSS in either."""

import pytest

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
        (
            "<skipDays><day>Monday</day><day>sunday</day><day>Someday</day></skipDays>",
            "skip_days",
            (0, 6),
        ),
    ],
)
def test_what_a_feed_says_of_its_own_pace(more: str, field: str, value: object) -> None:
    assert getattr(read(channel(more=more)), field) == value
