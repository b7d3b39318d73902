"""A list of feeds as OPML.

Role: pure. Counterpart: `workers.feedparse.shapes.opml` reads it again, as other readers do.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from stillframe.contracts.feeds import FeedSource


def opml_of(feeds: Iterable[FeedSource]) -> str:
    """Return the list; keys and weights are nobody else's business and are left out."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Feeds of Stillframe"
    body = ET.SubElement(root, "body")
    for feed in feeds:
        ET.SubElement(body, "outline", type="rss", text=feed.name or feed.url, xmlUrl=feed.url)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")
