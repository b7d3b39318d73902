"""The folder of a WebDAV server, as Nextcloud's shares are: the answer to PROPFIND."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import unquote

from stillframe.workers.feedparse.document import ITEMS_CAP, About, Entry, Found, Picture
from stillframe.workers.feedparse.markup import local


def recognises(document: ET.Element, about: About) -> bool:
    """Say whether it is a list of answers about files."""
    del about
    return local(document.tag) == "multistatus"


def read(document: ET.Element, about: About) -> Found:
    """Return the images among the files."""
    del about
    return Found(_entries(document))


def _entries(document: ET.Element) -> Iterator[Entry]:
    for response in list(document)[:ITEMS_CAP]:
        said = {local(part.tag): (part.text or "").strip() for part in response.iter()}
        address = said.get("href", "")
        if said.get("getcontenttype", "").startswith("image/"):
            name = unquote(address.rstrip("/").rpartition("/")[2])
            yield Entry(
                (Picture(address),),
                title=said.get("displayname") or name,
                when=said.get("getlastmodified", ""),
            )
