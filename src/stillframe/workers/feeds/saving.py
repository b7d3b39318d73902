"""Copies of what was shown, in a folder of a person's own.

Role: keeps for good what the mirror lets go of. Counterpart: `workers.feeds.mirror` has the images
and their titles; `workers.feeds.io` says which are shown.

Guarantees: what is there already is never written again; a title becomes part of a name only in
letters, digits and dashes.
"""

import os
import re
import unicodedata
from typing import Final

from stillframe.workers.feeds.folder import Folder
from stillframe.workers.feeds.mirror import Mirror

_SLUG_CAP_CHARS: Final = 60
_HASH_CHARS: Final = 8
_OTHERS: Final = re.compile(r"[^a-z0-9]+")


class Saving:
    """One folder that grows."""

    def __init__(self, folder: bytes) -> None:
        """Open the folder; a link to one is followed, for it is a person's own.

        Raises:
            FetchError: if it cannot be used.
        """
        self._folder = Folder.open(os.path.realpath(folder))
        self._done: set[bytes] = set()

    def save(self, path: bytes, mirror: Mirror) -> None:
        """Copy an image of the mirror, unless it is there.

        Raises:
            FetchError: `disk-full` or `mirror-unsafe`; it is tried again with the next show.
        """
        if path in self._done:
            return
        self._done.add(path)
        kept = mirror.image(path)
        if kept is None:
            return
        name = saved_name(kept.title, os.fsdecode(os.path.basename(path)))
        if self._folder.size_bytes(name) is None:
            self._folder.keep(name, kept.content)

    def close(self) -> None:
        """Let the folder go."""
        self._folder.close()


def saved_name(title: str, mirrored: str) -> str:
    """Return the name of a copy: the title as far as names allow, and what tells two apart."""
    stem, suffix = os.path.splitext(mirrored)
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = _OTHERS.sub("-", plain)[:_SLUG_CAP_CHARS].strip("-") or "photo"
    return f"{slug}--{stem[:_HASH_CHARS]}{suffix}"
