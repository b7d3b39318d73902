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


@pytest.mark.parametrize(
    ("body", "is_page"),
    [
        (b"<!DOCTYPE html>", True),
        (b"  \n<HTML lang=de>", True),
        (b"<!-- hello --><html>", True),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>', True),
        (b"<rss><html>", False),
        (b"<htmlx>", False),
        (b'{"html": 1}', False),
        (b"", False),
    ],
)
def test_a_page_is_known_by_its_beginning(body: bytes, *, is_page: bool) -> None:
    assert page.is_html(body) is is_page
