"""Pages for people, and the indexes that servers make of folders."""

import pytest

from reading import read, urls
from stillframe.workers.feedparse.shapes import page

HERE = "https://site.example/photos/"
APACHE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head><title>Index of /photos</title></head><body><h1>Index of /photos</h1><pre>
<a href="?C=N;O=D">Name</a> <a href="/">Parent Directory</a>
<img src="/icons/image2.gif"> <a href="fog%20one.jpg">fog one.jpg</a>
<a href="notes.txt">notes.txt</a> <a href="sub/">sub/</a> <a href="b.PNG">b.PNG</a>
</pre></body></html>"""
PAGE = """<!doctype html><html><head><title>My photos</title>
<link rel="alternate" type="application/rss+xml" href="/feed.xml">
<link rel="alternate" type="application/atom+xml" title="A" href="atom.xml">
<link rel="stylesheet" type="text/css" href="style.css"></head>
<body><img src="a.jpg"></body></html>"""


def test_an_index_of_a_folder_is_its_images() -> None:
    reading = read(APACHE, HERE)
    assert urls(reading) == [HERE + "fog%20one.jpg", HERE + "b.PNG"]
    assert reading.items[0].title == "fog one.jpg"


def test_a_page_is_no_feed_but_may_name_some() -> None:
    reading = read(PAGE, HERE)
    assert (reading.problem, reading.items) == ("html-not-feed", ())
    assert reading.feeds == ("https://site.example/feed.xml", HERE + "atom.xml")
    assert reading.title == "My photos"


def test_what_is_another_form_of_the_page_itself_is_no_feed() -> None:
    links = (
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/5">'
        '<link rel="alternate" type="application/json+oembed" href="/oembed?url=x">'
        '<link rel="stylesheet" type="application/json" href="/style">'
        '<link rel="alternate" type=" Application/RSS+XML " href="/comments/feed/">'
        '<link rel="alternate" type="application/rss+xml"><link rel="icon" href="/favicon.ico">'
    )
    assert read(f"<html><head>{links}").feeds == ("https://site.example/comments/feed/",)


@pytest.mark.parametrize("odd", ["<![", "<![x", "<!DOCTYPE [<!ELEMENT [", "<!-- ", "<![if !IE]"])
def test_a_page_is_read_as_far_as_it_goes(odd: str) -> None:
    link = '<link rel="alternate" type="application/atom+xml" href="/atom">'
    reading = read(f"<html><title>T</title>{link}{odd}<p>")
    assert (reading.problem, reading.title) == ("html-not-feed", "T")
    assert reading.feeds == ("https://site.example/atom",)


@pytest.mark.parametrize(
    ("title", "is_index"),
    [
        ("Index of /photos/", True),  # nginx, lighttpd
        ("Directory listing for /photos/", True),  # Python
        ("My index of photos", False),
        ("", False),
    ],
)
def test_an_index_says_that_it_is_one(title: str, *, is_index: bool) -> None:
    reading = read(f"<html><head><title>{title}</title></head><body><a href=a.jpg>a</a>", HERE)
    assert (urls(reading) == [HERE + "a.jpg"]) is is_index


@pytest.mark.parametrize(
    ("body", "is_page"),
    [
        (b"<!DOCTYPE html>", True),
        (b"  \n<HTML lang=de>", True),
        (b"<!-- hello --><html>", True),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>', True),
        (b"<!-- a --> <!-- b -->\n<!doctype HTML>", True),
        (b"<!-- <html> --><rss>", False),
        (b"<!---->" * 60 + b"<rss>", False),
        (b"<rss><html>", False),
        (b"<htmlx>", False),
        (b'{"html": 1}', False),
        (b"", False),
    ],
)
def test_a_page_is_known_by_its_beginning(body: bytes, *, is_page: bool) -> None:
    assert page.is_html(body) is is_page
