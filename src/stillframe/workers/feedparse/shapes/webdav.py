"""The folder of a WebDAV server, as Nextcloud's shares are: the answer to PROPFIND."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from stillframe.workers.feedparse.document import About, Entry, Found, Picture
from stillframe.workers.feedparse.markup import local

_PROPERTIES_CAP: Final = 200


def recognises(document: ET.Element, about: About) -> bool:
    """Say whether it is a list of answers about files."""
    del about
    return local(document.tag) == "multistatus"


def read(document: ET.Element, about: About) -> Found:
    """Return the images among the files."""
    del about
    return Found(_entries(document))


def _entries(document: ET.Element) -> Iterator[Entry]:
    for response in document:
        # The first of a name is the file's own; others lie deeper, or are said to be missing.
        said: dict[str, str] = {}
        for part in islice(response.iter(), _PROPERTIES_CAP):
            if part.text and part.text.strip():
                said.setdefault(local(part.tag), part.text.strip())
        address = said.get("href", "")
        if said.get("getcontenttype", "").lower().startswith("image/"):
            name = unquote(address.rstrip("/").rpartition("/")[2])
            yield Entry(
                (Picture(address),),
                title=said.get("displayname") or name,
                when=said.get("getlastmodified", ""),
            )
