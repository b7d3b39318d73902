"""OPML: a list of feeds."""

import xml.etree.ElementTree as ET

from stillframe.workers.feedparse.document import About, Found
from stillframe.workers.feedparse.markup import local


def recognises(document: ET.Element, about: About) -> bool:
    """Say whether it is such a list."""
    del about
    return local(document.tag) == "opml"


def read(document: ET.Element, about: About) -> Found:
    """Return the feeds that it names."""
    del about
    outlines = (part for part in document.iter() if local(part.tag) == "outline")
    named = (
        value.strip()
        for outline in outlines
        for name, value in outline.attrib.items()
        if name.lower() == "xmlurl"
    )
    return Found(feeds=tuple(dict.fromkeys(filter(None, named))))
