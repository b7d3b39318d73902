"""Bing's picture of the day, `HPImageArchive` as JSON or XML; its RSS form is read as RSS."""

import xml.etree.ElementTree as ET
from typing import Final

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.markup import local
from stillframe.workers.feedparse.values import get, has_objects, items, text

_SITE: Final = "https://www.bing.com"
_FULL_SIZE: Final = "_UHD.jpg"


def recognises(document: Json | ET.Element, about: About) -> bool:
    """Say whether it is a list of images with a base address each."""
    del about
    if isinstance(document, ET.Element):
        return local(document.tag) == "images" and document.find("image/urlBase") is not None
    return has_objects(document, "images") and bool(text(document, "images", 0, "urlbase"))


def read(document: Json | ET.Element, about: About) -> Found:
    """Return the images at full size."""
    del about
    if isinstance(document, ET.Element):
        images = [{local(part.tag): part.text or "" for part in one} for one in document]
    else:
        images = items(document, "images")
    return Found(map(_entry, (image for image in images if text(image, "urlbase"))))


def _entry(image: Json) -> Entry:
    if get(image, "wp") is False or text(image, "wp").lower() == "false":
        return Entry(link=text(image, "url"), left_out=DropReason.NO_IMAGE)  # not for walls
    day = text(image, "startdate")
    return Entry(
        (Picture(_SITE + text(image, "urlbase") + _FULL_SIZE),),
        title=text(image, "title") or text(image, "copyright"),
        when=f"{day[:4]}-{day[4:6]}-{day[6:8]}",
        license=text(image, "copyright"),
        link=text(image, "copyrightlink"),
    )


def full_size(address: str) -> str:
    """Return the address of the largest form of one of Bing's pictures; others as they are."""
    before, size, _ = address.partition("_1366x768.jpg")
    if not size:
        before, size, _ = address.partition("_1920x1080.jpg")
    return before + _FULL_SIZE if size and "/th?id=" in address else address
